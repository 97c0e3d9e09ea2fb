"""The page's bars, notes and names are those of the service's reader."""

import re
from typing import TYPE_CHECKING, Any

import pytest

from model.abc import note_ranges, read_tune
from training.corpora import Corpus

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Page

READ = """async (texts) => {
  const { read } = await import("/page/engraving.js");
  const { Places } = await import("/page/text.js");
  return texts.map(([text, ranges]) => {
    const bars = read(text);
    const starts = new Places(text).ranges(ranges).map(([start]) => start);
    return starts.map((start) => {
      const bar = bars.find(({ signs }) => signs.some((sign) => sign.start <= start && start < sign.end));
      const sign = bar?.signs.find((each) => each.start <= start && start < each.end);
      return [bar?.number ?? null, sign?.name ?? null];
    });
  });
}"""
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ALTERATIONS = {"sharp": 1, "flat": -1, "double sharp": 2, "double flat": -2}

CASES = [
    "X:1\nM:6/8\nK:G\nD|GAG GAB|ABA ABd|",
    "X:1\nM:6/8\nK:G\n|:GAG GAB|ABA ABd:|\n|:d2 e|fed:|",
    "K:D\nfed|cdc|",
    'X:1\nM:4/4\nL:1/8\nK:Bb\nB4- B4|"Gm"{ab}_B=B^B __B2 B2|[Bd]4 z4|z8|(3BcB (3dcd B4|]\n',
    'X:1\nT:\U0001d11e\nM:4/4\nK:A\n"\U0001d11e"A2 c2|[K:F]A2 B2|\nK:E\nA2 d2|',
    "X:1\nM:C\nL:1/4\nK:C\nA|B c d e|[1 f g a b:|[2 b a g f|]",
]


def pitch(name: str) -> int:
    letter, *alteration, octave = re.fullmatch(r"([A-G])(?: ([a-z ]+))? (-?\d+)", name).groups()  # type: ignore[union-attr]
    return 12 * (int(octave) + 1) + LETTERS[letter] + ALTERATIONS.get(alteration[0] or "", 0)


def compare(page: "Page", texts: list[str]) -> None:
    tunes = [read_tune(text) for text in texts]
    found: list[Any] = page.evaluate(
        READ, [[text, note_ranges(text, tune)] for text, tune in zip(texts, tunes, strict=True)]
    )
    for text, tune, notes in zip(texts, tunes, found, strict=True):
        assert [number for number, _ in notes] == [tune.bars[note.bar].number for note in tune.notes], text
        for note, (_, name) in zip(tune.notes, notes, strict=True):
            assert note.pitch in [pitch(each) for each in name.split(" and ")], (text, note, name)


@pytest.mark.parametrize("text", CASES, ids=range(len(CASES)))
def test_cases(page: "Page", text: str) -> None:
    compare(page, [text])


def test_printed_tunes(page: "Page", small_corpus: Corpus) -> None:
    text = small_corpus.path.read_text(encoding="utf-8")
    compare(page, re.split(r"(?m)^(?=X:)", text)[1:])
