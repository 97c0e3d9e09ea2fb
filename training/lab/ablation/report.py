"""What an ablation found: figures beside the benchmark's, and a page with tables and plots."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.mrr import K, chance
from training.lab.ablation.cell import Outcome
from training.lab.ablation.plan import Plan
from training.lab.ablation.plots import draw_bars, draw_curves, draw_map
from training.lab.benchmark.figures import load_figures, renewed, save_figures
from training.lab.benchmark.ranks import Place, hit, mean_interval, reciprocal
from training.lab.benchmark.report import of_benchmark
from training.lab.benchmark.report import report as report_benchmark
from training.lab.benchmark.run import rankings

RESULTS, PAGE, PLOTS = "results.json", "ablation.md", "results"
PROTOCOL = {
    "titles": "unseen",
    "settings": "unseen-random-split",
    "exact-titles": "unseen-exact-titles",
}
_FIRST = "-first"  # ends the name of a protocol that asks the first of several pools only
_PAGE = """# Ablation

Each row is a system, trained until the MRR@20 on its validation tunes stopped improving; each column is an
arm, a corpus and a way to split it. A cell begins with MRR@20 divided by its chance (which is not `lift`, MRR
divided by its own chance) and the 95 % interval over the queries. Then follow MRR@20 on training tunes and on
validation tunes (both of the first pool, at the best epoch), MRR@20 on test tunes, and hit@20, the share of
test tunes whose title is among the first twenty.

The command that writes this page also writes config, seed, every epoch and the place of every right title to
`ablation/cells/`, and a map of tunes and titles for each arm to `results/`.
"""


class _Measured(NamedTuple):
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
        """Titles ranked, for each query."""
        return [len(outcome.places) for outcome in self.outcomes for _ in outcome.places]


def report(plan: Plan, outcomes: Sequence[Outcome], out: Path) -> None:
    """Write `out`/ablation.md and its plots, and renew the figures in `out`/results.json.

    `outcomes` are those of the plan that are done. Where a figure is one of the benchmark's, its tables and
    plots are renewed too. Raises ValueError where what stands there was asked something else.
    """
    measured = list(_measured(plan, outcomes))
    if not measured:
        return
    (out / PLOTS).mkdir(parents=True, exist_ok=True)
    firsts = [one for one in measured if len(one.outcomes) == 1]
    page = f"{_PAGE}\n## All on one pool\n\n{_table(plan, firsts)}\n"
    if several := [one for one in measured if len(one.outcomes) > 1]:
        page += f"\n## Some on all pools\n\n{_table(plan, several)}\n"
    for arm in plan.arms:
        if alike := [one for one in firsts if one.arm == arm]:
            page += f"\n## {arm}: {alike[0].corpus}, `{alike[0].protocol}`\n"
            page += "".join(f"\n![{path.stem}]({PLOTS}/{path.name})\n" for path in _draw(alike, out / PLOTS))
    (out / PAGE).write_text(page, encoding="utf-8")
    figures = [
        figure
        for one in measured
        for figure in rankings((one.corpus, one.protocol, one.system), one.places, one.pools)
    ]
    together = renewed(load_figures(out / RESULTS), figures)
    shared = {figure.corpus for figure in of_benchmark(figures)}
    report_benchmark([figure for figure in together if figure.corpus in shared], out)
    save_figures(together, out / RESULTS)


def _measured(plan: Plan, outcomes: Sequence[Outcome]) -> Iterator[_Measured]:
    """Each system on the first pool of each arm, and on all where they are done.

    Systems of one protocol were asked the same, so the first of several pools is a protocol of its own.
    """
    for name, arm in plan.arms.items():
        for system in plan.systems:
            done = [one for one in outcomes if (one.arm, one.system) == (name, system)]
            protocol = PROTOCOL[arm.split]
            if done:
                first = protocol + _FIRST * (arm.pools > 1)
                yield _Measured(name, arm.corpus, first, system, done[:1])
            if len(done) == arm.pools > 1:
                yield _Measured(name, arm.corpus, protocol, system, done)


def _draw(alike: Sequence[_Measured], folder: Path) -> Iterator[Path]:
    """Draw bars, curves and a map of the systems of one arm, and yield the plots that the page shows."""
    outcomes = {one.system: one.outcomes[0] for one in alike}
    bars, curves, plane = (
        folder / f"ablation-{alike[0].arm}-{kind}.png" for kind in ("bars", "curves", "map")
    )
    title = f"{alike[0].corpus}, {alike[0].protocol}"
    draw_bars({one.system: _over_chance(one) for one in alike}, title, bars)
    draw_curves(outcomes, curves)
    draw_map(outcomes, plane)
    yield from (bars, curves)


def _chance(one: _Measured) -> float:
    """MRR@20 of a random order."""
    return float(np.mean([chance(pool, K) for pool in one.pools]))


def _over_chance(one: _Measured) -> tuple[float, float, float]:
    """MRR@20 over chance, with its interval."""
    value, low, high = mean_interval(np.array([reciprocal(place, K) for place in one.places]))
    level = _chance(one)
    return value / level, low / level, high / level


def _table(plan: Plan, measured: Sequence[_Measured]) -> str:
    """A line for each system, a column for each arm. All of an arm were asked the same."""
    by_cell = {(one.arm, one.system): one for one in measured}
    arms = {one.arm: one for one in measured}
    head = [
        f"{arm} (n {len(one.pools):,}, pool {one.pools[0]}, chance {_chance(one):.4f})"
        for arm, one in arms.items()
    ]
    lines = [f"| system | weights | {' | '.join(head)} |", f"|---|---:|{'---|' * len(head)}"]
    for system in plan.systems:
        row = [by_cell.get((arm, system)) for arm in arms]
        weights = {one.outcomes[0].parameters for one in row if one}
        if weights:
            cells = " | ".join(_cell(one) if one else "-" for one in row)
            lines.append(f"| {system} | {max(weights):,} | {cells} |")
    return "\n".join(lines)


def _cell(one: _Measured) -> str:
    value, low, high = _over_chance(one)
    first = one.outcomes[0]
    learned = validation = "-"
    if first.epochs:
        best = first.epochs[first.best - 1]
        learned, validation = f"{best.training:.4f}", f"{best.validation:.4f}"
    measured = np.mean([reciprocal(place, K) for place in one.places])
    among = np.mean([hit(place, K) for place in one.places])
    return f"**{value:.2f}** ({low:.2f}-{high:.2f}); {learned}, {validation}, {measured:.4f}, {among:.3f}"
