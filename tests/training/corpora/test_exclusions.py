from pathlib import Path

import pytest

from training.corpora.exclusions import ExclusionError, read_exclusions, unmatched_told


def test_references_are_read_and_remarks_are_not(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("# a remark\n\nbook/a b.abc:1\n  book/c.abc:2  \n")
    assert read_exclusions(tmp_path / "list.txt") == {"book/a b.abc:1", "book/c.abc:2"}


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ExclusionError, match=r"list\.txt is no exclusion list"):
        read_exclusions(tmp_path / "list.txt")


def test_what_matches_nothing_is_counted_and_the_first_few_named() -> None:
    assert unmatched_told(["a\tb"]) == "1 line of the lists matches nothing that was read: a = b"
    told = unmatched_told([f"book/{n}" for n in range(5)])
    assert told == "5 lines of the lists match nothing that was read: book/0, book/1, book/2, ..."
