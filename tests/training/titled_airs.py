"""Books of varied airs with titles right and wrong, for the tests of the audit and of its check."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from index.library import Library
from model.abc import Tune, write
from model.abc.variation import ornamented, transposed
from training.corpora import Corpus, find_corpora
from training.corpora.curate import curate

SETTINGS = 3  # of each title
_TITLES = 60


def varied_airs(corpus: Corpus) -> list[Tune]:
    """Sixty tunes of different titles, each as printed and in two variations, in the order of titles."""
    rng = np.random.default_rng(0)
    library = curate([corpus]).library
    firsts = np.unique(library.catalogue.title_of_setting, return_index=True)[1]
    printed = [library.tunes[i] for i in firsts]
    varied = []
    for tune in [tune for tune in printed if len(tune.notes) >= 40][:_TITLES]:
        varied += [
            tune,
            ornamented(transposed(tune, 5), 0.1, rng),
            ornamented(transposed(tune, -2), 0.1, rng),
        ]
    return varied


def right_titles(tunes: list[Tune]) -> list[str]:
    """A title for each of `varied_airs`."""
    return [f"Air {i // SETTINGS}" for i in range(len(tunes))]


def write_book(path: Path, tunes: list[Tune], titles: list[str]) -> Path:
    """Write a tunebook with these titles."""
    texts = [write(replace(tune, titles=(title,))) for tune, title in zip(tunes, titles, strict=True)]
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def read_book(path: Path) -> Library:
    """The library of a tunebook."""
    return curate(find_corpora([str(path)])).library
