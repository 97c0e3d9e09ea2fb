"""Titling: which tunes of a file get a title, and how the file is replaced."""

import os
import shutil
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path

from cli.sources import SourceTune
from index.suggestions import Suggestions
from index.titles import title_keys
from index.tunebook import Entry
from model.abc import Tune
from model.errors import GanAinmError


class TitlingError(GanAinmError):
    """A file that was not replaced."""


def new_title(tune: SourceTune, suggestions: Suggestions, min_confidence: float) -> str | None:
    """The title that a tune should get; None if it should stay as it is.

    It stays if it is not known, if it is a medley, if the likeliest title is less sure than `min_confidence`,
    or if the tune has this title, another name of it, or another title of the same tune already.
    """
    if not suggestions.known or suggestions.parts or not isinstance(tune.tune, Tune):
        return None
    best = suggestions.titles[0]
    if best.confidence < min_confidence:
        return None
    rhythm = tune.tune.rhythm or (best.melody.setting.rhythm if best.melody else "")
    others = (other.title for other in best.also_called)
    names = {key for name in (best.title, *best.aliases, *others) for key in title_keys(name, rhythm)}
    present = {key for name in Entry("", tune.tune).names for key in title_keys(name, rhythm)}
    return None if names & present else best.title


def replace(path: Path, old: bytes, new: bytes) -> Path:
    """Replace the content of a file, in one step, after a copy of it was made beside it.

    The copy is FILE.bak, or FILE.bak.2 and so on: a file that is there is never overwritten. Links are
    followed. The new file keeps the permissions of the old one.

    Parameters
    ----------
    old : what the file must still contain

    Returns
    -------
    the copy

    Raises
    ------
    TitlingError
        When the file has changed.
    OSError
        When a file cannot be written. Then nothing has changed.
    """
    path = path.resolve()
    if path.read_bytes() != old:
        raise TitlingError(f"{path} has changed since it was read, and was not written")
    descriptor, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        _write(descriptor, new)
        backup = _back_up(path, old)
        shutil.copystat(path, part)
        Path(part).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(part).unlink()
        raise
    return backup


def _back_up(path: Path, content: bytes) -> Path:
    for number in count(1):
        backup = path.with_name(f"{path.name}.bak" + (f".{number}" if number > 1 else ""))
        try:
            descriptor = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        _write(descriptor, content)
        shutil.copystat(path, backup)
        return backup
    raise AssertionError("numbers never end")


def _write(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
