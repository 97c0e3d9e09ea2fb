"""A small dump in the columns that The Session publishes: tunes of old books, everything else made up."""

import csv
import io
import json
from pathlib import Path

from index.dump import ALIASES, TUNES

COLUMNS = (*TUNES, "date", "username", "composer")
OFF_SHE_GOES = "|:F2A G2B|ABc d3|F2A G2B|AFD E3:|\r\n|:e|faf def|gbg efg|faf def|gec d2:|"
MCLEOD = "BA|G2BG DGBG|B2BA BcBA|G2BG DGBG|A2AG A2BA|"


def row(tune: int, setting: int, name: str, abc: str, **others: str) -> dict[str, str]:
    cells = {
        "type": "jig",
        "meter": "6/8",
        "mode": "Dmajor",
        "date": "1903-01-01 00:00:00",
        "username": "piper",
    }
    return {
        **dict.fromkeys(COLUMNS, ""),
        **cells,
        **{"tune_id": f"{tune}", "setting_id": f"{setting}", "name": name, "abc": abc},
        **others,
    }


ROWS = [
    row(7, 70, "Off She Goes", OFF_SHE_GOES),
    row(7, 71, "Off She Goes", OFF_SHE_GOES.replace("F2A", "FGA"), mode="Edorian"),
    row(9, 90, 'McLeod\'s, "Miss"', MCLEOD, type="reel", meter="4/4", mode="Gmajor"),
]
NAMES = [
    {"tune_id": "7", "alias": "Up She Goes", "name": "Off She Goes"},
    {"tune_id": "7", "alias": "Launch, The", "name": "Off She Goes"},
]


def as_csv(rows: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_dump(
    folder: Path, form: str, rows: list[dict[str, str]] = ROWS, names: list[dict[str, str]] = NAMES
) -> None:
    """Write the files of tunes and of aliases as CSV or JSON."""
    if form == "csv":
        texts = as_csv(rows), as_csv(names, (*ALIASES, "name"))
    else:
        texts = json.dumps(rows, indent=1), json.dumps(names)
    folder.mkdir(parents=True, exist_ok=True)
    for stem, text in zip(("tunes", "aliases"), texts, strict=True):
        (folder / f"{stem}.{form}").write_bytes(text.encode())
