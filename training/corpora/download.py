"""Downloads that survive a bad connection: FILE.part keeps what was received, a new try requests the rest."""

import time
from pathlib import Path

import httpx

from index import digests
from index.progress import OnStep, ignore_steps
from model.errors import GanAinmError
from training.corpora.collections import Collection
from training.corpora.tunebooks import LICENCE_FILE

MAX_BYTES = 64 * 2**20  # per file; the reader of tunebooks has the same limit
TRIES = 5
FIRST_PAUSE_S = 1.0  # doubled after each try
_TIMEOUT_S = 30.0  # without receiving a byte
_RETRYABLE_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


class DownloadError(GanAinmError):
    """A collection that could not be downloaded."""


class _RetryableError(Exception):
    """A response after which another try may succeed."""


def open_client() -> httpx.Client:
    """A client that follows redirects and gives up on a server that stops sending."""
    return httpx.Client(follow_redirects=True, timeout=_TIMEOUT_S)


def download(
    collection: Collection, folder: Path, client: httpx.Client, on_step: OnStep = ignore_steps
) -> None:
    """Download all files of a collection into a folder, except those that are already there.

    A file that is there with another SHA-256 is downloaded again. Also write the licence to a file in that
    folder, where training looks for it.

    Parameters
    ----------
    collection : what to download
    folder : created if it does not exist
    client : as from `open_client`
    on_step : called when each step begins: the bytes of a file that are missing

    Raises
    ------
    DownloadError
        When a file cannot be downloaded, is too large, or has an unexpected SHA-256.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, sha256 in collection.files.items():
        path = folder / name
        if not path.exists() or digests.sha256(path) != sha256:
            _fetch(client, collection.url + name, path, sha256, on_step)
    (folder / LICENCE_FILE).write_text(
        f"{collection.description}: {collection.licence}; {collection.source}\n", encoding="utf-8"
    )


def fetch_newest(client: httpx.Client, url: str, path: Path, on_step: OnStep = ignore_steps) -> None:
    """Download a file that its publisher replaces from time to time.

    An interrupted download resumes only if the server says that the file is still the same; otherwise it
    starts over. FILE.version keeps its ETag for that (RFC 9110, 13.1.5).

    Raises
    ------
    DownloadError
        When the file cannot be downloaded or is too large.
    """
    part, version = (path.with_name(f"{path.name}.{suffix}") for suffix in ("part", "version"))
    _fetch_part(client, url, part, on_step, version)
    version.unlink(missing_ok=True)
    part.replace(path)


def _fetch(client: httpx.Client, url: str, path: Path, sha256: str, on_step: OnStep) -> None:
    part = path.with_name(f"{path.name}.part")
    _fetch_part(client, url, part, on_step)
    if (digest := digests.sha256(part)) != sha256:
        part.unlink()
        raise DownloadError(f"{url} has the SHA-256 {digest}, not {sha256}, and was deleted")
    part.replace(path)


def _fetch_part(
    client: httpx.Client, url: str, part: Path, on_step: OnStep, version: Path | None = None
) -> None:
    """Request what is missing from `part`, several times if necessary."""
    last_error: Exception | None = None
    for number in range(TRIES):
        if number:
            time.sleep(FIRST_PAUSE_S * 2 ** (number - 1))
        try:
            _fetch_rest(client, url, part, on_step, version)
            break
        except (httpx.RequestError, _RetryableError) as error:
            last_error = error
    else:
        raise DownloadError(f"{url} failed {TRIES} times, the last time with: {last_error}") from last_error


def _fetch_rest(client: httpx.Client, url: str, part: Path, on_step: OnStep, version: Path | None) -> None:
    """Request the bytes missing from `part` and append them; start over if the server does not resume.

    `version` holds the ETag of what `part` comes from; None if the address never gets another file.
    """
    done = part.stat().st_size if part.exists() else 0
    if version and not version.exists():
        done = 0
    headers = {"Accept-Encoding": "identity"}  # a compressed response could not be resumed
    if done:
        headers["Range"] = f"bytes={done}-"
        if version:
            headers["If-Range"] = version.read_text(encoding="latin-1")
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code in _RETRYABLE_STATUSES:
            raise _RetryableError(f"the server answered {response.status_code}")
        resumes = response.headers.get("Content-Range", "").startswith(f"bytes {done}-")
        if response.status_code == 416 or (response.status_code == 206 and not resumes):
            part.unlink(missing_ok=True)
            raise _RetryableError("the server did not send the bytes that were requested")
        if response.status_code not in (200, 206):
            raise DownloadError(f"{url}: the server answered {response.status_code}")
        if response.status_code == 200:
            done = 0
            if version:
                part.unlink(missing_ok=True)  # before its version changes
                _keep_version(version, response.headers.get("ETag", ""))
        length = response.headers.get("Content-Length", "")
        missing = int(length) if length.isdecimal() else None
        if missing and done + missing > MAX_BYTES:
            raise DownloadError(f"{url} has {done + missing} bytes; the limit is {MAX_BYTES}")
        advance = on_step(f"downloading {part.stem}, bytes", missing)
        with part.open("ab" if done else "wb") as file:
            for piece in response.iter_bytes():  # unbuffered: a broken connection loses nothing received
                done += len(piece)
                if done > MAX_BYTES:
                    part.unlink()
                    raise DownloadError(f"{url} has more bytes than the limit of {MAX_BYTES}")
                file.write(piece)
                advance(len(piece))


def _keep_version(version: Path, etag: str) -> None:
    """Write down a strong ETag; a weak one does not say that the bytes are the same."""
    if etag.startswith('"'):
        version.write_text(etag, encoding="latin-1")
    else:
        version.unlink(missing_ok=True)
