"""Files that other programs may have replaced by something else."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from index.regular_files import IrregularFileError, read_regular


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


IRREGULAR: dict[str, Callable[[Path], object]] = {
    "folder": Path.mkdir,
    "pipe": os.mkfifo,
    "socket": make_socket,
    "link to itself": lambda path: path.symlink_to(path.name),
    "link to a device without an end": lambda path: path.symlink_to("/dev/zero"),
    "link to a folder": lambda path: path.symlink_to("."),
}


@pytest.mark.parametrize("name", IRREGULAR)
def test_what_is_no_regular_file_is_refused_at_once(name: str, tmp_path: Path) -> None:
    IRREGULAR[name](tmp_path / "file")
    with pytest.raises(IrregularFileError, match="is not a regular file"):
        read_regular(tmp_path / "file", 10)


def test_a_file_may_have_so_many_bytes(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(tmp_path / "link", 10) == b"0123456789"
    with pytest.raises(IrregularFileError, match="has more than 9 bytes"):
        read_regular(tmp_path / "file", 9)


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nothing")
    for name in ("file", "link"):
        with pytest.raises(FileNotFoundError):
            read_regular(tmp_path / name, 10)
