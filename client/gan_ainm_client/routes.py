"""The routes of the service: each function makes the call of one. `Client` and `AsyncClient` send them."""

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from gan_ainm_client.answers import (
    Accepted,
    Alive,
    ArtifactList,
    BatchAnswer,
    BatchResponse,
    DuplicatesResponse,
    Health,
    Info,
    Job,
    JobList,
    KeptArtifact,
    SuggestResponse,
    TitleDetails,
    TitleList,
)
from gan_ainm_client.calls import Call, Repeat

ABC = "text/vnd.abc"
_JSON = "application/json"
_NDJSON = "application/x-ndjson"


def suggest(
    tune: str | bytes,
    *,
    media_type: str = ABC,
    top_k: int = 10,
    rhythm: str | None = None,
    meter: str | None = None,
    corpus: str | None = None,
    notes: bool = False,
) -> Call[SuggestResponse]:
    """Suggest titles for a tune.

    Parameters
    ----------
    tune : a text in ABC notation, or the bytes of a file
    media_type : of the bytes; `GET /info` says which the service takes
    top_k : how many titles, 1 to 100
    rhythm, meter, corpus : only titles with a setting that matches all of them
    notes : whether to show which notes match
    """
    query = _query(top_k=top_k, rhythm=rhythm, meter=meter, corpus=corpus, notes=notes or None)
    return Call(SuggestResponse, "POST", "/suggest-titles", query, *_text(tune, media_type))


def suggest_batch(
    tunes: str | bytes | Iterable[str],
    *,
    top_k: int = 10,
    rhythm: str | None = None,
    meter: str | None = None,
    corpus: str | None = None,
) -> Call[BatchResponse]:
    """Suggest titles for each tune of a tunebook. One bad tune never fails the rest: its answer is a problem.

    Parameters
    ----------
    tunes : a tunebook in ABC notation, or a list of tunes
    top_k : how many titles for each tune, 1 to 100
    rhythm, meter, corpus : only titles with a setting that matches all of them
    """
    wanted = {"top_k": top_k, "rhythm": rhythm, "meter": meter, "corpus": corpus}
    query, headers, body = _tunebook(tunes, wanted)
    return Call(BatchResponse, "POST", "/suggest-titles/batch", query, headers, body, takes_long=True)


def stream_batch(
    tunes: str | bytes | Iterable[str],
    *,
    top_k: int = 10,
    rhythm: str | None = None,
    meter: str | None = None,
    corpus: str | None = None,
) -> Call[BatchAnswer]:
    """Suggest titles for each tune of a tunebook, and yield each answer as soon as there is one.

    Parameters
    ----------
    tunes : a tunebook in ABC notation, or a list of tunes
    top_k : how many titles for each tune, 1 to 100
    rhythm, meter, corpus : only titles with a setting that matches all of them
    """
    wanted = {"top_k": top_k, "rhythm": rhythm, "meter": meter, "corpus": corpus}
    query, headers, body = _tunebook(tunes, wanted)
    headers = {**headers, "Accept": _NDJSON}
    return Call(BatchAnswer, "POST", "/suggest-titles/batch", query, headers, body, takes_long=True)


def duplicates(tunes: str | bytes | Iterable[str]) -> Call[DuplicatesResponse]:
    """Find tunes that occur more than once, in any key and under any name.

    Parameters
    ----------
    tunes : a tunebook in ABC notation, or a list of tunes
    """
    return Call(DuplicatesResponse, "POST", "/duplicates", *_tunebook(tunes, {}), takes_long=True)


def titles(q: str = "", *, limit: int = 20, offset: int = 0) -> Call[TitleList]:
    """Find titles by any of their names, the best match first; without a name, all in alphabetical order.

    Parameters
    ----------
    q : a name, or a part of one; it may have typos
    limit : how many titles, 1 to 100
    offset : how many titles to skip
    """
    return Call(TitleList, "GET", "/titles", _query(q=q, limit=limit, offset=offset))


def title(title_id: str) -> Call[TitleDetails]:
    """A title: its names, its settings with their ABC and source, and the titles nearest to it."""
    return Call(TitleDetails, "GET", f"/titles/{_segment(title_id)}")


def setting_abc(setting_id: str) -> Call[str]:
    """A setting in ABC notation, with its title as people write it."""
    return Call(str, "GET", f"/settings/{_segment(setting_id)}.abc")


def feedback(suggestion_id: str, title: str | None) -> Call[Accepted]:
    """Say which suggested title was right, once for each answer, within a day.

    Parameters
    ----------
    suggestion_id : of the answer
    title : the right one, as the answer has it; None if none is right
    """
    body = {"suggestion_id": suggestion_id, "title": title}
    # A second attempt would get 409 if the first one arrived.
    return Call(Accepted, "POST", "/feedback", {}, *_json(body), repeat=Repeat.IF_REFUSED)


def health() -> Call[Health]:
    """What is served, and how well."""
    return Call(Health, "GET", "/health")


def livez() -> Call[Alive]:
    """Whether the process is alive. It is asked once."""
    return Call(Alive, "GET", "/livez", repeat=Repeat.NEVER)


def readyz() -> Call[Alive]:
    """Whether the service takes requests; a `Problem` if not. It is asked once."""
    return Call(Alive, "GET", "/readyz", repeat=Repeat.NEVER)


def info() -> Call[Info]:
    """What the service is, the licences of its corpora, and the limits that a client must keep."""
    return Call(Info, "GET", "/info")


def metrics() -> Call[str]:
    """The metrics of all workers in the text format of Prometheus."""
    return Call(str, "GET", "/metrics")


def openapi() -> Call[dict[str, Any]]:
    """The OpenAPI document of the service."""
    return Call(dict[str, Any], "GET", "/openapi.json")


def reindex(*, force: bool = False, idempotency_key: str | None = None) -> Call[Job]:
    """Start a job that indexes the catalogue and the tunebooks again. `wait_for` waits until it has ended.

    Parameters
    ----------
    force : publish the new index even if the probes do worse
    idempotency_key : the same key returns the same job; without it, each call has a key of its own
    """
    headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
    return Call(Job, "POST", "/admin/reindex", _query(force=force or None), headers)


def jobs() -> Call[JobList]:
    """The last hundred jobs, newest first."""
    return Call(JobList, "GET", "/admin/jobs")


def job(job_id: str) -> Call[Job]:
    """The state of a job."""
    return Call(Job, "GET", f"/admin/jobs/{_segment(job_id)}")


def cancel(job_id: str) -> Call[Job]:
    """Cancel a job: it ends within some seconds. What it has published already stays."""
    return Call(Job, "DELETE", f"/admin/jobs/{_segment(job_id)}")


def artifacts() -> Call[ArtifactList]:
    """The versions of the artifact that are kept, newest first."""
    return Call(ArtifactList, "GET", "/admin/artifacts")


def rollback(artifact: str) -> Call[KeptArtifact]:
    """Go back to a kept version of the artifact."""
    return Call(KeptArtifact, "POST", "/admin/rollback", {}, *_json({"artifact": artifact}))


def _query(**values: object) -> dict[str, str]:
    """A query without what is None."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }


def _text(text: str | bytes, media_type: str) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a request."""
    if isinstance(text, bytes):
        return {"Content-Type": media_type}, text
    return {"Content-Type": f"{media_type}; charset=utf-8"}, text.encode()


def _json(content: Mapping[str, object]) -> tuple[dict[str, str], bytes]:
    return {"Content-Type": _JSON}, json.dumps(content).encode()


def _tunebook(
    tunes: str | bytes | Iterable[str], wanted: Mapping[str, object]
) -> tuple[dict[str, str], dict[str, str], bytes]:
    """The query, the headers and the body of a request about many tunes."""
    if isinstance(tunes, str | bytes):
        return _query(**wanted), *_text(tunes, ABC)
    named = {name: value for name, value in wanted.items() if value is not None}
    return {}, *_json({"tunes": [{"abc": tune} for tune in tunes], **named})


def _segment(text: str) -> str:
    """A part of a path. A browser, a proxy or httpx would take "." and ".." for folders."""
    return quote(text, safe="") if text.strip(".") else text.replace(".", "%2E")
