"""The report as one HTML page: no other file, no network.

Everything from the catalogue is escaped, by Jinja or by ElementTree. The page's policy names its scripts by
their hashes, so nothing else could run even if something were not escaped.
"""

import base64
import hashlib
from dataclasses import asdict
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from training.report.diagonal import draw_reliability, wilson
from training.report.dots import Group, Row, draw_dots
from training.report.lines import Level, Line, draw_lines
from training.report.measuring import NAMES, RANKING, SAME_MELODY, Figure
from training.report.notation import Written
from training.report.reporting import Report
from training.report.scatter import draw_map, styles
from training.report.svg import Element, markup

_FOLDER = Path(__file__).parent
_TEMPLATE, _STYLE, _SCRIPT = "page.html.j2", "page.css", "page.js"
_WIDE, _NARROW = 720, 340  # pixels; a page shows one of both
_STYLES = {RANKING: "series-0", NAMES: "series-1"}  # of systems; all others are baselines
_BASELINE = "series-2"


def page(report: Report, abcjs: str) -> str:
    """The page.

    Parameters
    ----------
    abcjs : the code of abcjs, which draws the notes; it becomes part of the page
    """
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"number": lambda value: f"{value:,}", "score": _score}
    scripts = [abcjs, (_FOLDER / _SCRIPT).read_text(encoding="utf-8")]
    return environment.get_template(_TEMPLATE).render(
        report=report,
        style=(_FOLDER / _STYLE).read_text(encoding="utf-8"),
        scripts=scripts,
        policy=_policy(scripts),
        groups=_grouped(report.measured.figures),
        headline=_headline(report.measured.figures),
        same_melody=SAME_MELODY,
        charts=_charts(report),
        rhythms=styles(report.tune_map),
        wilson=wilson,
    )


def _policy(scripts: list[str]) -> str:
    """The policy that lets only these scripts run. Raises ValueError if one of them would end early."""
    hashes = []
    for script in scripts:
        if "</script" in script.lower() or "<!--" in script:
            raise ValueError("a script cannot be part of a page if it has </script or <!-- in it")
        hashes.append(base64.b64encode(hashlib.sha256(script.encode()).digest()).decode())
    allowed = " ".join(f"'sha256-{each}'" for each in hashes)
    nothing = "default-src 'none'; base-uri 'none'; form-action 'none'"
    return f"{nothing}; style-src 'unsafe-inline'; script-src {allowed}"


def _grouped(figures: list[Figure]) -> dict[str, list[Figure]]:
    """The figures of each protocol."""
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(figure.protocol, []).append(figure)
    return groups


def _headline(figures: list[Figure]) -> Figure | None:
    """The figure that says most about the product: of tunes known from another setting, if there are any."""
    ours = {figure.protocol: figure for figure in figures if figure.system == RANKING}
    return ours.get(SAME_MELODY) or next(iter(ours.values()), None)


def _charts(report: Report) -> dict[str, list[str]]:
    """Each chart in a wide and a narrow form; the map in one. A chart without data is missing."""
    history, measured, test = report.history, report.measured, report.manifest.test
    charts: dict[str, list[Element]] = {"map": [draw_map(report.tune_map)]}
    for width in (_WIDE, _NARROW):
        if history.validation:
            levels = [Level("chance", "chance", test.chance)]
            line = Line("titles for validation", "series-0", history.validation)
            drawn = draw_lines([line], width, "MRR of unseen tunes", levels, history.best_epoch)
            charts.setdefault("validation", []).append(drawn)
        losses = [
            Line(name, style, values)
            for name, style, values in (
                ("training on eight tenths, for the test", "series-1", history.split_loss),
                ("training on everything, published", "series-0", history.refit_loss),
            )
            if values
        ]
        if losses:
            charts.setdefault("loss", []).append(draw_lines(losses, width, "loss (nats)"))
        if measured.figures:
            groups = [
                Group(
                    name, [Row(each.system, _STYLES.get(each.system, _BASELINE), each.mrr) for each in rows]
                )
                for name, rows in _grouped(measured.figures).items()
            ]
            charts.setdefault("known", []).append(draw_dots(groups, width))
        unseen = [Row("trained encoders", "series-0", test)]
        if history.untrained:
            unseen.append(Row("untrained encoders", _BASELINE, history.untrained))
        highest = max(row.mrr.high for row in unseen) * 1.1
        charts.setdefault("unseen", []).append(draw_dots([Group("unseen tunes", unseen)], width, highest))
        if measured.reliability:
            charts.setdefault("reliability", []).append(draw_reliability(measured.reliability, width))
    return {name: [markup(each) for each in drawn] for name, drawn in charts.items()}


def _score(written: Written) -> dict[str, object]:
    """Bars as data for the script that draws them."""
    return asdict(written)
