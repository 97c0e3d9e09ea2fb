"""What every other input becomes: ABC text, with the tune that it says."""

from dataclasses import dataclass

from model.abc import Notice, Tune
from model.errors import GanAinmError


class ConversionError(GanAinmError):
    """A file that cannot become a tune. The message is a plain sentence."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A tune from a file that is not ABC.

    Attributes
    ----------
    abc : the tune as ABC text, which people can edit
    tune : what the reader reads in this text
    warnings : what the conversion skipped or guessed; lines and columns are those of `abc`
    """

    abc: str
    tune: Tune
    warnings: tuple[Notice, ...]
