from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.library import Library
from index.melody_index import FEATURES, Likenesses
from index.ranking import RankingModel, log_length
from index.suggester import Suggester
from model.abc.variation import cut, transposed, unnamed
from model.encoders import Encoders
from model.ngram_title_encoder import NgramTitleConfig, NgramTitleEncoder
from model.ngram_tune_encoder import NgramTuneConfig, NgramTuneEncoder
from training.corpora import Corpus
from training.corpora.curate import curate

TUNES = NgramTuneEncoder(NgramTuneConfig(buckets=2**12, dim=64))
TITLES = NgramTitleEncoder(NgramTitleConfig(buckets=2**12, dim=64))
COUNT = len(FEATURES)
SIMILARITY = FEATURES.index("similarity")

MODEL = RankingModel(
    features=FEATURES,
    weights=tuple(40.0 if name == "similarity" else 0.0 for name in FEATURES),
    by_length=(0.0,) * COUNT,
    none=(36.0, 0.0),  # as likely as a similarity of .9
    style=0.01,
)


@pytest.fixture(scope="module")
def library(small_corpus: Corpus) -> Library:
    return curate([small_corpus]).library


@pytest.fixture(scope="module")
def suggester(library: Library) -> Suggester:
    return Suggester.build(library, Encoders(TUNES, TITLES), MODEL)


def test_probabilities_are_a_softmax_with_none_as_an_alternative() -> None:
    features = np.zeros((2, COUNT))
    features[:, SIMILARITY] = 0.9, 0.8
    likely, none = MODEL.probabilities(Likenesses(np.array([4, 7]), features), notes=100)
    expected = np.exp([36.0, 32.0, 36.0])
    assert [*likely, none] == pytest.approx(expected / expected.sum())


def test_weights_change_with_the_length_of_what_is_asked() -> None:
    weights = tuple(1.0 if name == "length" else 0.0 for name in FEATURES)
    model = MODEL.model_copy(update={"weights": (0.0,) * COUNT, "by_length": weights, "none": (0.0, 2.0)})
    features = np.zeros((1, COUNT))
    features[0, FEATURES.index("length")] = 3.0
    for notes in (16, 100):
        likely, none = model.probabilities(Likenesses(np.array([0]), features), notes)
        assert likely[0] / none == pytest.approx(np.exp(log_length(notes)))


def test_a_known_tune_is_known_in_any_key(library: Library, suggester: Suggester) -> None:
    for setting in range(0, len(library.tunes), 15):
        asked = unnamed(transposed(library.tunes[setting], 2))
        ranking = suggester.rank(asked, 5)
        # The book prints some melodies under two titles, which then are as likely.
        first = [found for found in ranking.titles if found.similarity == pytest.approx(1)]
        assert ranking.known
        assert library.catalogue.title_of_setting[setting] in [found.title for found in first]
        assert sum(found.confidence for found in first) > 0.9
        assert ranking.titles[: len(first)] == first
        assert len(ranking.titles) == 5


def test_an_unknown_tune_is_ranked_by_style_alone(library: Library, suggester: Suggester) -> None:
    asked = cut(unnamed(library.tunes[0]), 0, 20)  # too short to be as similar as the model wants
    ranking = suggester.rank(asked, 100)
    assert not ranking.known
    by_style = [hit.title for hit in suggester.title_index.search(TUNES.encode([asked]), 100)[0]]
    assert [found.title for found in ranking.titles][:5] == by_style[:5]
    assert ranking.titles[0].confidence == pytest.approx(MODEL.style, rel=0.01)
    assert ranking.titles[1].confidence == pytest.approx(MODEL.style / 2, rel=0.01)
    assert all(found.setting is None for found in ranking.titles)


def test_a_title_that_is_likely_by_style_makes_no_tune_known(library: Library, suggester: Suggester) -> None:
    asked = cut(unnamed(library.tunes[0]), 0, 20)
    ranking = suggester.with_ranking(MODEL.model_copy(update={"style": 0.9})).rank(asked, 5)
    assert ranking.titles[0].confidence == pytest.approx(0.9, rel=0.01)
    assert not ranking.known
    assert all(found.setting is None for found in ranking.titles)


def test_a_resemblance_is_a_reason_where_it_is_likely_enough(library: Library, suggester: Suggester) -> None:
    """The same tune against a model that wants more: less likely, then unknown, then by style alone."""
    asked = unnamed(library.tunes[9])
    title = int(library.catalogue.title_of_setting[9])
    shown = {}
    for none in (36.0, 41.0, 47.0):
        model = MODEL.model_copy(update={"none": (none, 0.0)})
        ranking = suggester.with_ranking(model).rank(asked, 150)
        found = next(found for found in ranking.titles if found.title == title)
        shown[none] = ranking.known, found.confidence > 0.1, found.setting is not None
        for one in ranking.titles:
            assert library.catalogue.title_of_name[one.name.row] == one.title
    assert shown == {36.0: (True, True, True), 41.0: (False, True, True), 47.0: (False, False, False)}


def test_settings_of_one_title_speak_for_it_together(library: Library) -> None:
    same = replace(library, tunes=[library.tunes[0]] * len(library.tunes))
    catalogue, asked = library.catalogue, unnamed(library.tunes[0])
    found = Suggester.build(same, Encoders(TUNES, TITLES), MODEL).rank(asked, 300)
    of_title = {ranked.title: ranked.confidence for ranked in found.titles}
    several = np.bincount(catalogue.title_of_setting)
    two, one = (next(title for title in of_title if several[title] == count) for count in (2, 1))
    assert of_title[two] == pytest.approx(2 * of_title[one], rel=0.05)


def test_no_title_comes_twice_and_as_many_as_asked(library: Library, suggester: Suggester) -> None:
    asked = unnamed(library.tunes[9])
    for k in (1, 10, 150):
        ranked = suggester.rank(asked, k).titles
        assert len({found.title for found in ranked}) == len(ranked) == k
        confidences = [found.confidence for found in ranked]
        assert confidences == sorted(confidences, reverse=True)


def test_a_model_is_saved_and_only_one_of_these_features_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "ranking.json"
    MODEL.save(path)
    assert RankingModel.load(path) == MODEL
    MODEL.model_copy(update={"features": (*FEATURES[:-1], "tempo")}).save(path)
    with pytest.raises(ValueError, match="tempo"):
        RankingModel.load(path)
    path.write_text("{}")
    with pytest.raises(ValueError, match=r"ranking\.json"):
        RankingModel.load(path)
