import io
import os
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from index import tunebook
from index.catalogue import Catalogue
from index.tunebook import TunebookError, Unreadable, count_tunes, find_files, read_files, read_path
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


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    for name in ("visible/a.abc", "visible/._a.abc", ".git/b.abc", ".c.abc", ".d/e/f.abc"):
        file = tmp_path / ".own" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\x00\x05\x16\x07" if "._" in name else KESH.encode())
    (tmp_path / ".own" / ".git").chmod(0o000)
    archive = tmp_path / "own.tar"
    with tarfile.open(archive, "w:") as tar:
        for name in ("./a.abc", "./._a.abc", ".git/b.abc", "x/.d/f.abc"):
            member = tarfile.TarInfo(name)
            member.size = len(KESH)
            tar.addfile(member, io.BytesIO(KESH.encode()))
    assert [name for name, _ in find_files(tmp_path / ".own")] == ["visible/a.abc"]
    assert [name for name, _ in find_files(archive)] == ["./a.abc"]
    assert titles(tmp_path / ".own" / ".c.abc") == ["The Kesh"], "somebody named it"


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


def found(path: Path) -> dict[str, str]:
    """The reason of each file that cannot be read, and "read" for the others."""
    return {
        name: content.reason if isinstance(content, Unreadable) else "read"
        for name, content in find_files(path)
    }


def test_everything_that_cannot_be_read_has_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books, elsewhere = tmp_path / "books", tmp_path / "elsewhere"
    (books / "deep" / "x.abc").mkdir(parents=True)
    elsewhere.mkdir()
    for name in ("a.abc", "deep/b.txt", "deep/x.abc/c.abc"):
        (books / name).write_text(KESH)
    (books / "big.abc").write_bytes(b"X" * 5000)
    monkeypatch.setattr(tunebook, "MAX_FILE_BYTES", 4000)
    os.mkfifo(books / "pipe.abc")
    (books / os.fsdecode(b"caf\xe9.abc")).write_text(KESH)
    for name, target in {
        "file.abc": "a.abc",
        "nothing.abc": "none.abc",
        "itself.abc": "itself.abc",
        "deep/up": "../../books",
        "deep/here": ".",
        "inside": "deep",
        "outside": "../elsewhere",
        "nowhere": "none",
    }.items():
        (books / name).symlink_to(target)
    assert found(books) == {
        "a.abc": "read",
        "big.abc": "has 5000 bytes; a tunebook may have at most 4000",
        "caf\\xe9.abc": "has a name that is not UTF-8",
        "deep/b.txt": "read",
        "deep/here": "is a link to a folder that it is in",
        "deep/up": "is a link to a folder that it is in",
        "deep/x.abc/c.abc": "read",
        "file.abc": "read",
        "itself.abc": "cannot be read: Too many levels of symbolic links",
        "nothing.abc": "cannot be read: No such file or directory",
        "outside": "is a link to a folder elsewhere, not followed",
        "pipe.abc": "is not a regular file",
    }
    assert list(found(books)) == sorted(found(books))


@pytest.mark.parametrize("name", ["b.abc", "b"])
def test_a_file_or_folder_that_may_not_be_read_has_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The owner of the tests may read everything, so the calls fail instead."""
    (tmp_path / "a.abc").write_text(KESH)
    (tmp_path / "c.abc").write_text(KESH)
    (tmp_path / "b").mkdir()
    (tmp_path / "b.abc").write_text(KESH)
    (tmp_path / "b" / "d.abc").write_text(KESH)

    def refusing(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(path: Any, *arguments: Any) -> Any:
            if Path(path).name == name:
                raise PermissionError(13, "Permission denied", str(path))
            return call(path, *arguments)

        return called

    monkeypatch.setattr(os, "open", refusing(os.open))
    monkeypatch.setattr(os, "scandir", refusing(os.scandir))
    kind = "cannot be read" if name == "b.abc" else "is a folder that cannot be read"
    expected = {"a.abc": "read", "b/d.abc": "read", "b.abc": "read", "c.abc": "read"}
    del expected["b/d.abc" if name == "b" else name]
    assert found(tmp_path) == {**expected, name: f"{kind}: Permission denied"}
    with pytest.raises(TunebookError, match=f"{name} {kind}: Permission denied"):
        list(read_path(tmp_path))


def test_a_folder_of_tunebooks_that_may_not_be_read_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Any) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(TunebookError, match=f"{tmp_path} cannot be read: Permission denied"):
        list(find_files(tmp_path))


def test_a_file_that_vanishes_meanwhile_has_a_reason(tmp_path: Path) -> None:
    for name in ("a.abc", "b.abc", "c.abc"):
        (tmp_path / name).write_text(KESH)
    files = find_files(tmp_path)
    first = next(files)
    (tmp_path / "b.abc").unlink()
    (tmp_path / "c.abc").unlink()
    (tmp_path / "c.abc").mkdir()
    contents = dict([first, *files])
    assert isinstance(contents["a.abc"], bytes)
    assert contents["b.abc"] == Unreadable("cannot be read: No such file or directory")
    assert contents["c.abc"] == Unreadable("cannot be read: Is a directory")


def test_a_very_deep_folder_is_read(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(40):
        folder = folder / "/".join("d" * 30)
        folder.mkdir(parents=True)
    (folder / "a.abc").write_text(KESH)
    (tmp_path / "b.abc").write_text(KESH)
    assert sorted(found(tmp_path).values()) == ["read", "read"]
    subprocess.run(["rm", "-r", tmp_path / "d"], check=True)  # pytest cannot remove it


def test_pipes_and_links_to_folders_are_no_tunebooks(tmp_path: Path) -> None:
    """Whoever trains on a folder misses nothing by them."""
    (tmp_path / "a.abc").write_text(KESH)
    os.mkfifo(tmp_path / "pipe.abc")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / ".#a.abc").symlink_to("somebody@editor.1234")
    assert [name for name, _ in read_files(tmp_path)] == ["a.abc"]


def test_a_file_with_nothing_to_read_yet_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as /proc/kmsg, which says that it is a regular file."""

    class Silent(io.FileIO):
        def readinto(self, _: object) -> None:
            return

    (tmp_path / "a.abc").write_text(KESH)
    monkeypatch.setattr(os, "fdopen", lambda descriptor, _: io.BufferedReader(Silent(descriptor)))
    assert list(read_files(tmp_path)) == [("a.abc", b"")]


def test_the_tunes_before_the_damage_of_an_archive_are_read(tmp_path: Path) -> None:
    path = tmp_path / "tunes.tar"
    with tarfile.open(path, "w") as archive:
        for name in ("a.abc", "b.abc"):
            member = tarfile.TarInfo(name)
            member.size = len(KESH)
            archive.addfile(member, io.BytesIO(KESH.encode()))
    path.write_bytes(path.read_bytes()[:1600])
    reasons = found(path)
    assert reasons["a.abc"] == "read"
    assert "is a damaged archive" in reasons["tunes.tar"]


@pytest.mark.parametrize("title", ["a\x01b", "\x1b[31mKesh", "The\x02Kesh", "\x7fx", "Kesh\x0cReel"])
def test_a_title_with_control_characters_is_none(tmp_path: Path, title: str) -> None:
    (tmp_path / "a.abc").write_text(KESH.replace("The Kesh", title))
    (entry,) = read_path(tmp_path / "a.abc")
    assert entry.names == ()
    assert entry.fault == "the title has control characters"
    (tmp_path / "a.abc").write_text(KESH.replace("The Kesh", f"{title}\nT:The\tKesh"))
    (entry,) = read_path(tmp_path / "a.abc")
    assert (len(entry.names), entry.fault) == (1, "")
