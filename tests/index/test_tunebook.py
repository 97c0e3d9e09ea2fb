import io
import tarfile
import time
from pathlib import Path
from typing import Literal

import pytest

from index import tunebook
from index.catalogue import Catalogue
from index.tunebook import TunebookError, count_tunes, read_path
from model.abc import AbcError, Tune
from tests.support import KESH

TWO = KESH + "\n" + KESH.replace("X:1", "X:2").replace("The Kesh", "Sí Bheag, Sí Mhór")


def titles(path: Path) -> list[str]:
    return [entry.tune.titles[0] for entry in read_path(path) if isinstance(entry.tune, Tune)]


def test_a_tunebook_is_read_in_either_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8", "latin-1"):
        path = tmp_path / f"{encoding}.abc"
        path.write_bytes(TWO.encode(encoding))
        assert titles(path) == ["The Kesh", "Sí Bheag, Sí Mhór"]


def test_a_folder_is_read_at_any_depth_but_only_its_abc(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "b.abc").write_text(KESH)
    (tmp_path / "deep" / "er" / "a.ABC").write_text(TWO)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG" + KESH.encode())
    assert titles(tmp_path) == ["The Kesh", "The Kesh", "Sí Bheag, Sí Mhór"]
    assert [entry.reference for entry in read_path(tmp_path)] == [
        "b.abc:1",
        "deep/er/a.ABC:1",
        "deep/er/a.ABC:9",
    ]


def test_the_url_of_a_tune_is_its_f_field(tmp_path: Path) -> None:
    path = tmp_path / "tunes.abc"
    fields = (
        "F:https://example.org/kesh#2",
        "F:javascript:alert(1)",
        "F:kesh.abc\nF:http://example.org/",
        "F:",
    )
    path.write_text("\n".join(KESH.replace("R:jig", field) for field in fields) + "\nX:9\nK:C\n")
    urls = [entry.url for entry in read_path(path)]
    assert urls == ["https://example.org/kesh#2", "", "http://example.org/", "", ""]


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        (["The Kesh", "Kerrigan's"], ("The Kesh", "Kerrigan's")),
        (["The Kesh, aka Kerrigan's", "x"], ("The Kesh, aka Kerrigan's", "The Kesh", "Kerrigan's")),
        (["Gan Ainm", "Hit or Miss"], ("Hit or Miss",)),
        (["The Kesh", "or Kerrigan's Jig"], ("The Kesh", "or Kerrigan's Jig", "Kerrigan's Jig")),
        (["The Kesh", 'Or "Kerrigan\'s"'], ("The Kesh", 'Or "Kerrigan\'s"', '"Kerrigan\'s"')),
        (["The Kesh", "The Favor or"], ("The Kesh", "The Favor or")),
        (["Or Are We Dancers?"], ("Or Are We Dancers?",)),
    ],
)
def test_a_tune_has_its_titles_and_the_names_in_them(
    tmp_path: Path, printed: list[str], names: tuple[str, ...]
) -> None:
    (tmp_path / "a.abc").write_text(KESH.replace("T:The Kesh", "\n".join(f"T:{title}" for title in printed)))
    (entry,) = read_path(tmp_path / "a.abc")
    assert entry.names == names
    assert entry.setting("mine").title == names[0]


def test_a_setting_keeps_its_title_as_printed(tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text(KESH.replace("T:The Kesh", "T:Gan Ainm\nT:12. Kesh, The -- Jig"))
    (entry,) = read_path(tmp_path / "a.abc")
    catalogue = Catalogue.collect([(entry.names, entry.setting("mine"))]).shorten()
    (setting,) = catalogue.settings
    assert (setting.title, setting.printed) == ("Kesh, The", "12. Kesh, The -- Jig")
    catalogue.save(tmp_path / "catalogue.jsonl")
    assert Catalogue.load(tmp_path / "catalogue.jsonl") == catalogue


def test_a_printed_rhythm_is_read_from_any_of_the_names(tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text(
        KESH.replace("R:jig\n", "").replace("The Kesh", "The Kesh, or Kerrigan's -- Slip Jig")
    )
    (entry,) = read_path(tmp_path / "a.abc")
    assert entry.setting("mine").rhythm == "Slip Jig"


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:xz"])
def test_a_tar_is_read_without_unpacking(tmp_path: Path, mode: Literal["w:", "w:gz", "w:xz"]) -> None:
    path = tmp_path / "tunes.tar"
    with tarfile.open(path, mode) as archive:
        for name, text in (("../../outside.abc", KESH), ("b/two.abc", TWO), ("b/notes.pdf", KESH)):
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    assert titles(path) == ["The Kesh", "The Kesh", "Sí Bheag, Sí Mhór"]
    assert [file.name for file in tmp_path.iterdir()] == ["tunes.tar"]


def test_a_compressed_tar_is_read_in_one_pass(tmp_path: Path) -> None:
    times = []
    for count in (300, 2400):
        path = tmp_path / f"{count}.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for number in reversed(range(count)):
                data = KESH.replace("X:1", f"X:{number}").encode()
                member = tarfile.TarInfo(f"{number:05}.abc")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        start = time.process_time()
        assert len(list(read_path(path))) == count
        times.append(time.process_time() - start)
    assert times[1] < 4 * 8 * times[0], "eight times as many; quadratic would be sixty-four"


def test_a_bad_tune_does_not_affect_the_others(tmp_path: Path) -> None:
    path = tmp_path / "book.abc"
    path.write_text(KESH + "\nX:2\nT:Silence\nK:C\n\n" + KESH)
    entries = list(read_path(path))
    assert [type(entry.tune) for entry in entries] == [Tune, AbcError, Tune]
    assert entries[1].reference == "book.abc:" + str(entries[1].tune.line)


@pytest.mark.parametrize("mode", ["w:gz", "w:xz"])
def test_a_damaged_archive_is_refused(tmp_path: Path, mode: Literal["w:gz", "w:xz"]) -> None:
    path = tmp_path / "tunes.tar"
    with tarfile.open(path, mode) as archive:
        for number in range(2000):
            member = tarfile.TarInfo(f"{number}.abc")
            member.size = len(KESH)
            archive.addfile(member, io.BytesIO(KESH.encode()))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + b"\xff" * 50 + data[len(data) // 2 + 50 :])
    with pytest.raises(TunebookError, match=r"tunes\.tar is a damaged archive"):
        list(read_path(path))


def test_a_missing_path_and_a_huge_file_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TunebookError, match="no such file or folder"):
        list(read_path(tmp_path / "none.abc"))
    monkeypatch.setattr(tunebook, "MAX_FILE_BYTES", 10)
    (tmp_path / "big.abc").write_text(KESH)
    with pytest.raises(TunebookError, match=r"big\.abc has \d+ bytes"):
        list(read_path(tmp_path))


def test_tunes_are_counted_by_their_references(tmp_path: Path) -> None:
    (tmp_path / "two.abc").write_bytes(TWO.encode("utf-16"))
    (tmp_path / "bare.abc").write_text("GABc dedB|dedB dedB|")
    (tmp_path / "words.abc").write_text(KESH.replace("The Kesh", "X: marks the spot"))
    assert count_tunes(tmp_path) == 4 == sum(1 for _ in read_path(tmp_path))
    with pytest.raises(TunebookError, match="no such file or folder"):
        count_tunes(tmp_path / "none")
