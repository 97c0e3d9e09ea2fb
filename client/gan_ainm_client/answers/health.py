"""What is served, how well, and how well it was before."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gan_ainm_client.version import VERSION


class Mrr(BaseModel, frozen=True):
    """An MRR as it is reported.

    Attributes
    ----------
    value : 0 to 1
    k : ranks that count
    pool : titles ranked
    chance : the MRR of a random order of the pool
    queries : tunes ranked
    low, high : 95 % interval over the queries
    """

    model_config = ConfigDict(from_attributes=True)

    value: float
    k: int
    pool: int
    chance: float
    queries: int
    low: float
    high: float


class Measurement(BaseModel, frozen=True):
    """What one worker measured on the probes of its artifact."""

    measured_at: datetime
    artifact: str = Field(description="Version of the artifact.")
    title_index: Mrr = Field(description="MRR of the title index alone.")
    ranking: Mrr = Field(description="MRR of the whole ranking.")
    changed: int = Field(
        description="Probes whose first title is another one than when the worker loaded the artifact."
    )


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
