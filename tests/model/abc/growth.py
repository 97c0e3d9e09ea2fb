"""How the CPU time and the memory of reading grow with the length of a text, for the worst patterns.

    python -m tests.model.abc.growth [--artifacts FOLDER] [--most KIB] [PATTERN ...]

prints a table in Markdown: the slowest patterns, and the sum over all. With an artifact it measures the whole
answer (`Suggester.suggest`) instead of reading alone.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from model.abc import AbcError, decode, read_tune
from tests.model.abc.patterns import PATTERNS, pattern

_TIMES = 3  # each text is read; the fastest counts
_SHOWN = 15
_KIB = 1024


class Growth(NamedTuple):
    """CPU seconds at each length, and the exponent: 1 where time is linear, 2 where it is quadratic."""

    name: str
    seconds: tuple[float, ...]
    exponent: float


def growth(name: str, sizes: tuple[int, ...], work: Callable[[str], object]) -> Growth:
    """Measure a pattern at rising lengths. The exponent comes from the last three."""
    seconds = []
    for size in sizes:
        body = encoded(pattern(name, size))
        seconds.append(cpu_seconds(partial(lambda body: work(decode(body)), body)))
    slope, _ = np.polyfit(np.log(sizes[-3:]), np.log(seconds[-3:]), 1)
    return Growth(name, tuple(seconds), float(slope))


def encoded(text: str) -> bytes:
    """The text as a body has it."""
    return text.encode("utf-8", "surrogatepass")


def cpu_seconds(work: Callable[[], object], times: int = _TIMES) -> float:
    """CPU time of the fastest of several runs."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        with contextlib.suppress(AbcError):
            work()
        spent.append(time.process_time() - start)
    return min(spent)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--artifacts", type=Path)
    parser.add_argument("--most", type=int, default=256)
    parser.add_argument("patterns", nargs="*")
    arguments = parser.parse_args()
    work: Callable[[str], object] = read_tune
    if arguments.artifacts:
        from index import load

        work = load(arguments.artifacts).suggest
    sizes = tuple(arguments.most * _KIB // divisor for divisor in (8, 4, 2, 1))
    names = arguments.patterns or PATTERNS
    found = sorted((growth(name, sizes, work) for name in names), key=lambda each: -each.seconds[-1])
    lines = ["| pattern | " + " | ".join(f"{size // _KIB} KiB" for size in sizes) + " | exponent |"]
    lines.append("|---|" + "---:|" * (len(sizes) + 1))
    for each in found[:_SHOWN]:
        times = " | ".join(f"{1000 * second:.0f} ms" for second in each.seconds)
        lines.append(f"| {each.name} | {times} | {each.exponent:.2f} |")
    steepest = max(found, key=lambda each: each.exponent)
    lines.append(f"\n{len(found)} patterns; steepest: {steepest.name}, exponent {steepest.exponent:.2f}\n")
    sys.stdout.write("\n".join(lines))


if __name__ == "__main__":
    main()
