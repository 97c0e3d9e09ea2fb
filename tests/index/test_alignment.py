from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from index import alignment
from index.alignment import Alignment, Melody, similarities, similarity
from model.abc import Tune, read_tune
from model.abc.variation import cut, ornamented, transposed
from model.grams import MAX_NOTES
from tests.support import KESH
from training.corpora.curate import Curated

OTHER = "K:D\nDEFA BAFA|d2fd efdB|ABde fdec|dBAF E2D2|\n"


FIRST = "DEFA BAFA|d2fd efdB|ABde fdec|dBAF E2D2|"
SECOND = "faaf gfed|cAeA cAec|fagf edBd|cABc d2d2|"


def likeness(a: Tune, b: Tune) -> float:
    return similarity(Melody.of(a), Melody.of(b))


def align(query: Tune, setting: Tune) -> Alignment:
    return alignment.align(Melody.of(query), Melody.of(setting))


@pytest.fixture
def tune() -> Tune:
    return read_tune(KESH)


@pytest.mark.parametrize("semitones", [-40, -7, 0, 1, 12, 40])
def test_a_melody_has_similarity_1_with_itself_in_any_key(tune: Tune, semitones: int) -> None:
    assert likeness(tune, transposed(tune, semitones)) == 1


def test_similarity_is_the_longest_common_subsequence_over_the_mean_length(tune: Tune) -> None:
    part = cut(tune, 7, 20)
    assert likeness(tune, part) == likeness(part, tune) == pytest.approx(2 * 20 / (len(tune.notes) + 20))
    turns = ornamented(tune, 0.2, np.random.default_rng(0))
    expected = 2 * len(tune.notes) / (len(tune.notes) + len(turns.notes))
    assert likeness(tune, transposed(turns, 3)) >= expected - 1e-9


def test_variants_are_more_similar_than_other_tunes(tune: Tune) -> None:
    variant = ornamented(transposed(tune, 5), 0.15, np.random.default_rng(1))
    assert likeness(tune, read_tune(OTHER)) < 0.6 < likeness(tune, variant)


def test_melodies_without_a_shared_run_of_intervals_have_similarity_0() -> None:
    assert likeness(read_tune("K:C\nCDEFG\n"), read_tune("K:C\nCcCcC\n")) == 0
    assert likeness(read_tune("K:C\nC\n"), read_tune("K:C\nC\n")) == 0


def test_many_at_once_give_the_same_similarities_as_one_by_one(airs: list[Tune]) -> None:
    candidates = [Melody.of(tune) for tune in (read_tune("K:C\nC\n"), *airs[:20], read_tune("K:C\nCD\n"))]
    for query in (Melody.of(airs[3]), Melody.of(cut(airs[7], 4, 16)), candidates[0]):
        assert similarities(query, candidates).tolist() == [similarity(query, other) for other in candidates]


def bars_of(tune: Tune, first: int, count: int) -> Tune:
    """`count` bars of a tune starting at bar `first`, counted from 0; they keep their numbers."""
    bars = tune.bars[first : first + count]
    start = bars[0].first
    return replace(
        tune,
        notes=tuple(replace(note, bar=note.bar - first) for note in tune.notes[start : bars[-1].last]),
        bars=tuple(replace(bar, first=bar.first - start, last=bar.last - start) for bar in bars),
    )


def with_notes_changed(tune: Tune, share: float, rng: np.random.Generator) -> Tune:
    """Move a random share of the notes to other pitches of the tune."""
    scale = sorted({note.pitch for note in tune.notes})
    return replace(
        tune,
        notes=tuple(
            replace(note, pitch=int(rng.choice(scale))) if rng.random() < share else note
            for note in tune.notes
        ),
    )


@pytest.fixture(scope="module")
def airs(small_curated: Curated) -> list[Tune]:
    """Tunes of twelve sounding bars or more."""
    tunes = small_curated.library.tunes
    return [tune for tune in tunes if len(tune.bars) >= 12 and all(bar.first < bar.last for bar in tune.bars)]


@pytest.mark.parametrize("semitones", [-12, 0, 5, 40])
def test_every_bar_matches_itself_in_any_key(tune: Tune, airs: list[Tune], semitones: int) -> None:
    assert [bar.number for bar in tune.bars] == [*range(9)]
    for setting in [tune, *airs[:30]]:
        itself = tuple((bar.number, bar.number) for bar in setting.bars)
        notes = tuple((number, number) for number in range(len(setting.notes)))
        assert align(transposed(setting, semitones), setting) == Alignment(semitones, itself, notes)


def occurrences(fragment: Tune, setting: Tune) -> int:
    """How many times a tune has the pitches of a fragment, note for note."""
    part = [note.pitch for note in fragment.notes]
    whole = [note.pitch for note in setting.notes]
    return sum(whole[i : i + len(part)] == part for i in range(len(whole)))


@pytest.mark.parametrize("count", [3, 4, 6])
def test_a_fragment_matches_the_bars_it_was_cut_from(airs: list[Tune], count: int) -> None:
    fragments = right = 0
    for setting in airs:
        fragment = bars_of(setting, len(setting.bars) // 3, count)
        if len(fragment.notes) < 16 or occurrences(fragment, setting) > 1:
            continue
        numbers = [bar.number for bar in fragment.bars]
        found = align(transposed(fragment, -3), setting)
        assert (found.transposition, found.bars) == (-3, tuple(zip(numbers, numbers, strict=True)))
        first = found.notes[0][1]
        assert found.notes == tuple((number, first + number) for number in range(len(fragment.notes)))
        bars = dict(align(setting, fragment).bars)
        right += sum(bars.get(number) == number for number in numbers)
        fragments += 1
    assert fragments >= 30
    # If a fragment repeats a bar, two of its bars can be right.
    assert right >= 0.98 * count * fragments


def test_most_bars_match_when_some_notes_differ(airs: list[Tune]) -> None:
    rng = np.random.default_rng(0)
    for setting in airs[:30]:
        found = align(with_notes_changed(transposed(setting, 2), 0.15, rng), setting)
        assert found.transposition == 2
        assert sum(bar == other for bar, other in found.bars) >= 0.8 * len(setting.bars)
        assert sum(bar != other for bar, other in found.bars) <= 1


def test_few_bars_of_other_tunes_match(airs: list[Tune]) -> None:
    shares = [len(align(a, b).bars) / len(a.bars) for a, b in combinations(airs[:20], 2)]
    assert np.mean(shares) < 0.08
    assert np.median(shares) == 0


def test_reordered_parts_and_written_out_repeats_match() -> None:
    setting = read_tune(f"K:D\n|:{FIRST}:|\n|:{SECOND}:|\n")
    query = read_tune(f"K:D\n{SECOND}{FIRST}{FIRST}\n")
    bars = [5, 6, 7, 8, 1, 2, 3, 4, 1, 2, 3, 4]
    assert align(query, setting).bars == tuple(enumerate(bars, start=1))


def test_inserted_bars_match_nothing() -> None:
    setting = read_tune(f"K:D\n{FIRST}{SECOND}\n")
    query = read_tune(f"K:D\n{FIRST}^C^G^C^G ^C^G^C^G|{SECOND}\n")
    assert align(query, setting).bars == tuple((n + (n > 4), n) for n in range(1, 9))


def test_half_of_the_notes_of_the_longer_bar_are_enough() -> None:
    setting = read_tune("M:4/4\nK:C\nCDEF GABc|cAFD BGEC|\n")
    half = read_tune("M:2/4\nL:1/8\nK:C\nCDEF|GABc|cAFD|BGEC|\n")
    threes = read_tune("M:3/8\nL:1/8\nK:C\nCDE|FGA|Bcc|AFD|BGE|C3|\n")
    assert align(half, setting).bars == ((1, 1), (2, 1), (3, 2), (4, 2))
    assert align(setting, half).bars == ((1, 1), (2, 3))
    assert align(setting, threes).bars == align(threes, setting).bars == ()


def test_without_a_match_the_alignment_is_empty(tune: Tune) -> None:
    nothing = Alignment(0, (), ())
    for other in (
        replace(tune, notes=(), bars=()),
        bars_of(tune, 0, 1),
        read_tune("K:G\nGAG|\n"),
        read_tune("K:G\ncCcC|cCcC|\n"),
    ):
        assert align(other, tune) == align(tune, other) == nothing


def test_notes_match_without_bars(tune: Tune) -> None:
    notes = tuple((number, number) for number in range(len(tune.notes)))
    bare = replace(transposed(tune, 2), bars=())
    assert align(bare, tune) == Alignment(2, (), notes)
    assert align(tune, bare) == Alignment(-2, (), notes)


def test_the_shortest_and_the_longest_tunes_align() -> None:
    assert align(read_tune("K:D\nDEFG|\n"), read_tune("K:C\nc4|CDEF|\n")) == Alignment(
        2, ((1, 2),), ((0, 1), (1, 2), (2, 3), (3, 4))
    )
    long = read_tune("K:D\n" + (FIRST + SECOND) * 60 + "\n")
    assert len(long.notes) > MAX_NOTES
    bars = align(long, long).bars
    assert bars == tuple((n, n) for n in range(1, len(bars) + 1))
    assert long.bars[len(bars)].last >= MAX_NOTES - 8
