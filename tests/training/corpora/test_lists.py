from collections.abc import Callable
from pathlib import Path

import pytest

from training.corpora.aliases import read_aliases
from training.corpora.exclusions import read_exclusions
from training.corpora.lists import ListError, describe_unmatched


def test_references_are_read_and_comments_are_not(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("# a comment\n\nbook/a b.abc:1\n  book/c.abc:2  \n")
    assert read_exclusions(tmp_path / "list.txt") == {"book/a b.abc:1", "book/c.abc:2"}


def test_several_exclusion_lists_are_combined(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("book/a.abc:1\nbook/b.abc:1\n")
    (tmp_path / "b.txt").write_text("book/b.abc:1\nbook/c.abc:1\n")
    references = read_exclusions(tmp_path / "a.txt", tmp_path / "b.txt")
    assert references == {"book/a.abc:1", "book/b.abc:1", "book/c.abc:1"}


def test_pairs_are_read_and_comments_are_not(tmp_path: Path) -> None:
    path = tmp_path / "aliases.txt"
    path.write_text('# "A" = "B"\n\na/b c.abc:1\ta/d.abc:2\n a/e.abc:3 \t a/f.abc:4\r\n')
    assert read_aliases(path) == {("a/b c.abc:1", "a/d.abc:2"), ("a/e.abc:3", "a/f.abc:4")}


@pytest.mark.parametrize("line", ["a/b.abc:1 a/d.abc:2", "a/b.abc:1\t", "a\tb\tc", "a\t\tb"])
def test_a_line_that_is_not_a_pair_is_reported(tmp_path: Path, line: str) -> None:
    path = tmp_path / "aliases.txt"
    path.write_text(f"# a comment\n{line}\n")
    with pytest.raises(ListError, match=r"aliases\.txt, line 2: expected two references with a tab between"):
        read_aliases(path)


@pytest.mark.parametrize("read", [read_exclusions, read_aliases])
@pytest.mark.parametrize("name", ["list.txt", "none.txt"])
def test_a_list_that_is_not_text_or_is_missing_is_an_error(
    tmp_path: Path, read: Callable[[Path], object], name: str
) -> None:
    (tmp_path / "list.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ListError, match=f"cannot read the list .*{name}: "):
        read(tmp_path / name)


def test_unmatched_entries_are_counted_and_the_first_few_named() -> None:
    assert describe_unmatched(["a\tb"]) == "1 list entry matches no setting: a = b"
    description = describe_unmatched([f"book/{n}" for n in range(5)])
    assert description == "5 list entries match no setting: book/0, book/1, book/2, ..."
