"""The admin routes: rebuild the index, and follow the job that does it. They need the admin key."""

import hashlib
import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from index.progress import OnStep
from service.engine import Engine
from service.jobs import Job, JobResult
from service.problems import Unauthorized, problem_responses
from service.state import CurrentState

_REASONS = 100  # skipped tunes that a job lists
_ACCEPTED = {"headers": {"Location": {"description": "The job's address.", "schema": {"type": "string"}}}}
_bearer = HTTPBearer(scheme_name="adminKey", auto_error=False, description="ADMIN_API_KEY of the service.")


def require_key(
    state: CurrentState, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Check the request for the admin key. Raises Unauthorized when it is missing or wrong."""
    key = state.settings.admin_api_key
    given = credentials.credentials if credentials else ""
    expected = key.get_secret_value() if key else ""
    # Digests all have the same length, so the time of the comparison does not reveal the length of the key.
    same = hmac.compare_digest(_digest(given), _digest(expected))
    if not (same and expected):
        raise Unauthorized("send Authorization: Bearer with the key", headers={"WWW-Authenticate": "Bearer"})


router = APIRouter(
    prefix="/admin",
    dependencies=[Depends(require_key)],
    responses=problem_responses(401),
)


@router.post(
    "/reindex",
    operation_id="reindex",
    status_code=202,
    responses={202: _ACCEPTED, **problem_responses(403, 409)},
)
async def reindex(state: CurrentState, response: Response) -> Job:
    """Start a job that indexes the catalogue and the tunebooks again, checks the new index and serves it."""
    job = state.jobs.start(lambda on_step: _rebuild(state.engine, on_step))
    response.headers["Location"] = job.location
    response.headers["Cache-Control"] = "no-store"
    return job


@router.get("/jobs/{job_id}", operation_id="job", responses=problem_responses(404, 422))
async def job(
    state: CurrentState, response: Response, job_id: Annotated[str, Path(description="The job's id.")]
) -> Job:
    """The state of a job. While it runs, `progress` says how far it is."""
    response.headers["Cache-Control"] = "no-store"
    return state.jobs.get(job_id)


def _rebuild(engine: Engine, on_step: OnStep) -> JobResult:
    rebuilt = engine.rebuild(on_step)
    return JobResult(
        artifact=rebuilt.version,
        tunes=rebuilt.tunes,
        skipped=len(rebuilt.skipped),
        reasons=rebuilt.skipped[:_REASONS],
    )


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
