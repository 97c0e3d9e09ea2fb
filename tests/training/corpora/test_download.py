"""Downloads from a server on this machine that misbehaves in the ways that servers do."""

import hashlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from typer.testing import CliRunner

from index.tunebook import SUFFIXES
from tests.support import KESH, Silent
from training.__main__ import app
from training.corpora import download, find_corpora
from training.corpora.collections import COLLECTIONS, Collection
from training.corpora.download import DownloadError

DATA = b"".join(KESH.encode().replace(b"X:1", b"X:%d" % number) for number in range(1000))
SHA256 = hashlib.sha256(DATA).hexdigest()
OTHER_SHA256 = hashlib.sha256(b"other").hexdigest()

Answer = Callable[[BaseHTTPRequestHandler, int], None]  # the request and its first byte


def send(
    request: BaseHTTPRequestHandler, status: int, data: bytes, *, length: int | None, rest: str = ""
) -> None:
    request.send_response(status)
    if length is not None:
        request.send_header("Content-Length", f"{length}")
    if rest:
        request.send_header("Content-Range", rest)
    request.end_headers()
    request.wfile.write(data)
    request.close_connection = True


def good(request: BaseHTTPRequestHandler, begin: int) -> None:
    data = DATA[begin:]
    if begin == 0:
        send(request, 200, data, length=len(data))
    elif data:
        send(request, 206, data, length=len(data), rest=f"bytes {begin}-{len(DATA) - 1}/{len(DATA)}")
    else:
        send(request, 416, b"", length=0, rest=f"bytes */{len(DATA)}")


def cut(request: BaseHTTPRequestHandler, begin: int) -> None:
    """Sends half of the rest, then breaks the connection."""
    data = DATA[begin:]
    rest = f"bytes {begin}-{len(DATA) - 1}/{len(DATA)}" if begin else ""
    send(request, 206 if begin else 200, data[: len(data) // 2], length=len(data), rest=rest)


def whole(request: BaseHTTPRequestHandler, _begin: int) -> None:
    """Sends the whole file, whatever bytes were requested."""
    send(request, 200, DATA, length=len(DATA))


def another_rest(request: BaseHTTPRequestHandler, _begin: int) -> None:
    send(request, 206, DATA[5:], length=len(DATA) - 5, rest=f"bytes 5-{len(DATA) - 1}/{len(DATA)}")


def silent(request: BaseHTTPRequestHandler, _begin: int) -> None:
    """Closes the connection without an answer."""
    request.close_connection = True


def unmeasured(request: BaseHTTPRequestHandler, _begin: int) -> None:
    send(request, 200, DATA, length=None)


def boastful(request: BaseHTTPRequestHandler, _begin: int) -> None:
    send(request, 200, b"", length=10**12)


def status(code: int) -> Answer:
    return lambda request, _begin: send(request, code, b"no", length=2)


class Server:
    """Gives its answers in order, and repeats the last one."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [good]
        self.begins: list[int] = []  # the first byte of each request
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                begin = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
                answer = outer.answers[min(len(outer.begins), len(outer.answers) - 1)]
                outer.begins.append(begin)
                answer(self, begin)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/"

    def collection(self, sha256: str = SHA256) -> Collection:
        return Collection("tunes", "CC0", "https://example.org", self.url, {"tunes.abc": sha256})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Server()
    thread = Thread(target=server.http.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        thread.join()
        server.http.server_close()


def bring(server: Server, folder: Path, *answers: Answer, sha256: str = SHA256) -> bytes:
    server.answers = list(answers)
    with download.open_client() as client:
        download.download(server.collection(sha256), folder, client)
    assert sorted(path.name for path in folder.iterdir()) == ["LICENCE", "tunes.abc"]
    return (folder / "tunes.abc").read_bytes()


HALF = len(DATA) // 2


@pytest.mark.parametrize(
    ("answers", "begins"),
    [
        ([good], [0]),
        ([unmeasured], [0]),
        ([cut, good], [0, HALF]),
        ([cut, cut, good], [0, HALF, HALF + (len(DATA) - HALF) // 2]),
        ([cut, whole], [0, HALF]),
        ([cut, another_rest, good], [0, HALF, 0]),
        ([status(503), good], [0, 0]),
        ([status(429), cut, status(500), good], [0, 0, HALF, HALF]),
        ([silent, good], [0, 0]),
    ],
)
def test_a_file_received_in_pieces_is_complete(
    server: Server, tmp_path: Path, answers: list[Answer], begins: list[int]
) -> None:
    assert bring(server, tmp_path, *answers) == DATA
    assert server.begins == begins


def test_a_later_call_resumes_after_an_earlier_failure(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"tunes\.abc failed 5 times, the last time with: .*503"):
        bring(server, tmp_path, cut, status(503))
    assert (tmp_path / "tunes.abc.part").read_bytes() == DATA[:HALF]
    assert not (tmp_path / "tunes.abc").exists()
    server.begins.clear()
    assert bring(server, tmp_path, good) == DATA
    assert server.begins == [HALF]


def test_a_complete_file_is_not_requested_again(server: Server, tmp_path: Path) -> None:
    bring(server, tmp_path, good)
    bring(server, tmp_path, status(404))
    assert server.begins == [0]


def test_a_complete_part_that_was_never_renamed_is_downloaded_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "tunes.abc.part").write_bytes(DATA)
    assert bring(server, tmp_path, good) == DATA
    assert server.begins == [len(DATA), 0]


def test_a_file_with_another_digest_is_deleted(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=f"has the SHA-256 {SHA256}, not {OTHER_SHA256}, and was deleted"):
        bring(server, tmp_path, good, sha256=OTHER_SHA256)
    assert list(tmp_path.iterdir()) == []
    assert bring(server, tmp_path, good) == DATA


def test_a_file_in_the_folder_with_another_digest_is_downloaded_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "tunes.abc").write_bytes(DATA[:-1])
    assert bring(server, tmp_path, good) == DATA
    assert server.begins == [0]


def test_a_file_in_the_folder_stays_when_the_download_has_another_digest(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "tunes.abc").write_bytes(b"mine")
    with pytest.raises(DownloadError, match="was deleted"):
        bring(server, tmp_path, good, sha256=OTHER_SHA256)
    assert (tmp_path / "tunes.abc").read_bytes() == b"mine"


@pytest.mark.parametrize("sha256", [None, "", "00", SHA256.upper(), f"{SHA256}\n"])
def test_a_file_without_a_digest_is_refused(sha256: str) -> None:
    with pytest.raises(ValueError, match=r"https://example\.org/tunes\.abc needs its SHA-256"):
        Collection("tunes", "CC0", "https://example.org", "https://example.org/", {"tunes.abc": sha256})


@pytest.mark.parametrize("answer", [good, unmeasured])
def test_a_file_over_the_limit_is_refused(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    monkeypatch.setattr(download, "MAX_BYTES", HALF)
    with pytest.raises(
        DownloadError, match=f"bytes; the limit is {HALF}|more bytes than the limit of {HALF}"
    ):
        bring(server, tmp_path, answer)
    assert list(tmp_path.iterdir()) == []


def test_an_announced_size_over_the_limit_is_refused_before_reading(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="has 1000000000000 bytes; the limit is"):
        bring(server, tmp_path, boastful)
    assert server.begins == [0]


def test_a_permanent_error_is_not_retried(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"tunes\.abc: the server answered 404$"):
        bring(server, tmp_path, status(404))
    assert server.begins == [0]


def test_progress_reports_bytes_received_and_total(server: Server, tmp_path: Path) -> None:
    server.answers = [cut, good]
    report = Silent()
    with download.open_client() as client:
        download.download(server.collection(), tmp_path, client, report.step)
    half = len(DATA) // 2
    rest = len(DATA) - half
    assert [(step.done, step.total) for step in report.steps] == [(half, len(DATA)), (rest, rest)]
    assert {step.description for step in report.steps} == {"downloading tunes.abc, bytes"}


def test_the_command_downloads_a_corpus_with_its_licence(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COLLECTIONS, "mine", server.collection())
    server.answers = [cut, good]
    shown = CliRunner().invoke(app, ["download", "mine", "--folder", str(tmp_path)])
    assert shown.exit_code == 0, shown.output
    assert "CC0" in shown.output
    corpus = find_corpora([str(tmp_path / "mine")])[0]
    assert corpus.licence == "tunes: CC0; https://example.org"
    assert len(list(corpus.read())) == 1000


@pytest.mark.parametrize(
    ("name", "message"), [("mine", "answered 404"), ("yours", "can be downloaded: nottingham")]
)
def test_the_command_reports_an_error_in_a_sentence(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.setitem(COLLECTIONS, "mine", server.collection())
    server.answers = [status(404)]
    shown = CliRunner().invoke(app, ["download", name, "--folder", str(tmp_path)])
    assert shown.exit_code == 1
    assert message in shown.output
    assert "Traceback" not in shown.output


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_collection_has_a_safe_address_a_licence_and_files(name: str) -> None:
    collection = COLLECTIONS[name]
    assert collection.licence
    assert collection.source.startswith("https://")
    assert collection.url.endswith("/")
    assert collection.files
    for file in collection.files:
        assert httpx.URL(collection.url + file).scheme == "https"
        assert Path(file).name == file
        assert file.endswith(SUFFIXES)
