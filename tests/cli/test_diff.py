"""Diffs are those of `diff -u`: `patch` makes the new file of the old one."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cli.diff import unified_diff
from index.retitle import retitle

TUNES = [
    f"X:{number}\nT:{title}\nM:6/8\nK:G\nGAG GAB|ABA ABd|\nedd gdd|edB dBA|\n"
    for number, title in enumerate(["Old", "Gan Ainm", "x\n+:y", "Old\nT:Older", ""], 1)
]


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("numbers", [(), (1,), (2,), (3, 4), (1, 2, 3, 4, 5)])
def test_a_patch_of_the_diff_makes_the_new_book(tmp_path: Path, numbers: tuple[int, ...], end: str) -> None:
    old = ("\n".join(TUNES).rstrip() + end).encode()
    new = retitle(old, {number: f"New {number}" for number in numbers})
    lines = list(unified_diff("book.abc", old, new.changes))
    assert sum(line.startswith("+T:New") for line in lines) == len(numbers)
    if not numbers:
        assert lines == []
    elif end and shutil.which("patch"):
        book = tmp_path / "book.abc"
        book.write_bytes(old)
        subprocess.run(["patch", "--fuzz=0", str(book)], input="\n".join([*lines, ""]).encode(), check=True)
        assert book.read_bytes() == new.content
