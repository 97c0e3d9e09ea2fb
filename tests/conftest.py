"""Fixtures: a few printed tunes, a small artifact made of them, and a running server.

What takes time is made once in a test run: the first test process trains, the others wait for its lock.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from filelock import FileLock
from pydantic import SecretStr

from service.settings import Settings
from tests.support import SECRET, SMALL, Silent, serve
from training.corpora import Corpus, find_corpora
from training.corpora.curate import Curated, curate
from training.fitting.fit import fit
from training.fitting.trainer import Trainer


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of the machine that runs the tests away from them."""
    for field in Settings.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Makes a named folder once for all test processes of this run, and returns it."""
    base = tmp_path_factory.getbasetemp()
    # With pytest-xdist each process has its own folder inside that of the run.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder = shared / name
        with FileLock(shared / f"{name}.lock"):
            if not folder.exists():
                part = shared / f"{name}.part"
                fill(part)
                part.rename(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The first 240 tunes of the first two volumes of Aird's Airs, as one tunebook."""
    return _first_airs(240, tmp_path_factory.mktemp("corpus") / "airs.abc")


@pytest.fixture(scope="session")
def tiny_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The first 60 of those tunes: enough to train on where no figure matters."""
    return _first_airs(60, tmp_path_factory.mktemp("corpus") / "airs.abc")


@pytest.fixture(scope="session")
def small_curated(small_corpus: Corpus) -> Curated:
    """The small corpus, read and curated."""
    return curate([small_corpus])


@pytest.fixture(scope="session")
def published(small_curated: Curated, make_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A folder with a small published artifact. Tests must not change it."""

    def train(root: Path) -> None:
        fit(small_curated, root, Trainer(SMALL, "cpu", Silent()))

    return make_once("small-artifacts", train)


@pytest.fixture
def small_artifacts(published: Path, tmp_path: Path) -> Path:
    """A copy of the small artifact, for a test to change as it likes."""
    root = tmp_path / "artifacts"
    shutil.copytree(published, root, symlinks=True)
    return root


@pytest.fixture
def client(small_artifacts: Path) -> Iterator[httpx.Client]:
    """A client of a server with the small artifact and the admin key `secret`."""
    with serve(
        Settings(artifacts=small_artifacts, admin_api_key=SecretStr(SECRET), max_body_bytes=2**16)
    ) as client:
        yield client


@pytest.fixture(scope="session")
def demo_artifacts(make_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """What `make serve` trains: all three books, by the command itself."""

    def train(root: Path) -> None:
        command = [sys.executable, "-m", "training", "fit", "--artifacts", str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    return make_once("demo-artifacts", train)


def _first_airs(count: int, path: Path) -> Corpus:
    text = "".join(
        (find_corpora(["airdsAirs"])[0].path / f"book{volume}.abc").read_text(encoding="latin-1")
        for volume in (1, 2)
    )
    tunes = re.split(r"(?m)^(?=X:)", text)[1 : count + 1]
    path.write_text("".join(tunes), encoding="utf-8")
    return find_corpora([str(path)])[0]
