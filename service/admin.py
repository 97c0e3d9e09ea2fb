"""The admin routes: rebuild the title index, and see how that goes. They need the admin key."""

import hashlib
import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.engine import Engine
from service.jobs import Job, Jobs, Result
from service.problems import Unauthorized, problem_responses
from service.settings import Settings

_REASONS = 100  # of tunes left out that a job tells
_bearer = HTTPBearer(auto_error=False, description="ADMIN_API_KEY of the service.")


def require_key(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Raises Unauthorized unless the request carries the admin key."""
    settings: Settings = request.app.state.settings
    given = credentials.credentials if credentials else ""
    expected = settings.admin_api_key.get_secret_value() if settings.admin_api_key else ""
    # Digests have one length, so the time of the comparison tells nothing of the key's.
    same = hmac.compare_digest(_digest(given), _digest(expected))
    if not (same and expected):
        raise Unauthorized("send Authorization: Bearer with the key", headers={"WWW-Authenticate": "Bearer"})


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _rebuild(engine: Engine) -> Result:
    rebuilt = engine.rebuild()
    return Result(
        artifact=rebuilt.version,
        tunes=rebuilt.tunes,
        skipped=len(rebuilt.skipped),
        reasons=rebuilt.skipped[:_REASONS],
    )


_ACCEPTED = {"headers": {"Location": {"description": "Where the job is.", "schema": {"type": "string"}}}}

router = APIRouter(
    prefix="/admin",
    dependencies=[Depends(require_key)],
    responses=problem_responses(401),
)


@router.post(
    "/reindex", operation_id="reindex", status_code=202, responses={202: _ACCEPTED, **problem_responses(409)}
)
async def reindex(request: Request, response: Response) -> Job:
    """Index the catalogue again, with the tunebooks as they are now; check it and serve it."""
    jobs: Jobs = request.app.state.jobs
    engine: Engine = request.app.state.engine
    job = jobs.start(lambda: _rebuild(engine))
    response.headers["Location"] = job.location
    response.headers["Cache-Control"] = "no-store"
    return job


@router.get("/jobs/{job_id}", operation_id="job", responses=problem_responses(404, 422))
async def job(request: Request, response: Response, job_id: str) -> Job:
    """A job as it stands."""
    jobs: Jobs = request.app.state.jobs
    response.headers["Cache-Control"] = "no-store"
    return jobs.get(job_id)
