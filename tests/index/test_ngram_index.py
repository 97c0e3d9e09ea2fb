from collections import Counter
from collections.abc import Sequence
from math import log, sqrt

import numpy as np
import pytest

from index.ngram_index import GRAM, NgramIndex
from model.abc import Tune
from model.abc.variation import cut, transposed
from model.grams import Ints, interval_grams
from training.corpora import Corpus
from training.corpora.curate import curate


@pytest.fixture(scope="module")
def tunes(small_corpus: Corpus) -> Sequence[Tune]:
    return curate([small_corpus]).library.tunes


def grams(tune: Tune) -> Ints:
    return interval_grams(tune, GRAM)


def indexed(tunes: Sequence[Tune]) -> NgramIndex:
    return NgramIndex([grams(tune) for tune in tunes])


def weights(tune: Tune, known: Sequence[Tune]) -> dict[int, float]:
    """As the class says, with dictionaries."""
    count = Counter(interval_grams(tune, GRAM).tolist())
    df = Counter(gram for other in known for gram in set(interval_grams(other, GRAM).tolist()))
    found = {
        gram: (1 + log(n)) * (1 + log((1 + len(known)) / (1 + df[gram])))
        for gram, n in count.items()
        if gram in df
    }
    norm = sqrt(sum(weight**2 for weight in found.values()))
    return {gram: weight / norm for gram, weight in found.items()}


def test_the_cosines_are_those_of_the_formula(tunes: Sequence[Tune]) -> None:
    asked, known = tunes[0], tunes[1:40]
    got = indexed(known).cosines(grams(asked))
    mine = weights(asked, known)
    for tune, cosine in zip(known, got, strict=True):
        theirs = weights(tune, known)
        assert cosine == pytest.approx(sum(weight * theirs.get(gram, 0) for gram, weight in mine.items()))


def test_a_tune_is_found_in_another_key(tunes: Sequence[Tune]) -> None:
    index = indexed(tunes)
    for number in range(0, len(tunes), 10):
        cosines = index.cosines(grams(transposed(tunes[number], 4)))
        assert cosines[number] == pytest.approx(1)
        assert cosines.max() < 1.001


def test_without_a_shared_run_nothing_is_near(tunes: Sequence[Tune]) -> None:
    assert not indexed(tunes).cosines(grams(cut(tunes[0], 0, GRAM))).any()
    assert indexed([]).cosines(grams(tunes[0])).shape == (0,)
    assert np.array_equal(indexed([cut(tunes[0], 0, 3)]).cosines(grams(tunes[0])), [0.0])


def test_common_n_grams_are_read_last(tunes: Sequence[Tune], monkeypatch: pytest.MonkeyPatch) -> None:
    index = indexed(tunes)
    whole = [index.cosines(grams(tune)) for tune in tunes]
    read = np.mean([np.count_nonzero(cosines) for cosines in whole])
    monkeypatch.setattr("index.ngram_index._MOST_READ", 60)
    for number, tune in enumerate(tunes):
        bounded = index.cosines(grams(tune))
        assert np.count_nonzero(bounded) <= 60 < read
        assert np.all(bounded <= whole[number] + 1e-9)
        if whole[number][number] > np.sort(whole[number])[-2] + 1e-6:
            assert bounded.argmax() == number
