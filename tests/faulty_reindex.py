"""`python -m tests.faulty_reindex`: the process of a job, with the fault that the variable FAULT names."""

import os
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from index.artifact import current_version
from index.cosine_index import CosineIndex
from index.progress import OnStep
from index.rebuild import Rebuilt, rebuild
from service import jobs, reindex

PROCESS_ID = "process-id"  # file in the folder of artifacts: the process writes its id there
GO = "go"  # file in the folder of artifacts: a slow rebuild begins when it exists


def slow(root: Path, device: Any, tunebooks: Path | None, on_step: OnStep, **options: Any) -> Rebuilt:
    """Write the process id, take part after part of the first step until GO exists, and then rebuild."""
    advance = on_step("reading settings", 1000)
    (root / PROCESS_ID).write_text(f"{os.getpid()}")
    for _ in range(1000):
        if (root / GO).exists():
            break
        time.sleep(0.05)
        advance()
    return rebuild(root, device, tunebooks, on_step, **options)


def idle(root: Path, *_arguments: Any, **_options: Any) -> Rebuilt:
    """Publish nothing, which is quick."""
    return Rebuilt(current_version(root), 0, [])


def shuffled(*arguments: Any, **options: Any) -> Rebuilt:
    """Rebuild with the vectors of each index in a random order."""
    build, rng = CosineIndex.__init__, np.random.default_rng(0)

    def build_shuffled(index: CosineIndex, vectors: Any, titles: Any) -> None:
        build(index, rng.permutation(vectors), titles)

    with patch.object(CosineIndex, "__init__", build_shuffled):
        return rebuild(*arguments, **options)


def full_disk(*arguments: Any, **options: Any) -> Rebuilt:
    """Rebuild on a disk that is full when the index is saved."""
    with patch.object(CosineIndex, "save", side_effect=OSError("no space left on the device")):
        return rebuild(*arguments, **options)


def our_fault(*_arguments: Any, **_options: Any) -> Rebuilt:
    """Raise an error without a message."""
    raise AssertionError


def start_and_die(root: Path) -> None:
    """Start a job as one worker of several, and end without cleaning up."""
    jobs.MODULE = "tests.faulty_reindex"
    jobs.Jobs(root, "cpu", None, keep=5, log_format="text").start()
    os._exit(1)


if __name__ == "__main__":
    with patch("service.reindex.rebuild", globals()[os.environ["FAULT"]]):
        reindex.main()
