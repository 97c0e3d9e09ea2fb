import re
from collections.abc import Callable
from contextlib import suppress
from io import StringIO

import pytest
from rich.console import Console

import training.console
from tests.support import Clock
from training.console import ConsoleReporter

Output = Callable[[], str]
_ERASE = "\x1b[2K"
_CONTROL = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Output:
    """Gives what was printed without a terminal."""
    return _replace_console(monkeypatch, Console(file=StringIO(), width=200))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Output:
    """Gives what was printed on a terminal of the usual size."""
    monkeypatch.setenv("TERM", "xterm")
    return _replace_console(
        monkeypatch, Console(file=StringIO(), force_terminal=True, color_system=None, width=80)
    )


def _replace_console(monkeypatch: pytest.MonkeyPatch, console: Console) -> Output:
    monkeypatch.setattr(training.console, "console", console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue


def rows(output: str) -> list[str]:
    """The bars as they were drawn last, without the bars themselves."""
    texts = (_CONTROL.sub("", row).replace("━", " ") for row in output.split(_ERASE)[-1].splitlines())
    return [" ".join(text.split()) for text in texts if text]


def test_a_log_gets_a_line_every_ten_seconds_and_one_at_the_end(log: Output) -> None:
    clock = Clock()
    with ConsoleReporter(clock) as report:
        advance = report.step("training on everything", 40)
        for _ in range(40):
            clock.now += 0.7
            advance()
        assert log().splitlines() == [
            "training on everything: 3 of 40, 26 s left",
            "training on everything: 18 of 40, 15 s left",
            "training on everything: 33 of 40, 5 s left",
        ]
        clock.now += 100
    assert log().splitlines()[3:] == ["training on everything: 40 done in 28 s"]


def test_short_steps_print_nothing(log: Output) -> None:
    clock = Clock()
    with ConsoleReporter(clock) as report:
        for number in range(3):
            advance = report.step(f"step {number}", 9)
            for _ in range(9):
                clock.now += 0.2
                advance()
    assert log() == ""


def test_several_steps_share_the_ten_seconds(log: Output) -> None:
    clock = Clock()
    with ConsoleReporter(clock) as report:
        for number in range(4):
            advance = report.step(f"step {number}", 6)
            for _ in range(6):
                clock.now += 1
                advance()
    assert log().splitlines() == ["step 0: 2 of 6, 4 s left", "step 2: 2 of 6, 4 s left"]


def test_no_line_is_printed_about_a_step_that_has_just_begun(log: Output) -> None:
    clock = Clock()
    with ConsoleReporter(clock) as report:
        clock.now += 60
        advance = report.step("reading", 9)
        for _ in range(3):
            clock.now += 0.9
            advance()
    assert log().splitlines() == ["reading: 3 of 9, 5 s left"]


def test_a_step_that_stopped_early_claims_no_total(log: Output) -> None:
    clock = Clock()
    with ConsoleReporter(clock) as report:
        advance = report.step("training on the split", 150)
        clock.now += 8
        advance()
        clock.now += 8
        advance()
        report.step("indexing", 1)
    assert log().splitlines() == [
        "training on the split: 1 of 150, 20 min left",
        "training on the split: 2 done in 16 s",
    ]


def test_a_step_that_failed_is_not_called_done(log: Output) -> None:
    clock = Clock()
    with suppress(OSError), ConsoleReporter(clock) as report:
        advance = report.step("reading", 3)
        clock.now += 30
        advance()
        raise OSError("no space left on the disk")
    assert log().splitlines() == ["reading: 1 of 3, 60 s left"]


def test_without_a_total_the_line_says_how_long_it_has_taken(log: Output) -> None:
    clock = Clock()
    with ConsoleReporter(clock) as report:
        advance = report.step("downloading a.abc, kB", None)
        clock.now += 12
        advance(2000)
        clock.now += 200
        advance(512)
    assert log().splitlines() == [
        "downloading a.abc, kB: 2,000, 12 s so far",
        "downloading a.abc, kB: 2,512, 4 min so far",
        "downloading a.abc, kB: 2,512 done in 4 min",
    ]


def test_a_terminal_shows_every_step_with_the_time_left(terminal: Output) -> None:
    clock = Clock()
    with suppress(OSError), ConsoleReporter(clock) as report:
        advance = report.step("training on the split", 150)
        clock.now += 50
        advance(50)
        report.step("nothing to do", 0)
        advance = report.step("training on everything, by itself, for long", 4_000, 3_000)
        clock.now += 2
        advance(100)
        report.say("epoch 31")
        raise OSError("a step that has failed stays as it was")
    assert "epoch 31" in terminal()
    assert rows(terminal()) == [
        "training on the split 50 of 50 50 s",
        "training on everything, by itsel… 3,100 of 4,000 2 s 18 s left",
    ]


def test_a_terminal_shows_how_long_ended_steps_took(terminal: Output) -> None:
    clock = Clock()
    with ConsoleReporter(clock) as report:
        for seconds in (3, 300, 30_000):
            advance = report.step(f"{seconds} seconds", 9)
            clock.now += seconds
            advance(2)
    assert rows(terminal()) == [
        "3 seconds 2 of 2 3 s",
        "300 seconds 2 of 2 5 min",
        "30000 seconds 2 of 2 8.3 h",
    ]


def test_a_terminal_shows_no_more_steps_than_fit(terminal: Output) -> None:
    with ConsoleReporter() as report:
        for number in range(30):
            report.step(f"cell {number}", 1)()
    assert [row.partition(" 1 of")[0] for row in rows(terminal())] == [f"cell {n}" for n in range(18, 30)]
