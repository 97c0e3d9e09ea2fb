"""Chooses the device on which encoders run."""

from typing import TYPE_CHECKING, Literal

from model.errors import GanAinmError

if TYPE_CHECKING:
    import torch

DeviceName = Literal["auto", "cpu", "cuda"]


class DeviceError(GanAinmError):
    """The requested device does not exist on this machine."""


def pick_device(name: DeviceName) -> "torch.device":
    """Return the named device; "auto" prefers a GPU. Raises DeviceError when there is no such device."""
    import torch  # slow to import, and the help pages of commands need only the names of devices

    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise DeviceError("DEVICE=cuda, but PyTorch sees no CUDA device; use DEVICE=auto or DEVICE=cpu")
    return torch.device("cuda" if name != "cpu" and available else "cpu")
