"""Exclusion lists: settings that a user, or the audit, wants left out.

Plain text, one setting's reference a line as the catalogue writes it ("corpus/file:line"); a line that begins
with `#` is a remark.
"""

from pathlib import Path


class ExclusionError(Exception):
    """A list that is not there or is no text."""


def read_exclusions(path: Path) -> frozenset[str]:
    """The references of a list. Raises ExclusionError when it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ExclusionError(f"{path} is no exclusion list: {error}") from error
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
