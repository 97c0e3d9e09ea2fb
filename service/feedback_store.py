"""The file of feedback, an SQLite database that all workers share; and ids of suggestions."""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import sqlite3
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from index.mrr import K, Mrr, summarise
from model.errors import GanAinmError
from service.problems import (
    AlreadyGiven,
    FeedbackUnavailable,
    NoSuchSuggestion,
    NotSuggested,
    TooMuchFeedback,
)
from service.settings import Settings

_VALID_S = 86_400  # seconds for which an id can be used
_MINUTE_S = 60
_WAIT_S = 1.0  # for another worker that is writing
_MEASURED = 1000  # the latest feedback that the MRR is computed of
_HEAD = struct.Struct(">I8s")  # time and random bytes
_DIGEST, _SIGNATURE = 4, 16  # bytes of the digest of a title and of the signature
_SCHEMA = """
create table if not exists secret (id integer primary key check (id = 1), key blob not null);
create table if not exists feedback (
    id integer primary key autoincrement,
    suggestion blob not null unique,
    given_at real not null,
    rank integer
);
"""


class FeedbackError(GanAinmError):
    """A file of feedback that cannot be used."""


class FeedbackStore:
    """Signs ids of suggestions, and keeps the ranks of chosen titles.

    Parameters
    ----------
    path : the file; it is made if there is none
    most : feedback that is kept; the oldest is deleted
    per_minute : feedback that is accepted in a minute
    clock : gives the time in seconds since 1970

    Raises
    ------
    FeedbackError
        When the file cannot be opened or is not a database.
    """

    def __init__(
        self, path: Path, most: int, per_minute: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._path, self._most, self._per_minute, self._clock = path, most, per_minute, clock
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # whoever reads the key can forge feedback
            with self._connection() as connection:
                connection.executescript(_SCHEMA)
                connection.execute("insert or ignore into secret values (1, ?)", [secrets.token_bytes(32)])
                (self._key,) = connection.execute("select key from secret").fetchone()
        except (OSError, sqlite3.Error) as error:
            raise FeedbackError(f"FEEDBACK: {path} cannot be used: {error}") from error

    def sign(self, titles: Sequence[str]) -> str:
        """The id of a suggestion of these titles, the best first."""
        head = _HEAD.pack(int(self._clock()), secrets.token_bytes(8))
        content = head + b"".join(map(_digest, titles))
        return base64.urlsafe_b64encode(content + self._signature(content)).rstrip(b"=").decode()

    def give(self, suggestion_id: str, title: str | None) -> int | None:
        """Keep the rank of a chosen title and return it; None when none of them was right.

        Raises
        ------
        NoSuchSuggestion
            When the id was not made here, or too long ago.
        NotSuggested
            When the title is not one of the suggestion's.
        AlreadyGiven
            When there is feedback for this suggestion.
        TooMuchFeedback
            When there was as much in the last minute as is allowed.
        FeedbackUnavailable
            When the file cannot be written.
        """
        digests, signature = self._check(suggestion_id)
        if title is not None and _digest(title) not in digests:
            raise NotSuggested("the title is not one of those that were suggested")
        rank = None if title is None else digests.index(_digest(title)) + 1
        try:
            with self._connection() as connection:
                connection.execute("begin immediate")
                self._insert(connection, signature, rank)
                connection.execute("commit")
        except sqlite3.Error as error:
            raise FeedbackUnavailable(f"feedback cannot be stored now: {error}") from error
        return rank

    def mrr(self, pool: int) -> Mrr | None:
        """MRR@20 of the latest thousand, None without any. `pool` is the number of titles ranked."""
        try:
            with self._connection() as connection:
                query = "select rank from feedback order by id desc limit ?"
                ranks = [rank for (rank,) in connection.execute(query, [_MEASURED])]
        except sqlite3.Error:
            return None
        values = [1 / rank if rank and rank <= K else 0.0 for rank in ranks]
        return summarise(np.array(values), pool) if values else None

    def _insert(self, connection: sqlite3.Connection, signature: bytes, rank: int | None) -> None:
        now = self._clock()
        if connection.execute("select 1 from feedback where suggestion = ?", [signature]).fetchone():
            raise AlreadyGiven("there is feedback for this suggestion")
        query = "select given_at from feedback order by id desc limit 1 offset ?"
        earlier = connection.execute(query, [self._per_minute - 1]).fetchone()
        if earlier and 0 <= now - earlier[0] < _MINUTE_S:
            detail = f"{self._per_minute} in a minute are accepted; try again later"
            raise TooMuchFeedback(
                detail, {"limit_per_minute": self._per_minute}, {"Retry-After": str(_MINUTE_S)}
            )
        query = "insert into feedback (suggestion, given_at, rank) values (?, ?, ?)"
        last = connection.execute(query, [signature, now, rank]).lastrowid
        connection.execute("delete from feedback where id <= ?", [(last or 0) - self._most])

    def _check(self, suggestion_id: str) -> tuple[list[bytes], bytes]:
        """The digests of a suggestion's titles, and its signature."""
        try:
            padded = suggestion_id + "=" * (-len(suggestion_id) % 4)
            signed = base64.b64decode(padded.encode(), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            signed = b""
        content, signature = signed[:-_SIGNATURE], signed[-_SIGNATURE:]
        if len(content) < _HEAD.size or not hmac.compare_digest(signature, self._signature(content)):
            raise NoSuchSuggestion("this service did not make the id")
        made_at, _ = _HEAD.unpack_from(content)
        if abs(self._clock() - made_at) > _VALID_S:
            raise NoSuchSuggestion("the id is more than a day old", {"limit_s": _VALID_S})
        digests = content[_HEAD.size :]
        return [digests[i : i + _DIGEST] for i in range(0, len(digests), _DIGEST)], signature

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, "sha256")[:_SIGNATURE]

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for one call, because threads cannot share one. It undoes what was not committed."""
        with closing(sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None)) as connection:
            yield connection


def open_store(settings: Settings) -> FeedbackStore | None:
    """The store for these settings, None when there is to be no feedback. Raises FeedbackError."""
    if settings.feedback is None:
        return None
    return FeedbackStore(settings.feedback, settings.feedback_rows, settings.feedback_per_minute)


def _digest(title: str) -> bytes:
    return hashlib.sha256(title.encode()).digest()[:_DIGEST]
