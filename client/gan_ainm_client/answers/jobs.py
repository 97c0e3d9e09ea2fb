"""The jobs of a service. The record of a job, which the service keeps, is the same."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_IN_PER_CENT = "Finished share of the whole job, in per cent. It never falls."


class JobResult(BaseModel, frozen=True):
    """The result of a re-index."""

    artifact: str = Field(description="Version of the new artifact.")
    tunes: int = Field(description="Tunes from the user's own tunebooks in the new artifact.")
    skipped: int = Field(description="Tunes, files and folders in the tunebooks that were skipped.")
    reasons: list[str] = Field(description="The first hundred that were skipped, with the reasons.")


class JobProgress(BaseModel, frozen=True):
    """How far a running job is, and its present step."""

    percent: int = Field(ge=0, le=100, description=_IN_PER_CENT)
    step: str = Field(description="What it does now.")
    done: int = Field(description="Finished parts of this step.")
    total: int | None = Field(description="All parts of this step, if known.")
    seconds_left: float | None = Field(
        description="Estimated time until this step ends, in seconds; null until there is an estimate."
    )


_EXAMPLE: dict[str, Any] = {
    "id": "9f2c1a7e4b5d4c3e8a6f0d1b2c3d4e5f",
    "number": 3,
    "status": "succeeded",
    "created_at": "2026-11-22T23:00:00Z",
    "finished_at": "2026-11-22T23:00:09Z",
    "force": False,
    "cancel_requested": False,
    "heartbeat": 9,
    "progress": None,
    "result": {
        "artifact": "20261122T230008Z-5d1c9b7e",
        "tunes": 120,
        "skipped": 1,
        "reasons": ["session.abc:1042: the text has no notes"],
    },
    "error": None,
}


class Job(BaseModel, frozen=True):
    """The state of a job. Once it has ended it never changes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str = Field(description="32 hexadecimal digits, for `/admin/jobs/{id}`.")
    number: int = Field(description="Jobs are numbered in the order in which they start.")
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"] = Field(
        description="The last three never change."
    )
    created_at: datetime = Field(description="When it was asked for, ISO 8601, UTC.")
    finished_at: datetime | None = Field(default=None, description="When it ended; null until then.")
    force: bool = Field(description="Whether the new index is published even if the probes do worse.")
    cancel_requested: bool = Field(default=False, description="Whether somebody asked to cancel it.")
    heartbeat: int = Field(default=0, description="Rises about once a second while the job is running.")
    progress: JobProgress | None = Field(default=None, description="Only while the job is running.")
    result: JobResult | None = Field(default=None, description="Only when it has succeeded.")
    error: str | None = Field(default=None, description="Why it failed.")

    @property
    def has_ended(self) -> bool:
        """Whether it succeeded, failed or was cancelled."""
        return self.status not in ("queued", "running")

    @property
    def location(self) -> str:
        """Its address in the API."""
        return f"/admin/jobs/{self.id}"


class JobList(BaseModel):
    """The jobs that are kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"jobs": [_EXAMPLE]}]})

    jobs: list[Job] = Field(description="Newest first.")
