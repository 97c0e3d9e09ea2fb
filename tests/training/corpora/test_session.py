"""Dumps in the columns that The Session publishes: tunes of old books, with ids, dates and users made up."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.tunebook import Entry, TunebookError
from model.abc import Tune, write
from tests.small_dump import MCLEOD, NAMES, OFF_SHE_GOES, ROWS, as_csv, row, write_dump
from training.__main__ import app
from training.corpora import Corpus, find_corpora
from training.corpora.curate import curate


def dump(folder: Path, form: str, rows: list[dict[str, str]], names: list[dict[str, str]] = NAMES) -> Corpus:
    write_dump(folder, form, rows, names)
    return find_corpora([str(folder)], "thesession")[0]


def written(folder: Path, name: str, text: str) -> list[Entry]:
    (folder / name).write_bytes(text.encode())
    return list(find_corpora([str(folder)], "thesession")[0].read())


def tunes(entries: list[Entry]) -> list[Tune]:
    return [entry.tune for entry in entries if isinstance(entry.tune, Tune)]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_each_row_is_a_setting_under_all_names_of_its_tune(tmp_path: Path, form: str) -> None:
    entries = list(dump(tmp_path, form, ROWS).read())
    assert [entry.reference for entry in entries] == ["7#setting70", "7#setting71", "9#setting90"]
    assert entries[1].url == "https://thesession.org/tunes/7#setting71"
    first, second, third = tunes(entries)
    assert first.titles == second.titles == ("Off She Goes", "Up She Goes", "Launch, The")
    assert third.titles == ('McLeod\'s, "Miss"',)
    assert (first.rhythm, first.meter, first.key, str(first.unit)) == ("jig", "6/8", "D major", "1/8")
    assert (second.key, third.key, third.rhythm, third.meter) == ("E dorian", "G major", "reel", "4/4")
    assert len(first.bars) == 9
    assert len(first.notes) == 39


@pytest.mark.parametrize("form", ["csv", "json"])
def test_curation_keeps_one_title_per_tune_with_source_address_and_licence(tmp_path: Path, form: str) -> None:
    curated = curate([dump(tmp_path, form, ROWS)])
    title = curated.library.catalogue.titles[0]
    assert title.names == ("Off She Goes", "Up She Goes", "Launch, The")
    assert [setting.reference for setting in title.settings] == [
        "thesession/7#setting70",
        "thesession/7#setting71",
    ]
    assert title.settings[0].url == "https://thesession.org/tunes/7#setting70"
    assert "forbid use with large language models" in curated.corpora[0].licence
    assert not curated.skipped
    assert "piper" not in repr(curated.library.catalogue)


def test_the_licence_is_shown_until_it_is_accepted(tmp_path: Path) -> None:
    dump(tmp_path, "csv", ROWS)
    for path in (tmp_path, tmp_path / "tunes.csv"):
        with pytest.raises(
            TunebookError, match=r"Open Database License.*large language models.*--accept-licence"
        ):
            find_corpora([str(path)])
    shown = CliRunner().invoke(app, ["fit", "--corpus", str(tmp_path), "--artifacts", str(tmp_path / "out")])
    assert shown.exit_code == 1
    assert "add --accept-licence thesession" in shown.output
    accepted = ["fit", "--accept-licence", "thesession", "--corpus", str(tmp_path)]
    shown = CliRunner().invoke(app, [*accepted, "--artifacts", str(tmp_path / "out")])
    assert "forbid use with large language models" in shown.output
    assert "2 titles were read, 0 tunes skipped; training needs 30 titles" in shown.output


def test_a_file_of_tunes_is_a_dump_and_aliases_may_be_missing_or_of_the_other_format(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(as_csv(ROWS))
    corpus = find_corpora([str(tmp_path / "mine.csv")], "thesession")[0]
    assert tunes(list(corpus.read()))[0].titles == ("Off She Goes",)
    before = corpus.sha256()
    (tmp_path / "aliases.json").write_text(json.dumps(NAMES))
    assert tunes(list(corpus.read()))[0].titles == ("Off She Goes", "Up She Goes", "Launch, The")
    assert corpus.sha256() != before


def test_books_and_tunebooks_need_no_accepted_licence(tmp_path: Path) -> None:
    (tmp_path / "kesh.abc").write_text("X:1\nT:The Kesh\nK:G\nGAG GAB|\n")
    assert find_corpora(["oneills1850", str(tmp_path)])


@pytest.mark.parametrize(
    "abc",
    [
        OFF_SHE_GOES.replace("\r\n", "!"),
        OFF_SHE_GOES.replace("\r\n", "\\\n"),
        OFF_SHE_GOES.replace("\r\n", "\r"),
        f"X:1\r\nT:Another name\r\nR:reel\r\nM:6/8\r\nK:D\r\n{OFF_SHE_GOES}",
        f"\r\n\r\nX: 3\nT: Another name\nK: Dmaj\n{OFF_SHE_GOES}",
        OFF_SHE_GOES.replace("|:F2A", '|:"D7/\\F#"F2A').replace("gbg", "{a}g~bg"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "json"])
def test_music_is_read_however_it_was_typed(tmp_path: Path, form: str, abc: str) -> None:
    plain = tunes(list(dump(tmp_path, form, ROWS[:1]).read()))[0]
    typed = tunes(list(dump(tmp_path, form, [row(7, 70, "Off She Goes", abc)]).read()))[0]
    assert [(n.pitch, n.onset, n.duration) for n in typed.notes] == [
        (n.pitch, n.onset, n.duration) for n in plain.notes
    ]
    assert (typed.titles, typed.rhythm, typed.key) == (plain.titles, "jig", "D major")


def test_a_short_metre_does_not_change_the_unit_and_a_pasted_header_overrides_columns(tmp_path: Path) -> None:
    polka = row(1, 1, "A", MCLEOD, meter="2/4")
    sixteenths = row(2, 2, "B", f"L:1/16\nK:Ador\n{MCLEOD}", meter="2/4")
    first, second = tunes(list(dump(tmp_path, "csv", [polka, sixteenths]).read()))
    assert (str(first.unit), first.key) == ("1/8", "D major")
    assert (str(second.unit), second.key) == ("1/16", "A dorian")


BAD_CSV = {
    "too few columns": "8,80,Short,jig\n",
    "too many columns": "8,80,Long" + ",x" * 9 + "\n",
    "a stray quote": '8,80,"The "Broken" One",jig,6/8,Dmajor,DED,,,\n',
    "an open quote": '8,80,"Broken,jig,6/8,Dmajor,DED,,,\n',
    "an open quote at the end": '8,80,Broken,jig,6/8,Dmajor,DED,,,"piper\n',
    "an enormous field": f"8,80,{'x' * 200_000},jig,6/8,Dmajor,DED,,,\n",
    "an enormous quoted field": '8,80,"' + "x\n" * 200_000 + '",jig,6/8,Dmajor,DED,,,\n',
    "no number": "8,eighty,Broken,jig,6/8,Dmajor,DED,,,\n",
    "no id": ",80,Broken,jig,6/8,Dmajor,DED,,,\n",
}


@pytest.mark.parametrize("name", BAD_CSV)
def test_a_bad_row_of_csv_does_not_affect_the_others(tmp_path: Path, name: str) -> None:
    lines = as_csv(ROWS).partition("\r\n")
    text = "".join(lines[:2]) + BAD_CSV[name] + lines[2] + BAD_CSV[name]
    entries = written(tmp_path, "tunes.csv", text)
    assert [tune.titles[0] for tune in tunes(entries)] == [
        "Off She Goes",
        "Off She Goes",
        'McLeod\'s, "Miss"',
    ]
    bad = [entry for entry in entries if not isinstance(entry.tune, Tune)]
    assert len(bad) == 2
    assert bad[0].reference == "tunes.csv:2"
    last = text.removesuffix(BAD_CSV[name]).count("\n") + 1
    assert bad[1].reference == f"tunes.csv:{last}"


BAD_JSON = {
    "a stray quote": '{"tune_id":"8","setting_id":"80","name":"The "Broken" One","abc":"DED"}',
    "an open quote": '{"tune_id":"8","setting_id":"80","name":"Broken}',
    "a bad escape": r'{"tune_id":"8","setting_id":"80","name":"Broken\q","abc":"{g}DED"}',
    "half a character": json.dumps(row(8, 80, "Broken \ud800", "DED")),
    "no music": '{"tune_id":"8","setting_id":"80","name":"Broken"}',
    "a list": json.dumps({**row(8, 80, "Broken", ""), "abc": ["DED"]}),
    "an enormous field": json.dumps(row(8, 80, "x" * 200_000, "DED")),
    "a deep one": '{"a":' * 3 + "[" * 5000,
    "a number too long": '{"tune_id":' + "8" * 5000 + "}",
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_a_bad_row_of_json_does_not_affect_the_others(tmp_path: Path, name: str) -> None:
    texts = [BAD_JSON[name], *map(json.dumps, ROWS), BAD_JSON[name]]
    entries = written(tmp_path, "tunes.json", "[\n" + ",\n".join(texts) + "\n]\n")
    assert [tune.titles[0] for tune in tunes(entries)] == [
        "Off She Goes",
        "Off She Goes",
        'McLeod\'s, "Miss"',
    ]
    bad = [entry.reference for entry in entries if not isinstance(entry.tune, Tune)]
    assert (bad[0], bad[-1]) == ("tunes.json:2", "tunes.json:6")


def test_lines_broken_within_a_json_string_are_kept(tmp_path: Path) -> None:
    text = json.dumps(ROWS).replace(r"\r\n", "\r\n")
    assert len(tunes(written(tmp_path, "tunes.json", text))[0].notes) == 39


def test_numbers_and_null_are_read_as_text(tmp_path: Path) -> None:
    text = json.dumps([{**ROWS[0], "tune_id": 7, "setting_id": 70, "type": None}])
    entry = written(tmp_path, "tunes.json", text)[0]
    assert entry.reference == "7#setting70"
    assert tunes([entry])[0].rhythm == ""


def test_bad_rows_and_bad_tunes_are_counted_and_listed_with_reasons(tmp_path: Path) -> None:
    rows = [
        *ROWS,
        row(10, 100, "Gan Ainm", OFF_SHE_GOES),
        row(11, 110, "Too Short", "DED"),
        row(12, 120, "Silence", ""),
        row(13, 130, "untitled", OFF_SHE_GOES),
    ]
    names = [*NAMES, {"tune_id": "13", "alias": "Found After All", "name": "untitled"}]
    corpus = dump(tmp_path, "csv", rows, names)
    for file, bad in (("tunes.csv", "14,140,Short\n"), ("aliases.csv", "x,Nobody's,Nobody's\n")):
        path = tmp_path / file
        path.write_bytes(path.read_bytes() + bad.encode())
    curated = curate([corpus])
    assert {
        skipped.reference: re.sub(r"line \d+, column 1: ", "", skipped.reason) for skipped in curated.skipped
    } == {
        "thesession/aliases.csv:5": "tune_id 'x' is not a number",
        "thesession/10#setting100": "no title",
        "thesession/11#setting110": "3 notes, fewer than 8",
        "thesession/12#setting120": "the tune has no notes",
        "thesession/tunes.csv:13": "3 columns, not 10",
    }
    assert (curated.corpora[0].tunes, curated.corpora[0].skipped) == (4, 5)
    assert curated.library.catalogue.titles[-1].names == ("Found After All",)


@pytest.mark.parametrize("text", ["", "name,abc\nKesh,GAG\n", '"unclosed'])
def test_a_csv_file_without_the_columns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(TunebookError, match=r"tunes\.csv has no column tune_id"):
        written(tmp_path, "tunes.csv", text)


def test_a_line_in_latin_1_does_not_affect_the_others(tmp_path: Path) -> None:
    text = as_csv([row(1, 1, "Sí Bheag", MCLEOD), row(2, 2, "Sí Mhór", MCLEOD)])
    (tmp_path / "tunes.csv").write_bytes(
        text.encode().replace("Sí Mhór".encode(), "Sí Mhór".encode("latin-1"))
    )
    read = tunes(list(find_corpora([str(tmp_path)], "thesession")[0].read()))
    assert [tune.titles for tune in read] == [("Sí Bheag",), ("Sí Mhór",)]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_book_in_the_form_of_a_dump_has_the_same_notes(tmp_path: Path, form: str) -> None:
    book = tunes(list(find_corpora(["airdsAirs"])[0].read()))
    rows = []
    for number, tune in enumerate(book, 1):
        header, _, music = write(tune).partition("\nK:")
        cells = {"type": tune.rhythm, "meter": tune.meter, "mode": tune.key.replace(" ", "") or "none"}
        unit = re.findall("(?m)^L:.*", header)[0]
        rows.append(row(number, number, tune.titles[0], f"{unit}\r\n{music.partition(chr(10))[2]}", **cells))
    again = tunes(list(dump(tmp_path, form, rows).read()))
    assert len(again) == len(book)
    different = [
        old.titles[0]
        for old, new in zip(book, again, strict=True)
        if [(n.pitch, n.onset, n.duration) for n in old.notes]
        != [(n.pitch, n.onset, n.duration) for n in new.notes]
    ]
    assert different == []
