"""Alias lists: pairs of settings whose titles a user, or the audit, takes for names of one tune.

Plain text, two settings' references a line with a tab between; a line that begins with `#` is a remark.
"""

from pathlib import Path

from model.errors import GanAinmError
from training.corpora.exclusions import read_lines

Pair = tuple[str, str]  # two references as the catalogue writes them


class AliasError(GanAinmError):
    """A list that is not there, is no text, or has a line that is no pair."""


def read_aliases(path: Path) -> frozenset[Pair]:
    """The pairs of a list. Raises AliasError when it cannot be read, with the line that is no pair."""
    pairs = set()
    try:
        for number, line in read_lines(path):
            one, *others = (part.strip() for part in line.split("\t"))
            if len(others) != 1 or not one or not others[0]:
                raise AliasError(f"{path}, line {number}: not two references with a tab between: {line}")
            pairs.add((one, others[0]))
    except (OSError, UnicodeDecodeError) as error:
        raise AliasError(f"{path} is no list of aliases: {error}") from error
    return frozenset(pairs)
