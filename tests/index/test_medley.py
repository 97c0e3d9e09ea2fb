from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from index import load
from index.alignment import Melody, align
from index.catalogue import Catalogue
from index.display import display_title
from index.filters import Filters
from index.library import Library
from index.medley import FoundPart, Medley
from index.ranking import RankedTitles
from index.suggester import Suggester
from index.suggestions import Suggestions
from index.tunebook import Entry
from model.abc import Tune, read_tune, write
from model.abc.variation import cut, transposed, unnamed
from model.deadline import DeadlineError, limited
from model.grams import MAX_NOTES
from tests.medleys import medley, varied
from tests.nonsense import nonsense
from tests.support import KESH


@pytest.fixture(scope="module")
def suggester(published: Path) -> Suggester:
    return load(published)


@pytest.fixture(scope="module")
def tunes(suggester: Suggester) -> list[Tune]:
    """The tunes of the catalogue."""
    return [unnamed(read_tune(setting.abc)) for setting in suggester.catalogue.settings]


@pytest.fixture(scope="module")
def strangers() -> list[Tune]:
    """Tunes that nobody knows."""
    return [tune for kind, tune in nonsense(60, seed=1) if kind == "walk" and len(tune.notes) >= 100]


def spans(suggestions: Suggestions) -> list[tuple[int, int]]:
    return [(part.first_bar, part.last_bar) for part in suggestions.parts]


def title(suggester: Suggester, setting: int) -> int:
    return int(suggester.catalogue.title_of_setting[setting])


def ids(suggester: Suggester, *settings: int) -> list[str]:
    return [suggester.directory.title_ids[title(suggester, setting)] for setting in settings]


def found(
    suggester: Suggester, tune: Tune, without: int | None = None
) -> tuple[list[FoundPart], int]:
    """What `Medley` finds without one of the settings, and how many passages it ranks."""
    left_out = np.array([] if without is None else [without], dtype=np.int64)
    rank = partial(suggester.rank, without=left_out)
    whole = rank(tune, 1)
    ranked: list[Tune] = []

    def rank_passage(passage: Tune) -> RankedTitles:
        ranked.append(passage)
        return rank(passage, 1)

    melody_of = suggester.melody_index.melody
    setting = whole.titles[0].setting
    matching = None if setting is None else align(Melody.of(tune), melody_of(setting)).notes
    return Medley(tune, rank_passage, melody_of).parts(whole, matching), len(ranked)


def samples(tunes: list[Tune]) -> Iterator[list[int]]:
    """Numbers of two to four tunes that are long enough."""
    rng = np.random.default_rng(0)
    long = [number for number, tune in enumerate(tunes) if len(tune.notes) >= 60 and len(tune.bars) >= 8]
    for _ in range(40):
        yield rng.choice(long, rng.integers(2, 5), replace=False).tolist()


def test_the_tunes_of_a_medley_are_found_with_their_bars(suggester: Suggester, tunes: list[Tune]) -> None:
    right = exact = wrong = total = 0
    for numbers in samples(tunes):
        changed = [varied(tunes[number], number % 9 - 4, number) for number in numbers]
        text, bars = medley(*changed)
        parts = suggester.suggest(text).parts
        expected = dict(zip(ids(suggester, *numbers), bars, strict=True))
        assert [part.first_bar for part in parts] == sorted(part.first_bar for part in parts)
        total += len(numbers)
        right += sum(part.id in expected for part in parts)
        wrong += sum(part.id not in expected for part in parts)
        exact += sum(expected.get(part.id) == (part.first_bar, part.last_bar) for part in parts)
    assert wrong <= total / 50
    assert right >= 0.9 * total
    assert exact >= 0.9 * right


def test_a_part_has_what_a_suggestion_has(suggester: Suggester, tunes: list[Tune]) -> None:
    text, bars = medley(tunes[20], varied(tunes[90], 3, 0))
    suggestions = suggester.suggest(text, 1)
    assert spans(suggestions) == bars
    for part, number in zip(suggestions.parts, (20, 90), strict=True):
        setting = suggester.catalogue.settings[number]
        assert part.id == suggester.directory.title_ids[title(suggester, number)]
        assert part.title == part.setting.title == display_title(setting.title)
        assert (part.setting.id, part.setting.abc) == (suggester.directory.setting_ids[number], setting.abc)
        assert 0.5 < part.confidence <= 1
