from index.progress import Step, StepLines, counted, spell_seconds
from tests.support import Clock


def times(step: Step) -> tuple[int, float, float | None]:
    """Parts that are done, seconds taken, seconds left."""
    return step.done, step.seconds, step.seconds_left


def test_the_time_left_follows_the_pace_so_far() -> None:
    clock = Clock()
    step = Step("reading", 10, clock=clock)
    assert times(step) == (0, 0, None)
    clock.now += 3
    step.advance()
    assert times(step) == (1, 3, 27)
    clock.now += 1
    step.advance(3)
    assert times(step) == (4, 4, 6)


def test_the_time_left_runs_down_within_a_part_but_not_below_the_other_parts() -> None:
    clock = Clock()
    step = Step("training", 5, clock=clock)
    clock.now += 10
    step.advance()
    clock.now += 4
    assert (step.seconds, step.seconds_left) == (14, 36)
    clock.now += 60
    assert (step.seconds, step.seconds_left) == (74, 30)


def test_what_an_earlier_run_did_says_nothing_about_the_pace() -> None:
    clock = Clock()
    step = Step("training", 40, 30, clock)
    assert times(step) == (30, 0, None)
    clock.now += 2
    step.advance()
    assert times(step) == (31, 2, 18)


def test_no_time_is_left_at_the_end() -> None:
    clock = Clock()
    step = Step("training", 40, clock=clock)
    clock.now += 2
    step.advance(2)
    step.end()
    clock.now += 100
    assert (step.done, step.total, step.seconds, step.seconds_left) == (2, 2, 2, 0)


def test_nothing_is_estimated_from_an_instant_or_without_a_total() -> None:
    clock = Clock()
    step, endless = Step("reading", 1000, clock=clock), Step("reading", None, clock=clock)
    clock.now += 0.5
    step.advance()
    endless.advance()
    assert (step.seconds_left, endless.seconds_left) == (None, None)
    clock.now += 9.5
    step.advance()
    endless.advance()
    assert (step.seconds_left, endless.seconds_left) == (4990, None)


def test_a_total_that_was_too_low_becomes_unknown() -> None:
    clock = Clock()
    step = Step("reading", 1, clock=clock)
    clock.now += 2
    step.advance()
    assert (step.total, step.seconds_left) == (1, 0)
    step.advance()
    assert (step.done, step.total, step.seconds_left) == (2, None, None)


def test_items_are_counted_once_they_have_been_used() -> None:
    step = Step("reading", 3)
    assert [(item, step.done) for item in counted("abc", step.advance)] == [("a", 0), ("b", 1), ("c", 2)]
    assert step.done == 3


def test_durations_are_spelled_in_their_largest_unit() -> None:
    assert [spell_seconds(seconds) for seconds in (0.4, 99.4, 100, 150, 5_999, 6_000, 360_000)] == [
        "0 s",
        "99 s",
        "2 min",
        "2 min",
        "100 min",
        "1.7 h",
        "100.0 h",
    ]


def test_lines_are_said_after_two_seconds_and_then_every_ten() -> None:
    clock, said = Clock(), list[tuple[float, str]]()
    start = clock.now
    lines = StepLines(lambda line: said.append((clock.now - start, line)), clock)
    step = Step("book.abc", 2_000, clock=clock)
    advance = lines.begin(step)
    for _ in range(100):
        clock.now += 0.25
        advance(20)
    lines.end(step)
    assert said == [
        (2, "book.abc: 160 of 2,000, 23 s left"),
        (12, "book.abc: 960 of 2,000, 13 s left"),
        (22, "book.abc: 1,760 of 2,000, 3 s left"),
        (25, "book.abc: 2,000 done in 25 s"),
    ]
