from collections import Counter
from collections.abc import Sequence
from math import log, sqrt

import numpy as np
import pytest

from index.ngram_index import GRAM, NgramIndex
from model.abc import Tune
from model.abc.variation import cut, transposed
from model.grams import Ints, interval_grams
from training.corpora.curate import Curated


@pytest.fixture(scope="module")
def tunes(small_curated: Curated) -> Sequence[Tune]:
    return small_curated.library.tunes


def grams(tune: Tune) -> Ints:
    return interval_grams(tune, GRAM)


def indexed(tunes: Sequence[Tune]) -> NgramIndex:
    return NgramIndex([grams(tune) for tune in tunes])


def weights(tune: Tune, settings: Sequence[Tune]) -> dict[int, float]:
    """The weights that the docstring of `NgramIndex` defines, computed with dictionaries."""
    count = Counter(interval_grams(tune, GRAM).tolist())
    df = Counter(gram for other in settings for gram in set(interval_grams(other, GRAM).tolist()))
    weight_of = {
        gram: (1 + log(n)) * (1 + log((1 + len(settings)) / (1 + df[gram])))
        for gram, n in count.items()
        if gram in df
    }
    norm = sqrt(sum(weight**2 for weight in weight_of.values()))
    return {gram: weight / norm for gram, weight in weight_of.items()}


def test_the_cosines_are_those_of_the_formula(tunes: Sequence[Tune]) -> None:
    query, settings = tunes[0], tunes[1:40]
    cosines = indexed(settings).cosines(grams(query))
    query_weights = weights(query, settings)
    for tune, cosine in zip(settings, cosines, strict=True):
        other = weights(tune, settings)
        expected = sum(weight * other.get(gram, 0) for gram, weight in query_weights.items())
        assert cosine == pytest.approx(expected)


def test_a_tune_in_another_key_has_cosine_1(tunes: Sequence[Tune]) -> None:
    index = indexed(tunes)
    for number in range(0, len(tunes), 10):
        cosines = index.cosines(grams(transposed(tunes[number], 4)))
        assert cosines[number] == pytest.approx(1)
        assert cosines.max() < 1.001


def test_without_a_shared_n_gram_the_cosine_is_0(tunes: Sequence[Tune]) -> None:
    assert not indexed(tunes).cosines(grams(cut(tunes[0], 0, GRAM))).any()
    assert indexed([]).cosines(grams(tunes[0])).shape == (0,)
    assert np.array_equal(indexed([cut(tunes[0], 0, 3)]).cosines(grams(tunes[0])), [0.0])


def test_rare_n_grams_are_read_first(tunes: Sequence[Tune], monkeypatch: pytest.MonkeyPatch) -> None:
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
