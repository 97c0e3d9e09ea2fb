"""The library that experiments draw from, and encoders that are not trained."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from index.library import Library
from tests.support import untrained as random_encoders
from training.fitting.split import Split
from training.lab.benchmark.gallery import Fitted
from training.lab.benchmark.sampled_library import SampledLibrary


@dataclass
class Untrained:
    """Gives encoders with random weights, and records the name and number of settings of each request."""

    requests: list[tuple[str, int]] = field(default_factory=list)

    def trained_on(self, library: Library) -> Library:
        return library

    def from_all(self, name: str, library: Library) -> Fitted:
        return self._fitted(name, len(library.tunes))

    def from_split(self, name: str, library: Library, split: Split) -> Fitted:
        return self._fitted(name, int(np.isin(library.catalogue.title_of_setting, split.train).sum()))

    def _fitted(self, name: str, settings: int) -> Fitted:
        self.requests.append((name, settings))
        return Fitted(random_encoders())


@pytest.fixture
def untrained() -> Untrained:
    return Untrained()


@pytest.fixture(scope="session")
def library(library: Library) -> SampledLibrary:
    """The library of all training tests, with its samples."""
    return SampledLibrary(library.catalogue, library.tunes)
