"""What both kinds of list share: plain text, an entry per line, comments on lines that start with `#`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from model.errors import GanAinmError

_SHOWN = 3  # unmatched entries; enough to see what is wrong with them


class ListError(GanAinmError):
    """An exclusion or alias list that cannot be read."""


def read_entries(path: Path) -> Iterator[tuple[int, str]]:
    """The entries of a list with their line numbers, counted from 1; blank lines and comments are skipped.

    Raises ListError when the file cannot be read or is not UTF-8.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ListError(f"cannot read the list {path}: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


def describe_unmatched(unmatched: Sequence[str]) -> str:
    """How many list entries match no setting (`Curated.unmatched`), and the first few of them."""
    count = "1 list entry matches" if len(unmatched) == 1 else f"{len(unmatched)} list entries match"
    shown = ", ".join(unmatched[:_SHOWN]).replace("\t", " = ")
    return f"{count} no setting: {shown}{', ...' if len(unmatched) > _SHOWN else ''}"
