from dataclasses import replace

import numpy as np
import pytest

from index.artifact import EVALUATION, Artifact
from index.mrr import K, chance
from training.fitting.split import SPLIT, Split
from training.report.queries import Query, draw_queries
from training.report.rankers import answer, at_random, by_name, by_ngrams, by_settings


@pytest.fixture(scope="module")
def held_out(loaded: Artifact) -> list[Query]:
    return draw_queries(loaded).held_out


def test_the_same_artifact_gives_the_same_queries(loaded: Artifact, held_out: list[Query]) -> None:
    again = draw_queries(loaded).held_out
    assert [query.setting for query in again] == [query.setting for query in held_out]


def test_one_setting_of_each_title_with_several_is_held_out(loaded: Artifact, held_out: list[Query]) -> None:
    of_setting = loaded.suggester.catalogue.title_of_setting
    assert len(held_out) == len({query.title for query in held_out}) == 40
    for query in held_out:
        assert query.without.tolist() == [query.setting]
        assert of_setting[query.setting] == query.title
        assert query.tune.titles == ()


def test_the_same_melody_is_told_from_another(loaded: Artifact) -> None:
    queries = draw_queries(loaded)
    assert sum(queries.same_melody) >= 38  # a tenth of the notes was changed


def test_an_unknown_tune_is_of_the_test_part_and_all_of_that_is_left_out(loaded: Artifact) -> None:
    split = Split.load(loaded.path / EVALUATION / SPLIT)
    unknown = draw_queries(loaded).unknown
    assert sorted(query.title for query in unknown) == sorted(split.test)
    of_setting = loaded.suggester.catalogue.title_of_setting
    for query in unknown:
        assert set(of_setting[query.without].tolist()) == set(split.test) == query.absent
        given = answer(query, loaded.suggester)
        assert given.title not in split.test
        assert not given.is_right


def test_a_fragment_is_the_beginning(held_out: list[Query]) -> None:
    fragment = held_out[0].first(8)
    pitches = [note.pitch for note in fragment.tune.notes]
    assert pitches == [note.pitch for note in held_out[0].tune.notes[:8]]
    assert held_out[0].first(10_000) is held_out[0]


def test_a_setting_that_is_left_out_is_no_evidence(loaded: Artifact, held_out: list[Query]) -> None:
    for query in held_out[:10]:
        assert answer(query, loaded.suggester).setting != query.setting
        known = replace(query, without=np.zeros(0, np.int64))
        assert answer(known, loaded.suggester).setting == query.setting


def test_the_baselines_rank_as_they_say(loaded: Artifact, held_out: list[Query]) -> None:
    suggester = loaded.suggester
    titles = len(suggester.catalogue)
    contents = suggester.melody_index.contents
    assert contents is not None
    rank = by_ngrams(suggester.catalogue, contents)
    assert np.mean([rank(query) for query in held_out]) > 0.8
    # Of the titles with three settings the right one has only two left, and shares its place with no other.
    rank = by_settings(suggester.catalogue)
    expected = [1 / 40 if K >= 40 else 0.0 for _ in held_out]
    assert [rank(query) for query in held_out] == expected
    random = at_random(titles)
    values = [random(held_out[0]) for _ in range(20_000)]
    assert np.mean(values) == pytest.approx(chance(titles), rel=0.1)
    assert 0 <= by_name(suggester)(held_out[0]) <= 1
