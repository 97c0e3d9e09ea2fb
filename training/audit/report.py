"""The files that an audit writes: a CSV, an HTML page, and lists of misfits, outliers and aliases."""

import csv
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from training.audit.audit import MISFIT, TWIN, Audit, Finding
from training.audit.proposals import write_proposals

CSV, PAGE = "audit.csv", "audit.html"
EXCLUSIONS, OUTLIERS, ALIASES = "exclude.txt", "outliers.txt", "aliases.txt"

_TEMPLATE = "report.html.j2"
_COLUMNS = (
    "kind",
    "reference",
    "title",
    "own",
    "elsewhere",
    "suspicion",
    "nearest reference",
    "nearest title",
)


def write_report(audit: Audit, folder: Path) -> None:
    """Write all five files into a folder, which is created if it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_csv(audit, folder / CSV)
    (folder / PAGE).write_text(_page(audit), encoding="utf-8")
    (folder / EXCLUSIONS).write_text(_exclusions(audit), encoding="utf-8")
    (folder / OUTLIERS).write_text(_outliers(audit), encoding="utf-8")
    write_proposals(audit.proposals, audit.catalogue, folder / ALIASES)


def explain(audit: Audit, finding: Finding) -> str:
    """Why the audit reports this finding, in a sentence."""
    other = audit.catalogue.settings[finding.nearest].title
    if finding.kind == "misfit":
        return (
            f"cosine {finding.own or 0:.2f} to the closest other setting of its title, "
            f'{finding.elsewhere:.2f} to a setting of "{other}"'
        )
    return (
        f'nearly the same melody as "{other}", cosine {finding.elsewhere:.2f}: '
        "is one of the titles wrong, or are both right?"
    )


def describe_shift(audit: Audit) -> str:
    """A sentence about the bulk shift, or that there is none."""
    shift = audit.shift
    if shift is None:
        return "No bulk shift of titles was found."
    direction = "after" if shift.offset > 0 else "before"
    distance = "1 place" if abs(shift.offset) == 1 else f"{abs(shift.offset)} places"
    return (
        f"A stretch of titles seems displaced: for {shift.votes} of {shift.misfits} misfits, between "
        f"{shift.first} and {shift.last}, the title that fits is {distance} {direction} the setting."
    )


def _write_csv(audit: Audit, path: Path) -> None:
    settings = audit.catalogue.settings
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for finding in audit.findings:
            setting, nearest = settings[finding.setting], settings[finding.nearest]
            own = "" if finding.own is None else f"{finding.own:.4f}"
            figures = (own, f"{finding.elsewhere:.4f}", f"{finding.suspicion:.4f}")
            writer.writerow(
                (finding.kind, setting.reference, setting.title, *figures, nearest.reference, nearest.title)
            )


def _exclusions(audit: Audit) -> str:
    """A list of the misfits and of all settings that were merged with them.

    Twins are only comments, because the music does not say which of the two titles is wrong.
    """
    lines = ["# Settings that resemble another title and not their own. Give this list to `fit --exclude`."]
    for finding in audit.findings:
        setting = audit.catalogue.settings[finding.setting]
        comment = " ".join(f"{setting.title}: {explain(audit, finding)}".split())
        prefix = "" if finding.kind == "misfit" else "# "
        lines += [f"# {comment}", *(prefix + reference for reference in (setting.reference, *setting.also))]
    return "\n".join(lines) + "\n"


def _outliers(audit: Audit) -> str:
    references = [audit.catalogue.settings[i].reference for i in audit.outliers]
    heading = "# Settings that resemble no other setting of their title, the most suspicious first."
    return "\n".join([heading, *references]) + "\n"


def _page(audit: Audit) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(_TEMPLATE).render(
        audit=audit, shift=describe_shift(audit), explain=explain, MISFIT=MISFIT, TWIN=TWIN
    )
