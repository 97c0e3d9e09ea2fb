"""Fixtures: a few printed tunes, a small artifact made of them, and a running server."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import torch
from pydantic import SecretStr

from service.settings import Settings
from tests.support import SMALL, Silent, serve
from training.corpora import Corpus, find_corpora
from training.corpora.curate import curate
from training.fitting.fit import fit
from training.fitting.trainings import Trainer


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine that runs the tests reaches them."""
    for field in Settings.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The first 240 tunes of Aird's second volume and its neighbours, as one tunebook."""
    text = "".join(
        (find_corpora(["airdsAirs"])[0].path / f"book{volume}.abc").read_text(encoding="latin-1")
        for volume in (1, 2)
    )
    tunes = re.split(r"(?m)^(?=X:)", text)[1:241]
    path = tmp_path_factory.mktemp("corpus") / "airs.abc"
    path.write_text("".join(tunes), encoding="utf-8")
    return find_corpora([str(path)])[0]


@pytest.fixture(scope="session")
def _published(small_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("published")
    fit(curate([small_corpus]), root, Trainer(SMALL, torch.device("cpu"), Silent()))
    return root


@pytest.fixture
def small_artifacts(_published: Path, tmp_path: Path) -> Path:
    """A folder with a small published artifact, the test's own to spoil."""
    root = tmp_path / "artifacts"
    shutil.copytree(_published, root, symlinks=True)
    return root


@pytest.fixture
def client(small_artifacts: Path) -> Iterator[httpx.Client]:
    """A client of a server with the small artifact and the admin key `secret`."""
    with serve(
        Settings(artifacts=small_artifacts, admin_api_key=SecretStr("secret"), max_body_bytes=2**16)
    ) as client:
        yield client


@pytest.fixture(scope="session")
def demo_artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make serve` trains: all three books, by the command itself."""
    root = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "training", "fit", "--artifacts", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return root
