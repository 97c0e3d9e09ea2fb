"""A handful of printed tunes, and a model so small that it learns them in seconds."""

import pytest
import torch

from model.abc import Tune
from training.corpora.curate import Curated
from training.lab.pretraining.next_note import NextNote, PretrainConfig

TINY = PretrainConfig(widths=(16, 4, 4, 2, 2, 2, 2), hidden=32, longest=60, batch=4, rate=0.02, max_epochs=20)


@pytest.fixture
def config() -> PretrainConfig:
    return TINY


@pytest.fixture
def model(config: PretrainConfig) -> NextNote:
    torch.manual_seed(0)
    return NextNote(config).eval()


@pytest.fixture(scope="session")
def tunes(small_curated: Curated) -> list[Tune]:
    return list(small_curated.library.tunes[:24])
