from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.library import Library
from index.melody_index import FEATURES, Likenesses
from index.ranking import RankingModel, log_length
from index.suggester import Suggester
from model.abc.variation import cut, transposed, unnamed
from tests.support import untrained
from training.corpora.curate import Curated

ENCODERS = untrained()
COUNT = len(FEATURES)
SIMILARITY = FEATURES.index("similarity")

MODEL = RankingModel(
    features=FEATURES,
    weights=tuple(40.0 if name == "similarity" else 0.0 for name in FEATURES),
    by_length=(0.0,) * COUNT,
    by_square=(0.0,) * COUNT,
    none=(36.0, 0.0, 0.0, 0.0, 0.0, 0.0),  # as likely as a candidate with similarity 0.9
    style=0.01,
)


@pytest.fixture(scope="module")
def library(small_curated: Curated) -> Library:
    return small_curated.library


@pytest.fixture(scope="module")
def suggester(library: Library) -> Suggester:
    return Suggester.build(library, ENCODERS, MODEL)


def test_probabilities_are_a_softmax_with_none_as_an_alternative() -> None:
    features = np.zeros((2, COUNT))
    features[:, SIMILARITY] = 0.9, 0.8
    likely, none = MODEL.probabilities(
        Likenesses(
            np.array([4, 7]), features, np.zeros(2, np.int64), notes=100, variety=40.0, diatonic_variety=20.0
        )
    )
    expected = np.exp([36.0, 32.0, 36.0])
    assert [*likely, none] == pytest.approx(expected / expected.sum())


def test_weights_change_with_the_length_of_the_query() -> None:
    weights = tuple(1.0 if name == "length" else 0.0 for name in FEATURES)
    features = np.zeros((1, COUNT))
    features[0, FEATURES.index("length")] = 3.0
    for name, power in (("weights", 0), ("by_length", 1), ("by_square", 2)):
        none = tuple(2.0 * (i == power) for i in range(6))
        zeros = dict.fromkeys(("weights", "by_length", "by_square"), (0.0,) * COUNT)
        model = MODEL.model_copy(update={**zeros, name: weights, "none": none})
        for notes in (16, 100):
            likely, other = model.probabilities(
                Likenesses(np.array([0]), features, np.array([0]), notes, 40.0, 20.0)
            )
            assert likely[0] / other == pytest.approx(np.exp(log_length(notes, 40.0) ** power))


def test_none_depends_on_the_background() -> None:
    """On the eleventh highest alignment, with a weight that changes with the length of the query."""
    for power in range(3):
        none = tuple(float(i == 3 + power) for i in range(6))
        model = RankingModel.unfitted().model_copy(update={"none": none})
        features = np.zeros((12, COUNT))
        features[:, FEATURES.index("pulses")] = np.linspace(0.2, 0.75, 12)  # the eleventh highest is .25
        likely, other = model.probabilities(
            Likenesses(np.arange(12), features, np.zeros(12, np.int64), 16, 40.0, 20.0)
        )
        assert other / likely[0] == pytest.approx(np.exp(0.25 * log_length(16, 40.0) ** power))


def test_a_monotonous_query_counts_as_a_shorter_one() -> None:
    assert log_length(16, 10.0) == log_length(16, 14.0) == pytest.approx(np.log(16) - 3.6)
    assert log_length(160, 1.0) == log_length(16, 1.0) == pytest.approx(np.log(3) - 3.6)  # a drone
    assert log_length(160, 40.0) == pytest.approx(np.log(120) - 3.6)  # a tune, repeated
    assert log_length(1, 1.0) == pytest.approx(-3.6)


def test_the_candidates_get_at_most_one_half_when_the_query_has_no_variety() -> None:
    features = np.zeros((2, COUNT))
    features[:, SIMILARITY] = 1.0, 0.95
    broken_chord = Likenesses(
        np.array([4, 7]), features, np.zeros(2, np.int64), notes=16, variety=4.0, diatonic_variety=9.0
    )
    likely, none = MODEL.probabilities(broken_chord)
    of_a_tune, _ = MODEL.probabilities(broken_chord._replace(variety=4.1))
    assert of_a_tune.sum() > 0.9
    assert likely == pytest.approx(of_a_tune / 2)
    assert likely.sum() + none == pytest.approx(1)
    for notes, variety, diatonic, halved in (
        (8, 3.0, 3.0, False),
        (64, 8.0, 8.0, True),
        (160, 12.0, 9.0, True),
        (160, 13.0, 9.0, False),
        (16, 6.0, 4.0, True),  # a figure on each step of a scale
        (160, 13.0, 4.8, True),
        (160, 13.0, 5.0, False),
    ):
        query = broken_chord._replace(notes=notes, variety=variety, diatonic_variety=diatonic)
        likely, _ = MODEL.probabilities(query)
        assert (likely.sum() < 0.5) == halved, (notes, variety, diatonic)


def test_a_known_tune_is_known_in_any_key(library: Library, suggester: Suggester) -> None:
    for setting in range(0, len(library.tunes), 15):
        query = unnamed(transposed(library.tunes[setting], 2))
        ranking = suggester.rank(query, 5)
        # The book prints some melodies under two titles, which are then equally likely.
        first = [ranked for ranked in ranking.titles if ranked.similarity == pytest.approx(1)]
        assert ranking.known
        assert library.catalogue.title_of_setting[setting] in [ranked.title for ranked in first]
        assert sum(ranked.confidence for ranked in first) > 0.9
        assert ranking.titles[: len(first)] == first
        assert len(ranking.titles) == 5


def test_an_unknown_tune_is_ranked_by_style_alone(library: Library, suggester: Suggester) -> None:
    query = cut(unnamed(library.tunes[0]), 0, 20)  # too short to be similar enough for the model
    ranking = suggester.rank(query, 100)
    assert not ranking.known
    by_style = [hit.title for hit in suggester.title_index.search(ENCODERS.tune.encode([query]), 100)[0]]
    assert [ranked.title for ranked in ranking.titles][:5] == by_style[:5]
    assert ranking.titles[0].confidence == pytest.approx(MODEL.style, rel=0.01)
    assert ranking.titles[1].confidence == pytest.approx(MODEL.style / 2, rel=0.01)
    assert all(ranked.setting is None for ranked in ranking.titles)


def test_a_tune_is_not_known_by_style_alone(library: Library, suggester: Suggester) -> None:
    query = cut(unnamed(library.tunes[0]), 0, 20)
    ranking = suggester.with_ranking(MODEL.model_copy(update={"style": 0.9})).rank(query, 5)
    assert ranking.titles[0].confidence == pytest.approx(0.9, rel=0.01)
    assert not ranking.known
    assert all(ranked.setting is None for ranked in ranking.titles)


def test_a_setting_is_evidence_only_when_it_is_likely_enough(library: Library, suggester: Suggester) -> None:
    """A rising score of "none" first makes the tune unknown and then removes the evidence."""
    query = unnamed(library.tunes[9])
    title = int(library.catalogue.title_of_setting[9])
    outcomes = {}
    for none in (36.0, 41.0, 47.0):
        model = MODEL.model_copy(update={"none": (none, 0.0, 0.0, 0.0, 0.0, 0.0)})
        ranking = suggester.with_ranking(model).rank(query, 150)
        own = next(ranked for ranked in ranking.titles if ranked.title == title)
        outcomes[none] = ranking.known, own.confidence > 0.1, own.setting is not None
        for ranked in ranking.titles:
            assert library.catalogue.title_of_name[ranked.name.row] == ranked.title
    assert outcomes == {36.0: (True, True, True), 41.0: (False, True, True), 47.0: (False, False, False)}


def test_probabilities_of_the_settings_of_a_title_add_up(library: Library) -> None:
    same = replace(library, tunes=[library.tunes[0]] * len(library.tunes))
    catalogue, query = library.catalogue, unnamed(library.tunes[0])
    ranking = Suggester.build(same, ENCODERS, MODEL).rank(query, 300)
    confidence = {ranked.title: ranked.confidence for ranked in ranking.titles}
    settings = np.bincount(catalogue.title_of_setting)
    double, single = (next(title for title in confidence if settings[title] == count) for count in (2, 1))
    assert confidence[double] == pytest.approx(2 * confidence[single], rel=0.05)


def test_there_are_top_k_titles_and_none_comes_twice(library: Library, suggester: Suggester) -> None:
    query = unnamed(library.tunes[9])
    for k in (1, 10, 150):
        titles = suggester.rank(query, k).titles
        assert len({ranked.title for ranked in titles}) == len(titles) == k
        confidences = [ranked.confidence for ranked in titles]
        assert confidences == sorted(confidences, reverse=True)


def test_a_model_with_other_features_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "ranking.json"
    MODEL.save(path)
    assert RankingModel.load(path) == MODEL
    MODEL.model_copy(update={"features": (*FEATURES[:-1], "tempo")}).save(path)
    with pytest.raises(ValueError, match="tempo"):
        RankingModel.load(path)
    path.write_text("{}")
    with pytest.raises(ValueError, match=r"ranking\.json"):
        RankingModel.load(path)
