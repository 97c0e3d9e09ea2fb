"""What the audit leaves on disk: a CSV, a page to look at, and lists of misfits, outliers and aliases."""

import csv
from html import escape
from pathlib import Path

from index.catalogue import Setting
from training.audit.audit import MISFIT, TWIN, Audit, Finding
from training.audit.proposals import write_proposals

CSV, PAGE = "audit.csv", "audit.html"
LIST, OUTLIERS, ALIASES = "exclude.txt", "outliers.txt", "aliases.txt"

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
_STYLE = """
body { font-family: sans-serif; margin: 1em auto; max-width: 80em; padding: 0 1em }
section { border-top: 1px solid #999; margin-top: 1.5em }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1em }
pre { background: #f3f3f3; padding: .5em; white-space: pre-wrap; overflow-wrap: anywhere }
"""
_KINDS = {
    "misfit": "Settings that resemble another title and not their own",
    "twin": "One melody under two unrelated titles",
}


def write_report(audit: Audit, folder: Path) -> None:
    """Write all five into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_csv(audit, folder / CSV)
    (folder / PAGE).write_text(_page(audit), encoding="utf-8")
    (folder / LIST).write_text(_list(audit), encoding="utf-8")
    (folder / OUTLIERS).write_text(_outliers(audit), encoding="utf-8")
    write_proposals(audit.proposals, audit.catalogue, folder / ALIASES)


def reason(audit: Audit, finding: Finding) -> str:
    """Why it was found, in a sentence."""
    other = audit.catalogue.settings[finding.nearest].title
    if finding.kind == "misfit":
        return (
            f'the nearest setting of its own title has a cosine of {finding.own or 0:.2f}, one of "{other}" '
            f"{finding.elsewhere:.2f}"
        )
    return (
        f'nearly the melody of "{other}", cosine {finding.elsewhere:.2f}: which title is right, or are both?'
    )


def shift_told(audit: Audit) -> str:
    """The bulk shift in a sentence, or that there is none."""
    shift = audit.shift
    if shift is None:
        return "No bulk shift of titles was found."
    side = "further on" if shift.offset > 0 else "before"
    return (
        f"A stretch of titles seems displaced: by {shift.votes} of {shift.misfits} misfits, between "
        f"{shift.first} and {shift.last}, a setting's own title stands {abs(shift.offset)} places {side}."
    )


def _write_csv(audit: Audit, path: Path) -> None:
    settings = audit.catalogue.settings
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for one in audit.findings:
            setting, nearest = settings[one.setting], settings[one.nearest]
            own = "" if one.own is None else f"{one.own:.4f}"
            figures = (own, f"{one.elsewhere:.4f}", f"{one.suspicion:.4f}")
            writer.writerow(
                (one.kind, setting.reference, setting.title, *figures, nearest.reference, nearest.title)
            )


def _list(audit: Audit) -> str:
    """Misfits, with all that were merged with them; twins only as remarks, since the music does not say which
    of the two is wrong.
    """
    lines = ["# Settings that resemble another title and not their own. Give this list to `fit --exclude`."]
    for one in audit.findings:
        setting = audit.catalogue.settings[one.setting]
        remark = " ".join(f"{setting.title}: {reason(audit, one)}".split())
        mark = "" if one.kind == "misfit" else "# "
        lines += [f"# {remark}", *(mark + reference for reference in (setting.reference, *setting.also))]
    return "\n".join(lines) + "\n"


def _outliers(audit: Audit) -> str:
    references = [audit.catalogue.settings[i].reference for i in audit.outliers]
    heading = "# Settings that resemble no other of their title, the most suspicious first."
    return "\n".join([heading, *references]) + "\n"


def _page(audit: Audit) -> str:
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Label audit</title>',
        f"<style>{_STYLE}</style>\n<h1>Label audit</h1>",
        f"<p>{len(audit.catalogue.settings)} settings of {len(audit.catalogue)} titles. Similarity is the "
        "cosine of interval 5-grams, the same in every key: near 1 for one melody, under 0.2 for most "
        f"unrelated ones. Misfits have a suspicion of at least {MISFIT}, twins a cosine of {TWIN}.</p>",
        f"<p>{escape(shift_told(audit))}</p>",
    ]
    for kind, heading in _KINDS.items():
        found = [one for one in audit.findings if one.kind == kind]
        parts.append(f"<h2>{heading}: {len(found)}</h2>")
        parts += [_section(audit, one) for one in found]
    return "\n".join(parts) + "\n</html>\n"


def _section(audit: Audit, finding: Finding) -> str:
    settings = audit.catalogue.settings
    setting, nearest = settings[finding.setting], settings[finding.nearest]
    figures = f"suspicion {finding.suspicion:.2f}; " if finding.kind == "misfit" else ""
    return (
        f"<section>\n<h3>{escape(setting.title)}</h3>\n<p>{figures}{escape(reason(audit, finding))}</p>\n"
        f'<div class="pair">\n{_melody(setting)}\n{_melody(nearest)}\n</div>\n</section>'
    )


def _melody(setting: Setting) -> str:
    return (
        f"<div><p><b>{escape(setting.title)}</b><br>{escape(setting.reference)}</p>"
        f"<pre>{escape(setting.abc)}</pre></div>"
    )
