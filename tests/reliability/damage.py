"""Damages each file of an artifact in many ways.

The loader must refuse it with a message that names the file. A service must not start with it, and one that
runs must go on with the artifact that it has.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import typer

from index import artifact
from index.artifact import MANIFEST, ArtifactError, folder_files
from index.manifest import FORMAT
from tests.reliability.figures import Figures
from tests.reliability.support import ARTIFACTS, Artifacts, copy_current, finished_job, scratch
from tests.workers import until, workers

_KEY = "reliability-reliability"
_BRACKETS = 100_000
_MANIFEST_STEP = 100  # bytes between two damaged bytes of the manifest
_LONGEST_MESSAGE = 500  # characters
_REPLACEMENT_S = 10.0  # in which the supervisor has tried to replace a worker
_START_S = 30.0  # in which the service should have given up

Damage = Callable[[bytes], bytes | None]  # None: the file is missing


def main(artifacts: Artifacts = ARTIFACTS) -> None:
    """Damage an artifact file by file."""
    figures = Figures("Damaged artifacts")
    with scratch() as folder:
        root = copy_current(artifacts, folder / "artifacts")
        _load_all(root, figures)
        _start_all(root, figures)
        _serve_beside(root, folder, figures)
        _replace_worker(root, folder, figures)
    figures.end()


def _damages(size: int, step: int | None = None) -> Iterator[tuple[str, Damage]]:
    """Ways to damage a file, each with a name."""
    offsets = range(0, size, step) if step else sorted({0, size // 4, size // 2, max(size - 1, 0)})
    for offset in offsets:
        yield f"a bit of byte {offset}", partial(_flipped, offset)
    for length in sorted({0, size // 2, max(size - 1, 0)}):
        yield f"cut to {length} bytes", partial(_cut, length)
    yield "missing", lambda _: None


def _manifests() -> Iterator[tuple[str, Damage]]:
    """Manifests that no program of ours writes."""
    for name, text in {
        "brackets": "[" * _BRACKETS,
        "closed brackets": "[" * _BRACKETS + "]" * _BRACKETS,
        "nested objects": '{"a":' * _BRACKETS,
        "brackets in a member": f'{{"format": {FORMAT}, "a": {"[" * _BRACKETS}',
        "a long number": "1" * _BRACKETS,
        "no members": f'{{"format": {FORMAT}}}',
        "another format": '{"format": 1e999}',
        "null": "null",
        "bytes": "\x00\x01\x02",
    }.items():
        yield name, partial(_replaced, text.encode())


def _load_all(root: Path, figures: Figures) -> None:
    """Load the artifact after each damage."""
    faults, cases = [], 0
    current = (root / "current").resolve()
    for file in folder_files(current):
        name = file.relative_to(current).as_posix()
        is_manifest = name == MANIFEST
        damages = [*_damages(file.stat().st_size, _MANIFEST_STEP if is_manifest else None)]
        for what, damage in [*damages, *_manifests()] if is_manifest else damages:
            cases += 1
            # A changed figure in the manifest is not noticed, nor is the end of its last line.
            fault = _damaged(file, damage, partial(_fault_of_loading, root, name))
            if fault and not (is_manifest and what.startswith(("a bit", "cut")) and fault == "it was loaded"):
                faults.append(f"{name}, {what}: {fault}")
    extra = current / "extra"
    extra.touch()
    if fault := _fault_of_loading(root, "extra"):
        faults.append(f"a file too many: {fault}")
    extra.unlink()
    figures.none(f"faults in {cases + 1} damaged artifacts", faults)


def _fault_of_loading(root: Path, name: str) -> str:
    try:
        artifact.load(root, "cpu")
    except ArtifactError as error:
        return _fault_of_message(str(error), name)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "it was loaded"


def _start_all(root: Path, figures: Figures) -> None:
    """Start the service with each file damaged, and with a manifest of brackets."""
    faults = []
    current = (root / "current").resolve()
    brackets = dict(_manifests())["brackets"]
    files = [(file, dict(_damages(1))["a bit of byte 0"]) for file in folder_files(current)]
    for file, damage in [*files, (current / MANIFEST, brackets)]:
        fault = _damaged(file, damage, partial(_fault_of_start, root, file.name))
        if fault:
            faults.append(f"{file.name}: {fault}")
    figures.none(f"faults in {len(files) + 1} starts of the service", faults)


def _fault_of_start(root: Path, name: str) -> str:
    environment = {**os.environ, "ARTIFACTS": str(root), "PORT": "0", "WORKERS": "1"}
    command = [sys.executable, "-m", "service"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            _, log = process.communicate(timeout=_START_S)
        except subprocess.TimeoutExpired:
            process.terminate()  # with its workers
            return f"it does not end within {_START_S:g} s"
    if process.returncode != 1:
        return f"it exits with {process.returncode}"
    lines = [line for line in log.splitlines() if name in line]
    return "a traceback" if "Traceback" in log else _fault_of_message("\n".join(lines), name)


def _fault_of_message(message: str, name: str) -> str:
    # A manifest that lists other files, or other hashes, than there are may be right: the message names both.
    if name not in message and not (name == MANIFEST and "manifest" in message):
        return f"the message does not name the file: {message[:80]!r}"
    if "\n" in message or len(message) > _LONGEST_MESSAGE:
        return f"the message has {message.count(chr(10)) + 1} lines and {len(message)} characters"
    return ""


def _serve_beside(root: Path, folder: Path, figures: Figures) -> None:
    """Make a damaged artifact the current one of a running service."""
    faults = []
    whole = (root / "current").resolve()
    with workers(root, folder, WORKERS="1", ADMIN_API_KEY=_KEY) as service:
        for file in folder_files(whole):
            name = file.relative_to(whole).as_posix()
            damaged = _point_to_damaged(root, whole, name)
            job = finished_job(service.url, _KEY)
            if job["status"] != "failed" or file.name not in str(job["error"]):
                faults.append(f"{name}: the job says {str(job)[:150]}")
            if service.suggest() != 200:
                faults.append(f"{name}: no answer")
            _point(root, whole)
            shutil.rmtree(damaged)
        log = service.log.read_text()
    figures.none("faults of a service whose current artifact is damaged", faults)
    figures.none("tracebacks in its log", [line for line in log.splitlines() if line.startswith("Traceback")])


def _replace_worker(root: Path, folder: Path, figures: Figures) -> None:
    """Kill one of two workers while the current artifact is damaged: the other has to go on."""
    faults = []
    whole = (root / "current").resolve()
    with workers(root, folder) as service:
        damaged = _point_to_damaged(root, whole, MANIFEST)
        os.kill(min(service.pids), signal.SIGKILL)
        time.sleep(_REPLACEMENT_S)
        if service.process.poll() is not None:
            faults.append("the whole service ended")
        elif service.suggest() != 200:
            faults.append("no answer")
        _point(root, whole)
        shutil.rmtree(damaged)
        if not faults:
            until(lambda: service.log.read_text().count("startup complete") == 3)
    figures.none("faults when a worker dies while the current artifact is damaged", faults)


def _damaged(file: Path, damage: Damage, check: Callable[[], str]) -> str:
    """What the check says while a file is damaged."""
    data, moment = file.read_bytes(), file.stat().st_mtime_ns
    changed = damage(data)
    file.unlink()
    if changed is not None:
        file.write_bytes(changed)
    try:
        return check()
    finally:
        file.write_bytes(data)
        os.utime(file, ns=(moment, moment))


def _flipped(offset: int, data: bytes) -> bytes:
    return data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :] if data else b"\x01"


def _cut(length: int, data: bytes) -> bytes:
    return data[:length]


def _replaced(other: bytes, _data: bytes) -> bytes:
    return other


def _point_to_damaged(root: Path, whole: Path, name: str) -> Path:
    """Make a copy with a damaged file the current artifact, and return it."""
    damaged = root / "99999999T000000Z-damaged0"
    shutil.copytree(whole, damaged)
    (damaged / name).write_bytes((damaged / name).read_bytes()[:10])
    _point(root, damaged)
    return damaged


def _point(root: Path, version: Path) -> None:
    link = root / ".current-damage"
    link.symlink_to(version.name)
    link.replace(root / "current")


if __name__ == "__main__":
    typer.run(main)
