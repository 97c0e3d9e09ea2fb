"""Both clients against a real service: every method, typed answers, and its errors."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from gan_ainm_client import AsyncClient, Client, Problem
from gan_ainm_client.answers import BatchAnswer, SuggestResponse
from service.settings import Settings
from tests.client.conftest import Ask
from tests.support import SECRET, serve

TUNES = ("K:D\nfed cde|fed cde|\n", "K:G\nGAB GAB|dcB AGA|\n", "no notes here")
BOOK = "X:1\nT:One\nK:G\nGAG GAB|ABA ABd|\n\nX:2\nT:Two\nK:A\nABA ABc|BcB Bce|\n"


@pytest.fixture(scope="module")
def url(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service that takes feedback."""
    root = tmp_path_factory.mktemp("client") / "artifacts"
    shutil.copytree(published, root, symlinks=True)
    settings = Settings(artifacts=root, admin_api_key=SecretStr(SECRET), feedback=root / "feedback.db")
    with serve(settings) as http:
        yield str(http.base_url)


def known_tune(ask: Ask, url: str) -> tuple[str, str]:
    """The id of a title, and the ABC of a setting of it."""
    (listed,) = ask(url, lambda client: client.titles(limit=1, offset=7)).titles
    details = ask(url, lambda client: client.title(listed.id))
    return details.id, details.settings[0].abc


def test_a_known_tune_gets_its_title(ask: Ask, url: str) -> None:
    title_id, abc = known_tune(ask, url)
    answer = ask(url, lambda client: client.suggest(abc, top_k=3, notes=True))
    assert isinstance(answer, SuggestResponse)
    assert answer.known
    assert answer.suggestions[0].id == title_id
    assert len(answer.suggestions) == 3
    melody = answer.suggestions[0].evidence[0]
    assert melody.kind == "melody"
    assert melody.notes
    assert melody.setting.ranges
    assert answer.tune.ranges


@pytest.mark.parametrize("tune", ["T:Ó Riada\nK:D\nfed", "T:Ó Riada\nK:D\nfed".encode("latin-1")])
def test_text_and_bytes_are_read_alike(ask: Ask, url: str, tune: str | bytes) -> None:
    answer = ask(url, lambda client: client.suggest(tune))
    assert answer.tune.notes == 3
    assert [warning.message for warning in answer.warnings] == ["only 3 notes: too few to tell tunes apart"]


def test_a_setting_can_be_fetched(ask: Ask, url: str) -> None:
    title_id, abc = known_tune(ask, url)
    setting = ask(url, lambda client: client.title(title_id)).settings[0]
    assert ask(url, lambda client: client.setting_abc(setting.id)) == abc


def test_titles_are_found_by_name(ask: Ask, url: str) -> None:
    title_id, _ = known_tune(ask, url)
    shown = ask(url, lambda client: client.title(title_id)).title
    assert title_id in [each.id for each in ask(url, lambda client: client.titles(shown)).titles]


@pytest.mark.parametrize("tunes", [TUNES, list(TUNES), BOOK, BOOK.encode()])
def test_a_batch_and_its_stream_have_the_same_answers(ask: Ask, url: str, tunes: Any) -> None:
    batch = ask(url, lambda client: client.suggest_batch(tunes, top_k=2))
    stream = ask(url, lambda client: client.stream_batch(tunes, top_k=2))
    assert [without_time(each) for each in batch.answers] == [without_time(each) for each in stream]
    assert all(len(each.result.suggestions) == 2 for each in stream if each.result)
    if tunes is not BOOK and not isinstance(tunes, bytes):
        assert stream[2].problem.type == "urn:gan-ainm:problem:no-notes"


def without_time(answer: BatchAnswer) -> dict[str, Any]:
    exclude = {"result": {"took_ms", "suggestion_id"}}
    return answer.model_dump(exclude=exclude)


@pytest.mark.parametrize("tunes", [BOOK, ["K:G\nGAG GAB|ABA ABd|", "K:A\nABA ABc|BcB Bce|"]])
def test_duplicates_are_found(ask: Ask, url: str, tunes: Any) -> None:
    (group,) = ask(url, lambda client: client.duplicates(tunes)).groups
    assert [tune.number for tune in group.tunes] == [1, 2]
    assert group.tunes[1].transposition == 2


def test_a_tune_is_converted(ask: Ask, url: str) -> None:
    converted = ask(url, lambda client: client.convert("K:D\nfed"))
    assert [note.name for note in converted.notes] == ["F#", "E", "D"]
    assert "audio/midi" in ask(url, lambda client: client.info()).inputs


def test_the_service_says_what_it_is(ask: Ask, url: str) -> None:
    assert ask(url, lambda client: client.livez()).status == "ok"
    assert ask(url, lambda client: client.readyz()).status == "ok"
    info = ask(url, lambda client: client.info())
    assert info.limits["max_body_bytes"] == 2**18
    assert ask(url, lambda client: client.health()).artifact == info.artifact
    assert "gan_ainm_answers_total" in ask(url, lambda client: client.metrics())
    assert ask(url, lambda client: client.openapi())["info"]["title"] == "Gan Ainm"


def test_feedback_is_counted_once(ask: Ask, url: str) -> None:
    answer = ask(url, lambda client: client.suggest(TUNES[0]))
    chosen = answer.suggestions[1].title
    assert ask(url, lambda client: client.feedback(answer.suggestion_id, chosen)).rank == 2
    with pytest.raises(Problem) as raised:
        ask(url, lambda client: client.feedback(answer.suggestion_id, None))
    assert raised.value.type == "already-given"


PROBLEMS: list[tuple[Callable[[Any], Any], int, str]] = [
    (lambda client: client.suggest("K:D\n"), 422, "no-notes"),
    (lambda client: client.suggest(b"\x00", media_type="image/png"), 415, "unknown-media-type"),
    (lambda client: client.suggest("K:D\nf", top_k=0), 422, "invalid-request"),
    (lambda client: client.suggest("K:D\nf", rhythm="tango"), 422, "invalid-request"),
    (lambda client: client.suggest("K:D\n" + 2**18 * "f"), 413, "body-too-large"),
    (lambda client: client.suggest_batch([]), 422, "invalid-request"),
    (lambda client: client.stream_batch(""), 422, "no-notes"),
    (lambda client: client.title(".."), 404, "no-such-title"),
    (lambda client: client.title("a/b"), 404, "about:blank"),
    (lambda client: client.setting_abc("none"), 404, "no-such-setting"),
    (lambda client: client.jobs(), 401, "unauthorized"),
]


@pytest.mark.parametrize(("question", "status", "kind"), PROBLEMS)
def test_a_refusal_is_a_problem(
    ask: Ask, url: str, question: Callable[[Any], Any], status: int, kind: str
) -> None:
    with pytest.raises(Problem) as raised:
        ask(url, question)
    assert (raised.value.status, raised.value.type) == (status, kind)
    assert raised.value.detail
    assert raised.value.request_id


def test_a_problem_has_the_place_of_the_fault(ask: Ask, url: str) -> None:
    with pytest.raises(Problem) as raised:
        ask(url, lambda client: client.suggest("X:1\nK:D\n"))
    assert isinstance(raised.value.line, int)
    assert isinstance(raised.value.column, int)


def test_a_job_from_its_start_to_the_roll_back(ask: Ask, client: httpx.Client) -> None:
    url, before = str(client.base_url), client.get("/info").json()["artifact"]

    def admin(question: Callable[[Any], Any]) -> Any:
        return ask(url, question, admin_key=SECRET)

    job = admin(lambda client: client.reindex(idempotency_key="mine"))
    assert admin(lambda client: client.reindex(idempotency_key="mine")).id == job.id
    ended = admin(lambda client: client.within(60).wait_for(job))
    assert ended.status == "succeeded"
    assert admin(lambda client: client.job(job.id)) == ended
    assert [each.id for each in admin(lambda client: client.jobs()).jobs] == [job.id]
    kept = admin(lambda client: client.artifacts()).artifacts
    assert [each.version for each in kept] == [ended.result.artifact, before]
    assert admin(lambda client: client.rollback(before)).version == before
    with pytest.raises(Problem) as raised:
        admin(lambda client: client.cancel(job.id))
    assert (raised.value.type, raised.value.members["job"]["id"]) == ("already-ended", job.id)


def test_threads_share_a_client(url: str) -> None:
    with Client(url) as client:
        notes: list[int] = []
        threads = [Thread(target=lambda: notes.append(client.suggest(TUNES[0]).tune.notes)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert notes == 8 * [12]


def test_tasks_share_a_client(url: str) -> None:
    async def ask_all() -> list[int]:
        async with AsyncClient(url) as client:
            answers = await asyncio.gather(*(client.suggest(TUNES[0]) for _ in range(8)))
            return [answer.tune.notes for answer in answers]

    assert asyncio.run(ask_all()) == 8 * [12]


def test_more_requests_than_the_service_takes_get_their_answers(published: Path) -> None:
    async def ask_all(url: str) -> int:
        async with AsyncClient(url, deadline=60, attempts=20) as client:
            return len(await asyncio.gather(*(client.suggest(TUNES[0]) for _ in range(40))))

    with serve(Settings(artifacts=published, queue=2)) as http:
        assert asyncio.run(ask_all(str(http.base_url))) == 40


def test_the_client_is_imported_without_the_service() -> None:
    code = (
        "import sys, gan_ainm_client; from gan_ainm_client import Client, AsyncClient;"
        "assert not {'torch', 'numpy', 'fastapi', 'service', 'model', 'index'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
