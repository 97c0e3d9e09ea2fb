"""The error of an experiment that would measure encoders on what they were trained on."""

from model.errors import GanAinmError


class LeakError(GanAinmError):
    """Encoders that were trained on what they are tested on."""
