"""The page fills titles into the bytes of a book as docs/tunebooks.md says, and changes no other byte."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.titles import is_title
from model.abc import decode
from service.settings import Settings
from tests.page.node import call_page
from tests.service.test_batch import ABC, BATCH, BOOKS, NOTES
from tests.support import serve

TITLE = re.compile(r"[ \t]*T(?:itle)?:[ \t]*", re.IGNORECASE)

ENCODED = {
    "UTF-8": ("", "utf-8"),
    "Windows-1252": ("", "cp1252"),
    "UTF-16 with a mark": ("\ufeff", "utf-16-le"),
    "UTF-16 without one": ("", "utf-16-be"),
}
MORE = {
    **BOOKS,
    "placeholders": f"X:1\nT:Gan Ainm\nK:G\n{NOTES}\n\nX:2\nT: x % a remark\nT:Old\nK:D\n{NOTES}\n",
    "a placeholder in two lines": f"X:1\nT:Gan\n+:Ainm\nK:G\n{NOTES}\n",
    "a title and more on one line": f"X:1\nT:Untitled M:6/8\nL:1/8\nK:G\n{NOTES}\n",
    "no final line end": f"X:1\nT:untitled\nK:G\n{NOTES}",
    "one line": NOTES,
    "a declared charset": f"%%abc-charset iso-8859-1\nX:1\nK:G\n{NOTES}\n",
}


@pytest.fixture(scope="module")
def client(published: Path) -> Iterator[httpx.Client]:
    with serve(Settings(artifacts=published)) as client:
        yield client


def answers(client: httpx.Client, book: bytes) -> list[dict[str, Any]]:
    response = client.post(BATCH, content=book, headers=ABC)
    assert response.status_code == 200, response.text
    return list(response.json()["answers"])


def filled_by_page(books: list[tuple[bytes, list[dict[str, Any]]]]) -> list[bytes]:
    return call_page("book-fill.js", "fillTitles", books)


def accepted_titles(found: list[dict[str, Any]], title: str) -> list[dict[str, Any]]:
    return [{"place": answer, "title": f"{title} {answer['number']}"} for answer in found]


def filled_in_python(book: str, accepted: list[dict[str, Any]]) -> str:
    """The algorithm of docs/tunebooks.md on a text, with placeholders replaced."""
    mark = "\ufeff" if book.startswith("\ufeff") else ""
    lines = [mark, *re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", book.removeprefix(mark))]
    parts = [[line] for line in lines]
    ends = [line[len(line.rstrip("\r\n")) :] for line in lines]
    for each in accepted:
        after, own = each["place"]["insert_title_after"], each["place"]["titles"][:1]
        if after is None:
            continue
        line = lines[own[0]["first_line"]] if own else ""
        name = TITLE.sub("", line, count=1).partition("%")[0].strip()
        if own and own[0]["first_line"] == own[0]["last_line"] and not is_title(name):
            field = TITLE.match(line)
            assert field
            parts[own[0]["first_line"]][0] = (
                line[: field.end()] + each["title"] + line[field.end() + len(name) :]
            )
        else:
            parts[after].append(f"T:{each['title']}{ends[after] or ends[1] or chr(10)}")
    return "".join("".join(part) for part in parts)


@pytest.mark.parametrize(("mark", "encoding"), ENCODED.values(), ids=ENCODED)
def test_titles_are_filled_in_as_the_document_says(client: httpx.Client, mark: str, encoding: str) -> None:
    # Without a mark, UTF-16 is known by Latin letters at the beginning.
    texts = {name: text for name, text in MORE.items() if encoding != "utf-16-be" or text[:32].isascii()}
    books, expected = [], []
    for name, text in texts.items():
        book = (mark + text.removeprefix(mark)).encode(encoding, "ignore")
        accepted = accepted_titles(answers(client, book), "Título")
        assert accepted
        books.append((book, accepted))
        filled = filled_in_python(book.decode(encoding), accepted)
        # Where all bytes are ASCII, titles are UTF-8 unless the book declares something else.
        ascii_only = book.isascii() and "16" not in encoding
        writing = "latin-1" if name == "a declared charset" else "utf-8"
        expected.append(filled.encode(writing if ascii_only else encoding))
    for name, got, right in zip(texts, filled_by_page(books), expected, strict=True):
        assert got == right, name


def test_the_service_reads_the_titles_that_were_filled_in(client: httpx.Client) -> None:
    title = r"Máire's 50% \ “Fancy” <x> &amp; Ł"
    books = []
    for encoding in ("utf-8", "cp1252", "utf-16"):
        for text in MORE.values():
            book = text.encode(encoding, "ignore")
            books.append((book, accepted_titles(answers(client, book), title)))
    for (book, accepted), filled in zip(books, filled_by_page(books), strict=True):
        before, after = answers(client, book), answers(client, filled)
        assert [answer["title"] for answer in after] == [each["title"] for each in accepted]
        for old, new in zip(before, after, strict=True):
            kept = [each["text"] for each in old["titles"] if is_title(each["text"])]
            assert [each["text"] for each in new["titles"]][-len(kept) or len(new["titles"]) :] == kept
            assert (old["result"] or {}).get("suggestions") == (new["result"] or {}).get("suggestions")


@pytest.mark.parametrize("name", ["Gan Ainm", "GAN AINM.", "Untitled", "x", "?", "", "23. Unknown", "(reel)"])
def test_the_page_knows_the_placeholders_of_the_catalogue(name: str) -> None:
    assert not is_title(name)
    accepted = [{"place": place(2, name), "title": "The Kesh"}]
    (filled,) = filled_by_page([(f"X:1\nT:{name}\nK:G\n".encode(), accepted)])
    assert filled == b"X:1\nT:The Kesh\nK:G\n"


@pytest.mark.parametrize(
    "name", ["The Kesh", "X marks the spot", "The Unknown Piper", "Untitled Lady", "x y"]
)
def test_a_title_is_no_placeholder(name: str) -> None:
    assert is_title(name)
    accepted = [{"place": place(2, name), "title": "The Kesh"}]
    (filled,) = filled_by_page([(f"X:1\nT:{name}\nK:G\n".encode(), accepted)])
    assert filled == f"X:1\nT:The Kesh\nT:{name}\nK:G\n".encode()


def place(line: int, text: str) -> dict[str, Any]:
    title = {"text": text, "first_line": line, "last_line": line}
    return {"insert_title_after": line - 1, "titles": [title]}


LINES = st.lists(st.tuples(st.binary(max_size=12), st.sampled_from([b"\n", b"\r\n", b"\r"])), min_size=1)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(LINES, st.randoms()), min_size=40, max_size=60))
def test_any_bytes_stay_as_they_are_around_a_line_that_is_added(books: list[tuple[Any, Any]]) -> None:
    sent: list[tuple[bytes, list[dict[str, Any]]]] = []
    for pairs, random in books:
        # Every book is in an encoding of one byte, whatever else its bytes are.
        book = b"% \xff\n" + b"".join(re.sub(rb"[\r\n]", b"", text) + end for text, end in pairs)
        count = len(re.findall(rb"\r\n|\r|\n", book))
        after = random.randint(0, count)
        sent.append((book, [{"place": {"insert_title_after": after, "titles": []}, "title": "Kesh"}]))
    for (book, accepted), filled in zip(sent, filled_by_page(sent), strict=True):
        after = accepted[0]["place"]["insert_title_after"]
        lines = re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)", book)
        head, tail = b"".join(lines[:after]), b"".join(lines[after:])
        assert filled.startswith(head)
        assert filled.endswith(tail)
        added = filled[len(head) : len(filled) - len(tail)]
        assert re.fullmatch(rb"T:Kesh(?:\r\n|\r|\n)", added)
        assert decode(filled).count("T:Kesh") >= 1
