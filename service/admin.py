"""The admin routes: re-index as a job, and go back to an earlier artifact. They need the admin key."""

import hashlib
import hmac
from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from gan_ainm_client.answers import ArtifactList, Job, JobList, KeptArtifact
from index.artifact import ArtifactError
from index.publication import kept_versions, roll_back
from service.jobs import storage
from service.problem_docs import problem_responses
from service.problems import NoSuchArtifact, Unauthorized, UnusableArtifact, shortened
from service.state import CurrentState
from service.text import read_json

_LOCATION = {"headers": {"Location": {"description": "The job's address.", "schema": {"type": "string"}}}}
JobId = Annotated[str, Path(description="The job's id.")]
_bearer = HTTPBearer(scheme_name="adminKey", auto_error=False, description="ADMIN_API_KEY of the service.")


class RollbackRequest(BaseModel, strict=True, extra="forbid"):
    """The version of the artifact to go back to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"artifact": "20261122T230001Z-c8ae4d33"}]})

    artifact: str = Field(description="One of those that `GET /admin/artifacts` lists.")


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


def forbid_caching(response: Response) -> None:
    """Tell caches to keep no answer."""
    response.headers["Cache-Control"] = "no-store"


router = APIRouter(
    prefix="/admin",
    dependencies=[Depends(require_key), Depends(forbid_caching)],
    responses=problem_responses(401, 503),
)


@router.post(
    "/reindex",
    operation_id="reindex",
    status_code=202,
    responses={202: _LOCATION, **problem_responses(403, 409, 422)},
)
def reindex(
    state: CurrentState,
    response: Response,
    force: Annotated[bool, Query(description="Publish the new index even if the probes do worse.")] = False,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1, max_length=255, description="The same key returns the same job, while it is kept."
        ),
    ] = None,
) -> Job:
    """Start a job that indexes the catalogue and the tunebooks again, checks the new index and publishes it.

    The answer comes at once and has the address of the job. Each worker serves the new index within two
    seconds after it was published.
    """
    job = state.jobs.start(force, idempotency_key)
    response.headers["Location"] = job.location
    return job


@router.get("/jobs", operation_id="jobs")
def jobs(state: CurrentState) -> JobList:
    """The last hundred jobs, newest first."""
    return JobList(jobs=state.jobs.all())


@router.get("/jobs/{job_id}", operation_id="job", responses=problem_responses(404, 422))
def job(state: CurrentState, job_id: JobId) -> Job:
    """The state of a job. While it runs, `progress` says how far it is."""
    return state.jobs.get(job_id)


@router.delete(
    "/jobs/{job_id}",
    operation_id="cancelJob",
    status_code=202,
    responses={202: _LOCATION, **problem_responses(403, 404, 409, 422)},
)
def cancel(state: CurrentState, response: Response, job_id: JobId) -> Job:
    """Cancel a job: it ends within some seconds. What it has published already stays."""
    job = state.jobs.cancel(job_id)
    response.headers["Location"] = job.location
    return job


@router.get("/artifacts", operation_id="artifacts")
def artifacts(state: CurrentState) -> ArtifactList:
    """The versions of the artifact that are kept, newest first."""
    with storage():
        kept = kept_versions(state.settings.artifacts)
    return ArtifactList(artifacts=[KeptArtifact(**asdict(version)) for version in kept])


@router.post(
    "/rollback",
    operation_id="rollback",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": RollbackRequest.model_json_schema()}},
        }
    },
    responses=problem_responses(400, 403, 404, 408, 409, 413, 422, 429),
)
async def rollback(request: Request, state: CurrentState) -> KeptArtifact:
    """Go back to a kept version of the artifact. Each worker serves it within two seconds."""
    body = await state.bodies.read(request, state.settings.max_body_bytes)
    return await run_in_threadpool(_roll_back, state, read_json(RollbackRequest, body).artifact)


def _roll_back(state: CurrentState, version: str) -> KeptArtifact:
    root = state.settings.artifacts
    with storage():
        kept = {artifact.version: artifact for artifact in kept_versions(root)}
        if version not in kept:
            raise NoSuchArtifact(f"version {shortened(version)!r} is not kept; see /admin/artifacts")
        try:
            roll_back(root, version)
        except ArtifactError as error:
            raise UnusableArtifact(f"{error}") from error
    return KeptArtifact(**asdict(replace(kept[version], is_current=True)))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
