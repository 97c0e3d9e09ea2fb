"""GET /health, /livez and /readyz: is the service alive, can it answer, and does it answer well?"""

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from index.mrr import Mrr
from model.version import VERSION
from service.problems import problem_responses
from service.state import CurrentState


class MeasuredMrr(Mrr, frozen=True):
    """An MRR and the time when it was measured."""

    measured_at: datetime


class HealthMrr(BaseModel):
    """The MRR of the artifact's probes: recorded when it was published, and measured here."""

    recorded: Mrr
    measured: MeasuredMrr


class Health(BaseModel):
    """What is served and how well."""

    status: Literal["ok", "degraded"]
    version: str = Field(description="Version of the service.")
    artifact: str = Field(description="Version of the artifact.")
    device: str
    titles: int
    settings: int
    uptime_s: float = Field(description="Seconds since the service started.")
    mrr: HealthMrr


class Alive(BaseModel):
    """The answer to a liveness or readiness check."""

    status: Literal["ok"] = "ok"


router = APIRouter()


@router.head("/health", include_in_schema=False)
@router.get("/health", operation_id="health")
async def health(state: CurrentState) -> Health:
    """What is served and how well; `degraded` if the probes do clearly worse than when it was published.

    The MRR was measured when the service started or after the last re-index.
    """
    snapshot = state.engine.snapshot
    manifest = snapshot.artifact.manifest
    return Health(
        status="degraded" if snapshot.degraded else "ok",
        version=VERSION,
        artifact=snapshot.artifact.version,
        device=str(state.engine.device),
        titles=manifest.titles,
        settings=manifest.settings,
        uptime_s=round((datetime.now(UTC) - state.started_at).total_seconds(), 3),
        mrr=HealthMrr(
            recorded=manifest.probes,
            measured=MeasuredMrr(measured_at=snapshot.measured_at, **snapshot.measured.model_dump()),
        ),
    )


@router.head("/livez", include_in_schema=False)
@router.get("/livez", operation_id="livez")
async def livez() -> Alive:
    """The process is alive."""
    return Alive()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", operation_id="readyz", responses=problem_responses(503))
async def readyz(state: CurrentState) -> Alive:
    """The worker takes requests: an artifact is loaded, and it is neither stuck nor about to stop."""
    state.readiness.check()
    return Alive()
