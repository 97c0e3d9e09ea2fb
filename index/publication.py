"""Publication: a new artifact takes the place of the old one, whole or not at all.

It is written to a temporary folder, hashed, loaded once to see that it can be, synced, and renamed; only then
`current` moves. Whatever kills the writer, `current` names a whole artifact.
"""

import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import torch

from index.artifact import (
    CURRENT,
    MANIFEST,
    ArtifactError,
    current_version,
    folder_files,
    read_folder,
    sha256,
)
from index.manifest import Manifest

_KEPT = 5  # artifacts: the current one and those before it
_STALE_S = 3600.0  # age at which a temporary file or folder is a leftover of something killed


@contextmanager
def locked(folder: Path, wait: bool = True) -> Iterator[None]:
    """Hold the folder against other processes that ask for it in the same way; it is made if it is not there.

    Raises BlockingIOError when it is held and `wait` is false.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A temporary folder beside the artifacts, for writing the next one.

    Unless published it is gone afterwards.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".staging-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(root: Path, staged: Path, manifest: Manifest, replaces: str | None = None) -> str:
    """Turn a staged folder into the current artifact, and return its version.

    Of the older ones the last few are kept. Raises ArtifactError when what is staged cannot be loaded, or
    when `replaces` is given and is no longer the version of the current artifact.
    """
    files = {file.relative_to(staged).as_posix(): sha256(file) for file in folder_files(staged)}
    text = manifest.model_copy(update={"files": files}).model_dump_json(indent=2)
    (staged / MANIFEST).write_text(text + "\n", encoding="utf-8")
    read_folder(staged, torch.device("cpu"))
    for file in folder_files(staged):
        file.chmod(0o644)  # some writers make files private, as mkdtemp does folders
        _sync(file)
    for folder in (*(path for path in staged.rglob("*") if path.is_dir()), staged):
        folder.chmod(0o755)
        _sync(folder)
    version = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    with locked(root):
        if replaces is not None and (found := current_version(root)) != replaces:
            raise ArtifactError(f"{found} was published meanwhile; this one was to replace {replaces}")
        staged.rename(root / version)
        _sync(root)
        pointer = root / f".{CURRENT}-{version}"
        pointer.symlink_to(version)
        pointer.replace(root / CURRENT)
        _sync(root)
        _sweep(root)
    return version


def link_files(source: Path, staged: Path, without: Collection[str]) -> None:
    """Put the files of an artifact into a staged folder, as links where possible.

    Its manifest is left out, and what is `without`.
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
    """Remove artifacts but for the last ones, and what killed writers left behind."""
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
