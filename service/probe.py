"""The prober: measures now and then, in the background, whether a worker still answers as it should.

An artifact records how well its title index found the probes when it was published, and the engine measures
that again when it loads the artifact. The prober measures the whole ranking, too. That takes seconds, so it
pauses after each probe, and lets requests go first. It also notices when the same worker gives other answers
than before.
"""

import logging
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread

import numpy as np

from gan_ainm_client.answers import Measurement, Mrr
from index.mrr import summarise
from index.probes import DEGRADED, ProbeResult, measure_probe
from model.deadline import check_deadline, giving_way
from service import metrics
from service.courtesy import wait_for_requests
from service.engine import Engine, Snapshot
from service.history import History

_REST = 9.0  # times as long as a probe took: a tenth of one core at most
_PATIENCE_S = 4.0  # how long a probe waits for requests; a busy service spends a 500th of a core on probes
_STAGGER_S = 5.0  # workers that start together begin within this time
_LOOK_S = 0.5  # how often it looks whether the engine has another artifact
_log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True)
class Findings:
    """What the latest probe of a snapshot found.

    Attributes
    ----------
    snapshot : what was measured
    first : the first title of each probe when this snapshot was measured for the first time
    measurement : the figures
    recorded : the first MRR of the whole ranking of this artifact
    """

    snapshot: Snapshot
    first: list[int]
    measurement: Measurement
    recorded: Mrr

    @property
    def faults(self) -> list[str]:
        """What is wrong, in sentences. The ranking must not get worse, nor be worse than the title index."""
        measured, faults = self.measurement, []
        least = DEGRADED * max(self.recorded.value, self.snapshot.artifact.manifest.probes.value)
        if measured.ranking.value < least:
            faults.append(f"the whole ranking has an MRR of {measured.ranking.value:.3f}, below {least:.3f}")
        if measured.changed:
            faults.append(f"{measured.changed} probes get another first title than before")
        return faults


class Prober:
    """Measures the artifact that an engine serves, in a thread of its own.

    Parameters
    ----------
    engine : serves the artifact
    history : keeps the measurements
    interval_s : time from one measurement to the next, in seconds; 0 for none
    idle : is set while no request is at work
    """

    def __init__(self, engine: Engine, history: History, interval_s: float, idle: Event) -> None:
        self._engine, self._history, self._interval_s = engine, history, interval_s
        self._idle = idle
        self._findings: Findings | None = None
        self._closed = Event()
        self._thread = Thread(target=self._run, name="prober", daemon=True)
        if interval_s:
            self._thread.start()

    def findings(self, snapshot: Snapshot) -> Findings | None:
        """What the latest probe of this snapshot found, None when it has not been measured yet."""
        findings = self._findings
        return findings if findings and findings.snapshot is snapshot else None

    def faults(self, snapshot: Snapshot) -> list[str]:
        """What is wrong with a snapshot, in sentences; nothing if it answers as it should."""
        faults = []
        if snapshot.degraded:
            least = DEGRADED * snapshot.artifact.manifest.probes.value
            faults.append(f"the title index has an MRR of {snapshot.measured.value:.3f}, below {least:.3f}")
        findings = self.findings(snapshot)
        return faults + (findings.faults if findings else [])

    def measure(self, rest: float = _REST) -> None:
        """Measure the snapshot that the engine has now. Ends early when it has another, or the prober closes.

        Parameters
        ----------
        rest : pause after each probe, as a multiple of the CPU time that it took
        """
        snapshot, results = self._engine.snapshot, list[ProbeResult]()
        for probe in snapshot.artifact.probes:
            start = time.thread_time()
            with giving_way(wait_for_requests(self._idle, _PATIENCE_S)):
                check_deadline()
                results.append(measure_probe(probe, snapshot.artifact.suggester))
            closed = self._closed.wait(rest * (time.thread_time() - start))
            if closed or self._engine.snapshot is not snapshot:
                return
        self._report(snapshot, results)

    def close(self) -> None:
        """Stop measuring."""
        self._closed.set()

    def _report(self, snapshot: Snapshot, results: list[ProbeResult]) -> None:
        now = [result.first for result in results]
        before = self.findings(snapshot)
        first = before.first if before else now
        pool = len(snapshot.artifact.suggester.catalogue)
        measurement = Measurement(
            measured_at=datetime.now(UTC),
            artifact=snapshot.artifact.version,
            title_index=_summary([result.title_index for result in results], pool),
            ranking=_summary([result.ranking for result in results], pool),
            changed=sum(a != b for a, b in zip(first, now, strict=True)),
        )
        self._history.add(measurement)
        recorded = (self._history.first(measurement.artifact) or measurement).ranking
        self._findings = Findings(snapshot, first, measurement, recorded)
        faults = self.faults(snapshot)
        for fault in faults:
            _log.error("degraded: %s", fault)
        metrics.probed(measurement, recorded.value, bool(faults))

    def _run(self) -> None:
        pause = random.uniform(0, _STAGGER_S)
        while not self._closed.wait(pause):
            try:
                self.measure()
            except Exception:  # a worker that cannot be measured still answers
                _log.exception("the probes cannot be measured")
            self._wait_for_the_next()
            pause = 0.0

    def _wait_for_the_next(self) -> None:
        """Wait for the interval, give or take a tenth, or until the engine has another artifact."""
        measured = self._engine.snapshot
        until = time.monotonic() + self._interval_s * random.uniform(0.9, 1.1)
        while (left := until - time.monotonic()) > 0 and self._engine.snapshot is measured:
            if self._closed.wait(min(left, _LOOK_S)):
                return


def _summary(reciprocals: list[float], pool: int) -> Mrr:
    return Mrr.model_validate(summarise(np.array(reciprocals), pool))
