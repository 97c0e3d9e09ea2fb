"""Chooses the device on which encoders run."""

from typing import Literal

import torch

from model.errors import GanAinmError

DeviceName = Literal["auto", "cpu", "cuda"]


class DeviceError(GanAinmError):
    """The requested device does not exist on this machine."""


def pick_device(name: DeviceName) -> torch.device:
    """Return the named device; "auto" prefers a GPU. Raises DeviceError when there is no such device."""
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise DeviceError("DEVICE=cuda, but PyTorch sees no CUDA device; use DEVICE=auto or DEVICE=cpu")
    return torch.device("cuda" if name != "cpu" and available else "cpu")
