"""Downloads the dump that The Session publishes, whose licence users must accept first."""

from dataclasses import dataclass
from pathlib import Path

import httpx

from index.dump import ALIASES, SOURCE, TUNES
from index.progress import OnStep, ignore_steps
from training.corpora.download import DownloadError, fetch_newest
from training.corpora.session import read_dump

URL = "https://raw.githubusercontent.com/adactio/TheSession-data/HEAD/csv/"
TERMS = (
    f"The tunes of The Session (https://thesession.org), as published at {SOURCE}.\n"
    "Licence: Open Database License 1.0, https://opendatacommons.org/licenses/odbl/1-0/\n"
    "- You name the source, and what you make of the data and publish stays under the same licence.\n"
    "- Its terms forbid use with large language models.\n"
    f"Read the whole licence and terms at {SOURCE} before you accept them."
)
_FILES = ("aliases.csv", "tunes.csv")
_NEW = "new"  # folder for a dump that has not been checked yet


@dataclass(frozen=True, slots=True)
class DumpRows:
    """How many rows a dump has, and how many of them cannot be used.

    Attributes
    ----------
    settings, aliases : rows that can be used
    faults : rows that cannot
    """

    settings: int
    aliases: int
    faults: int


def download_dump(
    folder: Path, client: httpx.Client, on_step: OnStep = ignore_steps, url: str = URL
) -> DumpRows:
    """Download tunes and aliases into a folder, and check their structure.

    The files of an earlier download stay until both new ones are complete and good.

    Parameters
    ----------
    folder : created if it does not exist
    client : as from `open_client`
    on_step : called when each step begins: the bytes of a file that are missing
    url : address of the folder with both files

    Raises
    ------
    DownloadError
        When a file cannot be downloaded, or less than half of its rows can be used.
    TunebookError
        When a file lacks a column.
    """
    new = folder / _NEW
    new.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        if not (new / name).exists():
            fetch_newest(client, url + name, new / name, on_step)
    try:
        rows = count_rows(new / "tunes.csv")
        if rows.faults >= rows.settings:
            detail = f"{rows.settings} settings can be used, and {rows.faults} rows cannot"
            raise DownloadError(f"{url} has no dump of The Session: {detail}")
        for name in _FILES:
            (new / name).replace(folder / name)
    finally:
        for name in _FILES:  # what is no dump is not kept
            (new / name).unlink(missing_ok=True)
    new.rmdir()
    return rows


def count_rows(tunes: Path) -> DumpRows:
    """Check the structure of a dump: the columns and the numbers of its rows, but not the music.

    Parameters
    ----------
    tunes : the file of tunes; a file of aliases in the same folder counts, too

    Raises
    ------
    TunebookError
        When a file lacks a column or is too large.
    """
    dump = read_dump(tunes)
    faults = [fault for _, fault in dump.tunes.rows(TUNES)]
    of_aliases = [fault for _, fault in dump.aliases.rows(ALIASES)] if dump.aliases else []
    return DumpRows(faults.count(""), of_aliases.count(""), sum(map(bool, (*faults, *of_aliases))))
