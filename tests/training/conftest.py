"""A catalogue of printed tunes, forty with three settings and sixty with one; encoders not yet trained."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch

from index.catalogue import Catalogue, Setting
from model.abc import Tune, write
from model.abc.variation import transposed
from tests.support import SMALL
from training.corpora import Corpus
from training.corpora.curate import curate
from training.fitting.split import Split
from training.fitting.towers import Towers
from training.lab.benchmark.gallery import Encoders, Known

SEVERAL = 40  # titles with three settings


@dataclass
class Untrained:
    """Encoders with random weights, and what they were asked to learn."""

    asked: list[tuple[str, int]] = field(default_factory=list)

    def learned(self, known: Known) -> Known:
        return known

    def learn_all(self, name: str, known: Known) -> Encoders:
        return self._encoders(name, len(known.tunes))

    def learn_split(self, name: str, known: Known, split: Split) -> Encoders:
        return self._encoders(name, int(np.isin(known.catalogue.title_of_setting, split.train).sum()))

    def _encoders(self, name: str, settings: int) -> Encoders:
        self.asked.append((name, settings))
        torch.manual_seed(0)
        towers = Towers(SMALL).eval()
        return Encoders(towers.tune, towers.title)


@pytest.fixture
def learner() -> Untrained:
    return Untrained()


@pytest.fixture(scope="session")
def known(small_corpus: Corpus) -> Known:
    rng = np.random.default_rng(0)
    read = curate([small_corpus])
    firsts = np.unique(read.library.catalogue.title_of_setting, return_index=True)[1]
    printed = [read.library.tunes[i] for i in firsts if len(read.library.tunes[i].notes) >= 40][:100]
    varied: list[Tune] = []
    for number, tune in enumerate(printed):
        named = replace(tune, titles=(f"Fancy {number}",), rhythm="jig")
        varied.append(named)
        if number < SEVERAL:
            varied += [_changed(transposed(named, semitones), rng) for semitones in (5, -2)]
    settings = [
        Setting("airs", f"airs/{i}", tune.titles[0], "jig", tune.meter, tune.key, write(tune))
        for i, tune in enumerate(varied)
    ]
    catalogue = Catalogue.collect((tune.titles, one) for tune, one in zip(varied, settings, strict=True))
    tune_of = dict(zip(settings, varied, strict=True))
    return Known(catalogue, [tune_of[setting] for setting in catalogue.settings])


def _changed(tune: Tune, rng: np.random.Generator) -> Tune:
    """A tenth of the notes on another pitch."""
    moved = rng.random(len(tune.notes)) < 0.1
    notes = (
        replace(note, pitch=note.pitch + 2 * int(up)) for note, up in zip(tune.notes, moved, strict=True)
    )
    return replace(tune, notes=tuple(notes))
