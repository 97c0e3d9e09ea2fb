"""The metrics of the service. GET /metrics shows them to Prometheus; docs/metrics.md explains each.

Every label has few values: routes are templates such as "/admin/jobs/{job_id}", never paths.
"""

import os
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import Lock

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from gan_ainm_client.answers import Measurement
from index.mrr import Mrr
from service.metrics_files import FOLDER, RESTARTS, locked

_KEPT_S = 1.0  # a scrape within this time gets the same numbers: reading all files costs milliseconds
_QUEUED_S = 0.2  # from one number of waiting requests to the next, unless it is 0
_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_JOB_SECONDS = (1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)

_PID = os.getpid()
if FOLDER in os.environ:
    # prometheus-client asks for the process id at each count, 33 times in a request, in case the process has
    # forked. Workers are spawned and never fork.
    values.ValueClass = values.MultiProcessValue(lambda: _PID)
disable_created_metrics()
_registry = CollectorRegistry()

_requests = Counter(
    "gan_ainm_requests", "Answered requests.", ["method", "route", "status"], registry=_registry
)
_duration = Histogram(
    "gan_ainm_request_duration_seconds",
    "Time from the head of a request to the end of its answer.",
    ["route"],
    buckets=_SECONDS,
    registry=_registry,
)
_stages = Histogram(
    "gan_ainm_stage_duration_seconds",
    "Time that a stage of a request took.",
    ["route", "stage"],
    buckets=_SECONDS,
    registry=_registry,
)
_in_progress = Gauge(
    "gan_ainm_requests_in_progress",
    "Requests that have begun and not ended, waiting ones included.",
    registry=_registry,
    multiprocess_mode="livesum",
)
_queued = Gauge(
    "gan_ainm_requests_queued",
    "Requests that wait for a thread.",
    registry=_registry,
    multiprocess_mode="livesum",
)
_refused = Counter(
    "gan_ainm_requests_refused",
    "Requests and connections that were refused or given up.",
    ["reason"],
    registry=_registry,
)
_answers = Counter(
    "gan_ainm_answers",
    "Tunes that were answered, by whether the catalogue knows them.",
    ["known"],
    registry=_registry,
)
_mrr = Gauge(
    "gan_ainm_mrr",
    "MRR of the probes: of the title index or of the whole ranking, as recorded or as measured here last.",
    ["of", "when"],
    registry=_registry,
    multiprocess_mode="livemin",
)
_changed = Gauge(
    "gan_ainm_probes_changed",
    "Probes whose first title is another one than when the artifact was loaded, in the worst worker.",
    registry=_registry,
    multiprocess_mode="livemax",
)
_degraded = Gauge(
    "gan_ainm_degraded",
    "1 if a worker answers clearly worse than it should or differently than before.",
    registry=_registry,
    multiprocess_mode="livemax",
)
_artifact_workers = Gauge(
    "gan_ainm_artifact_workers",
    "Workers that serve an artifact.",
    ["artifact"],
    registry=_registry,
    multiprocess_mode="livesum",
)
Counter(*RESTARTS, registry=_registry)
_jobs = Counter("gan_ainm_jobs", "Jobs that ended.", ["status"], registry=_registry)
_job_duration = Histogram(
    "gan_ainm_job_duration_seconds",
    "Time from the start to the end of a job.",
    ["status"],
    buckets=_JOB_SECONDS,
    registry=_registry,
)
_feedback = Counter(
    "gan_ainm_feedback", "Accepted feedback, by what was chosen.", ["chosen"], registry=_registry
)
_online_mrr = Gauge(
    "gan_ainm_online_mrr",
    "MRR of the titles that people chose.",
    ["k"],
    registry=_registry,
    multiprocess_mode="livemostrecent",
)

# Series that every request counts. Looking one up by its labels takes longer than counting.
_requests_of = cache(_requests.labels)
_duration_of = cache(_duration.labels)
_stage_of = cache(_stages.labels)

_queued_at = -_QUEUED_S

# Series that begin with 0 show their first event as an increase.
for _known in ("true", "false"):
    _answers.labels(_known)
for _status in ("succeeded", "failed", "cancelled"):
    _jobs.labels(_status)


def request_began() -> None:
    """Count a request as in progress."""
    _in_progress.inc()


def request_ended(method: str, route: str, status: int, seconds: float, stages: dict[str, float]) -> None:
    """Count a request that has been answered.

    Parameters
    ----------
    route : the template of its route
    seconds : how long it took
    stages : seconds of each stage
    """
    _in_progress.dec()
    _requests_of(method if method in _METHODS else "other", route, status).inc()
    _duration_of(route).observe(seconds)
    for stage, duration in stages.items():
        _stage_of(route, stage).observe(duration)


def queued(waiting: int) -> None:
    """Say how many requests of this worker wait for a thread. A busy worker writes that now and then."""
    global _queued_at
    now = time.monotonic()
    if not waiting or now - _queued_at >= _QUEUED_S:
        _queued_at = now
        _queued.set(waiting)


def refused(reason: str) -> None:
    """Count a request or a connection that was refused or given up. `reason` is one of few, never a text."""
    _refused.labels(reason).inc()


def answered(known: bool) -> None:
    """Count a tune that was answered."""
    _answers.labels(str(known).lower()).inc()


def serves(artifact: str, before: str | None, recorded: Mrr, measured: Mrr, degraded: bool) -> None:
    """Say which artifact this worker serves now and served before, and the MRR of its title index."""
    if before is not None:
        _artifact_workers.labels(before).set(0)
    _artifact_workers.labels(artifact).set(1)
    _mrr.labels("title index", "recorded").set(recorded.value)
    _mrr.labels("title index", "measured").set(measured.value)
    _changed.set(0)
    _degraded.set(degraded)


def probed(measurement: Measurement, recorded: float, degraded: bool) -> None:
    """Report what a probe of this worker found.

    Parameters
    ----------
    recorded : the first MRR of the ranking of this artifact
    """
    _mrr.labels("title index", "measured").set(measurement.title_index.value)
    _mrr.labels("ranking", "measured").set(measurement.ranking.value)
    _mrr.labels("ranking", "recorded").set(recorded)
    _changed.set(measurement.changed)
    _degraded.set(degraded)


def job_ended(status: str, seconds: float) -> None:
    """Count a job that succeeded, failed or was cancelled."""
    _jobs.labels(status).inc()
    _job_duration.labels(status).observe(seconds)


def feedback_given(rank: int | None) -> None:
    """Count feedback: the rank of the chosen title, None when none was right."""
    chosen = "none" if rank is None else "first" if rank == 1 else "other"
    _feedback.labels(chosen).inc()


def online(mrr: Mrr) -> None:
    """Report the MRR of the titles that people chose."""
    _online_mrr.labels(str(mrr.k)).set(mrr.value)


class Exposition:
    """The text that Prometheus reads, with the numbers of all workers."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._text, self._made_at = b"", -_KEPT_S

    def text(self) -> bytes:
        """The present numbers, at most a second old. Raises OSError when the files cannot be read."""
        with self._lock:
            if time.monotonic() - self._made_at >= _KEPT_S:
                self._text, self._made_at = _render(), time.monotonic()
            return self._text


def _render() -> bytes:
    folder = os.environ.get(FOLDER)
    if folder is None:
        return generate_latest(_Present(_registry))
    with locked(Path(folder)):
        return generate_latest(_Present(MultiProcessCollector(None, folder)))


class _Present:
    """Leaves out the artifacts that no worker serves any more."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def collect(self) -> Iterator[Metric]:
        for metric in self._collector.collect():
            if metric.name == "gan_ainm_artifact_workers":
                metric.samples = [sample for sample in metric.samples if sample.value]
            yield metric
