"""The results of an ablation: figures in the benchmark's file, and a page with tables and plots."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.mrr import K, Place, chance, hit, mean_interval, reciprocal_rank
from training.lab.ablation.cell import Outcome
from training.lab.ablation.plan import Plan
from training.lab.ablation.plots import draw_bars, draw_curves, draw_map
from training.lab.benchmark.figures import load_figures, renewed, save_figures
from training.lab.benchmark.measuring import retrieval_figures
from training.lab.benchmark.report import of_benchmark
from training.lab.benchmark.report import report as report_benchmark

RESULTS, PAGE, PLOTS = "results.json", "ablation.md", "results"
PROTOCOL = {
    "titles": "unseen",
    "settings": "unseen-random-split",
    "exact-titles": "unseen-exact-titles",
}
FIRST = "-first"  # ends the name of a protocol that measures only the first of several pools
_PAGE = """# Ablation

Each row is a system, trained until the MRR@20 on its validation tunes stopped improving; each column is an
arm, a corpus and a way to split it. A cell begins with MRR@20 divided by its chance (which is not `lift`, MRR
divided by its own chance) and the 95 % interval over the queries. Then follow MRR@20 on training tunes and on
validation tunes (both of the first pool, at the best epoch), MRR@20 on test tunes, and hit@20, the share of
test tunes whose title is among the first twenty.

The command that writes this page also writes config, seed, every epoch and the place of every right title to
`ablation/cells/`, and a map of tunes and titles for each arm to `results/`.
"""


class _Entry(NamedTuple):
    """A system on the first pool of an arm, or on all of them."""

    arm: str
    corpus: str
    protocol: str
    system: str
    outcomes: list[Outcome]

    @property
    def places(self) -> list[Place]:
        return [Place(*place) for outcome in self.outcomes for place in outcome.places]

    @property
    def pools(self) -> list[int]:
        """The number of titles ranked for each query."""
        return [len(outcome.places) for outcome in self.outcomes for _ in outcome.places]


def report(plan: Plan, outcomes: Sequence[Outcome], out: Path) -> None:
    """Write `out`/ablation.md and its plots, and renew the figures in `out`/results.json.

    `outcomes` are the finished cells of the plan. If some of the figures belong to protocols and systems of
    the benchmark, its tables and plots are renewed too. Raises BenchmarkError when existing figures come from
    other queries.
    """
    entries = list(_entries(plan, outcomes))
    if not entries:
        return
    (out / PLOTS).mkdir(parents=True, exist_ok=True)
    firsts = [entry for entry in entries if len(entry.outcomes) == 1]
    page = f"{_PAGE}\n## All on one pool\n\n{_table(plan, firsts)}\n"
    if several := [entry for entry in entries if len(entry.outcomes) > 1]:
        page += f"\n## Some on all pools\n\n{_table(plan, several)}\n"
    for arm in plan.arms:
        if of_arm := [entry for entry in firsts if entry.arm == arm]:
            page += f"\n## {arm}: {of_arm[0].corpus}, `{of_arm[0].protocol}`\n"
            page += "".join(f"\n![{path.stem}]({PLOTS}/{path.name})\n" for path in _draw(of_arm, out / PLOTS))
    (out / PAGE).write_text(page, encoding="utf-8")
    figures = [
        figure
        for entry in entries
        for figure in retrieval_figures(
            (entry.corpus, entry.protocol, entry.system), entry.places, entry.pools
        )
    ]
    together = renewed(load_figures(out / RESULTS), figures)
    shared = {figure.corpus for figure in of_benchmark(figures)}
    report_benchmark([figure for figure in together if figure.corpus in shared], out)
    save_figures(together, out / RESULTS)


def _entries(plan: Plan, outcomes: Sequence[Outcome]) -> Iterator[_Entry]:
    """Each system on the first pool of each arm, and on all pools if they are all finished.

    All systems of a protocol get the same queries, so the first of several pools is a separate protocol.
    """
    for name, arm in plan.arms.items():
        for system in plan.systems:
            done = [outcome for outcome in outcomes if (outcome.arm, outcome.system) == (name, system)]
            protocol = PROTOCOL[arm.split]
            if done:
                first = protocol + FIRST * (arm.pools > 1)
                yield _Entry(name, arm.corpus, first, system, done[:1])
            if len(done) == arm.pools > 1:
                yield _Entry(name, arm.corpus, protocol, system, done)


def _draw(of_arm: Sequence[_Entry], folder: Path) -> Iterator[Path]:
    """Draw bars, curves and a map of the systems of one arm, and yield the plots that the page shows."""
    outcomes = {entry.system: entry.outcomes[0] for entry in of_arm}
    bars, curves, plane = (
        folder / f"ablation-{of_arm[0].arm}-{kind}.png" for kind in ("bars", "curves", "map")
    )
    title = f"{of_arm[0].corpus}, {of_arm[0].protocol}"
    draw_bars({entry.system: _over_chance(entry) for entry in of_arm}, title, bars)
    draw_curves(outcomes, curves)
    draw_map(outcomes, plane)
    yield from (bars, curves)


def _chance(entry: _Entry) -> float:
    """MRR@20 of a random order."""
    return float(np.mean([chance(pool, K) for pool in entry.pools]))


def _over_chance(entry: _Entry) -> tuple[float, float, float]:
    """MRR@20 divided by its chance, with its interval."""
    value, low, high = mean_interval(np.array([reciprocal_rank(place, K) for place in entry.places]))
    level = _chance(entry)
    return value / level, low / level, high / level


def _table(plan: Plan, entries: Sequence[_Entry]) -> str:
    """A row for each system, a column for each arm. All systems of an arm got the same queries."""
    by_cell = {(entry.arm, entry.system): entry for entry in entries}
    arms = {entry.arm: entry for entry in entries}
    head = [
        f"{arm} (n {len(entry.pools):,}, pool {entry.pools[0]}, chance {_chance(entry):.4f})"
        for arm, entry in arms.items()
    ]
    lines = [f"| system | weights | {' | '.join(head)} |", f"|---|---:|{'---|' * len(head)}"]
    for system in plan.systems:
        row = [by_cell.get((arm, system)) for arm in arms]
        weights = {entry.outcomes[0].parameters for entry in row if entry}
        if weights:
            cells = " | ".join(_cell(entry) if entry else "-" for entry in row)
            lines.append(f"| {system} | {max(weights):,} | {cells} |")
    return "\n".join(lines)


def _cell(entry: _Entry) -> str:
    value, low, high = _over_chance(entry)
    first = entry.outcomes[0]
    training = validation = "-"
    if first.epochs:
        best = first.epochs[first.best - 1]
        training, validation = f"{best.training:.4f}", f"{best.validation:.4f}"
    test = np.mean([reciprocal_rank(place, K) for place in entry.places])
    hit_rate = np.mean([hit(place, K) for place in entry.places])
    return f"**{value:.2f}** ({low:.2f}-{high:.2f}); {training}, {validation}, {test:.4f}, {hit_rate:.3f}"
