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
from model.abc.variation import transposed, unnamed
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


def spans(suggestions: Suggestions) -> list[tuple[int, int]]:
    return [(part.first_bar, part.last_bar) for part in suggestions.parts]


def as_one_part(tune: Tune) -> Tune:
    """A tune with a repeat sign only at its end."""
    *bars, last = (replace(bar, opens_repeat=False, closes_repeat=False, endings=()) for bar in tune.bars)
    return replace(tune, bars=(*bars, replace(last, closes_repeat=True)))


def title(suggester: Suggester, setting: int) -> int:
    return int(suggester.catalogue.title_of_setting[setting])


def ids(suggester: Suggester, *settings: int) -> list[str]:
    return [suggester.directory.title_ids[title(suggester, setting)] for setting in settings]


def found(suggester: Suggester, tune: Tune, without: int | None = None) -> tuple[list[FoundPart], int]:
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


def first_notes(tune: Tune, notes: int) -> Tune:
    """The bars that end among its first notes."""
    bars = tuple(bar for bar in tune.bars if bar.last <= notes)
    return replace(tune, notes=tune.notes[: bars[-1].last], bars=bars)


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


def test_the_strains_of_a_medley_are_not_called_parts(suggester: Suggester, tunes: list[Tune]) -> None:
    text, bars = medley(*(as_one_part(tunes[number]) for number in (20, 90)))
    suggestions = suggester.suggest(text, 5)
    melodies = [title.melody for title in suggestions.titles if title.melody]
    assert spans(suggestions) == bars
    assert any("has only your bars" in melody.difference for melody in melodies)
    assert not any("part" in melody.difference for melody in melodies)


def test_a_single_tune_is_no_medley_even_if_nobody_knows_it(suggester: Suggester, tunes: list[Tune]) -> None:
    long = [number for number, tune in enumerate(tunes) if len(tune.notes) >= 120]
    assert len(long) >= 15
    for number in long:
        assert found(suggester, tunes[number]) == ([], 0)
        assert found(suggester, tunes[number], without=number)[0] == []


@pytest.mark.parametrize("semitones", [(0, 0, 0), (0, 2, 5)])
def test_a_repeated_tune_is_no_medley(
    suggester: Suggester, tunes: list[Tune], semitones: tuple[int, ...]
) -> None:
    for number in range(0, 200, 25):
        text, _ = medley(*(transposed(tunes[number], move) for move in semitones))
        assert suggester.suggest(text).parts == ()


def test_a_tune_with_variations_is_no_medley(suggester: Suggester, tunes: list[Tune]) -> None:
    for number in range(0, 200, 25):
        variations = [varied(tunes[number], 0, seed, share) for seed, share in enumerate((0, 0.1, 0.3, 0.5))]
        text, _ = medley(*variations)
        assert suggester.suggest(text).parts == ()


def test_single_strains_of_two_tunes_are_no_medley(suggester: Suggester, tunes: list[Tune]) -> None:
    """A tune whose strains others have, too, is a tune of its own."""
    strains = [first_notes(tune, len(tune.notes) // 2) for tune in tunes]
    long = [strain for strain in strains if len(strain.notes) >= 42]
    medleys = [medley(*three)[0] for three in zip(long[::3], long[1::3], long[2::3], strict=False)]
    assert len(medleys) >= 20
    assert sum(suggester.suggest(text).parts != () for text in medleys) <= len(medleys) / 20


def test_a_medley_that_somebody_collected_is_one_tune(suggester: Suggester, tunes: list[Tune]) -> None:
    text, _ = medley(tunes[20], tunes[90])
    assert len(suggester.suggest(text).parts) == 2
    entry = Entry("sets.abc:1", read_tune(text.replace("X:0", "X:1\nT:The Set")))
    catalogue = suggester.catalogue
    named = [
        (catalogue.titles[title].names, setting)
        for title, setting in zip(catalogue.title_of_setting.tolist(), catalogue.settings, strict=True)
    ]
    library = Library.read(Catalogue.collect([*named, (entry.names, entry.setting("sets"))]))
    with_set = Suggester.build(library, suggester.encoders, suggester.ranking)
    suggestions = with_set.suggest(text)
    assert suggestions.titles[0].title == "The Set"
    assert suggestions.parts == ()


def test_an_unknown_tune_between_two_others_is_left_out(suggester: Suggester, tunes: list[Tune]) -> None:
    kesh = read_tune(KESH)
    text, bars = medley(tunes[20], kesh, kesh, tunes[90])
    suggestions = suggester.suggest(text)
    assert [part.id for part in suggestions.parts] == ids(suggester, 20, 90)
    assert spans(suggestions) == [bars[0], bars[3]]


def test_a_tune_may_come_back_after_another(suggester: Suggester, tunes: list[Tune]) -> None:
    text, bars = medley(tunes[20], tunes[90], transposed(tunes[20], 2))
    suggestions = suggester.suggest(text)
    assert [part.id for part in suggestions.parts] == ids(suggester, 20, 90, 20)
    assert spans(suggestions) == bars


def test_without_bar_lines_the_notes_are_divided(suggester: Suggester, tunes: list[Tune]) -> None:
    text, _ = medley(tunes[20], tunes[90])
    tune = read_tune(write(replace(read_tune(text), bars=())))
    assert len(tune.bars) == 1
    parts, _ = found(suggester, tune)
    assert [part.title for part in parts] == [title(suggester, 20), title(suggester, 90)]
    assert parts[0].last == parts[1].first
    assert abs(parts[1].first - len(tunes[20].notes)) <= 2
    assert spans(suggester.suggest(tune)) == [(1, 1), (1, 1)]


def test_parts_match_the_filters(suggester: Suggester, tunes: list[Tune]) -> None:
    meters = {meter: [n for n, tune in enumerate(tunes) if tune.meter == meter] for meter in ("6/8", "4/4")}
    jig, reel = (next(n for n in numbers if len(tunes[n].notes) >= 90) for numbers in meters.values())
    text, _ = medley(tunes[jig], tunes[reel], tunes[20])
    assert ids(suggester, jig, reel)[0] in [part.id for part in suggester.suggest(text).parts]
    for meter in meters:
        filtered = suggester.suggest(text, filters=Filters(meter=meter)).parts
        assert all(part.setting.meter == meter for part in filtered)


def test_the_work_is_bounded(suggester: Suggester, tunes: list[Tune]) -> None:
    long, _ = medley(*tunes[:40])
    assert len(read_tune(long).notes) > MAX_NOTES
    parts, ranked = found(suggester, read_tune(long))
    assert len(parts) >= 4
    assert ranked <= 16
    walk = [tune for kind, tune in nonsense(200, seed=0) if len(tune.notes) >= 120]
    assert walk
    for tune in walk:
        assert found(suggester, tune)[0] == []


def test_a_medley_that_is_too_long_is_not_searched_in_silence(
    suggester: Suggester, tunes: list[Tune]
) -> None:
    for count, text in ((2, []), (16, ["a long medley: from here on, not every tune was looked for"])):
        abc, _ = medley(*[tune for tune in tunes if len(tune.notes) >= 60][:count])
        answer = suggester.suggest(abc, top_k=1)
        assert 0 < len(answer.parts) <= min(count, 8)
        warnings = [warning for warning in answer.warnings if "medley" in warning.message]
        assert [warning.message for warning in warnings] == text
        places = {(note.line, note.column) for note in answer.tune.notes}
        assert all((warning.line, warning.column) in places for warning in warnings)


def test_a_short_tune_costs_nothing(suggester: Suggester, tunes: list[Tune]) -> None:
    text, _ = medley(first_notes(tunes[20], 55), first_notes(tunes[90], 55))
    assert found(suggester, read_tune(text)) == ([], 0)


def test_the_search_stops_at_the_deadline(suggester: Suggester, tunes: list[Tune]) -> None:
    text, _ = medley(*tunes[:8])
    tune = read_tune(text)
    whole = suggester.rank(tune, 1)
    search = Medley(tune, lambda passage: suggester.rank(passage, 1), suggester.melody_index.melody)
    with limited(cpu_s=0.01), pytest.raises(DeadlineError):
        search.parts(whole, None)
