"""Where settings come from: a corpus has a name, a licence, and entries to read.

`find_corpora` turns what a user writes into corpora: names of books, or paths.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from training.corpora.books import BOOKS, find_book
from training.corpora.corpus import Corpus
from training.corpora.tunebooks import find_tunebooks

__all__ = ["BOOKS", "Corpus", "find_corpora"]


def find_corpora(names: Iterable[str]) -> list[Corpus]:
    """For each name a book, or else a folder, tunebook or tar at that path.

    Corpora that would share a name are numbered. Raises TunebookError for a name that is neither.
    """
    corpora = []
    seen: Counter[str] = Counter()
    for name in names:
        corpus = find_book(name) if name in BOOKS else find_tunebooks(name)
        seen[corpus.name] += 1
        number = seen[corpus.name]
        corpora.append(corpus if number == 1 else replace(corpus, name=f"{corpus.name}-{number}"))
    return corpora
