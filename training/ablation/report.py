"""What an ablation found: figures beside the benchmark's, and a page with one table and the plots."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.mrr import K, chance
from training.ablation.cell import Outcome
from training.ablation.plan import Plan
from training.ablation.plots import draw_bars, draw_curves, draw_map
from training.benchmark.figures import Figure, Metric, load_figures, renewed, save_figures
from training.benchmark.ranks import Place, hit, mean_interval, reciprocal
from training.benchmark.report import report as report_benchmark

RESULTS, PAGE, PLOTS = "results.json", "ablation.md", "results"
PROTOCOL = {"titles": "unseen", "settings": "unseen-random-split"}
_FIRST = "-first"  # ends the name of a protocol that asks the first pool only
_PAGE = """# Ablation

Each line is a system, trained until the MRR@20 of tunes kept for validation stalled; each column an arm: a
corpus and how it was split. Figures are MRR@20 over chance, with a 95 % interval over the queries, then in
brackets MRR@20 on tunes that were learned, on those that said when to stop (both of the first pool, at the
best epoch), and on those measured. What each arm is, and what follows, is in [results.md](results.md);
configs, seeds, every epoch and the place of every right title are in `ablation/cells/`. The command:

```sh
.venv/bin/python -m training ablate {plan} --out docs
```

"""


class _Measured(NamedTuple):
    """A system on the same pools of an arm."""

    corpus: str
    protocol: str
    system: str
    outcomes: list[Outcome]

    @property
    def places(self) -> list[Place]:
        return [Place(*place) for outcome in self.outcomes for place in outcome.places]

    @property
    def pool(self) -> int:
        """Titles ranked."""
        return len(self.outcomes[0].places)


def report(plan: Plan, outcomes: Sequence[Outcome], out: Path, written_as: str) -> None:
    """Renew the figures in `out`/results.json and write `out`/ablation.md and its plots.

    The product is among the systems, so the benchmark's tables in `out`/results.md are renewed as well.

    Parameters
    ----------
    outcomes : those of the plan that are done
    written_as : how the plan is called in the command that the page shows
    """
    measured = list(_measured(plan, outcomes))
    figures = [figure for one in measured for figure in _figures(one)]
    together = renewed(load_figures(out / RESULTS), figures)
    save_figures(together, out / RESULTS)
    (out / PLOTS).mkdir(exist_ok=True)
    corpora = {arm.corpus for arm in plan.arms.values()}
    report_benchmark([figure for figure in together if figure.corpus in corpora], out)
    page = _PAGE.format(plan=written_as)
    firsts = {(one.arm, one.system): one for one in outcomes if one.pool == 0}
    page += _table(plan, measured, firsts) + "\n"
    for name, arm in plan.arms.items():
        of_arm = {system: one for (of, system), one in firsts.items() if of == name}
        if not of_arm:
            continue
        alike = [one for one in measured if one.outcomes[0].arm == name and len(one.outcomes) == 1]
        stem = f"ablation-{re.sub(r'[^a-z0-9]+', '-', name.lower())}"
        title = f"{arm.corpus}, {alike[0].protocol}"
        draw_bars({one.system: _lift(one) for one in alike}, title, out / PLOTS / f"{stem}-bars.png")
        draw_curves(of_arm, out / PLOTS / f"{stem}-curves.png")
        draw_map(of_arm, out / PLOTS / f"{stem}-map.png")
        page += f"\n## {name}: {arm.corpus}, `{PROTOCOL[arm.split]}`\n"
        for kind in ("bars", "curves", "map"):
            page += f"\n![{name}, {kind}]({PLOTS}/{stem}-{kind}.png)\n"
    (out / PAGE).write_text(page, encoding="utf-8")


def _measured(plan: Plan, outcomes: Sequence[Outcome]) -> Iterator[_Measured]:
    """Each system on the first pool of each arm, and on all where they are done.

    Systems of one protocol were asked the same, so those on fewer pools have a protocol of their own.
    """
    for name, arm in plan.arms.items():
        for system in plan.systems:
            done = sorted(
                (one for one in outcomes if (one.arm, one.system) == (name, system)), key=lambda one: one.pool
            )
            if arm.pools > 1 and done and done[0].pool == 0:
                yield _Measured(arm.corpus, PROTOCOL[arm.split] + _FIRST, system, done[:1])
            if len(done) == arm.pools:
                yield _Measured(arm.corpus, PROTOCOL[arm.split], system, done)


def _figures(one: _Measured) -> Iterator[Figure]:
    # rounded like the benchmark's, which is a mean over the queries: a table asks whether they are equal
    by_chance = {k: float(np.full(len(one.places), chance(one.pool, k)).mean()) for k in (K, one.pool)}
    values: dict[Metric, tuple[list[float], float]] = {
        "mrr": ([reciprocal(place) for place in one.places], by_chance[one.pool]),
        "mrr@20": ([reciprocal(place, K) for place in one.places], by_chance[K]),
        "hit@1": ([hit(place, 1) for place in one.places], 1 / one.pool),
        "hit@10": ([hit(place, 10) for place in one.places], min(10, one.pool) / one.pool),
        "hit@20": ([hit(place, K) for place in one.places], min(K, one.pool) / one.pool),
    }
    values["lift"] = [value / by_chance[one.pool] for value in values["mrr"][0]], 1.0
    for metric, (of_queries, level) in values.items():
        value, low, high = mean_interval(np.array(of_queries))
        yield Figure(
            corpus=one.corpus,
            protocol=one.protocol,
            system=one.system,
            metric=metric,
            value=value,
            low=low,
            high=high,
            n=len(of_queries),
            chance=level,
        )


def _lift(one: _Measured) -> tuple[float, float, float]:
    """MRR@20 over chance, with its interval."""
    value, low, high = mean_interval(np.array([reciprocal(place, K) for place in one.places]))
    level = chance(one.pool, K)
    return value / level, low / level, high / level


def _table(plan: Plan, measured: Sequence[_Measured], firsts: dict[tuple[str, str], Outcome]) -> str:
    """A line for each system, a column for each arm: on all pools where they are done, else on the first."""
    best = {(one.outcomes[0].arm, one.system): one for one in measured}  # all pools come after the first
    pools = {arm: next(one.pool for (of, _), one in best.items() if of == arm) for arm, _ in best}
    head = [f"{arm} (chance {chance(pools[arm], K):.4f}, pool {pools[arm]})" for arm in pools]
    lines = ["| system | weights | " + " | ".join(head) + " |", "|---|---:|" + "---|" * len(head)]
    for system in plan.systems:
        cells = []
        for arm in pools:
            one = best.get((arm, system))
            cells.append(_cell(one, firsts[arm, system]) if one else "-")
        if set(cells) != {"-"}:
            weights = next(one.parameters for (_, of), one in firsts.items() if of == system)
            lines.append(f"| {system} | {weights:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(one: _Measured, first: Outcome) -> str:
    value, low, high = _lift(one)
    measured = np.mean([reciprocal(place, K) for place in one.places])
    if not first.epochs:
        return f"{value:.2f} ({low:.2f}-{high:.2f}) [- - {measured:.4f}]"
    best = first.epochs[first.best - 1]
    return f"{value:.2f} ({low:.2f}-{high:.2f}) [{best.training:.4f} {best.validation:.4f} {measured:.4f}]"
