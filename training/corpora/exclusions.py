"""Exclusion lists: settings that a user, or the audit, wants to leave out.

Each entry is a setting's reference as the catalogue writes it: "corpus/file:line".
"""

from pathlib import Path

from training.corpora.lists import read_entries


def read_exclusions(*paths: Path) -> frozenset[str]:
    """The references in all lists together. Raises ListError when a list cannot be read."""
    return frozenset(reference for path in paths for _, reference in read_entries(path))
