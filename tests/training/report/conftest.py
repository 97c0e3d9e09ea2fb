"""An artifact of the library of printed tunes, and its report."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index import artifact
from index.artifact import Artifact
from index.library import Library
from tests.support import SMALL, Silent
from training.corpora.curate import Curated
from training.fitting.fit import fit
from training.fitting.trainer import Trainer
from training.report.reporting import Report, make_report


@pytest.fixture(scope="session")
def artifacts(
    library: Library, small_curated: Curated, make_once: Callable[[str, Callable[[Path], object]], Path]
) -> Path:
    """A folder with an artifact of forty titles with three settings and sixty with one, not to be changed."""

    def train(root: Path) -> None:
        fit(replace(small_curated, library=library), root, Trainer(SMALL, "cpu", Silent()))

    return make_once("report-artifacts", train)


@pytest.fixture(scope="session")
def loaded(artifacts: Path) -> Artifact:
    return artifact.load(artifacts, "cpu")


@pytest.fixture(scope="session")
def report(loaded: Artifact) -> Report:
    return make_report(loaded)
