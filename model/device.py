"""Where encoders run."""

from typing import Literal

import torch

from model.errors import GanAinmError

DeviceName = Literal["auto", "cpu", "cuda"]


class DeviceError(GanAinmError):
    """A device that was asked for and is not there."""


def pick_device(name: DeviceName) -> torch.device:
    """The device of that name, for "auto" a GPU when there is one. Raises DeviceError if it is not there."""
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise DeviceError("DEVICE=cuda, but PyTorch sees no CUDA device; use DEVICE=auto or DEVICE=cpu")
    return torch.device("cuda" if name != "cpu" and available else "cpu")
