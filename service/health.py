"""GET /health, /livez and /readyz: is it there, can it answer, and does it answer well?"""

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from index.mrr import Mrr
from service.engine import Engine


class MeasuredMrr(Mrr, frozen=True):
    """An MRR, and when it was measured."""

    measured_at: datetime


class HealthMrr(BaseModel):
    """The MRR of the artifact's probes, tunes changed as players change them: then and now."""

    recorded: Mrr
    measured: MeasuredMrr


class Health(BaseModel):
    """How the service is."""

    status: Literal["ok", "degraded"]
    artifact: str
    device: str
    titles: int
    settings: int
    uptime_s: float
    mrr: HealthMrr


class Alive(BaseModel):
    """An answer to a probe."""

    status: Literal["ok"] = "ok"


router = APIRouter()


@router.head("/health", include_in_schema=False)
@router.get("/health", operation_id="health")
async def health(request: Request) -> Health:
    """What is served and how well; `degraded` when probes do clearly worse than when it was published.

    The MRR was measured at start or after the last re-index, never now.
    """
    engine: Engine = request.app.state.engine
    snapshot = engine.snapshot
    manifest = snapshot.artifact.manifest
    return Health(
        status="degraded" if snapshot.degraded else "ok",
        artifact=snapshot.artifact.version,
        device=str(engine.device),
        titles=manifest.titles,
        settings=manifest.settings,
        uptime_s=round((datetime.now(UTC) - request.app.state.started_at).total_seconds(), 3),
        mrr=HealthMrr(
            recorded=manifest.probes,
            measured=MeasuredMrr(measured_at=snapshot.measured_at, **snapshot.measured.model_dump()),
        ),
    )


@router.head("/livez", include_in_schema=False)
@router.get("/livez", operation_id="livez")
async def livez() -> Alive:
    """The process answers."""
    return Alive()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", operation_id="readyz")
async def readyz() -> Alive:
    """An artifact is loaded and measured: the service takes no connection before that."""
    return Alive()
