import pytest

from index.outline import Outline
from model.abc import read_tune
from model.grams import MAX_NOTES

BAR = "DEFG ABcd|"
EIGHT = 8 * BAR
HEAD = "M:4/4\nL:1/8\nK:D\n"


@pytest.mark.parametrize(
    ("music", "bars", "parts", "noun"),
    [
        (f"{EIGHT}:|{EIGHT}:|", range(1, 17), (1, 9), "part"),
        (f"|:{EIGHT}:|\n|:{EIGHT}:|", range(1, 17), (1, 9), "part"),
        (EIGHT, range(1, 9), (1, 5), "part"),
        (2 * EIGHT, range(1, 17), (1, 9), "part"),
        (4 * EIGHT, range(1, 33), (1, 17), "half"),
        (3 * EIGHT, range(1, 25), (), "part"),
        # Upbeats are not whole bars, and the last bars before them are.
        (f"A2|{EIGHT[:-4]}:|A2|{EIGHT[:-4]}:|", (*range(1, 9), *range(10, 18)), (1, 10), "part"),
        # The endings of a part belong to it.
        (f"|:{7 * BAR}1{BAR[:-1]}:|2{BAR}|:{EIGHT[:-1]}:|", range(1, 18), (1, 10), "part"),
        # Silent bars do not count.
        (f"{4 * BAR}z8|{3 * BAR}", (1, 2, 3, 4, 6, 7, 8), (), "part"),
        ("DEFG ABcd", (1,), (), "part"),
    ],
)
def test_whole_bars_and_parts(music: str, bars: range, parts: tuple[int, ...], noun: str) -> None:
    outline = Outline.of(read_tune(HEAD + music + "\n"))
    assert (outline.meter, outline.bar) == ("4/4", 4)
    assert outline.bars == set(bars)
    assert (outline.first, outline.last) == (bars[0], bars[-1])
    assert (outline.parts, outline.noun) == (parts, noun)
    has_others = music.startswith("A2|") or "z8" in music
    assert outline.counted == ("full bars" if has_others else "bars")


def test_bars_after_the_notes_that_are_compared_do_not_count() -> None:
    outline = Outline.of(read_tune(HEAD + (MAX_NOTES // 8 + 3) * BAR))
    assert (outline.first, outline.last) == (1, MAX_NOTES // 8)
