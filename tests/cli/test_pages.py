"""The page about tunebooks says what happens."""

import re
from pathlib import Path

import pytest

from model.abc import Book, decode
from service.settings import Settings
from tests.support import KESH, serve

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


def test_the_program_that_fills_titles_in_does_so(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program,) = blocks("tunebooks.md", "python")
    known = Book.of(KESH)
    monkeypatch.chdir(tmp_path)
    with serve(Settings(artifacts=published)) as client:
        setting = client.get("/titles").json()["titles"][0]
        abc = client.get(f"/titles/{setting['id']}").json()["settings"][0]["id"]
        music = re.sub(r"^T:.*\n", "", client.get(f"/settings/{abc}.abc").text, flags=re.MULTILINE)
        book = f"{music}\n{known.text(0)}\n\nX:3\nT:Gan Ainm\n{music.partition(chr(10))[2]}".encode()
        Path("book.abc").write_bytes(book)
        exec(
            compile(program.replace("http://127.0.0.1:8000", str(client.base_url)), "tunebooks.md", "exec"),
            {},
        )
    titled = Path("titled.abc").read_bytes()
    read = Book.of(decode(titled))
    assert [read.heading(index).title for index in range(3)][1:] == ["The Kesh", "Gan Ainm"]
    title = read.heading(0).title
    assert title
    assert titled.replace(f"T:{title}\n".encode(), b"") == book
