"""Printed books in the public domain, transcribed to ABC, from the corpus of the package music21.

This project reads music21's files with its own reader and runs none of music21's code.
"""

from importlib.util import find_spec
from pathlib import Path

from index.tunebook import TunebookError
from training.corpora.corpus import Corpus
from training.corpora.tunebooks import Tunebooks

# Folder in music21's corpus -> the book.
BOOKS = {
    "oneills1850": "O'Neill's Music of Ireland, Chicago 1903",
    "ryansMammoth": "Ryan's Mammoth Collection, Boston 1883",
    "airdsAirs": "Aird's Airs, Glasgow 1782-1801",
}
_LICENCE = "{book}: public domain; transcriptions distributed with their transcribers' permission in music21"

# Also in music21, but with unclear terms: only for measurement, as tunes of other traditions.
FOREIGN = "essenFolksong"
_FOREIGN_LICENCE = "Essen folk song collection: not for commercial use, terms unclear; for measurement only"


def find_book(name: str) -> Corpus:
    """One of `BOOKS`, or `FOREIGN`. Raises TunebookError when music21 is not installed."""
    spec = find_spec("music21")
    if spec is None or spec.origin is None:
        raise TunebookError(f"{name} is part of the package music21, which is not installed")
    licence = _FOREIGN_LICENCE if name == FOREIGN else _LICENCE.format(book=BOOKS[name])
    return Tunebooks(name, licence, Path(spec.origin).parent / "corpus" / name)
