"""Names tunes: the library, its indexes, and the Suggester that answers from them.

    from index import load
    for suggestion in load("artifacts").suggest(abc_text).titles:
        print(suggestion.title, suggestion.confidence)

The exports are imported when they are first used (PEP 562), so `import index.titles` does not import FAISS.
"""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.library import Library
    from index.suggester import Suggester
    from index.suggestions import MelodyEvidence, Part, StyleEvidence, Suggestion, Suggestions
    from model.device import DeviceName

__all__ = [
    "Library",
    "MelodyEvidence",
    "Part",
    "StyleEvidence",
    "Suggester",
    "Suggestion",
    "Suggestions",
    "load",
]

_MODULES = {
    "Library": "index.library",
    "Suggester": "index.suggester",
    "MelodyEvidence": "index.suggestions",
    "Part": "index.suggestions",
    "StyleEvidence": "index.suggestions",
    "Suggestion": "index.suggestions",
    "Suggestions": "index.suggestions",
}


def load(folder: str | Path, device: "DeviceName" = "cpu") -> "Suggester":
    """The Suggester of the current artifact in a folder of artifacts.

    Raises ArtifactError when there is none or it cannot be used, DeviceError when there is no such device.
    """
    from index import artifact
    from model.device import pick_device

    return artifact.load(Path(folder), pick_device(device)).suggester


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)
