"""Titles are written into tunebooks, and every other byte stays."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retitle import RetitleError, retitle
from index.titles import is_placeholder
from model.abc import Book, decode

MUSIC = "M:6/8\nL:1/8\nK:G\nGAG GAB|ABA ABd|\n"


def titles_of(content: bytes) -> list[list[str]]:
    book = Book.of(decode(content))
    return [[field.text for field in book.heading(index).titles] for index in range(len(book))]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("X:1\n", "X:1\nT:New\n"),
        ("X:1\nT:Old\nT:Older\n", "X:1\nT:New\nT:Old\nT:Older\n"),
        ("X:1\nR:jig\nT:Old\n", "X:1\nT:New\nR:jig\nT:Old\n"),
        ("X:1\nT:Gan Ainm\n", "X:1\nT:New\n"),
        ("X:1\nT:\nT:Old\n", "X:1\nT:New\nT:Old\n"),
        ("X:1\nC:Trad.\n  T:  Untitled Reel % from Mary\n", "X:1\nC:Trad.\n  T:  New % from Mary\n"),
        ("X:1\nT:x\n+:\nC:Trad.\n", "X:1\nT:New\nC:Trad.\n"),
        ("%%scale 1\n\nX:1\nT:?\n", "%%scale 1\n\nX:1\nT:New\n"),
        ("", "T:New\n"),
        ("free text\n\nX:1\n", "free text\n\nX:1\nT:New\n"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_title_takes_the_place_of_a_placeholder_or_comes_first(
    before: str, after: str, line_end: str
) -> None:
    old, new = ((text + MUSIC).replace("\n", line_end).encode() for text in (before, after))
    retitled = retitle(old, {1: "New"})
    assert (retitled.content, retitled.untouched) == (new, ())
    assert len(retitled.changes) == 1


def test_each_tune_gets_its_own_title_and_the_others_stay() -> None:
    tunes = [f"X:{number}\nT:Old\n{MUSIC}\n" for number in range(1, 5)]
    new = retitle("".join(tunes).encode(), {4: "Four", 2: "Two"}).content
    assert titles_of(new) == [["Old"], ["Two", "Old"], ["Old"], ["Four", "Old"]]
    assert new.replace(b"T:Two\n", b"").replace(b"T:Four\n", b"") == "".join(tunes).encode()
    assert retitle(new, {}).content == new


@pytest.mark.parametrize(
    ("mark", "encoding", "written"),
    [
        (b"", "utf-8", "Ó’Neill’s ł"),
        (codecs.BOM_UTF8, "utf-8", "Ó’Neill’s ł"),
        (b"", "latin-1", r"Ó\u2019Neill\u2019s \u0142"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "Ó’Neill’s ł"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "Ó’Neill’s ł"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "Ó’Neill’s ł"),
    ],
)
def test_the_encoding_stays(mark: bytes, encoding: str, written: str) -> None:
    head, rest = "X:1\n", f"C:Turlough Ó Cearbhalláin\n{MUSIC}"
    new = retitle(mark + (head + rest).encode(encoding), {1: "Ó’Neill’s ł"}).content
    assert new == mark + f"{head}T:{written}\n{rest}".encode(encoding)
    assert titles_of(new) == [["Ó’Neill’s ł"]]


def test_a_file_in_ascii_gets_the_encoding_that_it_declares() -> None:
    head = "%%abc-charset iso-8859-2\n\nX:1\n"
    new = retitle((head + MUSIC).encode(), {1: "Łódź"}).content
    assert new == (head + "T:Łódź\n" + MUSIC).encode("iso-8859-2")
    assert titles_of(new) == [["Łódź"]]


def test_bytes_that_are_not_valid_stay() -> None:
    old = b"X:1\nN:\x81\xff\x00\xc3\n" + MUSIC.encode()
    assert retitle(old, {1: "New"}).content == old.replace(b"X:1\n", b"X:1\nT:New\n")
    marked = codecs.BOM_UTF8 + old
    assert retitle(marked, {1: "New"}).content == marked.replace(b"X:1\n", b"X:1\nT:New\n")


@pytest.mark.parametrize("content", [b"X:1 T:Untitled M:6/8 K:G GAB|", b"> X:1\n> T:x\n> K:C\n> CDEF GABc|"])
def test_a_tune_without_lines_of_its_own_stays(content: bytes) -> None:
    assert retitle(content, {1: "New"}) == (content, (), (1,))


@pytest.mark.parametrize("number", [0, 2])
def test_a_number_that_no_tune_has_is_an_error(number: int) -> None:
    with pytest.raises(RetitleError, match="there is no tune"):
        retitle(b"X:1\n" + MUSIC.encode(), {number: "New"})


def test_broken_utf_16_is_an_error() -> None:
    broken = codecs.BOM_UTF16_LE + ("X:1\n" + MUSIC).encode("utf-16-le") + b"\x00"
    with pytest.raises(RetitleError, match="not valid UTF-16-LE"):
        retitle(broken, {1: "New"})


def test_a_title_that_would_hide_the_encoding_is_an_error() -> None:
    with pytest.raises(RetitleError, match="would not be read as UTF-16-BE"):
        retitle(("X:1\n" + MUSIC).encode("utf-16-be"), {1: "Ó’Neill"})


@given(
    st.text("Tt:xX%\\&;é’ <>ł𝄞\"'#0189", min_size=1, max_size=12).map(str.strip).filter(bool),
    st.sampled_from(["utf-8", "latin-1", "cp1250"]),
)
def test_any_title_is_read_again(title: str, encoding: str) -> None:
    declared = f"%%abc-charset {encoding}\n" if encoding == "cp1250" else ""
    old = f"{declared}X:1\nT:Árd\n{MUSIC}".encode(encoding)
    new = retitle(old, {1: title}).content
    assert titles_of(new) == [[" ".join(title.split()), "Árd"]]


@pytest.mark.parametrize(
    "name",
    [
        "Gan Ainm",
        "gan ainm.",
        "Untitled",
        "x",
        "X",
        "?",
        "",
        "Untitled Reel",
        "Unknown (2)",
        "Gan Ainm no. 3",
    ],
)
def test_placeholders(name: str) -> None:
    assert is_placeholder(name)


@pytest.mark.parametrize(
    "name",
    ["The Kesh", "The Reel", "Jig", "X Marks the Spot", "The Unknown Soldier", "(a remark)", "Reel 12"],
)
def test_names_that_are_no_placeholders(name: str) -> None:
    assert not is_placeholder(name)
