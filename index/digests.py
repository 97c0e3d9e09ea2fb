"""SHA-256 digests of files."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from model.deadline import check_deadline

_PIECE = 2**20  # bytes of a file that are read at a time


def sha256(file: Path) -> str:
    """The sha256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb", buffering=0) as opened:
        while piece := opened.read(_PIECE):
            digest.update(piece)
            check_deadline()
    return digest.hexdigest()


def sha256_of_bytes(data: bytes) -> str:
    """The sha256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_of(files: Iterable[tuple[str, bytes]]) -> str:
    """One digest of the names and contents of files; a change to any of them changes it."""
    return combined((name, sha256_of_bytes(data)) for name, data in files)


def combined(digests: Iterable[tuple[str, str]]) -> str:
    """The same digest, from the name and the sha256 of each file."""
    digest = hashlib.sha256()
    for name, sha256_of_file in digests:
        digest.update(hashlib.sha256(name.encode()).digest() + bytes.fromhex(sha256_of_file))
    return digest.hexdigest()
