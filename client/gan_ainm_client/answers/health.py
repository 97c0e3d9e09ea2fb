"""What is served, how well, and how well it was before."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gan_ainm_client.version import VERSION


class Mrr(BaseModel, frozen=True):
    """An MRR as it is reported.

    The mean reciprocal rank is the mean of 1/rank of the right title over many tunes, each ranked against the
    same titles: 1 if the right one is always first.
    """

    model_config = ConfigDict(from_attributes=True)

    value: float = Field(description="The MRR, 0 to 1.")
    k: int = Field(description="Ranks that count; a right title below them counts 0.")
    pool: int = Field(description="Titles that are ranked.")
    chance: float = Field(description="The MRR of a random order of these titles, 0 to 1.")
    queries: int = Field(description="Tunes that were ranked.")
    low: float = Field(description="Lower end of the 95 % interval over the tunes.")
    high: float = Field(description="Upper end of the 95 % interval over the tunes.")


class Measurement(BaseModel, frozen=True):
    """What one worker measured on the probes of its artifact."""

    measured_at: datetime = Field(description="When, ISO 8601, UTC.")
    artifact: str = Field(description="Version of the artifact.")
    title_index: Mrr = Field(description="MRR of the title index alone.")
    ranking: Mrr = Field(description="MRR of the whole ranking.")
    changed: int = Field(
        description="Probes whose first title is another one than when the worker loaded the artifact."
    )


class MeasuredMrr(Mrr, frozen=True):
    """An MRR and the time when it was measured."""

    measured_at: datetime = Field(description="When, ISO 8601, UTC.")


class HealthMrr(BaseModel):
    """The MRR of the artifact's probes: recorded when it was published, and measured here."""

    recorded: Mrr = Field(description="As it was published.")
    measured: MeasuredMrr = Field(description="As this worker measured it when it loaded the artifact.")


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

    status: Literal["ok", "degraded"] = Field(
        description="`degraded` when the answers do clearly worse than they should, or change."
    )
    faults: list[str] = Field(description="Why it is degraded.")
    version: str = Field(description="Version of the service.")
    artifact: str = Field(description="Version of the artifact.")
    device: str = Field(description="Where the encoders run: `cpu` or `cuda`.")
    titles: int = Field(description="Titles of the catalogue.")
    settings: int = Field(description="Settings of the catalogue.")
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

    status: Literal["ok"] = Field(default="ok", description="Always `ok`; a failed check is a problem.")
