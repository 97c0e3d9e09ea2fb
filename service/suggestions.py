"""POST /suggest-titles: a tune in, ranked titles out."""

import time

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field
from pydantic_core import to_json
from starlette.datastructures import Headers

from gan_ainm_client.answers import SuggestResponse
from model.stopwatch import lap
from service.answers import suggest
from service.api import PlainRoute
from service.engine import Snapshot
from service.filters import TitlesInQuery, TitlesRequest
from service.inputs import Input, body_limit, describe_inputs, is_json, read_input
from service.logs import log_tune
from service.observer import note
from service.problem_docs import problem_responses
from service.query import describe_query, read_query
from service.state import State, state_of
from service.text import JSON, read_json

# An example of the OpenAPI document: the tune of the README.
_TUNE = (
    "M:4/4\nL:1/8\nK:G\nBd|edBd G2Bd|edeg a2ga|bddb agba|gbag e2ge|edBd G2Bd|edeg a2ga|bddb agba|g2gg g2:|\n"
)
_NOTES = "Also show which notes match, and where they stand in the text of the tune and of each setting."


class TuneRequest(TitlesRequest):
    """A tune, how many titles to suggest for it, and what these must match."""

    abc: str = Field(description="The tune in ABC notation; if there are several, the first.")


class SuggestRequest(TuneRequest):
    """A tune, how many titles to suggest for it, what these must match, and with what detail."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"abc": _TUNE, "top_k": 1}]})

    notes: bool = Field(False, description=_NOTES)


class SuggestInQuery(TitlesInQuery):
    """The same in the query of a request, for a body that is not JSON."""

    notes: bool = Field(default=False, description=_NOTES)


router = APIRouter(route_class=PlainRoute)


@router.post(
    "/suggest-titles",
    operation_id="suggestTitles",
    response_model=SuggestResponse,
    openapi_extra={**describe_inputs("the tune.", _TUNE, SuggestRequest), **describe_query(SuggestInQuery)},
    responses=problem_responses(400, 403, 408, 413, 415, 422, 429, 503, 504),
)
async def suggest_titles(request: Request) -> Response:
    """Suggest titles for a tune, sent as JSON `{"abc": ..., "top_k": ...}` or as bare ABC with `?top_k=`.

    MusicXML, MIDI and sound are sent like bare ABC; the answer then has the tune as `abc`.

    With `notes`, each melody among the evidence also says which notes match, and where the texts have them.
    `rhythm`, `meter` and `corpus` are filters, as members of the JSON or in the query. Only titles with a
    setting that matches all of them are suggested, and only such settings are evidence. Confidences stay
    the probabilities among all titles.
    """
    start = time.perf_counter()
    state = state_of(request)
    in_query = read_query(SuggestInQuery, request)
    deadline = state.work.admit()
    body = await state.bodies.read(request, body_limit(request.headers, state.settings))
    lap("body")
    snapshot = state.engine.snapshot
    note(artifact=snapshot.artifact.version)
    known, answer = await state.work.run(
        deadline, _answer, snapshot, request.headers, body, in_query, state, start
    )
    note(outcome="known" if known else "unknown")
    return Response(answer, media_type=JSON)


def _answer(
    snapshot: Snapshot,
    headers: Headers,
    body: bytes,
    in_query: SuggestInQuery,
    state: State,
    start: float,
) -> tuple[bool, bytes]:
    """Whether the tune is known, and the answer as JSON."""
    lap("queue")
    request, posted = _read_request(headers, body, in_query)
    if state.settings.log_tunes:
        log_tune(1, request.abc)
    answer = suggest(snapshot, request.abc, request, posted.warnings, state.feedback, start, request.notes)
    if posted.is_converted:
        answer["abc"] = posted.abc
    return answer["known"], to_json(answer)


def _read_request(headers: Headers, body: bytes, in_query: SuggestInQuery) -> tuple[SuggestRequest, Input]:
    if is_json(headers):
        request = read_json(SuggestRequest, body)
        return request, Input(request.abc, (), is_converted=False)
    posted = read_input(headers, body)
    return SuggestRequest(abc=posted.abc, **in_query.model_dump()), posted
