"""A library of printed tunes: forty titles with three settings and sixty with one."""

from dataclasses import replace

import numpy as np
import pytest

from index.catalogue import Catalogue, Setting
from index.library import Library
from model.abc import Tune, write
from model.abc.variation import transposed
from training.corpora.curate import Curated

SEVERAL = 40  # titles with three settings


@pytest.fixture(scope="session")
def library(small_curated: Curated) -> Library:
    rng = np.random.default_rng(0)
    read = small_curated.library
    firsts = np.unique(read.catalogue.title_of_setting, return_index=True)[1]
    printed = [read.tunes[i] for i in firsts.tolist() if len(read.tunes[i].notes) >= 40][:100]
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
    catalogue = Catalogue.collect(
        (tune.titles, setting) for tune, setting in zip(varied, settings, strict=True)
    )
    tune_of = dict(zip(settings, varied, strict=True))
    return Library(catalogue, [tune_of[setting] for setting in catalogue.settings])


def _changed(tune: Tune, rng: np.random.Generator) -> Tune:
    """Move a tenth of the notes to another pitch."""
    moved = rng.random(len(tune.notes)) < 0.1
    notes = (
        replace(note, pitch=note.pitch + 2 * int(up)) for note, up in zip(tune.notes, moved, strict=True)
    )
    return replace(tune, notes=tuple(notes))
