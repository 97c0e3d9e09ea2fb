"""POST /feedback, and what its file holds."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.app import create_app
from service.feedback_store import FeedbackError, FeedbackStore
from service.problems import (
    AlreadyGiven,
    FeedbackUnavailable,
    NoSuchSuggestion,
    NotSuggested,
    TooMuchFeedback,
)
from service.settings import Settings
from tests.support import KESH, Clock, serve

TITLES = ["The Kesh", "Kesh", "Morrison's"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> FeedbackStore:
    return FeedbackStore(tmp_path / "feedback.db", most=100, per_minute=1000, clock=clock)


@pytest.fixture
def listening(small_artifacts: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a server that takes feedback."""
    settings = Settings(artifacts=small_artifacts, feedback=tmp_path / "feedback.db", feedback_per_minute=3)
    with serve(settings) as client:
        yield client


def suggest(client: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/suggest-titles", json={"abc": KESH}).json()
    return answer


def rows(path: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute("select * from feedback").fetchall()


def test_without_the_setting_there_is_no_feedback(client: httpx.Client) -> None:
    assert client.post("/feedback", json={"suggestion_id": "x", "title": None}).status_code == 404
    assert "suggestion_id" not in suggest(client)
    assert client.get("/health").json()["online_mrr"] is None


def test_feedback_gives_an_online_mrr(listening: httpx.Client, tmp_path: Path) -> None:
    for rank in (1, 4, None):
        answer = suggest(listening)
        title = answer["suggestions"][rank - 1]["title"] if rank else None
        response = listening.post(
            "/feedback", json={"suggestion_id": answer["suggestion_id"], "title": title}
        )
        assert response.status_code == 201, response.text
    health = listening.get("/health").json()
    online = health["online_mrr"]
    assert online["value"] == pytest.approx((1 + 1 / 4 + 0) / 3)
    assert (online["queries"], online["k"], online["pool"]) == (3, 20, health["titles"])
    assert online["low"] < online["value"] < online["high"]
    assert [rank for *_, rank in rows(tmp_path / "feedback.db")] == [1, 4, None]
    answer = suggest(listening)
    refused = listening.post("/feedback", json={"suggestion_id": answer["suggestion_id"], "title": None})
    assert refused.status_code == 429
    assert refused.json()["type"] == "urn:gan-ainm:problem:too-much-feedback"
    assert int(refused.headers["retry-after"]) > 0


def test_the_file_holds_neither_tunes_nor_titles(listening: httpx.Client, tmp_path: Path) -> None:
    answer = suggest(listening)
    title = answer["suggestions"][0]["title"]
    listening.post("/feedback", json={"suggestion_id": answer["suggestion_id"], "title": title})
    content = (tmp_path / "feedback.db").read_bytes()
    assert content.startswith(b"SQLite")
    for text in (title, "GAG GAB", "127.0.0.1"):
        assert text.encode() not in content
    assert (tmp_path / "feedback.db").stat().st_mode & 0o077 == 0, "the key signs ids"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"\xff", "application/json", 400),
        (b'{"suggestion_id": "x", "title": null}', "application/json", 404),
        (b'{"suggestion_id": "x", "title": null}', "text/plain", 415),
        (b'{"suggestion_id": "x", "title": 1}', "application/json", 422),
        (b'{"suggestion_id": "x", "title": null, "more": 1}', "application/json", 422),
        (b'{"suggestion_id": "' + b"x" * 2000 + b'", "title": null}', "application/json", 422),
        (b'{"suggestion_id": "\\ud800", "title": "\\ud800"}', "application/json", 422),
        (b" " * 10_000, "application/json", 413),
    ],
)
def test_what_is_not_feedback_is_a_problem(
    listening: httpx.Client, content: bytes, kind: str, status: int
) -> None:
    response = listening.post("/feedback", content=content, headers={"Content-Type": kind})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert len(response.content) < 1000


def test_a_page_of_another_origin_cannot_give_feedback(listening: httpx.Client) -> None:
    content = {"suggestion_id": suggest(listening)["suggestion_id"], "title": None}
    response = listening.post("/feedback", json=content, headers={"Origin": "https://example.org"})
    assert response.status_code == 403


def test_the_rank_of_the_chosen_title_is_kept(store: FeedbackStore, tmp_path: Path) -> None:
    assert store.give(store.sign(TITLES), "Morrison's") == 3
    assert store.give(store.sign(TITLES), None) is None
    with pytest.raises(NotSuggested):
        store.give(store.sign(TITLES), "the kesh")
    assert [row[3] for row in rows(tmp_path / "feedback.db")] == [3, None]


def test_each_suggestion_has_an_id_of_its_own_and_feedback_once(store: FeedbackStore) -> None:
    first, second = store.sign(TITLES), store.sign(TITLES)
    assert first != second
    store.give(first, None)
    with pytest.raises(AlreadyGiven):
        store.give(first, "Kesh")
    assert store.give(second, "Kesh") == 2


def test_an_id_of_a_hundred_titles_is_accepted(store: FeedbackStore) -> None:
    titles = [f"Title {number}" for number in range(100)]
    suggestion_id = store.sign(titles)
    assert len(suggestion_id) < 1000
    assert store.give(suggestion_id, "Title 99") == 100
    mrr = store.mrr(pool=1000)
    assert mrr is not None
    assert mrr.value == 0, "only twenty ranks count"


def test_an_id_that_was_changed_or_made_elsewhere_is_refused(store: FeedbackStore, tmp_path: Path) -> None:
    suggestion_id = store.sign(TITLES)
    other = FeedbackStore(tmp_path / "other.db", 100, 1000).sign(TITLES)
    swapped = "".join("A" if letter != "A" else "B" for letter in suggestion_id[:4]) + suggestion_id[4:]
    for wrong in ("", "x", "====", "é", other, suggestion_id[:-4], suggestion_id[4:], swapped, "A" * 400):
        with pytest.raises(NoSuchSuggestion):
            store.give(wrong, None)


def test_another_worker_knows_the_ids(store: FeedbackStore, tmp_path: Path, clock: Clock) -> None:
    other = FeedbackStore(tmp_path / "feedback.db", 100, 1000, clock)
    suggestion_id = store.sign(TITLES)
    assert other.give(suggestion_id, "Kesh") == 2
    with pytest.raises(AlreadyGiven):
        store.give(suggestion_id, "Kesh")


def test_an_id_ends_after_a_day(store: FeedbackStore, clock: Clock) -> None:
    suggestion_id = store.sign(TITLES)
    clock.now += 86_500
    with pytest.raises(NoSuchSuggestion, match="more than a day"):
        store.give(suggestion_id, None)


def test_rows_are_bounded_and_the_oldest_go(tmp_path: Path, clock: Clock) -> None:
    store = FeedbackStore(tmp_path / "feedback.db", most=5, per_minute=1000, clock=clock)
    for number in range(12):
        store.give(store.sign([f"{n}" for n in range(12)]), str(number))
    assert [row[3] for row in rows(tmp_path / "feedback.db")] == [8, 9, 10, 11, 12]


def test_the_rate_is_bounded_even_when_the_clock_jumps(tmp_path: Path, clock: Clock) -> None:
    store = FeedbackStore(tmp_path / "feedback.db", most=100, per_minute=2, clock=clock)

    def give() -> None:
        store.give(store.sign(TITLES), None)

    clock.now += 10_000
    give()
    give()
    with pytest.raises(TooMuchFeedback):
        give()
    clock.now += 60
    give()
    clock.now -= 5_000
    give()  # what seems to come from the future does not block
    assert len(rows(tmp_path / "feedback.db")) == 4


def test_threads_can_give_feedback_at_once(store: FeedbackStore, tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=lambda: [store.give(store.sign(TITLES), None) for _ in range(5)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(tmp_path / "feedback.db")) == 20


def damage(path: Path) -> None:
    path.write_bytes(b"not a database" * 100)


def make_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("spoil", [damage, make_folder])
def test_a_file_that_cannot_be_used_is_named_at_the_start(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    path = tmp_path / "feedback.db"
    spoil(path)
    with pytest.raises(FeedbackError, match=r"feedback\.db cannot be used"):
        FeedbackStore(path, 100, 100)


def test_a_file_that_breaks_later_stops_only_feedback(store: FeedbackStore, tmp_path: Path) -> None:
    suggestion_id = store.sign(TITLES)
    damage(tmp_path / "feedback.db")
    with pytest.raises(FeedbackUnavailable):
        store.give(suggestion_id, None)
    assert store.mrr(10) is None
    assert store.sign(TITLES)


def test_the_api_describes_feedback_only_where_it_is_taken(tmp_path: Path) -> None:
    described = create_app(Settings(feedback=tmp_path / "f.db")).openapi()["paths"]
    assert "201" in described["/feedback"]["post"]["responses"]
    assert "/feedback" not in create_app(Settings()).openapi()["paths"]
