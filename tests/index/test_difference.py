"""The words for how a setting differs, on printed tunes that are changed as players change them."""

import random
import re
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import pytest

from index import difference
from index.alignment import Melody, align
from index.outline import Outline
from model.abc import Bar, Note, Tune, read_tune
from model.abc.variation import cut, transposed
from training.corpora.curate import Curated

# Two tunes of O'Neill's Music of Ireland (1903), and one of Aird's Airs (1782 to 1801), part by part.
BLUEHILL = (
    "FA|BAFA D2FA|BABd e2de|faaf egfe|dfed B2dB|BAFA D2FA|BABd e2de|faaf egfe|d2dd d2",
    "fg|afdf a2gf|gfga b2ag|faaf egfe|dfed B2dB|BAFA D2FA|BABd e2de|faaf egfe|d2dd d2",
)
PONY = (
    "A/B/|cAA eAA|cBc eAA|cAA eAA|dBG Bcd|cAA eAA|cBc efg|agf gfe|dBG Bcd",
    "e/a4-a/ fge e|fdd gee|e/a4-a/ fgf e|dBG Bcd|e/a4-a/ fge e|fdd gee|def gfe|dBG Bcd",
)
WASHERWOMAN = (
    "d/c/|BGG DGG|BGB dcB|cAA EAA|cAc edc|BGG DGG|BGB dcB|cBc Adc|BGG G2",
    "g|gdg gdg|gdg bag|=fcf fcf|=fcf ag=f|egg dgg|cgg Bgg|cBc Adc|BGG G2",
)
REEL = "M:4/4\nL:1/8\nK:D"
JIG = "M:6/8\nL:1/8\nK:G"


def tune(head: str, *parts: str) -> str:
    """A tune whose parts are repeated with signs."""
    return f"{head}\n" + "\n".join(f"{part}:|" for part in parts) + "\n"


def through(head: str, *parts: str) -> str:
    """A tune without repeat signs."""
    return f"{head}\n" + "||\n".join(parts) + "|]\n"


def said(query: Tune | str, setting: Tune | str) -> str:
    """How a setting differs from a tune."""
    query, setting = (read_tune(each) if isinstance(each, str) else each for each in (query, setting))
    melodies = Melody.of(query), Melody.of(setting)
    words = difference.difference(Outline.of(query), *melodies, setting.meter, align(*melodies))
    assert 0 < len(words) <= difference.LONGEST
    return words


def test_the_same_notes_are_all_that_is_said_of_a_copy() -> None:
    for text in (tune(REEL, *BLUEHILL), through(JIG, *PONY), "K:C\nCDEFGABcdefg\n", "K:C\nCDEF\n"):
        assert said(text, text) == "the same notes"
    assert said(tune(REEL, *BLUEHILL), through(REEL.replace("4/4", "C|"), *BLUEHILL)) == "the same notes"


@pytest.mark.parametrize(
    ("printed", "played"), [("BAFA", "B3A F/A3/"), ("faaf", "f>aaf"), ("d2dd d2", "dzdd d2")]
)
def test_equal_notes_of_other_lengths_are_not_called_the_same(printed: str, played: str) -> None:
    text = tune(REEL, *BLUEHILL)
    words = said(text.replace(printed, played, 1), text)
    assert words == ("the same notes" if "z" in played else "the same notes, some longer or shorter")


def test_equal_notes_may_have_another_unit_and_another_end() -> None:
    head = "L:1/8\nK:D"
    printed, longer = through(head, *BLUEHILL), through(head.replace("8", "4"), *BLUEHILL)
    held = printed.replace("d2|]", "d6|]")
    assert said(longer, printed) == said(printed, longer) == said(held, printed) == "the same notes"


@pytest.mark.parametrize(
    ("semitones", "interval"),
    [
        (1, "a semitone lower"),
        (-1, "a semitone higher"),
        (2, "a tone lower"),
        (-3, "a minor third higher"),
        (4, "a major third lower"),
        (5, "a fourth lower"),
        (-5, "a fourth higher"),
        (6, "a tritone lower"),
        (-7, "a fifth higher"),
        (8, "a minor sixth lower"),
        (9, "a major sixth lower"),
        (-10, "a minor seventh higher"),
        (11, "a major seventh lower"),
        (12, "an octave lower"),
        (-12, "an octave higher"),
        (14, "an octave and a tone lower"),
        (-31, "2 octaves and a fifth higher"),
    ],
)
def test_the_interval_leads_from_the_tune_to_the_setting(semitones: int, interval: str) -> None:
    for text in (tune(REEL, *BLUEHILL), tune(JIG, *WASHERWOMAN)):
        printed = read_tune(text)
        assert said(transposed(printed, semitones), printed) == f"{interval} than yours; every note matches"


A, B = WASHERWOMAN
C, D = PONY
BARS = A.split("|")
FOUR_BARS = "|".join(BARS[5:9])


@pytest.mark.parametrize(
    ("query", "setting", "words"),
    [
        (tune(JIG, B, A), tune(JIG, A, B), "second part first; every note matches"),
        (through(JIG, B, A), tune(JIG, A, B), "second part first; every note matches"),
        (tune(JIG, A, B), through(JIG, B, A), "second part first; every note matches"),
        (tune(JIG, C, A, B), tune(JIG, A, B, C), "has your parts in the order 2, 3, 1; every note matches"),
        (tune(JIG, A, C, B), tune(JIG, A, B, C), "has your parts in the order 1, 3, 2; every note matches"),
        (through(JIG, A, B, C, D), through(JIG, C, D, A, B), "second half first; every note matches"),
        # The tune begins in the middle of a part.
        (
            f"{JIG}\n{'|'.join([*BARS[5:], *B.split('|'), *BARS[1:5]])}|]\n",
            tune(JIG, A, B),
            "has your bars 14-17 before 1-13; every note matches",
        ),
    ],
)
def test_parts_in_another_order(query: str, setting: str, words: str) -> None:
    assert said(query, setting) == words


@pytest.mark.parametrize(
    ("query", "setting", "words"),
    [
        (tune(JIG, A), tune(JIG, A, C), "yours is its first half; every note matches"),
        (tune(JIG, C), through(JIG, A, C), "yours is its second half; every note matches"),
        (f"{JIG}\n{FOUR_BARS}|\n", tune(JIG, A, B), "yours is bars 5-8 of its 17; every note matches"),
        (tune(JIG, C), tune(JIG, A, B, C), "yours is bars 19-26 of its 26; every note matches"),
        (tune(JIG, A, C), tune(JIG, A, B, C), "yours is bars 1-8 and 19-26 of its 26; every note matches"),
        # All but a few bars at an end.
        (
            through(JIG, A, "|".join(C.split("|")[:5])),
            tune(JIG, A, C),
            "yours is bars 1-13 of its 17; every note matches",
        ),
        (
            through(JIG, "|".join(BARS[5:]), C),
            tune(JIG, A, C),
            "yours is bars 5-17 of its 17; every note matches",
        ),
        # Without bar lines.
        (
            f"{JIG}\n{FOUR_BARS.replace('|', ' ')}\n",
            tune(JIG, A, B),
            "yours is bars 5-8 of its 17; every note matches",
        ),
        (tune(JIG, A, C), tune(JIG, A), "has only your first part; 8 of 16 full bars match"),
        (tune(JIG, A, C), tune(JIG, C), "has only your second part; 8 of 16 full bars match"),
        (tune(JIG, A, B, C, D), tune(JIG, A, B), "has only your bars 1-17; 16 of 32 full bars match"),
        # The first parts end alike.
        (tune(JIG, A, C), tune(JIG, B, C), "your bars 7-17 are like its 7-17; 10 of 16 full bars match"),
    ],
)
def test_what_only_one_of_the_two_has(query: str, setting: str, words: str) -> None:
    assert said(query, setting) == words


@pytest.mark.parametrize(
    ("query", "setting", "words"),
    [
        (tune(JIG, A, C), through(JIG, A, A, C, C), "repeats written out there; every note matches"),
        (through(JIG, A, A, C, C), tune(JIG, A, C), "repeats not written out there; every note matches"),
        (through(JIG, A, A, C, C), through(JIG, A, A, C, C), "the same notes"),
        # Upbeats are in the bars before them, which differ therefore, and so does the first upbeat.
        (
            f"{JIG}\n{'|'.join(''.join([B, B, C, C, '|']).split('|')[:-1])}|]\n",
            tune(JIG, B, C),
            "repeats not written out there; every note matches",
        ),
    ],
)
def test_repeats_that_are_written_out(query: str, setting: str, words: str) -> None:
    assert said(query, setting) == words


def test_bars_that_occur_again_elsewhere_are_no_repeat() -> None:
    # The parts of this reel have the same last bars.
    upbeat, *bars = BLUEHILL[0].split("|")
    shorter = tune(REEL, "|".join([upbeat, *bars[:4]]), BLUEHILL[1])
    assert said(shorter, tune(REEL, *BLUEHILL)) == "yours is bars 1-4 and 10-17 of its 17; every note matches"


def lengths(meter: str, unit: str, bars: int = 1) -> str:
    """The reel with another metre and unit, and `bars` times fewer bar lines."""
    parts = [part.split("|") for part in BLUEHILL]
    joined = [
        "|".join([upbeat, *(" ".join(part[i : i + bars]) for i in range(0, len(part), bars))])
        for upbeat, *part in parts
    ]
    return tune(f"M:{meter}\nL:{unit}\nK:D", *joined)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (lengths("2/4", "1/16"), "in 2/4 instead of 4/4, notes half as long; every note matches"),
        (lengths("4/2", "1/4"), "in 4/2 instead of 4/4, notes twice as long; every note matches"),
        (lengths("4/2", "1/8", 2), "in 4/2 instead of 4/4; every note matches"),
        (lengths("4/4", "1/16", 2), "notes half as long; every note matches"),
        (lengths("2/2", "1/8"), "the same notes"),
        (lengths("3/4", "1/8"), "in 3/4 instead of 4/4; every note matches"),
    ],
)
def test_metre_and_lengths(setting: str, words: str) -> None:
    assert said(lengths("4/4", "1/8"), setting) == words


def of_bars(tune: Tune, places: Iterable[int]) -> Tune:
    """The bars at these places of a tune, in this order, numbered from 1, without repeat signs."""
    notes: list[Note] = []
    bars: list[Bar] = []
    onset = Fraction(0)
    for place in places:
        bar, first = tune.bars[place], len(notes)
        for note in tune.notes[bar.first : bar.last]:
            notes.append(replace(note, bar=len(bars), onset=onset + note.onset - bar.onset))
        bar = replace(bar, number=len(bars) + 1, onset=onset, first=first, last=len(notes))
        bars.append(replace(bar, opens_repeat=False, closes_repeat=False, endings=()))
        onset += bar.duration
    return replace(tune, notes=tuple(notes), bars=tuple(bars))


def with_notes_changed(tune: Tune, share: float, rng: random.Random) -> Tune:
    """Move a random share of the notes to other pitches of the tune."""
    pitches = sorted({note.pitch for note in tune.notes})
    changed = (
        replace(note, pitch=rng.choice(pitches)) if rng.random() < share else note for note in tune.notes
    )
    return replace(tune, notes=tuple(changed))


@pytest.fixture(scope="module")
def airs(small_curated: Curated) -> list[tuple[Tune, int]]:
    """Printed tunes of two parts of eight bars, and where in `Tune.bars` the second begins."""
    found = []
    for each in small_curated.library.tunes:
        outline = Outline.of(each)
        if len(outline.parts) == 2 and len(outline.bars) == 16:
            place = next(place for place, bar in enumerate(each.bars) if bar.number == outline.parts[1])
            if place >= 8 and all(bar.first < bar.last for bar in each.bars):
                found.append((each, place))
    assert len(found) >= 100
    return found[:60]


def test_airs_are_described_by_how_they_were_changed(airs: list[tuple[Tune, int]]) -> None:
    rng = random.Random(0)
    lacking = 0
    for air, second in airs:
        first_part, second_part = range(second), range(second, len(air.bars))
        swapped = with_notes_changed(of_bars(air, [*second_part, *first_part]), 0.1, rng)
        assert said(swapped, air).startswith("second part first; ")
        first = of_bars(air, first_part)
        assert said(first, air) == "yours is its first half; every note matches"
        assert said(of_bars(air, second_part), air) == "yours is its second half; every note matches"
        written_out = of_bars(air, [*first_part, *first_part, *second_part, *second_part])
        assert said(air, written_out) == "repeats written out there; every note matches"
        bars = (replace(bar, onset=2 * bar.onset, duration=2 * bar.duration) for bar in air.bars)
        assert said(replace(air, bars=tuple(bars)), air) == "notes half as long; every note matches"
        changed = with_notes_changed(transposed(air, 5), 0.1, rng)
        assert re.fullmatch(r"a fourth lower than yours; [\w, ]+", said(changed, air))
        lacking += said(air, first).startswith("has only your first part; ")
        assert re.fullmatch(r"(has only your first part; )?[\w, ]+", said(air, first))
    # Many second parts end as the first, and then most of their bars match.
    assert lacking > len(airs) / 2


def test_numbers_are_those_of_the_alignment(airs: list[tuple[Tune, int]]) -> None:
    rng = random.Random(1)
    for air, _ in airs:
        changed = with_notes_changed(air, rng.choice([0.05, 0.3, 0.6]), rng)
        found = align(Melody.of(changed), Melody.of(air))
        amount = said(changed, air).split("; ")[-1]
        outline = Outline.of(changed)
        counted = "bars" if len(air.bars) == 16 else "full bars"
        bars = sum(bar in outline.bars for bar, _ in found.bars)
        notes = f"{len(found.notes)} of {len(air.notes)} notes match"
        in_all = f"{notes}, in all 16 {counted}"
        assert amount in {
            "the same notes",
            "every note matches",
            "few notes match in a row",
            notes,
            in_all,
            f"{bars} of 16 {counted} match",
            f"{bars} of 16 {counted} matches",
        }
        assert (amount == in_all) <= (bars == 16)
        assert (amount in ("every note matches", "the same notes")) == (len(found.notes) == len(air.notes))
        assert (amount == "few notes match in a row") == (not found.notes)


def test_only_a_number_is_said_of_tunes_with_little_in_common(airs: list[tuple[Tune, int]]) -> None:
    rng = random.Random(2)
    few = 0
    for (air, _), (other, _) in zip(airs, rng.sample(airs, len(airs)), strict=True):
        found = align(Melody.of(air), Melody.of(other))
        if len(found.bars) < 3 and len(found.notes) < 0.4 * len(air.notes):
            assert re.fullmatch(
                r"few notes match in a row|\d+ of \d+ (notes match|(full )?bars match(es)?)", said(air, other)
            )
            few += 1
    assert few > len(airs) / 2


@pytest.mark.parametrize(
    ("upbeat", "notes", "counted"), [("", "61 of 64", "bars"), ("FA|", "63 of 66", "full bars")]
)
def test_bars_that_are_not_full_are_not_counted(upbeat: str, notes: str, counted: str) -> None:
    music = "BAFA DEFA|BABd edef|faaf egfe|dfed BABd|BAFA DEFA|BABd edef|faaf egfe|dfed dBAF"
    printed = tune(REEL, upbeat + music)
    changed = printed.replace("BAFA", "BAGA").replace("egfe|dfed d", "egfe|d^ged d")
    assert said(changed, printed) == f"{notes} notes match, in all 8 {counted}"


def test_a_tune_without_bars_is_described_by_its_notes() -> None:
    whole = read_tune(tune(JIG, *WASHERWOMAN))
    assert said(cut(transposed(whole, 2), 4, 16), whole) == "a tone lower than yours; every note matches"
    assert said(whole, cut(whole, 0, 40)) == f"40 of {len(whole.notes)} notes match"


def test_the_metre_is_shortened_when_there_is_much_to_say() -> None:
    played = transposed(read_tune(tune(REEL, BLUEHILL[0])), 5)
    words = said(with_notes_changed(played, 0.1, random.Random(0)), lengths("2/4", "1/16"))
    short = "a fourth lower than yours; in 2/4, notes half as long; yours is its first half; "
    assert words.startswith(short), words


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("K:C\nCDE\n", "K:C\nCDE\n"), "few notes match in a row"),  # too few to be aligned
        (("K:C\nCDEFGABc\n", "K:C\nCcCcCcCc\n"), "few notes match in a row"),
        (("M:9999/1\nK:C\nCDEFGABc|\n", "M:0/0\nK:C\nCDEFGABc|\n"), "the same notes"),
    ],
)
def test_strange_tunes(texts: tuple[str, str], words: str) -> None:
    assert said(*texts) == words
