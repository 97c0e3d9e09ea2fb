from pathlib import Path

import pytest

from training.corpora.aliases import AliasError, read_aliases


def test_pairs_are_read_and_remarks_are_not(tmp_path: Path) -> None:
    path = tmp_path / "aliases.txt"
    path.write_text('# "A" = "B"\n\na/b c.abc:1\ta/d.abc:2\n a/e.abc:3 \t a/f.abc:4\r\n')
    assert read_aliases(path) == {("a/b c.abc:1", "a/d.abc:2"), ("a/e.abc:3", "a/f.abc:4")}


@pytest.mark.parametrize("line", ["a/b.abc:1 a/d.abc:2", "a/b.abc:1\t", "a\tb\tc", "a\t\tb"])
def test_a_line_that_is_no_pair_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "aliases.txt"
    path.write_text(f"# a remark\n{line}\n")
    with pytest.raises(AliasError, match=r"aliases\.txt, line 2: not two references with a tab between"):
        read_aliases(path)


def test_a_list_that_is_no_text_or_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "aliases.txt").write_bytes(b"\xff\xfe")
    for name in ("aliases.txt", "none.txt"):
        with pytest.raises(AliasError, match=f"{name} is no list of aliases"):
            read_aliases(tmp_path / name)
