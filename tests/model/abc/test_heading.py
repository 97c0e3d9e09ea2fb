import time

import pytest

from model.abc import AbcError, Book, TitleField, Tune, read_tunebook

NOTES = "GABc dBAG|"


def one(line: int, text: str) -> TitleField:
    return TitleField(text, line, line)


@pytest.mark.parametrize(
    ("text", "line", "reference", "titles", "insert_after"),
    [
        (f"X:1\nT:One\nK:G\n{NOTES}", 1, "1", [one(2, "One")], 1),
        (f"X:1\nK:G\n{NOTES}", 1, "1", [], 1),
        (f"\n\nX: 12a % twelve\nM:4/4\nK:G\n{NOTES}", 3, "12a", [], 3),
        (f"X:\nT:\nK:G\n{NOTES}", 1, "", [one(2, "")], 1),
        (f"X:1\nT:One\nT:Two % or so\nK:G\n{NOTES}\nT:Part\n{NOTES}", 1, "1",
         [one(2, "One"), one(3, "Two"), one(6, "Part")], 1),
        (f"X:1\nT:A long\n+:and winding\n%and\n+:road\nC:x\n+:y\nK:G\n{NOTES}", 1, "1",
         [TitleField("A long and winding road", 2, 5)], 1),
        (f"T:Caf\\'e &amp; Bar\nX:3\nK:G\n{NOTES}", 1, "3", [one(1, "Café & Bar")], 2),
        (f"%abc-2.1\nX:1\nK:G\n{NOTES}", 1, "1", [], 2),
        (f"%%begintext\nT:No title\n%%endtext\nX:1\nK:G\n{NOTES}", 1, "1", [], 4),
        (f"M:4/4\nK:G\n{NOTES}", 1, None, [], 0),
        (f"\n\n{NOTES}", 3, None, [], 2),
        (f"\ufeff{NOTES}", 1, None, [], 0),
        (f"> X:1\n> T:Quoted\n> K:G\n> {NOTES}", 1, "1", [one(2, "Quoted")], None),
        (f"X:1 T:All on one line M:4/4 K:G {NOTES}", 1, "1", [one(1, "All on one line")], None),
        (f"X:1\n\nNumber\nTitle: Words\nKey: G\n{NOTES}", 1, "1", [one(4, "Words")], 1),
        (f'"X:1\\nT:Literal\\nK:G\\n{NOTES}"', 1, "1", [one(1, "Literal")], None),
        (f'abc = """X:1\nT:Literal\nK:G\n{NOTES}"""', 1, "1", [one(2, "Literal")], 1),
        ("X:1", 1, "1", [], 1),
    ],
)  # fmt: skip
def test_a_heading_says_what_names_a_tune_and_where(
    text: str, line: int, reference: str | None, titles: list[TitleField], insert_after: int | None
) -> None:
    for source in (text, text.replace("\n", "\r\n"), text.replace("\n", "\r")):
        heading = Book.of(source).heading(0)
        assert (heading.line, heading.reference) == (line, reference)
        assert (list(heading.titles), heading.insert_after) == (titles, insert_after)
        assert heading.title == next((title.text for title in titles if title.text), None)


def test_each_tune_of_a_book_has_its_own_heading() -> None:
    book = Book.of(f"M:6/8\n\nX:1\nK:G\n{NOTES}\n\nX:2\nT:Two\nK:G\n\nX:3\nT:Three\nK:G\n{NOTES}")
    assert [book.heading(index).line for index in range(len(book))] == [3, 7, 11]
    assert [book.heading(index).title for index in range(len(book))] == [None, "Two", "Three"]
    assert book.read(0).meter == "6/8"
    with pytest.raises(AbcError, match="line 7"):
        book.read(1)


def test_tunes_without_numbers_begin_at_their_titles() -> None:
    book = Book.of(f"T:One\nK:G\n{NOTES}\n\nT:Two\nK:D\n{NOTES}\n")
    assert [(book.heading(index).line, book.heading(index).insert_after) for index in range(2)] == [
        (1, 0),
        (5, 4),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "hello"])
def test_a_text_without_tunes(text: str) -> None:
    book = Book.of(text)
    assert len(book) == 0
    with pytest.raises(AbcError, match="no tune"):
        book.read_first()


def test_a_book_reads_the_tunes_of_a_tunebook() -> None:
    text = "".join(f"X:{number}\nT:Tune {number}\nK:G\n{NOTES}\n\n" for number in range(1, 1001))
    book = Book.of(text)
    assert len(book) == 1000
    tunes = [tune for tune in read_tunebook(text) if isinstance(tune, Tune)]
    assert tunes == [book.read(index) for index in range(1000)]
    assert [tune.line for tune in tunes] == [book.heading(index).line for index in range(1000)]


def test_the_size_of_a_tune_is_that_of_its_lines() -> None:
    tunes = [f"X:1\nK:G\n{NOTES}\n\n", f"X:2\nT:Two\nK:G\n{NOTES}"]
    book = Book.of("".join(tunes))
    assert [book.size(index) for index in range(2)] == [len(tunes[0]), len(tunes[1]) + 1]


def test_titles_below_a_thousand_lines_are_not_listed() -> None:
    heading = Book.of("X:1\n" + "T:a\n" * 2000 + f"K:G\n{NOTES}\n").heading(0)
    assert [title.first_line for title in heading.titles] == [*range(2, 1001)]


@pytest.mark.parametrize("line", ["T:a\n", "+:a\n", "%\n", "\n", "X:1\\\n"])
def test_a_heading_takes_no_longer_for_more_lines(line: str) -> None:
    def lap(count: int) -> float:
        book = Book.of("X:1\nT:\n" + line * count)
        book.heading(0)  # finds the lines of the text
        start = time.thread_time()
        book.heading(0)
        return time.thread_time() - start

    assert min(lap(100_000) for _ in range(3)) < 5 * min(lap(2000) for _ in range(3)) + 0.001
