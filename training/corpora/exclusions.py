"""Exclusion lists: settings that a user, or the audit, wants left out.

Plain text, one setting's reference a line as the catalogue writes it ("corpus/file:line"); a line that begins
with `#` is a remark.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from model.errors import GanAinmError

_TOLD = 3  # lines that match nothing; enough to see what is wrong with them


class ExclusionError(GanAinmError):
    """A list that is not there or is no text."""


def read_exclusions(*paths: Path) -> frozenset[str]:
    """The references of lists. Raises ExclusionError when one cannot be read."""
    found: set[str] = set()
    for path in paths:
        try:
            found.update(line for _, line in read_lines(path))
        except (OSError, UnicodeDecodeError) as error:
            raise ExclusionError(f"{path} is no exclusion list: {error}") from error
    return frozenset(found)


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Each line of a list with its number, counted from 1; blank ones and remarks are passed over.

    Raises OSError or UnicodeDecodeError when the list cannot be read.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


def unmatched_told(unmatched: Sequence[str]) -> str:
    """Report list entries that match no setting (`Curated.unmatched`): how many, and the first few."""
    lines = (
        "1 line of the lists matches" if len(unmatched) == 1 else f"{len(unmatched)} lines of the lists match"
    )
    shown = ", ".join(unmatched[:_TOLD]).replace("\t", " = ")
    return f"{lines} nothing that was read: {shown}{', ...' if len(unmatched) > _TOLD else ''}"
