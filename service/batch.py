"""POST /suggest-titles/batch: a tunebook in, an answer for each tune out.

The answers are sent one by one, as JSON or as NDJSON. Between two tunes other requests have their turn.
"""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from model.abc import AbcError, Heading
from service.engine import Snapshot
from service.problems import (
    Problem,
    ProblemDetails,
    fault_body,
    no_notes,
    problem_body,
    problem_responses,
)
from service.slices import Clock
from service.state import CurrentState
from service.suggestions import SuggestResponse, TopK, suggest
from service.text import JSON, describe_body
from service.tunes import BatchRequest, PostedTunes, TuneHeading, read_tunes

NDJSON = "application/x-ndjson"


class TitleLines(BaseModel):
    """A T: field, and its lines."""

    text: str = Field(description="What it says; may be empty.")
    first_line: int
    last_line: int = Field(description="More than the first if +: fields continue it.")


class BatchAnswer(TuneHeading):
    """The answer for one tune: a result or a problem. The lines count from 1 in the text as it was sent."""

    titles: list[TitleLines] = Field(description="Its T: fields, in order.")
    insert_title_after: int | None = Field(
        description="A new line with a T: field belongs below this line; 0 is above the first. Null if no "
        "line can be inserted, because the tune does not have its lines to itself."
    )
    result: SuggestResponse | None = Field(
        description="What /suggest-titles answers; null if there is a problem."
    )
    problem: ProblemDetails | None = Field(description="Why there is no result; null if there is one.")


class BatchResponse(BaseModel):
    """An answer for each tune, in the order of the request."""

    answers: list[BatchAnswer]
    artifact: str = Field(description="Version of the artifact that all titles come from.")
    took_ms: float = Field(description="Milliseconds from request to answer.")


router = APIRouter()

_TUNES = [{"abc": "X:1\nM:6/8\nK:G\nGAG GAB|ABA ABd|edd gdd|edB dBA|"}, {"abc": "K:D\nfed cde", "top_k": 3}]


@router.post(
    "/suggest-titles/batch",
    operation_id="suggestTitlesBatch",
    response_class=StreamingResponse,
    openapi_extra=describe_body(BatchRequest, "A tunebook.", {"tunes": _TUNES, "top_k": 5}),
    responses={
        200: {
            "model": BatchResponse,
            "content": {
                NDJSON: {
                    "schema": {"type": "string", "description": "The answers as JSON, one on each line."}
                }
            },
        },
        **problem_responses(400, 403, 413, 415, 422, 504),
    },
)
async def suggest_titles_batch(
    request: Request,
    state: CurrentState,
    top_k: Annotated[TopK, Query(description="How many titles to suggest for each tune of bare ABC.")] = 10,
) -> StreamingResponse:
    """Suggest titles for each tune of a tunebook in bare ABC, or of a list `{"tunes": [{"abc": ...}, ...]}`.

    One bad tune never fails the rest: its answer is a problem. With `Accept: application/x-ndjson` each
    answer is sent on a line of its own as soon as there is one.
    """
    clock = Clock(state.settings.batch_timeout_s)
    tunes = await read_tunes(request, state.settings, BatchRequest, clock, top_k)
    snapshot = state.engine.snapshot
    answers = _answers(request, snapshot, tunes, clock)
    if _accepts_lines(request):
        return StreamingResponse(_as_lines(answers), media_type=NDJSON)
    return StreamingResponse(_as_json(answers, snapshot.artifact.version, clock), media_type=JSON)


def _accepts_lines(request: Request) -> bool:
    accepted = ",".join(request.headers.getlist("accept")).split(",")
    return any(kind.partition(";")[0].strip().lower() == NDJSON for kind in accepted)


async def _as_lines(answers: AsyncIterator[str]) -> AsyncIterator[str]:
    async for answer in answers:
        yield f"{answer}\n"


async def _as_json(answers: AsyncIterator[str], artifact: str, clock: Clock) -> AsyncIterator[str]:
    """The JSON of a `BatchResponse`."""
    before = '{"answers":['
    async for answer in answers:
        yield before + answer
        before = ","
    yield f'],"artifact":"{artifact}","took_ms":{clock.took_ms}}}'


async def _answers(
    request: Request, snapshot: Snapshot, tunes: PostedTunes, clock: Clock
) -> AsyncIterator[str]:
    """The JSON of each answer. It ends early when the client hangs up."""
    for index in range(len(tunes)):
        if await request.is_disconnected():
            return
        try:
            clock.check()
            answer = await run_in_threadpool(_answer, snapshot, tunes, index)
        except Problem as problem:
            answer = _refuse(tunes, index, problem_body(problem))
        except Exception as error:  # one tune never fails the rest
            answer = _refuse(tunes, index, fault_body(request, error))
        yield answer


def _answer(snapshot: Snapshot, tunes: PostedTunes, index: int) -> str:
    start = time.perf_counter()
    posted = tunes.read(index)
    if isinstance(posted.tune, AbcError):
        problem = problem_body(no_notes(posted.tune))
        return _dump(index, posted.heading, problem=problem)
    return _dump(
        index,
        posted.heading,
        result=suggest(snapshot, posted.tune, posted.top_k, tunes.warnings, start),
    )


def _refuse(tunes: PostedTunes, index: int, problem: dict[str, Any]) -> str:
    return _dump(index, tunes.heading(index), problem=problem)


def _dump(
    index: int,
    heading: Heading | None,
    result: SuggestResponse | None = None,
    problem: dict[str, Any] | None = None,
) -> str:
    answer = BatchAnswer.of(
        index,
        heading,
        titles=[
            TitleLines(text=field.text, first_line=field.first_line, last_line=field.last_line)
            for field in (heading.titles if heading else ())
        ],
        insert_title_after=heading.insert_after if heading else None,
        result=result,
        problem=problem,
    )
    return answer.model_dump_json()
