import re
from pathlib import Path

import pytest

from index.tunebook import TunebookError
from model.abc import Tune
from tests.support import KESH
from training.corpora import BOOKS, FOREIGN, find_corpora, find_foreign


@pytest.mark.parametrize(
    ("name", "tunes"), [("oneills1850", 2009), ("ryansMammoth", 1059), ("airdsAirs", 1180)]
)
def test_every_tune_of_the_books_is_read(name: str, tunes: int) -> None:
    entries = list(find_corpora([name])[0].read())
    assert len(entries) == tunes
    assert all(isinstance(entry.tune, Tune) and entry.tune.titles for entry in entries)
    assert len({entry.reference for entry in entries}) == tunes


def test_each_book_names_its_licence() -> None:
    assert all("public domain" in find_corpora([name])[0].licence for name in BOOKS)


def test_a_folder_with_one_tune_per_file_is_a_corpus(tmp_path: Path) -> None:
    for number, mode in enumerate(("C Dorian", "C Major")):
        header = f"X: {number}\nT: Tune {number}\nM: 9/8\nL: 1/8\nK: {mode}\n"
        text = header + "=G=E=E=E2=D=E=D=C|=G=E=E=E=F=G=A=B=c|\n"
        (tmp_path / f"{number}.abc").write_text(text)
    tunes = [entry.tune for entry in find_corpora([str(tmp_path)])[0].read()]
    assert [tune.titles for tune in tunes if isinstance(tune, Tune)] == [("Tune 0",), ("Tune 1",)]


def test_a_folder_states_its_licence(tmp_path: Path) -> None:
    (tmp_path / "kesh.abc").write_text(KESH)
    assert find_corpora([str(tmp_path)])[0].licence == "brought by the user; no licence stated"
    (tmp_path / "LICENCE").write_text("CC0\nThe whole of it follows.\n")
    assert find_corpora([str(tmp_path)])[0].licence == "CC0"
    assert len(list(find_corpora([str(tmp_path)])[0].read())) == 1


def test_the_digest_changes_with_contents_and_names(tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text(KESH)
    digests = {find_corpora([str(tmp_path)])[0].sha256()}
    (tmp_path / "a.abc").write_text(KESH.replace("GAG", "GBG"))
    digests.add(find_corpora([str(tmp_path)])[0].sha256())
    (tmp_path / "a.abc").rename(tmp_path / "b.abc")
    digests.add(find_corpora([str(tmp_path)])[0].sha256())
    assert len(digests) == 3


def test_corpora_with_the_same_name_are_numbered(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tunes.abc").write_text(KESH)
    names = [corpus.name for corpus in find_corpora([f"{tmp_path}/a/tunes.abc", f"{tmp_path}/b/tunes.abc"])]
    assert names == ["tunes", "tunes-2"]


def test_a_name_that_is_neither_book_nor_path_is_refused() -> None:
    with pytest.raises(TunebookError, match=re.escape("oneills is neither a book nor a file or folder")):
        find_corpora(["oneills"])


def test_the_foreign_collection_is_for_measurement_and_not_for_training() -> None:
    corpora = find_foreign([FOREIGN, *BOOKS])
    assert [corpus.name for corpus in corpora] == [FOREIGN, *BOOKS]
    assert "measurement only" in corpora[0].licence
    assert next(corpora[0].read()).reference
    with pytest.raises(TunebookError, match="neither a book nor"):
        find_corpora([FOREIGN])
