"""The prober: measures the whole ranking in the background, and notices when answers get worse or change."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from index.probes import COUNT, load_probe_vectors, load_probes, measure_probe, measure_probes
from index.ranking import RankedTitles
from index.suggester import Suggester
from model.abc import Tune, read_tune
from service.engine import Engine
from service.history import FILE, History
from service.probe import Prober
from service.settings import Settings
from tests.support import KEY, SECRET, finished, serve


@pytest.fixture
def engine(small_artifacts: Path) -> Engine:
    """An engine whose artifact has few probes, so that measuring is quick."""
    engine = Engine(small_artifacts, "cpu")
    del engine.snapshot.artifact.probes[50:]
    return engine


IDLE = threading.Event()  # no request is at work
IDLE.set()


@pytest.fixture
def prober(engine: Engine, small_artifacts: Path) -> Prober:
    """A prober that measures only when a test says so."""
    return Prober(engine, History(small_artifacts), interval_s=0, idle=IDLE)


def put_first_title_last(monkeypatch: pytest.MonkeyPatch) -> None:
    rank = Suggester.rank

    def worse(suggester: Suggester, tune: Tune, top_k: int) -> RankedTitles:
        ranked = rank(suggester, tune, top_k)
        best, *others = ranked.titles
        return replace(ranked, titles=[*others, replace(best, confidence=0.0)])

    monkeypatch.setattr(Suggester, "rank", worse)


def test_the_ranking_is_measured_beside_the_title_index(engine: Engine, prober: Prober) -> None:
    assert prober.findings(engine.snapshot) is None
    prober.measure(rest=0)
    findings = prober.findings(engine.snapshot)
    assert findings is not None
    measured = findings.measurement
    at_once = measure_probes(engine.snapshot.artifact.probes, engine.snapshot.artifact.suggester)
    assert measured.title_index.model_dump() == pytest.approx(at_once.model_dump())
    assert measured.ranking.value >= measured.title_index.value
    assert measured.ranking.queries == len(engine.snapshot.artifact.probes)
    assert measured.ranking.pool == measured.title_index.pool
    assert findings.recorded == measured.ranking
    assert prober.faults(engine.snapshot) == []


def test_the_reciprocal_rank_of_a_probe_is_that_of_its_title(engine: Engine) -> None:
    suggester = engine.snapshot.artifact.suggester
    found = 0
    for probe in engine.snapshot.artifact.probes:
        titles = [ranked.title for ranked in suggester.rank(read_tune(probe.abc), 20).titles]
        result = measure_probe(probe, suggester)
        assert result.first == titles[0]
        assert result.ranking == (1 / (titles.index(probe.title) + 1) if probe.title in titles else 0)
        found += result.ranking > 0
    assert found > 25


def test_a_ranking_that_gets_worse_degrades_until_it_is_good_again(
    engine: Engine, prober: Prober, monkeypatch: pytest.MonkeyPatch
) -> None:
    prober.measure(rest=0)
    with monkeypatch.context() as patch:
        put_first_title_last(patch)
        prober.measure(rest=0)
    worse, changed = prober.faults(engine.snapshot)
    assert "the whole ranking has an MRR of" in worse
    assert "probes get another first title" in changed
    prober.measure(rest=0)
    assert prober.faults(engine.snapshot) == []


def test_a_ranking_that_is_bad_from_the_start_degrades(
    engine: Engine, prober: Prober, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_first_title_last(monkeypatch)
    prober.measure(rest=0)
    (worse,) = prober.faults(engine.snapshot)
    assert "the whole ranking has an MRR of" in worse


def test_another_worker_that_answers_well_shows_that_this_one_does_not(
    engine: Engine, prober: Prober, small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prober.measure(rest=0)
    other = Prober(engine, History(small_artifacts), interval_s=0, idle=IDLE)
    put_first_title_last(monkeypatch)
    other.measure(rest=0)
    findings = other.findings(engine.snapshot)
    assert findings is not None
    assert findings.recorded.value > 2 * findings.measurement.ranking.value


def test_a_single_answer_that_changes_degrades(engine: Engine, prober: Prober) -> None:
    prober.measure(rest=0)
    probes = engine.snapshot.artifact.probes
    other = next(probe for probe in probes if probe.title != probes[0].title)
    probes[0] = replace(probes[0], abc=other.abc)
    prober.measure(rest=0)
    assert prober.faults(engine.snapshot) == ["1 probes get another first title than before"]


def test_a_probe_lets_requests_go_first_but_not_for_ever(
    engine: Engine, small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.probe._PATIENCE_S", 1.0)
    del engine.snapshot.artifact.probes[2:]
    prober = Prober(engine, History(small_artifacts), interval_s=0, idle=threading.Event())
    began = time.monotonic()
    prober.measure(rest=0)
    assert prober.findings(engine.snapshot) is not None
    assert time.monotonic() - began > 1.9  # a second for each of the two probes


def test_measuring_stops_for_a_new_artifact_and_at_the_end(engine: Engine, prober: Prober) -> None:
    first = engine.snapshot
    engine.snapshot = replace(first)
    thread = threading.Thread(target=prober.measure, kwargs={"rest": 10_000})
    thread.start()
    prober.close()
    thread.join(5)
    assert not thread.is_alive()
    assert prober.findings(engine.snapshot) is None


@contextmanager
def probing(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """A server whose prober hardly rests and has few probes."""
    monkeypatch.setattr("index.artifact.load_probes", lambda path: load_probes(path)[:50])
    monkeypatch.setattr(
        "index.artifact.load_probe_vectors", lambda path, _, dim: load_probe_vectors(path, COUNT, dim)[:50]
    )
    monkeypatch.setattr("service.probe._STAGGER_S", 0.0)
    monkeypatch.setattr(Prober.measure, "__defaults__", (0.1,))
    settings = Settings(artifacts=artifacts, admin_api_key=SECRET, probe_interval_s=1.0)  # type: ignore[arg-type]
    with serve(settings) as client:
        yield client


def wait_for(client: httpx.Client, field: str, wanted: Any) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        health: dict[str, Any] = client.get("/health").json()
        if wanted(health[field]):
            return health
        time.sleep(0.1)
    raise AssertionError(health)


def test_health_shows_both_figures_and_their_history(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with probing(small_artifacts, monkeypatch) as client:
        health = wait_for(client, "history", lambda history: len(history) >= 2)
        recorded, measured = health["ranking_mrr"]["recorded"], health["ranking_mrr"]["measured"]
        assert health["status"] == "ok"
        assert health["faults"] == []
        assert {**recorded, "measured_at": measured["measured_at"]} == measured
        latest, earlier, *_ = health["history"]
        assert latest["measured_at"] > earlier["measured_at"]
        assert latest["artifact"] == health["artifact"]
        assert latest["ranking"] == recorded
        assert latest["title_index"]["value"] == pytest.approx(health["mrr"]["measured"]["value"])
        put_first_title_last(monkeypatch)
        health = wait_for(client, "status", lambda status: status == "degraded")
        assert "the whole ranking has an MRR of" in health["faults"][0]


def test_a_new_artifact_is_measured_anew(small_artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with probing(small_artifacts, monkeypatch) as client:
        wait_for(client, "history", lambda history: history)
        location = client.post("/admin/reindex", headers=KEY).headers["location"]
        artifact = finished(client, location)["result"]["artifact"]
        health = wait_for(client, "history", lambda history: history[0]["artifact"] == artifact)
        assert health["status"] == "ok"


def test_measurements_outlive_a_restart_and_are_bounded(engine: Engine, small_artifacts: Path) -> None:
    prober = Prober(engine, History(small_artifacts), interval_s=0, idle=IDLE)
    prober.measure(rest=0)
    findings = prober.findings(engine.snapshot)
    assert findings is not None
    history = History(small_artifacts)
    assert history.recent() == [findings.measurement]
    for number in range(60):
        history.add(findings.measurement.model_copy(update={"artifact": f"other-{number % 5}"}))
    assert len(history.recent()) == 50
    assert history.first(engine.snapshot.artifact.version) == findings.measurement
    for number in range(20):
        history.add(findings.measurement.model_copy(update={"artifact": f"another-{number}"}))
    assert history.first(engine.snapshot.artifact.version) is None
    assert (small_artifacts / FILE).stat().st_size < 2**16


@pytest.mark.parametrize("damage", [b"", b"{", b'{"recent": 1}', b"\xff"])
def test_a_damaged_history_is_begun_anew(engine: Engine, small_artifacts: Path, damage: bytes) -> None:
    (small_artifacts / FILE).write_bytes(damage)
    history = History(small_artifacts)
    assert history.recent() == []
    Prober(engine, history, interval_s=0, idle=IDLE).measure(rest=0)
    assert len(History(small_artifacts).recent()) == 1


def test_a_pipe_in_place_of_the_history_is_replaced(engine: Engine, small_artifacts: Path) -> None:
    os.mkfifo(small_artifacts / FILE)
    history = History(small_artifacts)
    assert history.recent() == []
    Prober(engine, history, interval_s=0, idle=IDLE).measure(rest=0)
    assert len(History(small_artifacts).recent()) == 1


def test_without_a_file_a_worker_remembers_its_own(
    engine: Engine, small_artifacts: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (small_artifacts / FILE).mkdir()  # cannot be replaced, even by root
    history = History(small_artifacts)
    prober = Prober(engine, history, interval_s=0, idle=IDLE)
    prober.measure(rest=0)
    prober.measure(rest=0)
    assert len(history.recent()) == 2
    assert prober.faults(engine.snapshot) == []
    assert "cannot be written" in caplog.text


def test_ties_count_their_expected_rank(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    rank = Suggester.rank

    def tied(suggester: Suggester, tune: Tune, top_k: int) -> RankedTitles:
        ranked = rank(suggester, tune, top_k)
        return replace(ranked, titles=[replace(title, confidence=0.1) for title in ranked.titles])

    monkeypatch.setattr(Suggester, "rank", tied)
    values = {
        measure_probe(probe, engine.snapshot.artifact.suggester).ranking
        for probe in engine.snapshot.artifact.probes
    }
    assert max(values) == pytest.approx(np.mean(1 / np.arange(1, 21)))
