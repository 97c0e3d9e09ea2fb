"""POST /suggest-titles/batch: a tunebook in, an answer for each tune out.

The answers are sent one by one, as JSON or as NDJSON. Between two tunes other requests have their turn.
"""

import logging
import time
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from gan_ainm_client.answers import BatchAnswer, BatchResponse, TitleLines
from gan_ainm_client.answers.tunebooks import BATCH_ANSWER
from model.abc import Heading
from model.stopwatch import lap
from service.answers import check_filters, suggest
from service.engine import Snapshot
from service.feedback_store import FeedbackStore
from service.filters import TitlesInQuery
from service.logs import log_tune
from service.observer import note
from service.problem_bodies import OUR_FAULT, blank_body, problem_body
from service.problem_docs import problem_responses
from service.problems import Disconnected, Problem
from service.query import describe_query, read_query
from service.state import CurrentState
from service.text import JSON, describe_body
from service.tunes import BatchRequest, PostedTunes, read_tunes, with_heading
from service.units import AdmittedUnits, Units

NDJSON = "application/x-ndjson"

_log = logging.getLogger(__name__)


router = APIRouter()


@router.post(
    "/suggest-titles/batch",
    operation_id="suggestTitlesBatch",
    response_model=BatchResponse,
    openapi_extra={
        **describe_body(
            BatchRequest,
            "a tunebook.",
            "X:1\nM:6/8\nK:G\nGAG GAB|ABA ABd|edd gdd|edB dBA|\n\nX:2\nK:D\nfed cde|\n",
        ),
        **describe_query(TitlesInQuery),
    },
    responses={
        200: {
            "content": {
                NDJSON: {
                    "schema": {
                        "type": "string",
                        "description": "The answers as JSON, one on each line.",
                        "examples": [BatchAnswer.model_validate(BATCH_ANSWER).model_dump_json() + "\n"],
                    }
                }
            },
        },
        **problem_responses(400, 403, 408, 413, 415, 422, 429, 503, 504),
    },
)
async def suggest_titles_batch(
    request: Request, state: CurrentState, units: AdmittedUnits
) -> StreamingResponse:
    """Suggest titles for each tune of a tunebook in bare ABC, or of a list `{"tunes": [{"abc": ...}, ...]}`.

    One bad tune never fails the rest: its answer is a problem. With `Accept: application/x-ndjson` each
    answer is sent on a line of its own as soon as there is one.
    """
    in_query = read_query(TitlesInQuery, request)
    tunes = await read_tunes(request, state, units, BatchRequest, in_query)
    snapshot = state.engine.snapshot
    await units.run(check_filters, snapshot, tunes.wanted)
    note(artifact=snapshot.artifact.version, tunes=len(tunes))
    answers = _answers(units, snapshot, tunes, state.feedback, state.settings.log_tunes)
    if _accepts_lines(request):
        return StreamingResponse(_as_lines(answers), media_type=NDJSON)
    return StreamingResponse(_as_json(answers, snapshot.artifact.version, units), media_type=JSON)


def _accepts_lines(request: Request) -> bool:
    accepted = ",".join(request.headers.getlist("accept")).split(",")
    return any(kind.partition(";")[0].strip().lower() == NDJSON for kind in accepted)


async def _as_lines(answers: AsyncIterator[str]) -> AsyncIterator[str]:
    async for answer in answers:
        yield f"{answer}\n"


async def _as_json(answers: AsyncIterator[str], artifact: str, units: Units) -> AsyncIterator[str]:
    """The JSON of a `BatchResponse`."""
    before = '{"answers":['
    async for answer in answers:
        yield before + answer
        before = ","
    yield f'],"artifact":"{artifact}","took_ms":{units.took_ms}}}'


async def _answers(
    units: Units, snapshot: Snapshot, tunes: PostedTunes, feedback: FeedbackStore | None, log_tunes: bool
) -> AsyncIterator[str]:
    """The JSON of each answer. It ends early when the client hangs up."""
    for index in range(len(tunes)):
        if log_tunes:
            log_tune(index + 1, tunes.text(index))
        try:
            answer = await units.run(_answer, snapshot, tunes, index, feedback)
        except Disconnected:
            return
        except Problem as problem:
            answer = _dump(index, tunes.heading(index), problem)
        except Exception:  # one tune never fails the rest
            _log.exception("a tune of a batch failed")
            answer = _dump(index, tunes.heading(index), None)
        yield answer
        lap("json")
    units.end()


def _answer(snapshot: Snapshot, tunes: PostedTunes, index: int, feedback: FeedbackStore | None) -> str:
    lap("queue")
    start = time.perf_counter()
    posted = tunes.read(index)
    lap("read")
    answer: dict[str, Any] | Problem
    if isinstance(posted.tune, Problem):
        answer = posted.tune
    else:
        try:
            answer = suggest(snapshot, posted.tune, posted.wanted, tunes.warnings, feedback, start)
        except Problem as problem:
            answer = problem
    return _dump(index, posted.heading, answer)


def _dump(index: int, heading: Heading | None, answer: dict[str, Any] | Problem | None) -> str:
    """The JSON of an answer. None is a fault of ours."""
    problem = None
    if answer is None:
        problem = blank_body(HTTPStatus.INTERNAL_SERVER_ERROR, OUR_FAULT)
    elif isinstance(answer, Problem):
        problem = problem_body(answer)
    return with_heading(
        BatchAnswer,
        index,
        heading,
        titles=[
            TitleLines(text=field.text, first_line=field.first_line, last_line=field.last_line)
            for field in (heading.titles if heading else ())
        ],
        insert_title_after=heading.insert_after if heading else None,
        result=None if problem else answer,
        problem=problem,
    ).model_dump_json()
