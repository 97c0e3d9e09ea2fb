"""Reads files that other programs may have replaced by something else: a pipe, a device, a link to itself."""

import errno
import os
import stat
from pathlib import Path

_NOT_REGULAR = {errno.EISDIR, errno.ELOOP, errno.ENXIO}  # a folder, a link to itself, a socket


class IrregularFileError(OSError):
    """A path that names no regular file, or one that is too large."""


def read_regular(path: Path, most: int) -> bytes:
    """The content of a file. It never waits for somebody who writes into a pipe.

    Parameters
    ----------
    path : the file, or a link to it
    most : bytes that it may have

    Raises
    ------
    IrregularFileError
        When it is not a regular file, or has more bytes.
    OSError
        When it cannot be read.
    """
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            is_regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            # A file of /proc may have nothing to read yet: then `read` returns None.
            content = (file.read(most + 1) or b"") if is_regular else b""
    except OSError as error:
        if error.errno not in _NOT_REGULAR:
            raise
        is_regular = False
    if not is_regular:
        raise IrregularFileError(f"{path} is not a regular file")
    if len(content) > most:
        raise IrregularFileError(f"{path} has more than {most} bytes")
    return content


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
