import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from model.arrays import Array, map_arrays, save_arrays, strings_of, text_of

ARRAYS: dict[str, Array] = {
    "half": np.arange(6, dtype=np.float16).reshape(2, 3),
    "single": np.linspace(0, 1, 5, dtype=np.float32),
    "bytes": np.arange(7, dtype=np.uint8),
    "long": np.array([-(2**60), 2**60]),
    "none": np.zeros((0, 4), np.int32),
    "scalar": np.array(7),
    "column": np.arange(12, dtype=np.uint32).reshape(3, 4)[:, 1],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_arrays(ARRAYS, tmp_path / "arrays.safetensors", {"config": "{}"})
    return tmp_path / "arrays.safetensors"


def test_mapped_arrays_are_those_that_were_saved(path: Path) -> None:
    arrays, metadata = map_arrays(path)
    assert metadata == {"config": "{}"}
    assert set(arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert (arrays[name].dtype, arrays[name].shape) == (array.dtype, array.shape)
        assert np.array_equal(arrays[name], array)


def test_the_library_of_the_format_reads_the_same(path: Path) -> None:
    arrays, _ = map_arrays(path)
    for name, array in load_file(path).items():
        assert np.array_equal(arrays[name], array)


def test_mapped_arrays_cannot_be_changed(path: Path) -> None:
    arrays, _ = map_arrays(path)
    with pytest.raises(ValueError, match="read-only"):
        arrays["single"][0] = 1


def header(**entries: object) -> bytes:
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        b"\xff" * 100,
        header(a={"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}),
        header(a={"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}) + bytes(8),
        header(a={"dtype": "F31", "shape": [2], "data_offsets": [0, 8]}) + bytes(8),
        header(a={"dtype": "BOOL", "shape": [8], "data_offsets": [0, 8]}) + bytes(8),
        header(a={"dtype": "F32", "shape": [2]}) + bytes(8),
        header(a=[]) + bytes(8),
        header(__metadata__=5),
        (2).to_bytes(8, "little") + b"[]",
    ],
)
def test_other_files_are_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "damaged.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"damaged\.safetensors is not a safetensors file"):
        map_arrays(path)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"none/x\.safetensors cannot be written"):
        save_arrays(ARRAYS, tmp_path / "none" / "x.safetensors")


@pytest.mark.parametrize("strings", [[], [""], ["a", "", "ḃán\n", 'quote" and \\'], ["x" * 100_000]])
def test_strings_can_be_saved_as_an_array(path: Path, strings: list[str]) -> None:
    save_arrays({"strings": text_of(strings)}, path)
    assert strings_of(map_arrays(path)[0]["strings"]) == strings


@pytest.mark.parametrize("text", [b"", b"[1]", b'{"a": 1}', b'["a"', b"\xff"])
def test_an_array_that_holds_no_strings_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="not a list of strings"):
        strings_of(np.frombuffer(text, np.uint8))
