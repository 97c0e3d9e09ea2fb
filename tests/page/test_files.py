"""Files of every kind: chosen and dropped, in both views."""

import io
import zipfile
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.page.conftest import KnownTune
from tests.page.test_name_a_tune import paste
from tests.page.test_words import call

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Page

expect = sync_api.expect

NOISE = Random(1).randbytes(3000)
UNREAD = "I cannot read this. I know ABC, MusicXML, MIDI and recordings."
TOO_LONG = "This is too long for one tune. Open it under “Name a book”."
ONE_TUNE = "is one tune, not a tunebook in ABC. Open it under “Name a tune”."
MUSICXML = "application/vnd.recordare.musicxml+xml"
ZIPPED = "application/vnd.recordare.musicxml"
DROP = """([selector, names]) => {
    const data = new DataTransfer();
    for (const name of names) data.items.add(new File(["X:1\\nK:G\\nGAB c2|"], name));
    const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector(selector).dispatchEvent(event);
    return event.defaultPrevented;
}"""


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as folder:
        folder.writestr("score.xml", "<score-partwise/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("tune.abc", b"X:1\nK:G\nGAB|", ""),
        ("tune.abc", b"MThd\0\0\0\6", "audio/midi"),
        ("tune.txt", b"\xef\xbb\xbf<?xml version='1.0'?><score-partwise/>", MUSICXML),
        ("tune.txt", "<?xml version='1.0'?>".encode("utf-16"), MUSICXML),
        ("tune", b"\n<!DOCTYPE score-partwise>", MUSICXML),
        ("tune.abc", zipped(), ZIPPED),
        ("tune.abc", b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        ("tune.abc", b"\0\0\0\x20ftypM4A ", "audio/wav"),
        ("session.mp3", b"", "audio/wav"),
        ("session.MID", NOISE, "audio/midi"),
    ],
)
def test_what_is_in_a_file_counts_more_than_its_name(
    page: "Page", name: str, content: bytes, expected: str
) -> None:
    kind = page.evaluate(
        "async ([name, bytes]) =>"
        " (await import('/page/files.js')).mediaType(name, '', Uint8Array.from(bytes))",
        [name, list(content)],
    )
    assert kind == expected


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (
            "photo.png",
            b"\x89PNG\r\n\x1a\n" + NOISE,
            UNREAD,
        ),
        ("tune.abc", NOISE, UNREAD),
        ("tune.abc", b"", "There is nothing in this file."),
        ("tune.wav", NOISE, "The browser cannot read this file as sound. A WAV file works everywhere."),
        ("tune.mid", NOISE, "The file is not MIDI."),
        (
            "all.abc",
            b"X:1\nK:G\nGAB|\n\n" * 200_000,
            TOO_LONG,
        ),
    ],
)
def test_a_file_without_a_tune_leaves_the_tune_and_its_answer(
    page: "Page", known: KnownTune, name: str, content: bytes, reason: str
) -> None:
    paste(page, known.abc)
    heading = page.get_by_role("heading", name=f"This is {known.title}")
    expect(heading).to_be_visible()
    page.locator("gan-tune input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    expect(page.locator(".trouble")).to_have_text(f"{name}: {reason}")
    expect(heading).to_be_visible()
    assert page.get_by_label("Your tune, in ABC notation").input_value() == known.abc


def test_a_file_may_be_dropped_anywhere_in_the_view(page: "Page") -> None:
    assert page.evaluate(DROP, ["#name-tune h1", ["tune.abc"]])
    expect(page.get_by_label("Your tune, in ABC notation")).to_have_value("X:1\nK:G\nGAB c2|")
    expect(page.locator("gan-answer h2").first).to_be_visible()
    assert page.evaluate(DROP, ["gan-score", ["a.abc", "b.abc"]])
    expect(page.locator(".trouble")).to_have_text("Drop one file at a time, please.")
    page.get_by_role("link", name="Name a book").click()
    assert page.evaluate(DROP, ["#name-book h1", ["book.abc"]])
    expect(page.get_by_role("heading", name="book.abc: 1 tune")).to_be_visible()


def test_what_is_no_tunebook_is_refused(page: "Page") -> None:
    page.get_by_role("link", name="Name a book").click()
    refused = page.locator("gan-book-input .refused")
    for name, content, reason in (
        (
            "a.musicxml",
            b"<?xml",
            f"a.musicxml {ONE_TUNE}",
        ),
        ("b.abc", b"MThd", f"b.abc {ONE_TUNE}"),
        ("c.abc", NOISE, "c.abc is not a tunebook in ABC."),
        ("d.abc", b"", "d.abc: There is nothing in this file."),
    ):
        page.locator("gan-book-input input[type=file]").set_input_files(
            {"name": name, "mimeType": "", "buffer": content}
        )
        expect(refused).to_have_text(reason)


def test_of_a_long_book_the_first_tune_is_named(page: "Page", known: KnownTune) -> None:
    book = known.abc + "".join(f"\nX:{number}\nK:C\n{'CDEF|' * 40}\n" for number in range(2, 2001))
    assert len(book) > 400_000, "more than the service takes for one tune"
    page.locator("gan-tune input[type=file]").set_input_files(
        {"name": "book.abc", "mimeType": "", "buffer": book.encode()}
    )
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()
    expect(page.get_by_text("You pasted 2,000 tunes. This is the first.")).to_be_visible()
    expect(page.locator("gan-score svg")).to_be_visible()


def test_a_tune_that_is_too_long_is_named_but_not_drawn(page: "Page") -> None:
    page.locator("gan-tune input[type=file]").set_input_files(
        {"name": "long.abc", "mimeType": "", "buffer": b"X:1\nM:4/4\nL:1/8\nK:G\n" + b"GABc dedB|\n" * 4000}
    )
    expect(page.get_by_text("This is too long to draw.")).to_be_visible()
    expect(page.locator("gan-answer h2").first).to_be_visible()
    paste(page, "X:1\nK:G\nGAB c2|")
    expect(page.get_by_text("This is too long to draw.")).to_be_hidden()


def test_the_first_tune_of_a_text_ends_at_the_second(page: "Page") -> None:
    for text, first in (
        ("K:G\nGAB", "K:G\nGAB"),
        ("X:1\nK:G\nGAB\n\nX:2\nK:D\nDEF", "X:1\nK:G\nGAB\n\n"),
        ("% a book\nM:6/8\n\nX:1\nK:G\nGAB\n X:2\n", "% a book\nM:6/8\n\nX:1\nK:G\nGAB\n"),
    ):
        assert call(page, "text.js", "firstTune", text) == first
