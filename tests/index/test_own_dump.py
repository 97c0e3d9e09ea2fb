"""A dump of The Session in the folder of the user's own tunebooks."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from index import artifact, readers
from index.dump import ACCEPTED, LICENCE, DumpRow
from index.publication import link_files, publish, staging
from index.rebuild import Rebuilt, rebuild
from index.suggester import CATALOGUE, INDEX_FILES
from model.abc import Tune, read_tune, write
from tests.small_dump import MCLEOD, NAMES, OFF_SHE_GOES, ROWS, row, write_dump

OWN = f"X:1\nT:My Own Wide Gate\nR:reel\nM:4/4\nL:1/8\nK:G\n{MCLEOD}\n"


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """A folder with a tunebook, and a dump in a subfolder."""
    folder = tmp_path / "books"
    write_dump(folder / "deep" / "thesession", "csv")
    (folder / "deep" / "thesession" / ACCEPTED).touch()
    (folder / "mine.abc").write_text(OWN)
    return folder


def run(root: Path, books: Path) -> Rebuilt:
    return rebuild(root, "cpu", books)


def load(root: Path) -> artifact.Artifact:
    return artifact.load(root, "cpu")


def index_files(root: Path) -> dict[str, bytes]:
    return {
        name: (root / artifact.CURRENT / name).read_bytes() for name in (*INDEX_FILES, artifact.OWN_BOOKS)
    }


def forget(root: Path) -> None:
    """Let the next rebuild read everything, because another version wrote the artifact."""
    manifest = root / artifact.CURRENT / artifact.MANIFEST
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "version": "0.0.0"}))


@pytest.mark.parametrize("form", ["csv", "json"])
def test_its_settings_are_known_with_names_address_and_licence(
    small_artifacts: Path, tmp_path: Path, form: str
) -> None:
    folder = tmp_path / "thesession"
    write_dump(folder, form)
    (folder / ACCEPTED).touch()
    rebuilt = run(small_artifacts, folder)
    assert (rebuilt.tunes, rebuilt.skipped) == (3, [])
    after = load(small_artifacts)
    answer = after.suggester.suggest(f"X:1\nM:6/8\nL:1/8\nK:E\n{OFF_SHE_GOES}")
    first = answer.titles[0]
    assert (answer.known, first.title) == (True, "Off She Goes")
    assert {"Up She Goes", "The Launch"} <= set(first.aliases)
    assert first.melody
    setting = first.melody.setting
    assert (setting.corpus, setting.reference) == ("thesession", "thesession/7#setting70")
    assert setting.url == "https://thesession.org/tunes/7#setting70"
    assert after.licences["thesession"] == LICENCE
    assert "piper" not in (after.path / artifact.OWN_BOOKS).read_text()


def test_it_lies_beside_tunebooks_and_is_counted_separately(small_artifacts: Path, books: Path) -> None:
    trained = load(small_artifacts)
    assert run(small_artifacts, books).tunes == 4
    after = load(small_artifacts)
    *others, session, own = after.manifest.corpora
    assert others == trained.manifest.corpora
    assert (session.name, session.licence, session.tunes, session.own) == ("thesession", LICENCE, 3, True)
    assert (own.name, own.tunes, own.skipped) == ("tunebooks", 1, 0)
    assert session.sha256 != own.sha256
    assert after.suggester.catalogue.titles[: len(trained.suggester.catalogue)] == (
        trained.suggester.catalogue.titles
    )

    shutil.rmtree(books / "deep")
    run(small_artifacts, books)
    assert [corpus.name for corpus in load(small_artifacts).manifest.corpora[-2:]] == [
        others[-1].name,
        "tunebooks",
    ]


def test_its_file_of_tunes_stands_for_its_folder(small_artifacts: Path, books: Path) -> None:
    assert run(small_artifacts, books / "deep" / "thesession" / "tunes.csv").tunes == 3


def test_without_an_accepted_licence_it_is_skipped_and_the_rest_is_read(
    small_artifacts: Path, books: Path
) -> None:
    accepted = books / "deep" / "thesession" / ACCEPTED
    accepted.unlink()
    rebuilt = run(small_artifacts, books)
    assert rebuilt.tunes == 1
    (reason,) = rebuilt.skipped
    assert reason.startswith("deep/thesession/tunes.csv: is a dump of The Session, whose licence was not acc")
    assert "forbid use with large language models" in reason
    assert ACCEPTED in reason
    accepted.touch()
    assert run(small_artifacts, books).tunes == 4
    accepted.unlink()
    assert run(small_artifacts, books).tunes == 1
    assert "thesession" not in load(small_artifacts).licences


def test_bad_rows_and_files_are_skipped_and_listed(small_artifacts: Path, books: Path) -> None:
    folder = books / "deep" / "thesession"
    rows = [*ROWS, row(10, 100, "Gan Ainm", MCLEOD), row(11, 110, "Too Short", "DED")]
    write_dump(folder, "csv", rows)
    for file, bad in (("tunes.csv", '14,"140,Sh"ort\n'), ("aliases.csv", "x,Nobody's,Nobody's\n")):
        (folder / file).write_bytes((folder / file).read_bytes() + bad.encode())
    write_dump(books / "other", "csv")
    (books / "other" / "tunes.csv").write_text("name,abc\nKesh,GAG\n")
    (books / "names").mkdir()
    shutil.copy(folder / "aliases.csv", books / "names")  # no dump without tunes
    rebuilt = run(small_artifacts, books)
    assert rebuilt.tunes == 4
    assert rebuilt.skipped == [
        "other/tunes.csv has no column tune_id, setting_id, type, meter, mode",
        "deep/thesession/aliases.csv:4: tune_id 'x' is not a number",
        "deep/thesession/10#setting100: no title",
        "deep/thesession/11#setting110: 3 notes, fewer than 8",
        """deep/thesession/tunes.csv:9: ',' expected after '"'""",
    ]


def test_an_incremental_rebuild_equals_one_of_everything(
    small_artifacts: Path, tmp_path: Path, books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of the latter lets other processes read."""
    fresh = tmp_path / "fresh"
    shutil.copytree(small_artifacts, fresh, symlinks=True)
    folder = books / "deep" / "thesession"
    title = load(small_artifacts).suggester.catalogue.titles[7]
    trained = replace(read_tune(title.settings[0].abc), titles=())
    _, _, music = write(trained).partition("\nK:")
    printed = row(20, 200, title.title, music.partition("\n")[2], type="", meter=trained.meter)

    def add() -> None:
        write_dump(folder, "csv", [*ROWS, printed])

    def name() -> None:
        write_dump(folder, "csv", [*ROWS, printed], [*NAMES, {"tune_id": "9", "alias": "B", "name": ""}])

    def change() -> None:
        write_dump(folder, "csv", [ROWS[2], printed, row(8, 80, "Of Shegoes", OFF_SHE_GOES)])

    def edit_book() -> None:
        (books / "mine.abc").write_text(OWN.replace("DGBG", "DGGB"))

    def move() -> None:
        (books / "deep").rename(books / "deeper")

    def remove() -> None:
        shutil.rmtree(books / "deeper")

    for step in (add, name, change, edit_book, move, remove):
        step()
        rebuilt = run(small_artifacts, books)
        forget(fresh)
        with monkeypatch.context() as patch:
            patch.setattr("index.readers._FEWEST", 1 if step is add else readers._FEWEST)
            expected = run(fresh, books)
        assert (rebuilt.tunes, rebuilt.skipped) == (expected.tunes, expected.skipped), step
        assert index_files(small_artifacts) == index_files(fresh), step


def test_an_unchanged_dump_is_not_read_again(
    small_artifacts: Path, books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(small_artifacts, books)
    before = index_files(small_artifacts)

    def unwanted(_row: DumpRow) -> Tune:
        raise AssertionError("a row was read")

    monkeypatch.setattr(DumpRow, "_tune", unwanted)
    assert run(small_artifacts, books).tunes == 4
    assert index_files(small_artifacts) == before
    (books / "mine.abc").write_text(OWN + OWN.replace("X:1", "X:2"))
    assert run(small_artifacts, books).tunes == 5


def test_a_setting_that_was_trained_on_is_not_added_once_more(small_artifacts: Path, books: Path) -> None:
    """As after `fit --corpus thesession`: the catalogue of the training has some settings of the dump."""
    run(small_artifacts, books)
    old = load(small_artifacts)
    trained = f"{artifact.EVALUATION}/{CATALOGUE}"
    with staging(small_artifacts) as staged:
        link_files(old.path, staged, without=(trained,))
        shutil.copy(old.path / CATALOGUE, staged / trained)
        publish(small_artifacts, staged, old.manifest)
    folder = books / "deep" / "thesession"
    write_dump(folder, "csv", [*ROWS, row(8, 80, "Another Tune", MCLEOD)])
    run(small_artifacts, books)
    settings = load(small_artifacts).suggester.catalogue.settings
    of_dump = sorted(setting.reference for setting in settings if setting.corpus == "thesession")
    assert of_dump == [
        f"thesession/{each}" for each in ("7#setting70", "7#setting71", "8#setting80", "9#setting90")
    ]
