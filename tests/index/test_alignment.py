from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from index.alignment import Alignment, Melody, align, similarities, similarity
from model.abc import Tune, read_tune
from model.abc.variation import cut, ornamented, transposed
from model.grams import MAX_NOTES
from tests.support import KESH
from training.corpora import Corpus
from training.corpora.curate import curate

OTHER = "K:D\nDEFA BAFA|d2fd efdB|ABde fdec|dBAF E2D2|\n"


FIRST = "DEFA BAFA|d2fd efdB|ABde fdec|dBAF E2D2|"
SECOND = "faaf gfed|cAeA cAec|fagf edBd|cABc d2d2|"


def alike(a: Tune, b: Tune) -> float:
    return similarity(Melody.of(a), Melody.of(b))


@pytest.fixture
def tune() -> Tune:
    return read_tune(KESH)


@pytest.mark.parametrize("semitones", [-40, -7, 0, 1, 12, 40])
def test_a_melody_is_all_alike_itself_in_any_key(tune: Tune, semitones: int) -> None:
    assert alike(tune, transposed(tune, semitones)) == 1


def test_it_is_the_longest_common_subsequence(tune: Tune) -> None:
    part = cut(tune, 7, 20)
    assert alike(tune, part) == alike(part, tune) == pytest.approx(2 * 20 / (len(tune.notes) + 20))
    turns = ornamented(tune, 0.2, np.random.default_rng(0))
    expected = 2 * len(tune.notes) / (len(tune.notes) + len(turns.notes))
    assert alike(tune, transposed(turns, 3)) >= expected - 1e-9


def test_other_tunes_are_less_alike_than_variants(tune: Tune) -> None:
    variant = ornamented(transposed(tune, 5), 0.15, np.random.default_rng(1))
    assert alike(tune, read_tune(OTHER)) < 0.6 < alike(tune, variant)


def test_melodies_that_share_no_run_of_intervals_are_not_alike() -> None:
    assert alike(read_tune("K:C\nCDEFG\n"), read_tune("K:C\nCcCcC\n")) == 0
    assert alike(read_tune("K:C\nC\n"), read_tune("K:C\nC\n")) == 0


def test_many_at_once_are_as_alike_as_one_by_one(airs: list[Tune]) -> None:
    known = [Melody.of(tune) for tune in (read_tune("K:C\nC\n"), *airs[:20], read_tune("K:C\nCD\n"))]
    for asked in (Melody.of(airs[3]), Melody.of(cut(airs[7], 4, 16)), known[0]):
        assert similarities(asked, known).tolist() == [similarity(asked, other) for other in known]


def bars_of(tune: Tune, first: int, count: int) -> Tune:
    """`count` bars of a tune from the bar `first` on, counted from 0; they keep their numbers."""
    bars = tune.bars[first : first + count]
    begin = bars[0].first
    return replace(
        tune,
        notes=tuple(replace(note, bar=note.bar - first) for note in tune.notes[begin : bars[-1].last]),
        bars=tuple(replace(bar, first=bar.first - begin, last=bar.last - begin) for bar in bars),
    )


def with_notes_changed(tune: Tune, share: float, rng: np.random.Generator) -> Tune:
    """A share of the notes, drawn at random, put on other pitches of the tune."""
    scale = sorted({note.pitch for note in tune.notes})
    return replace(
        tune,
        notes=tuple(
            replace(note, pitch=int(rng.choice(scale))) if rng.random() < share else note
            for note in tune.notes
        ),
    )


@pytest.fixture(scope="module")
def airs(small_corpus: Corpus) -> list[Tune]:
    """Tunes of twelve sounding bars or more."""
    tunes = curate([small_corpus]).library.tunes
    return [tune for tune in tunes if len(tune.bars) >= 12 and all(bar.first < bar.last for bar in tune.bars)]


@pytest.mark.parametrize("semitones", [-12, 0, 5, 40])
def test_every_bar_matches_itself_in_any_key(tune: Tune, airs: list[Tune], semitones: int) -> None:
    assert [bar.number for bar in tune.bars] == [*range(9)]
    for known in [tune, *airs[:30]]:
        itself = tuple((bar.number, bar.number) for bar in known.bars)
        assert align(transposed(known, semitones), known) == Alignment(semitones, itself)


def places(fragment: Tune, known: Tune) -> int:
    """How many times a tune has the pitches of a fragment, note for note."""
    part = [note.pitch for note in fragment.notes]
    whole = [note.pitch for note in known.notes]
    return sum(whole[i : i + len(part)] == part for i in range(len(whole)))


@pytest.mark.parametrize("count", [3, 4, 6])
def test_a_fragment_is_found_in_its_place(airs: list[Tune], count: int) -> None:
    shown = right = 0
    for known in airs:
        fragment = bars_of(known, len(known.bars) // 3, count)
        if len(fragment.notes) < 16 or places(fragment, known) > 1:
            continue
        numbers = [bar.number for bar in fragment.bars]
        assert align(transposed(fragment, -3), known) == Alignment(
            -3, tuple(zip(numbers, numbers, strict=True))
        )
        found = dict(align(known, fragment).bars)
        right += sum(found.get(number) == number for number in numbers)
        shown += 1
    assert shown >= 30
    # Where a fragment itself repeats some bars, two places in it can be right.
    assert right >= 0.98 * count * shown


def test_most_bars_match_when_some_notes_are_others(airs: list[Tune]) -> None:
    rng = np.random.default_rng(0)
    for known in airs[:30]:
        found = align(with_notes_changed(transposed(known, 2), 0.15, rng), known)
        assert found.transposition == 2
        assert sum(bar == other for bar, other in found.bars) >= 0.8 * len(known.bars)
        assert sum(bar != other for bar, other in found.bars) <= 1


def test_few_bars_of_other_tunes_match(airs: list[Tune]) -> None:
    shares = [len(align(a, b).bars) / len(a.bars) for a, b in combinations(airs[:20], 2)]
    assert np.mean(shares) < 0.08
    assert np.median(shares) == 0


def test_parts_in_another_order_and_repeats_written_out() -> None:
    known = read_tune(f"K:D\n|:{FIRST}:|\n|:{SECOND}:|\n")
    asked = read_tune(f"K:D\n{SECOND}{FIRST}{FIRST}\n")
    places = [5, 6, 7, 8, 1, 2, 3, 4, 1, 2, 3, 4]
    assert align(asked, known).bars == tuple(enumerate(places, start=1))


def test_what_was_put_between_matches_nothing() -> None:
    known = read_tune(f"K:D\n{FIRST}{SECOND}\n")
    asked = read_tune(f"K:D\n{FIRST}^C^G^C^G ^C^G^C^G|{SECOND}\n")
    assert align(asked, known).bars == tuple((n + (n > 4), n) for n in range(1, 9))


def test_half_of_the_notes_of_the_longer_bar_are_enough() -> None:
    known = read_tune("M:4/4\nK:C\nCDEF GABc|cAFD BGEC|\n")
    half = read_tune("M:2/4\nL:1/8\nK:C\nCDEF|GABc|cAFD|BGEC|\n")
    threes = read_tune("M:3/8\nL:1/8\nK:C\nCDE|FGA|Bcc|AFD|BGE|C3|\n")
    assert align(half, known).bars == ((1, 1), (2, 1), (3, 2), (4, 2))
    assert align(known, half).bars == ((1, 1), (2, 3))
    assert align(known, threes).bars == align(threes, known).bars == ()


def test_nothing_to_show(tune: Tune) -> None:
    nothing = Alignment(0, ())
    for other in (
        replace(transposed(tune, 2), bars=()),
        replace(tune, notes=(), bars=()),
        bars_of(tune, 0, 1),
        read_tune("K:G\nGAG|\n"),
        read_tune("K:G\ncCcC|cCcC|\n"),
    ):
        assert align(other, tune) == align(tune, other) == nothing


def test_the_shortest_and_the_longest() -> None:
    assert align(read_tune("K:D\nDEFG|\n"), read_tune("K:C\nc4|CDEF|\n")) == Alignment(2, ((1, 2),))
    long = read_tune("K:D\n" + (FIRST + SECOND) * 60 + "\n")
    assert len(long.notes) > MAX_NOTES
    found = align(long, long).bars
    assert found == tuple((n, n) for n in range(1, len(found) + 1))
    assert long.bars[len(found)].last >= MAX_NOTES - 8
