"""POST /feedback: which suggested title was right. It gives an MRR of real tunes beside that of the probes.

A suggestion's id contains digests of its titles, signed with a key that lies in the feedback's file. So all
workers can check an id, and none stores suggestions. The file holds no tunes, no titles and nothing about the
client: only the rank of each chosen title, and when. Nothing is trained on it.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from gan_ainm_client.answers import Accepted
from service import metrics
from service.feedback_store import FeedbackStore
from service.problem_docs import problem_responses
from service.problems import UnknownMediaType, shortened
from service.state import CurrentState, State
from service.text import read_json

_MAX_BODY_BYTES = 2**13  # an id of a hundred titles has 600 characters
_JSON = "application/json"


_EXAMPLE: dict[str, Any] = {"suggestion_id": "1.k3Jx9fQ2", "title": "The Boys of Bluehill"}


class Feedback(BaseModel, strict=True, extra="forbid"):
    """Which of the suggested titles is right."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    suggestion_id: str = Field(max_length=1000, description="`suggestion_id` of the answer.")
    title: str | None = Field(
        max_length=1000,
        description="`title` of the right suggestion, as it was sent, also when one of its `also_called` is "
        "right; null if none is right.",
    )


def _store(state: CurrentState) -> FeedbackStore:
    assert state.feedback is not None  # the route exists only with a store
    return state.feedback


router = APIRouter()


@router.post(
    "/feedback",
    operation_id="feedback",
    status_code=201,
    openapi_extra={
        "requestBody": {"required": True, "content": {_JSON: {"schema": Feedback.model_json_schema()}}}
    },
    responses=problem_responses(400, 403, 404, 408, 409, 413, 415, 422, 429, 503),
)
async def feedback(
    request: Request, state: CurrentState, store: Annotated[FeedbackStore, Depends(_store)]
) -> Accepted:
    """Say which suggested title was right, once for each suggestion, within a day.

    Exists only if `FEEDBACK` names a file. An answer then has a `suggestion_id`.
    """
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != _JSON:
        raise UnknownMediaType(f"Content-Type is {shortened(kind) or 'missing'!r}; send {_JSON}")
    body = await state.bodies.read(request, min(_MAX_BODY_BYTES, state.settings.max_body_bytes))
    return await run_in_threadpool(_give, state, store, read_json(Feedback, body))


def _give(state: State, store: FeedbackStore, given: Feedback) -> Accepted:
    rank = store.give(given.suggestion_id, given.title)
    metrics.feedback_given(rank)
    if mrr := store.mrr(state.engine.snapshot.artifact.manifest.titles):
        metrics.online(mrr)
    return Accepted(rank=rank)
