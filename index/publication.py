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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.artifact import (
    CURRENT,
    MANIFEST,
    ArtifactError,
    current_version,
    folder_files,
    load_files,
    read_folder,
    read_manifest,
)
from index.digests import sha256
from index.manifest import Manifest
from model.errors import GanAinmError

KEPT = 5  # artifacts that stay, including the current one
_STALE_S = 3600.0  # seconds; an older temporary file or folder was left behind by a killed writer
_STAGING, _REMOVED = ".staging-", ".removed-"  # beginnings of the names of folders that are no artifacts
_LOCK = ".publish.lock"  # in the folder of artifacts


class BusyError(GanAinmError):
    """Another process is working in the same folder."""


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """An artifact that is still in the folder of artifacts.

    Attributes
    ----------
    version : name of its folder
    created : when it was written, ISO 8601, UTC
    is_current : whether a service loads it
    titles, settings : counts of its catalogue
    """

    version: str
    created: str
    is_current: bool
    titles: int
    settings: int


@contextmanager
def locked(lock: Path, wait: bool | float = True) -> Iterator[None]:
    """Hold a lock file against other processes; create it if necessary.

    Parameters
    ----------
    lock : the file
    wait : seconds to wait while another process holds it; True waits as long as that takes

    Raises
    ------
    BusyError
        When another process still holds it after that time.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        # Every user who can write to the folder can take the lock, even if another user created its file.
        with FileLock(lock, timeout=-1 if wait is True else float(wait), mode=0o666):
            yield
    except Timeout as error:
        raise BusyError(f"another process is working in {lock.parent}") from error


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let an OSError that names no file, such as that of a full disk, name this one."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A temporary folder in the folder of artifacts, for writing the next one.

    It is removed at the end unless it was published. An OSError that names no file, such as that of a full
    disk, names this folder.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=root))
    try:
        with naming(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(
    root: Path, staged: Path, manifest: Manifest, replaces: str | None = None, keep: int = KEPT
) -> str:
    """Turn a staged folder into the current artifact, and return its version.

    Parameters
    ----------
    root : the folder of artifacts
    staged : a folder made by `staging`, complete but for the manifest
    manifest : without the files, which are added here
    replaces : the version that must still be current, None for any
    keep : number of artifacts that stay. The new one and the one that it replaces always stay, and after
        them the newest

    Raises
    ------
    ArtifactError
        When the staged artifact cannot be loaded, or the current version is not `replaces`.
    OSError
        When the disk cannot be written.
    """
    files = {file.relative_to(staged).as_posix(): sha256(file) for file in folder_files(staged)}
    manifest = manifest.model_copy(update={"files": files})
    (staged / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    load_files(staged, manifest, "cpu")
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
        replaced = (root / CURRENT).resolve().name
        with _pointer(root, version) as pointer:
            staged.rename(root / version)
            _sync(root)
            pointer.replace(root / CURRENT)
        _sync(root)
        _sweep(root, keep, {version, replaced})
    return version


def kept_versions(root: Path) -> list[KeptVersion]:
    """The artifacts of a folder, newest first, without those whose manifest cannot be read."""
    current = (root / CURRENT).resolve().name
    versions = []
    for folder in _newest_first(root):
        try:
            manifest = read_manifest(folder)
        except ArtifactError:
            continue
        is_current = folder.name == current
        versions.append(
            KeptVersion(folder.name, manifest.created, is_current, manifest.titles, manifest.settings)
        )
    return versions


def roll_back(root: Path, version: str) -> None:
    """Make a version that is still in the folder of artifacts current again.

    Raises
    ------
    ArtifactError
        When there is no such version, or it cannot be loaded; `current` does not change.
    OSError
        When the disk cannot be written.
    """
    with locked(root / _LOCK):
        kept = [folder.name for folder in _newest_first(root)]
        if version not in kept:
            raise ArtifactError(f"there is no version {version!r}; kept: {', '.join(kept) or 'none'}")
        read_folder(root / version, "cpu")
        with _pointer(root, version) as pointer:
            pointer.replace(root / CURRENT)
        _sync(root)


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


@contextmanager
def _pointer(root: Path, version: str) -> Iterator[Path]:
    """A link to a version, to be moved to `current`. It is removed at the end if it was not."""
    pointer = root / f".{CURRENT}-{secrets.token_hex(4)}"
    pointer.symlink_to(version)
    try:
        yield pointer
    finally:
        pointer.unlink(missing_ok=True)


def _newest_first(root: Path) -> list[Path]:
    """The folders of all artifacts, by the time in their names and then by that of their manifests."""
    times = {}
    for manifest in root.glob(f"[0-9]*/{MANIFEST}"):
        with suppress(OSError):  # another process has just removed it, or it is a link to nothing
            times[manifest.parent] = manifest.stat().st_mtime_ns
    return sorted(times, key=lambda folder: (folder.name.partition("-")[0], times[folder]), reverse=True)


def _sweep(root: Path, keep: int, staying: Collection[str]) -> None:
    """Remove the oldest artifacts until `keep` are left, and everything that killed writers left behind.

    `staying` has versions that are never removed, however old they are.
    """
    folders = _newest_first(root)
    others = [folder for folder in folders if folder.name not in staying]
    for folder in others[max(keep - (len(folders) - len(others)), 0) :]:
        removed = root / f"{_REMOVED}{folder.name}"
        with suppress(OSError):  # the new artifact is published, whatever becomes of the old ones
            folder.rename(removed)  # at once, so that a killed writer leaves no half of an artifact
            shutil.rmtree(removed, ignore_errors=True)
    for pattern in (f"{_STAGING}*", f"{_REMOVED}*", f".{CURRENT}-*"):
        for path in root.glob(pattern):
            with suppress(OSError):
                if time.time() - path.lstat().st_mtime <= _STALE_S:
                    continue
                if path.is_symlink():
                    path.unlink()
                else:
                    shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
