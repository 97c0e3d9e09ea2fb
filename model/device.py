"""Chooses the device on which encoders run."""

import ctypes
from typing import Literal

from model.errors import GanAinmError

Device = Literal["cpu", "cuda"]
DeviceName = Literal["auto", "cpu", "cuda"]


class DeviceError(GanAinmError):
    """The requested device does not exist on this machine."""


def pick_device(name: DeviceName) -> Device:
    """Return the named device; "auto" prefers a GPU. Raises DeviceError when there is no such device."""
    if name == "cpu":
        return "cpu"
    if _has_gpu():
        return "cuda"
    if name == "cuda":
        raise DeviceError("DEVICE=cuda, but PyTorch sees no CUDA device; use DEVICE=auto or DEVICE=cpu")
    return "cpu"


def _has_gpu() -> bool:
    # PyTorch takes two seconds to import, so import it only where NVIDIA's driver is installed.
    if not _exists("libcuda.so.1"):
        return False
    import torch

    return torch.cuda.is_available()


def _exists(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
