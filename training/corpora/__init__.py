"""Where settings come from: a corpus has a name, a licence, and entries to read.

`find_corpus` turns what a user writes into a corpus: the name of a book, or a path.
"""

from training.corpora.books import BOOKS, find_book
from training.corpora.corpus import Corpus
from training.corpora.tunebooks import find_tunebooks

__all__ = ["BOOKS", "Corpus", "find_corpus"]


def find_corpus(name: str) -> Corpus:
    """A book by its name, else a folder, tunebook or tar by its path.

    Raises TunebookError when it is neither.
    """
    return find_book(name) if name in BOOKS else find_tunebooks(name)
