"""How far a re-index is, over all of its steps."""

from collections.abc import Callable

from gan_ainm_client.answers import JobProgress
from index.progress import Advance, Step, StepLines

# The steps of a rebuild, in their order, and about what share of its time each takes, in per cent.
SHARES = {
    "reading tunebooks": 40,
    "encoding names": 5,
    "reading settings": 10,
    "finding shared n-grams": 10,
    "aligning melodies": 25,
    "checking and publishing": 10,
}


class ProgressOfJob:
    """Follows the steps of a rebuild: `begin` is its `on_step`. Another thread may read `now`.

    Parameters
    ----------
    say : prints a line of the log
    """

    def __init__(self, say: Callable[[str], object]) -> None:
        self._lines = StepLines(say)
        self._step: Step | None = None
        self._percent = 0

    def begin(self, description: str, total: int | None) -> Advance:
        """Begin a step; the one before has ended."""
        if self._step:
            self._lines.end(self._step)
        self._step = Step(description, total)
        return self._lines.begin(self._step)

    @property
    def now(self) -> JobProgress | None:
        """How far it is at this moment; None before its first step."""
        step = self._step
        if step is None:
            return None
        total, left = step.total, step.seconds_left  # the thread that works may advance the step meanwhile
        self._percent = max(self._percent, _percent(step))
        return JobProgress(
            percent=self._percent,
            step=step.description,
            done=step.done,
            total=total,
            seconds_left=None if left is None else round(left, 1),
        )


def _percent(step: Step) -> int:
    """The finished share of all steps. A step that `SHARES` does not list counts as nothing."""
    steps = list(SHARES)
    if step.description not in SHARES:
        return 0
    before = sum(SHARES[name] for name in steps[: steps.index(step.description)])
    done = min(step.done / step.total, 1) if step.total else 0
    return int(before + SHARES[step.description] * done)
