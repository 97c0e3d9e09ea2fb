"""Alias lists: pairs of settings whose titles name one tune, in the opinion of a user or of the audit.

Each entry is the references of two settings with a tab between them.
"""

from pathlib import Path

from training.corpora.lists import ListError, read_entries

Pair = tuple[str, str]  # two references as the catalogue writes them


def read_aliases(path: Path) -> frozenset[Pair]:
    """The pairs in a list. Raises ListError when it cannot be read or an entry is not a pair."""
    pairs = set()
    for number, entry in read_entries(path):
        first, *rest = (part.strip() for part in entry.split("\t"))
        if len(rest) != 1 or not first or not rest[0]:
            raise ListError(
                f"{path}, line {number}: expected two references with a tab between them: {entry}"
            )
        pairs.add((first, rest[0]))
    return frozenset(pairs)
