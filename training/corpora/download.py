"""Downloads that survive a bad line: what has come stays in FILE.part, and the next try asks for the rest."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from model.errors import GanAinmError
from training.corpora.collections import Collection
from training.corpora.tunebooks import LICENCE_FILE

MAX_BYTES = 64 * 2**20  # of one file; what the reader of tunebooks takes as well
TRIES = 5
FIRST_PAUSE_S = 1.0  # doubled after each try
_TIMEOUT_S = 30.0  # without a byte
_WORTH_ANOTHER_TRY = frozenset({408, 429, 500, 502, 503, 504})

OnBytes = Callable[[str, int, int | None], object]


class DownloadError(GanAinmError):
    """What was asked for did not come, or is not what it should be."""


class _TryAgain(Exception):
    """An answer that may be another the next time."""


def open_client() -> httpx.Client:
    """A client that follows redirects and gives up on a server that has gone silent."""
    return httpx.Client(follow_redirects=True, timeout=_TIMEOUT_S)


def download(
    collection: Collection, folder: Path, client: httpx.Client, on_bytes: OnBytes = lambda *_: None
) -> None:
    """Bring all files of a collection into a folder; those that are there are left alone.

    Its licence is written beside them, where training finds it.

    Parameters
    ----------
    collection : what to bring
    folder : made if need be
    client : as of `open_client`
    on_bytes : called with a file's name, how many bytes of it are there, and how many it has if that is known

    Raises
    ------
    DownloadError
        If a file cannot be had, is too large, or has another sha256 than it should.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, sha256 in collection.files.items():
        if not (folder / name).exists():
            _bring(client, collection.url + name, folder / name, sha256, on_bytes)
    (folder / LICENCE_FILE).write_text(
        f"{collection.description}: {collection.licence}; {collection.source}\n", encoding="utf-8"
    )


def _bring(client: httpx.Client, url: str, path: Path, sha256: str | None, on_bytes: OnBytes) -> None:
    part = path.with_name(f"{path.name}.part")
    fault: Exception | None = None
    for number in range(TRIES):
        if number:
            time.sleep(FIRST_PAUSE_S * 2 ** (number - 1))
        try:
            _bring_rest(client, url, part, on_bytes)
            break
        except (httpx.RequestError, _TryAgain) as error:
            fault = error
    else:
        raise DownloadError(f"{url} did not come in {TRIES} tries, the last one: {fault}") from fault
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 not in (None, found):
        part.unlink()
        raise DownloadError(f"{url} has the sha256 {found}, not {sha256}, and was thrown away")
    part.replace(path)


def _bring_rest(client: httpx.Client, url: str, part: Path, on_bytes: OnBytes) -> None:
    """Ask for what is missing in `part` and append it; begin anew where the server will not go on."""
    done = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"}  # a compressed answer could not be gone on with
    if done:
        headers["Range"] = f"bytes={done}-"
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code in _WORTH_ANOTHER_TRY:
            raise _TryAgain(f"the server answered {answer.status_code}")
        goes_on = answer.headers.get("Content-Range", "").startswith(f"bytes {done}-")
        if answer.status_code == 416 or (answer.status_code == 206 and not goes_on):
            part.unlink(missing_ok=True)
            raise _TryAgain("the server has another rest than was asked for")
        if answer.status_code not in (200, 206):
            raise DownloadError(f"{url}: the server answered {answer.status_code}")
        if answer.status_code == 200:
            done = 0
        length = answer.headers.get("Content-Length", "")
        total = done + int(length) if length.isdecimal() else None
        if total and total > MAX_BYTES:
            raise DownloadError(f"{url} has {total} bytes; a file may have {MAX_BYTES}")
        with part.open("ab" if done else "wb") as file:
            for piece in answer.iter_bytes():  # as it comes: nothing waits in a buffer when the line breaks
                done += len(piece)
                if done > MAX_BYTES:
                    part.unlink()
                    raise DownloadError(f"{url} has more than the {MAX_BYTES} bytes that a file may have")
                file.write(piece)
                on_bytes(part.stem, done, total)
