"""GET /health, /livez and /readyz: is the service alive, can it answer, and does it answer well?"""

from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from index.mrr import Mrr
from model.version import VERSION
from service.history import Measurement
from service.probe import Findings
from service.problem_docs import problem_responses
from service.state import CurrentState


class MeasuredMrr(Mrr, frozen=True):
    """An MRR and the time when it was measured."""

    measured_at: datetime


class HealthMrr(BaseModel):
    """The MRR of the artifact's probes: recorded when it was published, and measured here."""

    recorded: Mrr
    measured: MeasuredMrr


_MRR = {"value": 0.977, "k": 20, "pool": 3771, "chance": 0.00095, "queries": 300, "low": 0.962, "high": 0.990}
_NOW = "2026-11-22T23:05:00Z"
_EXAMPLE: dict[str, Any] = {
    "status": "ok",
    "faults": [],
    "version": VERSION,
    "artifact": "20261122T230001Z-c8ae4d33",
    "device": "cpu",
    "titles": 3771,
    "settings": 4146,
    "uptime_s": 86400.0,
    "mrr": {"recorded": _MRR, "measured": {**_MRR, "measured_at": _NOW}},
    "ranking_mrr": {"recorded": _MRR, "measured": {**_MRR, "measured_at": _NOW}},
    "online_mrr": None,
    "history": [],
}


class RankingMrr(BaseModel):
    """The MRR of the same probes in the whole ranking; null until it has been measured."""

    recorded: Mrr | None = Field(description="Measured when this artifact was first served.")
    measured: MeasuredMrr | None = Field(description="Measured by this worker the last time.")


class Health(BaseModel):
    """What is served and how well."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    status: Literal["ok", "degraded"]
    faults: list[str] = Field(description="Why it is degraded.")
    version: str = Field(description="Version of the service.")
    artifact: str = Field(description="Version of the artifact.")
    device: str
    titles: int
    settings: int
    uptime_s: float = Field(description="Seconds since the service started.")
    mrr: HealthMrr = Field(description="Of the title index alone.")
    ranking_mrr: RankingMrr = Field(description="Of the whole ranking, which answers.")
    online_mrr: Mrr | None = Field(
        default=None,
        description="Of the titles that people chose, from the latest thousand; null without feedback.",
    )
    history: list[Measurement] = Field(
        description="The latest measurements of all workers, at most fifty, the latest first."
    )


class Alive(BaseModel):
    """The answer to a liveness or readiness check."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: Literal["ok"] = "ok"


router = APIRouter()


@router.head("/health", include_in_schema=False)
@router.get("/health", operation_id="health")
def health(state: CurrentState) -> Health:
    """What is served and how well; `degraded` if the probes do clearly worse than they should.

    Some of them getting other titles than before is `degraded`, too. The MRR of the title index was measured
    when this worker loaded the artifact, that of the whole ranking in the background since.
    """
    snapshot = state.engine.snapshot
    faults = state.prober.faults(snapshot)
    manifest = snapshot.artifact.manifest
    return Health(
        status="degraded" if faults else "ok",
        faults=faults,
        version=VERSION,
        artifact=snapshot.artifact.version,
        device=str(state.engine.device),
        titles=manifest.titles,
        settings=manifest.settings,
        uptime_s=round((datetime.now(UTC) - state.started_at).total_seconds(), 3),
        mrr=HealthMrr(
            recorded=manifest.probes,
            measured=_at(snapshot.measured_at, snapshot.measured),
        ),
        ranking_mrr=_ranking_mrr(state.prober.findings(snapshot)),
        online_mrr=state.feedback.mrr(manifest.titles) if state.feedback else None,
        history=state.history.recent(),
    )


def _at(moment: datetime, mrr: Mrr) -> MeasuredMrr:
    return MeasuredMrr(measured_at=moment, **mrr.model_dump())


def _ranking_mrr(findings: Findings | None) -> RankingMrr:
    if findings is None:
        return RankingMrr(recorded=None, measured=None)
    measured = findings.measurement
    return RankingMrr(recorded=findings.recorded, measured=_at(measured.measured_at, measured.ranking))


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
