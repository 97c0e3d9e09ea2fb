"""The pages of results: tables in the regions of a Markdown page, and plots, all made from figures."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

from training.lab.benchmark.figures import BenchmarkError, Figure, Metric
from training.lab.benchmark.plots import CALIBRATION, KINDS, draw, plot_path
from training.lab.benchmark.protocols import PROTOCOLS
from training.lab.benchmark.systems import SYSTEMS

PAGE, TABLES, PLOTS = "results.md", "results-tables.md", "results"  # the two pages and the folder of plots


class _Table(NamedTuple):
    heading: str
    meaning: str
    best: bool = True  # whether the highest value of a row is bold
    folded: bool = False  # whether the table is hidden until a click on its heading


_TABLES: dict[Metric, _Table] = {
    "mrr": _Table("MRR", "Mean reciprocal rank of the right answer."),
    "hit@1": _Table("hit@1", "The share of queries whose first answer is right."),
    "hit@10": _Table(
        "hit@10", "The share of queries with the right answer among the first ten.", folded=True
    ),
    "mrr@20": _Table("MRR@20", "MRR in which ranks after the twentieth count 0.", folded=True),
    "joined": _Table("Joined MRR", "MRR if every title of the right tune is right."),
    "lift": _Table("Lift", "MRR divided by that of a random order."),
    "change": _Table("Change of MRR", "MRR minus that of the same queries as they are printed (`known`)."),
    "map": _Table("MAP", "Mean average precision over the other settings of a title."),
    "nearest": _Table("Nearest neighbour", "The share of queries whose first setting is one of the title."),
    "auroc": _Table(
        "AUROC",
        "How well the score of the first answer separates queries with a right answer from the others.",
    ),
    "ece": _Table(
        "Calibration error",
        "Expected calibration error: how far the confidence of a first title is from how often it is right.",
        best=False,
    ),
    "ms": _Table("Milliseconds a query", "Wall-clock time.", best=False),
}
_LEGEND = (
    "Brackets hold the 95 % interval over the n queries of a protocol. Pool is the number of titles or\n"
    "tunes ranked, chance the value of a random order. The best system of a row is bold; - is not measured."
)
# What the main table of a corpus shows: one metric of each of these protocols.
_MAIN: dict[str, Metric] = {
    **dict.fromkeys(("known", "known-verified", "known-audited"), "mrr"),
    **dict.fromkeys(("known-32", "known-16", "known-8", "known-middle", "known-noisy"), "mrr"),
    "known-rewritten": "mrr",
    "families": "map",
    **dict.fromkeys(("cross", "cross-verified"), "mrr"),
    **dict.fromkeys(("no-match-foreign", "no-match", "no-match-verified"), "auroc"),
    **dict.fromkeys(("no-match-16", "no-match-16-verified"), "auroc"),
    **dict.fromkeys(("unseen", "unseen-no-rhythm-words"), "lift"),
    **dict.fromkeys(("heard", "heard-10"), "mrr@20"),
}
_BLIND = ("random", "popularity")  # these ignore the tune; the column of chance says as much
_NEW_PAGE = f"""# Results

The main figures of each corpus: MRR is the mean reciprocal rank of the right answer, AUROC how well the score
of the first answer separates queries with a right answer from queries without one, lift the MRR divided by
that of a random order. Brackets hold 95 % intervals over the n queries, pool is the number of titles ranked,
chance the value of a random order. All tables and plots are in [{TABLES}]({TABLES}).
"""
_OPENING = re.compile(r"^<!-- tables: .+? -->[ \t]*\r?$", re.MULTILINE)
_REGION = re.compile(
    r"^(?P<opening><!-- tables: (?P<corpus>[^\r\n]+?) -->[ \t]*\r?\n).*?^<!-- end -->",
    re.MULTILINE | re.DOTALL,
)


def report(figures: Iterable[Figure], folder: Path) -> None:
    """Draw the plots of each corpus into `folder`/results and renew both pages of tables in `folder`.

    Raises BenchmarkError as `write_tables` does.
    """
    by_corpus = _by_corpus(figures)
    for of_corpus in by_corpus.values():
        draw(of_corpus, folder / PLOTS)
    together = [figure for of_corpus in by_corpus.values() for figure in of_corpus]
    write_tables(together, folder / TABLES)
    write_main_tables(together, folder / PAGE)


def write_tables(figures: Iterable[Figure], path: Path) -> None:
    """Renew all tables of each corpus in a Markdown page, and the links to its plots in the folder `results`.

    The tables of a corpus are between the lines `<!-- tables: CORPUS -->` and `<!-- end -->`. A corpus
    without such a region gets one at the end of the page, under its own heading. A missing page is created.
    All other text stays as it is, byte for byte, and so do the regions of corpora without figures.

    Raises BenchmarkError when a region has no end, and as `tables` does; then the page does not change.
    """
    texts = {}
    for corpus, of_corpus in _by_corpus(figures).items():
        kinds = (*(kind.name for kind in KINDS), CALIBRATION)
        plots = [plot for kind in kinds if (plot := plot_path(path.parent / PLOTS, corpus, kind)).exists()]
        links = [f"![{plot.stem}]({PLOTS}/{quote(plot.name)})" for plot in plots]
        texts[corpus] = "\n\n".join([tables(of_corpus), *links])
    _renew(path, texts, "# Results\n")


def write_main_tables(figures: Iterable[Figure], path: Path) -> None:
    """Renew the main table of each corpus in a Markdown page, in regions like those of `write_tables`.

    A corpus without a figure for its main table is left out. Raises BenchmarkError as `write_tables` does.
    """
    texts = {corpus: main_table(of_corpus) for corpus, of_corpus in _by_corpus(figures).items()}
    _renew(path, {corpus: text for corpus, text in texts.items() if text}, _NEW_PAGE)


def _renew(path: Path, texts: Mapping[str, str], new_page: str) -> None:
    """Put a text into the region of each corpus of a page, which begins as `new_page` if it is missing."""
    page = path.read_bytes().decode() if path.exists() else new_page
    if len(_OPENING.findall(page)) != len(_REGION.findall(page)):
        raise BenchmarkError(f"{path}: a line <!-- tables: ... --> without its <!-- end -->")
    present = {region["corpus"] for region in _REGION.finditer(page)}
    for corpus in texts:
        if corpus not in present:
            page += "" if page.endswith("\n") else "\n"
            page += f"\n## {corpus}\n\n<!-- tables: {corpus} -->\n<!-- end -->\n"

    def renew(region: re.Match[str]) -> str:
        text = texts.get(region["corpus"])
        return region[0] if text is None else f"{region['opening']}\n{text}\n\n<!-- end -->"

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_REGION.sub(renew, page).encode())


def main_table(figures: Sequence[Figure]) -> str:
    """The main figures of one corpus as a Markdown table with a row for each protocol; empty without figures.

    The last column is the calibration error of the system that gives probabilities, if it was measured.
    Raises BenchmarkError as `tables` does.
    """
    rows = [
        figure
        for figure in figures
        if _MAIN.get(figure.protocol) == figure.metric and figure.system not in _BLIND
    ]
    errors = {figure.protocol: figure for figure in figures if figure.metric == "ece"}
    return _rows(rows, _pools(figures), metric_column=True, errors=errors) if rows else ""


def tables(figures: Sequence[Figure]) -> str:
    """Markdown tables of one corpus, one for each metric: a row for each protocol, a column for each system.

    Rows and columns are in the order of the figures. Raises BenchmarkError when n or chance differ within a
    row: then the systems did not get the same queries.
    """
    parts = [_LEGEND]
    pools = _pools(figures)
    for metric, table in _TABLES.items():
        of_metric = [figure for figure in figures if figure.metric == metric]
        if of_metric and table.folded:
            parts += [
                f"<details>\n<summary>{table.heading}</summary>",
                table.meaning,
                _rows(of_metric, pools),
                "</details>",
            ]
        elif of_metric:
            parts += [f"### {table.heading}", table.meaning, _rows(of_metric, pools)]
    return "\n\n".join(parts)


def of_benchmark(figures: Iterable[Figure]) -> list[Figure]:
    """The figures of the benchmark's protocols and systems, in the order of `PROTOCOLS`.

    Those of ablations have a separate page.
    """
    place = {protocol: i for i, protocol in enumerate(PROTOCOLS)}
    ours = [figure for figure in figures if figure.protocol in place and figure.system in SYSTEMS]
    return sorted(ours, key=lambda figure: place[figure.protocol])


def _by_corpus(figures: Iterable[Figure]) -> dict[str, list[Figure]]:
    by_corpus: dict[str, list[Figure]] = {}
    for figure in of_benchmark(figures):
        by_corpus.setdefault(figure.corpus, []).append(figure)
    return by_corpus


def _pools(figures: Iterable[Figure]) -> dict[str, int]:
    """Titles that each protocol ranks: a random order of N has the right one first with probability 1/N."""
    return {
        figure.protocol: round(1 / figure.chance)
        for figure in figures
        if figure.metric == "hit@1" and figure.chance
    }


def _rows(
    figures: list[Figure],
    pools: Mapping[str, int],
    metric_column: bool = False,
    errors: Mapping[str, Figure] = MappingProxyType({}),
) -> str:
    """A table of one metric for each protocol. It has columns of pool and chance where any row has one.

    `errors` has the calibration error of some protocols; with any, it is the last column.
    """
    systems = list(dict.fromkeys(figure.system for figure in figures))
    by_protocol: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        by_protocol.setdefault(figure.protocol, {})[figure.system] = figure
    with_chance = any(figure.chance is not None for figure in figures)
    with_pool = with_chance and any(figure.protocol in pools for figure in figures)
    lines = [
        [
            *("protocol", *["metric"] * metric_column, "n"),
            *(*["pool"] * with_pool, *["chance"] * with_chance, *systems, *["error"] * bool(errors)),
        ],
    ]
    lines.append(["---", *["---"] * metric_column, *["---:"] * (len(lines[0]) - 1 - metric_column)])
    for protocol, row in by_protocol.items():
        conditions = {(figure.n, figure.chance) for figure in row.values()}
        metric = next(iter(row.values())).metric
        if len(conditions) > 1:
            differing = ", ".join(f"{figure.system}: {figure.n}, {figure.chance}" for figure in row.values())
            raise BenchmarkError(f"{protocol}, {metric}: n and chance differ between systems ({differing})")
        [(n, chance)] = conditions
        chance_cell = [_chance(metric, chance)] if with_chance else []
        pool_cell = [f"{pools[protocol]:,}" if protocol in pools else "-"] if with_pool else []
        heading = [_TABLES[metric].heading] * metric_column
        cells = _cells(row, systems)
        if errors:
            cells += _cells({"error": errors[protocol]} if protocol in errors else {}, ["error"])
        lines.append([f"`{protocol}`", *heading, f"{n:,}", *pool_cell, *chance_cell, *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(row: dict[str, Figure], systems: list[str]) -> list[str]:
    """A cell for each system. Every value that prints like the best one is bold."""
    printed = {system: _number(figure.metric, figure.value) for system, figure in row.items()}
    marked = len(row) > 1 and _TABLES[next(iter(row.values())).metric].best
    best = printed[max(row, key=lambda system: row[system].value)] if marked else ""
    cells = []
    for system in systems:
        cell = printed.get(system, "-")
        if cell == best:
            cell = f"**{cell}**"
        figure = row.get(system)
        if figure is not None and figure.low is not None and figure.high is not None:
            low, high = (_number(figure.metric, bound) for bound in (figure.low, figure.high))
            cell += f" ({low}{' to ' if figure.low < 0 else '-'}{high})"
        cells.append(cell)
    return cells


def _number(metric: Metric, value: float) -> str:
    """Three decimals, two for lift, three significant digits for milliseconds; no leading zero."""
    digits = {"lift": 2, "ms": 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0}.get(
        metric, 3
    )
    return f"{value:,.{digits}f}".removeprefix("0").replace("-0.", "-.")


def _chance(metric: Metric, chance: float | None) -> str:
    """Like a value, but with two significant digits if it is small, as the chance of a large pool is."""
    if chance is None:
        return "-"
    if 0 < chance < 0.01:
        return f"{chance:.{1 - math.floor(math.log10(chance))}f}".removeprefix("0")
    return _number(metric, chance)
