"""`gan-ainm download thesession`, from a server on this machine with a small dump of our own."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner, Result

from index.dump import ACCEPTED, LICENCE
from index.own_sources import Source, find_sources
from index.tunebook import TunebookError
from tests.support import Silent
from training.__main__ import app
from training.corpora import download, find_corpora, session_download
from training.corpora.download import DownloadError
from training.corpora.session_download import download_dump

MUSIC = "|:GAB cde|dBG AFD|GAB cde|dBA G3:|"
TUNES = "tune_id,setting_id,name,type,meter,mode,abc,date,username\n" + "".join(
    f"{number},{100 + number},Tune {number},jig,6/8,Gmajor,{MUSIC},2020-01-01,nobody\n"
    for number in range(1, 200)
)
ALIASES = "tune_id,alias,name\n7,Another Name,Tune 7\n"


class Server:
    """Serves files with ETags and ranges, and breaks the connection when it is told to.

    Attributes
    ----------
    files : content by name
    cuts : after how many bytes each next answer breaks off, None for not at all
    ranges : the Range and the status of each answer
    """

    def __init__(self) -> None:
        self.files = {"tunes.csv": TUNES.encode(), "aliases.csv": ALIASES.encode()}
        self.cuts: list[int | None] = []
        self.has_etags = True
        self.ranges: list[tuple[str, int]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                data = outer.files[self.path.rpartition("/")[2]]
                etag = f'"{hash(data)}"'
                wanted, status = self.headers.get("Range", ""), 200
                begin = int(wanted.removeprefix("bytes=").removesuffix("-") or 0)
                if wanted and self.headers.get("If-Range") == etag:
                    status = 206
                self.send_response(status)
                if outer.has_etags:
                    self.send_header("ETag", etag)
                if status == 206:
                    self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
                    data = data[begin:]
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data[: outer.cuts.pop(0) if outer.cuts else None])
                outer.ranges.append((wanted, status))
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/csv/"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Server()
    monkeypatch.setattr(session_download, "URL", server.url)
    thread = Thread(target=server.http.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        thread.join()
        server.http.server_close()


def bring(server: Server, folder: Path) -> list[str]:
    with download.open_client() as client:
        download_dump(folder, client, url=server.url)
    return sorted(path.name for path in folder.iterdir())


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["download", "thesession", "--folder", str(folder), *arguments])


def test_an_accepted_dump_is_downloaded_and_can_be_read(server: Server, tmp_path: Path) -> None:
    result = run(tmp_path, "--accept-licence")
    assert result.exit_code == 0, result.output
    assert "Open Database License" in result.output
    assert "forbid use with large language models" in result.output
    assert "199 settings and 1 aliases; 0 rows cannot be used" in result.output
    (corpus,) = find_corpora([str(tmp_path / "thesession")], "thesession")
    entries = list(corpus.read())
    assert len(entries) == 199
    assert entries[6].names == ("Tune 7", "Another Name")
    assert server.ranges == [("", 200), ("", 200)]


def test_a_downloaded_dump_is_accepted_for_training_and_re_indexing(server: Server, tmp_path: Path) -> None:
    assert run(tmp_path, "--accept-licence").exit_code == 0
    dump = tmp_path / "thesession"
    assert find_corpora([str(dump)])[0].licence == LICENCE
    assert (dump / ACCEPTED).read_text() == f"{session_download.TERMS}\n"
    (source,) = find_sources(tmp_path)
    assert isinstance(source, Source)
    assert (source.name, source.corpus, source.count()) == ("thesession/tunes.csv", "thesession", 199)
    bring(server, dump)
    assert (dump / ACCEPTED).exists(), "also after a newer dump"


def test_nothing_is_requested_before_the_licence_is_accepted(server: Server, tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 1
    assert not list(tmp_path.rglob(ACCEPTED))
    assert "Open Database License" in result.output
    assert "the licence was not accepted" in result.output
    assert server.ranges == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_a_person_is_asked(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    monkeypatch.setattr("training.corpora.command.is_person", lambda: True)
    result = CliRunner().invoke(app, ["download", "thesession", "--folder", str(tmp_path)], input=answer)
    assert result.exit_code == status
    assert "Do you accept this licence? [y/N]" in result.output
    assert bool(server.ranges) == (status == 0)


def test_it_resumes_while_the_file_is_the_same(server: Server, tmp_path: Path) -> None:
    server.cuts = [None, 1000]
    assert bring(server, tmp_path) == ["aliases.csv", "tunes.csv"]
    assert (tmp_path / "tunes.csv").read_text() == TUNES
    assert server.ranges[2:] == [("bytes=1000-", 206)]


def test_a_later_call_resumes(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TRIES", 1)
    server.cuts = [None, 1000]
    with pytest.raises(DownloadError, match=r"tunes\.csv failed"):
        bring(server, tmp_path)
    assert bring(server, tmp_path) == ["aliases.csv", "tunes.csv"]
    assert (tmp_path / "tunes.csv").read_text() == TUNES
    assert server.ranges == [("", 200), ("", 200), ("bytes=1000-", 206)]


def test_it_starts_over_when_the_file_was_replaced_meanwhile(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "TRIES", 1)
    server.cuts = [None, 1000]
    with pytest.raises(DownloadError):
        bring(server, tmp_path)
    server.files["tunes.csv"] = TUNES.replace("Tune", "Air").encode()
    bring(server, tmp_path)
    assert (tmp_path / "tunes.csv").read_bytes() == server.files["tunes.csv"]


def test_it_starts_over_when_the_server_gives_no_version(server: Server, tmp_path: Path) -> None:
    server.has_etags, server.cuts = False, [None, 1000]
    bring(server, tmp_path)
    assert (tmp_path / "tunes.csv").read_text() == TUNES
    assert server.ranges == [("", 200)] * 3


def test_a_newer_dump_replaces_the_old_one_only_when_it_is_good(server: Server, tmp_path: Path) -> None:
    bring(server, tmp_path)
    server.files["tunes.csv"] = b"<html>moved</html>\n"
    with pytest.raises(TunebookError, match="has no column"):
        bring(server, tmp_path)
    server.files["tunes.csv"] = TUNES.partition("\n")[0].encode() + b"\nx,y,z\n"
    with pytest.raises(DownloadError, match="no dump of The Session: 0 settings"):
        bring(server, tmp_path)
    assert (tmp_path / "tunes.csv").read_text() == TUNES
    server.files["tunes.csv"] = TUNES.replace("Tune", "Air").encode()
    assert bring(server, tmp_path) == ["aliases.csv", "tunes.csv"]
    assert (tmp_path / "tunes.csv").read_bytes() == server.files["tunes.csv"]


def test_progress_counts_the_bytes(server: Server, tmp_path: Path) -> None:
    report = Silent()
    with download.open_client() as client:
        download_dump(tmp_path, client, report.step, server.url)
    assert [(step.description, step.done, step.total) for step in report.steps] == [
        ("downloading aliases.csv, bytes", len(ALIASES), len(ALIASES)),
        ("downloading tunes.csv, bytes", len(TUNES), len(TUNES)),
    ]
