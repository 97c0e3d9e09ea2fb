"""Publication: a new artifact replaces the old one completely or not at all.

The writer fills a temporary folder, hashes its files, loads it once as a check, syncs it to disk, and renames
it. Only then does it move the link `current`. If the writer is killed at any moment, `current` points to a
complete artifact.
"""

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.artifact import (
    CURRENT,
    MANIFEST,
    ArtifactError,
    current_version,
    folder_files,
    read_folder,
)
from index.digests import sha256
from index.manifest import Manifest
from model.errors import GanAinmError

_KEPT = 5  # artifacts to keep, including the current one
_STALE_S = 3600.0  # seconds; an older temporary file or folder was left behind by a killed writer
_LOCK = ".publish.lock"  # in the folder of artifacts


class BusyError(GanAinmError):
    """Another process is working in the same folder."""


@contextmanager
def locked(lock: Path, wait: bool = True) -> Iterator[None]:
    """Hold a lock file against other processes; create it if necessary.

    Raises BusyError when another process holds it and `wait` is false.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        # Every user who can write to the folder can take the lock, even if another user created its file.
        with FileLock(lock, timeout=-1 if wait else 0, mode=0o666):
            yield
    except Timeout as error:
        raise BusyError(f"another process is working in {lock.parent}") from error


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A temporary folder in the folder of artifacts, for writing the next one.

    It is removed at the end unless it was published.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".staging-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(root: Path, staged: Path, manifest: Manifest, replaces: str | None = None) -> str:
    """Turn a staged folder into the current artifact, and return its version.

    Keeps the last five artifacts and removes older ones.

    Parameters
    ----------
    root : the folder of artifacts
    staged : a folder made by `staging`, complete but for the manifest
    manifest : without the files, which are added here
    replaces : the version that must still be current, None for any

    Raises
    ------
    ArtifactError
        When the staged artifact cannot be loaded, or the current version is not `replaces`.
    OSError
        When the disk cannot be written.
    """
    files = {file.relative_to(staged).as_posix(): sha256(file) for file in folder_files(staged)}
    text = manifest.model_copy(update={"files": files}).model_dump_json(indent=2)
    (staged / MANIFEST).write_text(text + "\n", encoding="utf-8")
    read_folder(staged, "cpu")
    for file in folder_files(staged):
        file.chmod(0o644)  # some writers make private files, and mkdtemp a private folder
        _sync(file)
    for folder in (*(path for path in staged.rglob("*") if path.is_dir()), staged):
        folder.chmod(0o755)
        _sync(folder)
    version = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    with locked(root / _LOCK):
        if replaces is not None and (current := current_version(root)) != replaces:
            raise ArtifactError(f"{current} was published in the meantime; expected {replaces}")
        staged.rename(root / version)
        _sync(root)
        pointer = root / f".{CURRENT}-{version}"
        pointer.symlink_to(version)
        pointer.replace(root / CURRENT)
        _sync(root)
        _sweep(root)
    return version


def link_files(source: Path, staged: Path, without: Collection[str]) -> None:
    """Put the files of an artifact into a staged folder, as hard links if the file system allows.

    Leaves out the manifest and the files named in `without`.
    """
    for file in folder_files(source):
        name = file.relative_to(source)
        if name.as_posix() in (MANIFEST, *without):
            continue
        target = staged / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, target)
        except OSError:  # a file system without hard links
            shutil.copy2(file, target)


def _sweep(root: Path) -> None:
    """Remove all artifacts but the last five, and everything that killed writers left behind."""
    manifests = sorted(root.glob(f"[0-9]*/{MANIFEST}"), key=lambda manifest: manifest.stat().st_mtime_ns)
    leftovers = [
        path
        for pattern in (".staging-*", f".{CURRENT}-*")
        for path in root.glob(pattern)
        if time.time() - path.lstat().st_mtime > _STALE_S
    ]
    for path in (*(manifest.parent for manifest in manifests[:-_KEPT]), *leftovers):
        if path.is_symlink():
            path.unlink(missing_ok=True)
        else:
            shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
