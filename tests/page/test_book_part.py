"""The page cuts a tunebook that is too large for one request, and puts the answers together again."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.page.node import call_page

MOST_TUNES = 3
MOST_BYTES = 120
LIMITS = {"bytes": MOST_BYTES, "tunes": MOST_TUNES}


def cut(*books: bytes, limits: dict[str, int] = LIMITS) -> list[Any]:
    return call_page("book-part.js", "cutBook", [(book, limits) for book in books])


def lines_of(book: bytes) -> list[bytes]:
    return re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", book.removeprefix(b"\xef\xbb\xbf"))


BOOKS = st.tuples(
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.sampled_from([b"", b"% a book\nM:6/8\n\n"]),
    st.lists(st.sampled_from([b"T:x\nK:G\nGAB|\n\n", b"K:D\r\nfga|\r\n", b"\xe9\xff\n\n\n"]), max_size=30),
    st.sampled_from([b"", b"X:last"]),
)


def book_of(mark: bytes, head: bytes, tunes: list[bytes], last: bytes) -> bytes:
    numbered = (b"X:%d\n%b" % (number, tune) for number, tune in enumerate(tunes, start=1))
    return mark + head + b"".join(numbered) + last


@settings(max_examples=8, deadline=None)
@given(st.lists(BOOKS, min_size=30, max_size=40))
def test_the_parts_are_small_and_together_they_are_the_book(books: list[Any]) -> None:
    texts = [book_of(*each) for each in books]
    for text, parts in zip(texts, cut(*texts), strict=True):
        whole = b""
        for number, part in enumerate(parts):
            lines = lines_of(part["bytes"])
            assert len(part["bytes"]) <= MOST_BYTES
            assert sum(line.startswith(b"X:") for line in lines) <= MOST_TUNES
            if number:
                assert (
                    b"".join(lines[: part["repeated"]]) == whole[: len(b"".join(lines[: part["repeated"]]))]
                )
                assert len(lines_of(whole)) == part["skipped"]
                whole += b"".join(lines[part["repeated"] :])
            else:
                whole = b"".join(lines)
        assert whole == text.removeprefix(b"\xef\xbb\xbf")


def test_a_book_that_fits_is_sent_as_it_is() -> None:
    book = b"anything \xff\n"
    assert cut(book) == [[{"bytes": book, "repeated": 0, "skipped": 0}]]


@pytest.mark.parametrize("before", [0, 4])
def test_answers_for_a_part_have_the_lines_of_the_book(before: int) -> None:
    part = {"bytes": b"", "repeated": 2, "skipped": 10}  # its line 3 is line 11 of the book
    title = {"text": "Old", "first_line": 4, "last_line": 5}
    answer = {"number": 1, "line": 3, "titles": [title], "insert_title_after": 3}
    (moved,) = call_page("book-part.js", "answerOfBook", [(part, answer, before)])
    assert moved == {
        "number": before + 1,
        "line": 11,
        "titles": [{"text": "Old", "first_line": 12, "last_line": 13}],
        "insert_title_after": 11,
    }
    (above,) = call_page("book-part.js", "answerOfBook", [(part, {**answer, "insert_title_after": 2}, 0)])
    assert above["insert_title_after"] == 10  # below the last line of the part before


def test_a_tune_that_is_too_large_is_named() -> None:
    (error,) = cut(b"X:1\nK:G\nGAB|\n\nX:2\n" + 40 * b"GAB|" + b"\n")
    assert str(error) == "The tune at line 5 has 165 bytes; this service takes at most 120 at a time."
