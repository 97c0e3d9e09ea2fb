"""Named arrays in a safetensors file, which readers map into memory instead of copying."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import save_file

Array = NDArray[Any]
Value = TypeVar("Value")

_LITTLE_ENDIAN = {"U": "<u", "I": "<i", "F": "<f"}  # "F16" is "<f2"


def save_arrays(arrays: Mapping[str, Array], path: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write arrays and metadata. Raises OSError when the file cannot be written."""
    # Not `np.ascontiguousarray`, which makes a vector of a scalar.
    contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    try:
        save_file(contiguous, path, dict(metadata) if metadata else None)
    except SafetensorError as error:
        raise OSError(f"{path} cannot be written: {error}") from error


def map_arrays(path: Path) -> tuple[dict[str, Array], dict[str, str]]:
    """The arrays of a file, read-only, and its metadata.

    Pages of the file are read when an array is used, and processes share them. `safetensors` itself copies
    everything for NumPy. The format: https://huggingface.co/docs/safetensors#format

    Raises OSError when the file cannot be read, ValueError when it is not a safetensors file.
    """
    try:
        mapped = np.memmap(path, np.uint8, "r")
        start = 8 + int.from_bytes(mapped[:8].tobytes(), "little")
        header = json.loads(mapped[8:start].tobytes())
        metadata = dict(header.pop("__metadata__", {}))
        arrays = {}
        for name, entry in header.items():
            first, end = entry["data_offsets"]
            values = mapped[start + first : start + end].view(_type(entry["dtype"]))
            arrays[name] = np.asarray(values.reshape(entry["shape"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is not a safetensors file: {error!r}") from error
    return arrays, metadata


def _type(name: str) -> np.dtype[Any]:
    """The NumPy type of a safetensors type such as "F16"."""
    return np.dtype(f"{_LITTLE_ENDIAN[name[:1]]}{int(name[1:]) // 8}")


def text_of(strings: Sequence[str]) -> Array:
    """Strings as an array of bytes, which can be saved beside others. shape = (bytes,)"""
    return np.frombuffer(json.dumps(strings, ensure_ascii=False).encode(), np.uint8)


def strings_of(text: Array) -> list[str]:
    """The strings in an array that `text_of` made. Raises ValueError when it is not such an array."""
    try:
        strings = json.loads(text.tobytes())
    except ValueError:
        strings = None
    if not isinstance(strings, list) or not all(isinstance(each, str) for each in strings):
        raise ValueError("the array is not a list of strings")
    return strings


def under(prefix: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values whose names begin with the prefix, under their names without it."""
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
