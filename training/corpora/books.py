"""Printed books in the public domain, transcribed to ABC, from the corpus of the package music21.

Only the files are read, by our own reader; none of music21's code runs.
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


def find_book(name: str) -> Corpus:
    """One of `BOOKS`. Raises TunebookError when music21 is not installed."""
    spec = find_spec("music21")
    if spec is None or spec.origin is None:
        raise TunebookError(f"{name} comes with the package music21, which is not installed")
    return Tunebooks(name, _LICENCE.format(book=BOOKS[name]), Path(spec.origin).parent / "corpus" / name)
