"""GET /health, /livez and /readyz: is the service alive, can it answer, and does it answer well?"""

import time
from datetime import datetime

from fastapi import APIRouter

from gan_ainm_client.answers import Alive, Health, HealthMrr, MeasuredMrr, Mrr, RankingMrr
from model.version import VERSION
from service.probe import Findings
from service.problem_docs import problem_responses
from service.state import CurrentState

router = APIRouter()


@router.head("/health", include_in_schema=False)
@router.get("/health", operation_id="health")
def health(state: CurrentState) -> Health:
    """What is served, and its MRR on probes: known tunes that were changed the way players change them.

    `degraded` when the probes do clearly worse than they should, or some get other titles than before. The
    MRR of the title index was measured when this worker loaded the artifact, that of the whole ranking in the
    background since.
    """
    snapshot = state.engine.snapshot
    faults = state.prober.faults(snapshot)
    manifest = snapshot.artifact.manifest
    online = state.feedback.mrr(manifest.titles) if state.feedback else None
    return Health(
        status="degraded" if faults else "ok",
        faults=faults,
        version=VERSION,
        artifact=snapshot.artifact.version,
        device=str(state.engine.device),
        titles=manifest.titles,
        settings=manifest.settings,
        uptime_s=round(time.monotonic() - state.started, 3),
        mrr=HealthMrr(
            recorded=Mrr.model_validate(manifest.probes),
            measured=_at(snapshot.measured_at, Mrr.model_validate(snapshot.measured)),
        ),
        ranking_mrr=_ranking_mrr(state.prober.findings(snapshot)),
        online_mrr=Mrr.model_validate(online) if online else None,
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
