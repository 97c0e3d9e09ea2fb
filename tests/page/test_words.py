"""Sentences, titled texts and media types: pure functions of the page."""

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Page

CALL = "async ([file, name, args]) => (await import(`/page/${file}`))[name](...args)"


def call(page: "Page", file: str, name: str, *args: Any) -> Any:
    return page.evaluate(CALL, [file, name, list(args)])


def answer(known: bool, *confidences: float) -> dict[str, Any]:
    titles = [
        {"title": name, "aliases": [], "confidence": confidence, "evidence": []}
        for name, confidence in zip("ABCDEF", confidences, strict=False)
    ]
    return {"known": known, "suggestions": titles, "tune": {"notes": 40, "bars": 8}}


def test_the_sentence_says_how_sure_the_answer_is(page: "Page") -> None:
    for given, sentence in (
        (answer(True, 0.9997, 0.0001), "This is A, 99 % sure."),
        (answer(True, 0.9), "This is A, 90 % sure."),
        (answer(True, 0.62, 0.2, 0.1, 0.05), "Probably A, 62 % sure. It may also be B or C."),
        (answer(True, 0.4, 0.35, 0.2), "I know this tune, but not which of these it is: A, B or C."),
        (answer(False, 0.95), "I don't know this tune."),
        (answer(False), "I don't know this tune."),
    ):
        assert call(page, "words.js", "sentence", given) == sentence


def test_a_medley_is_a_sentence_with_the_bars_of_each_tune(page: "Page") -> None:
    parts = [
        {"first_bar": first, "last_bar": last, "title": title}
        for first, last, title in ((0, 16, "A"), (17, 32, "B"), (33, 33, "C"))
    ]
    sentence = "A medley: bars 0–16 A, bars 17–32 B, bar 33 C."
    assert call(page, "words.js", "medley", answer(True, 0.9) | {"parts": parts}) == sentence
    for given in (answer(False, 0.1), answer(True, 0.97), answer(True, 0.6), answer(True, 0.4)):
        assert call(page, "words.js", "sentence", given | {"parts": parts}) == sentence
    assert call(page, "words.js", "medley", answer(True, 0.9) | {"parts": []}) == ""
    assert call(page, "words.js", "medley", answer(True, 0.9)) == ""


REVIEW = """async (result) => {
    const { BookReview } = await import("/page/book-review.js");
    const { whyKept } = await import("/page/book-words.js");
    const review = new BookReview();
    const row = review.add({ number: 1, line: 1, titles: [], insert_title_after: 1, result });
    const before = row.accepted;
    review.toggle(row);
    return [row.group, before, row.accepted, whyKept(row)];
}"""


def test_the_title_of_a_medley_is_not_accepted_for_the_user(page: "Page") -> None:
    sure = answer(True, 0.97)
    sure["suggestions"][0]["evidence"] = [{"kind": "melody"}]
    assert page.evaluate(REVIEW, sure) == ["sure", True, False, ""]
    medley = sure | {"parts": [{"title": "A"}, {"title": "B"}]}
    assert page.evaluate(REVIEW, medley) == ["look", False, True, "It is a medley: A, B."]


def test_a_medley_without_bar_lines_has_no_bars_in_its_sentence(page: "Page") -> None:
    parts = [{"first_bar": 1, "last_bar": 1, "title": title} for title in ("A", "B")]
    assert call(page, "words.js", "medley", answer(True, 0.9) | {"parts": parts}) == "A medley: A, B."


def test_a_remark_is_only_called_skipped_if_something_was(page: "Page") -> None:
    for messages, line in (
        (["'@' is not music, skipped"], "1 thing I skipped"),
        (["'@' is not music, skipped", "'?' is not music, skipped"], "2 things I skipped"),
        (["only 7 notes: too few to tell tunes apart"], "1 remark on your text"),
        (["'@' is not music, skipped", "typographic signs read as plain ones"], "2 remarks on your text"),
    ):
        warnings = [{"line": 1, "column": 1, "message": message} for message in messages]
        assert call(page, "words.js", "remarks", warnings) == line


def test_few_notes_are_a_caution(page: "Page") -> None:
    for notes, sentence in (
        (1, "One note fits many tunes. Add a bar or two."),
        (8, "Eight notes fit many tunes. Add a bar or two."),
        (15, "Fifteen notes fit many tunes. Add a bar or two."),
        (16, ""),
    ):
        assert call(page, "words.js", "caution", notes) == sentence


def test_the_difference_is_a_sentence(page: "Page") -> None:
    for evidence, sentence in (
        ({"difference": "the same notes"}, "The same notes."),
        (
            {"difference": "a fourth lower than yours; 12 of 16 bars match"},
            "A fourth lower than yours; 12 of 16 bars match.",
        ),
        ({}, ""),  # kept from an older version
    ):
        assert call(page, "words.js", "difference", evidence) == sentence


def test_lines_of_the_setting_begin_where_mine_do(page: "Page") -> None:
    aligned = """async ([partners, starts]) => {
      const { alignedStarts, lineStarts, tints } = await import("/page/pairing.js");
      const bars = Array.from({ length: 8 }, (_, index) => ({ number: index + 1, signs: [] }));
      const mine = { bars, partners: new Map(partners) };
      return [lineStarts(bars, 4, alignedStarts(mine, starts)), [...tints(mine.partners, 4).mine.values()]];
    }"""
    for partners, starts, tints in (
        ([[i, i] for i in range(8)], [0, 4], [0, 1, 2, 3, 0, 1, 2, 3]),
        ([[i, i + 2] for i in range(6)], [0, 2, 6], [0, 1, 2, 3, 0, 1]),
        ([[1, 1], [4, 1], [5, 2]], [0, 4], [0, 0, 1]),
    ):
        assert page.evaluate(aligned, [partners, [0, 4]]) == [starts, tints]


def test_other_names_say_more_than_the_title(page: "Page") -> None:
    title = {"title": "The Kesh", "aliases": ["Kesh, The", "THE KESH", "The Kincora", "Kincora -- Jig"]}
    assert call(page, "words.js", "otherNames", title) == ["The Kincora"]
    same = [{"id": "castle", "title": "The Castle"}, {"id": "kincora-2", "title": "Kincora, The"}]
    assert call(page, "words.js", "otherNames", {**title, "also_called": same}) == [
        "The Castle",
        "Kincora, The",
    ]


@pytest.mark.parametrize(
    ("abc", "titled"),
    [
        ("X:1\nK:G\nGAB|", "X:1\nT:New\nK:G\nGAB|"),
        ("X:1\nT:Old\nK:G\nGAB|", "X:1\nT:New\nT:Old\nK:G\nGAB|"),
        ("X:1\nT: Gan Ainm \nK:G\nGAB|", "X:1\nT:New\nK:G\nGAB|"),
        ("X:1\nT:\nR:reel\nK:G\nGAB|", "X:1\nT:New\nR:reel\nK:G\nGAB|"),
        ("X:1\nR:reel\nT:Old\nK:G\nGAB|", "X:1\nR:reel\nT:New\nT:Old\nK:G\nGAB|"),
        ("X:1\nT:New\nK:G\nGAB|", "X:1\nT:New\nK:G\nGAB|"),
        ("K:G\nGAB|", "X:1\nT:New\nK:G\nGAB|"),
        ("GAB|", "X:1\nT:New\nGAB|"),
        ("T:Old\nK:G\nGAB|", "X:1\nT:New\nT:Old\nK:G\nGAB|"),
        ("C:Me\n\nX:7\r\nK:G\r\nGAB|", "C:Me\n\nX:7\r\nT:New\r\nK:G\r\nGAB|"),
        ("X:1\nK:G\nGAB|\n\nX:2\nT:Other\nK:G\nGAB|", "X:1\nT:New\nK:G\nGAB|\n\nX:2\nT:Other\nK:G\nGAB|"),
    ],
)
def test_a_title_is_written_where_it_belongs(page: "Page", abc: str, titled: str) -> None:
    assert call(page, "titled.js", "withTitle", abc, "New") == titled


def test_a_file_is_known_by_its_ending_or_its_type(page: "Page") -> None:
    for name, kind, expected in (
        ("a.abc", "", ""),
        ("a.txt", "text/plain", ""),
        ("A.MID", "", "audio/midi"),
        ("a.b.mxl", "application/zip", "application/vnd.recordare.musicxml"),
        ("a.xml", "text/xml", "application/vnd.recordare.musicxml+xml"),
        ("recording", "audio/x-wav", "audio/wav"),
    ):
        assert call(page, "files.js", "mediaType", name, kind) == expected
