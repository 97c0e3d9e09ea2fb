"""The user's own tunebooks: a file, a folder with files at any depth, or a tar archive."""

from pathlib import Path

from index.tunebook import TunebookError
from training.corpora.corpus import Corpus


def find_tunebooks(path: str) -> Corpus:
    """A corpus named after the file or folder. Raises TunebookError when there is none."""
    found = Path(path).expanduser().resolve()
    if not found.exists():
        raise TunebookError(f"{path} is neither a book nor a file or folder")
    return Corpus(found.name.split(".")[0] or found.name, "brought by the user; no licence stated", found)
