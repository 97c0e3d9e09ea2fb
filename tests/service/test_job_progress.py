from pathlib import Path

import pytest

from index.rebuild import rebuild
from service.job_progress import SHARES, ProgressOfJob
from tests.support import KESH, Silent


def test_every_step_of_a_rebuild_has_a_share(
    small_artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.rebuild.VERSION", "of another version, which reuses nothing")
    report = Silent()
    tunebooks = tmp_path / "tunebooks"
    tunebooks.mkdir()
    (tunebooks / "own.abc").write_text(KESH, encoding="utf-8")
    rebuild(small_artifacts, "cpu", tunebooks, report.step)
    assert [step.description for step in report.steps] == list(SHARES)
    progress = ProgressOfJob(report.say)
    for step in report.steps:
        progress.begin(step.description, step.total)(step.done)
    assert progress.now
    assert progress.now.percent == sum(SHARES.values()) == 100


def test_per_cent_are_of_all_steps_and_never_fall() -> None:
    progress = ProgressOfJob(lambda _line: None)
    assert progress.now is None
    percents: list[int] = []
    for description in SHARES:
        advance = progress.begin(description, 10)
        for _ in range(10):
            assert progress.now
            percents.append(progress.now.percent)
            advance()
    assert progress.now
    assert percents[0] == 0
    assert percents == sorted(percents)
    assert progress.now.percent == 100


@pytest.mark.parametrize("total", [None, 0, 1])
def test_a_step_that_is_longer_than_expected_or_unknown_keeps_what_was_reached(total: int | None) -> None:
    progress = ProgressOfJob(lambda _line: None)
    progress.begin("encoding names", total)(5)
    assert progress.now
    reached = progress.now.percent
    assert 0 < reached < 100
    for step in ("reading tunebooks", "a step of another version"):
        progress.begin(step, 10)
        assert progress.now.percent == reached
