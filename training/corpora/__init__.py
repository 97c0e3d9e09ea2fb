"""Corpora: where settings come from. A corpus has a name, a licence, and entries to read.

`find_corpora` turns what a user types, names of books or paths, into corpora.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from index import dump
from training.corpora.books import BOOKS, FOREIGN, find_book
from training.corpora.corpus import Corpus
from training.corpora.session import find_dump
from training.corpora.tunebooks import find_tunebooks

__all__ = ["BOOKS", "FOREIGN", "Corpus", "find_corpora", "find_foreign"]


def find_corpora(names: Iterable[str], accepted: str | None = None) -> list[Corpus]:
    """The corpus for each name: a book, or the dump of The Session, folder, tunebook or tar at that path.

    Corpora that would share a name get a number.

    Parameters
    ----------
    names : books or paths
    accepted : the source whose licence the user has accepted; only "thesession" requires it

    Raises
    ------
    TunebookError
        When a name is neither a book nor a path, and for a dump whose licence was not accepted.
    """
    corpora = []
    count_of_name: Counter[str] = Counter()
    for name in names:
        corpus = _find(name, accepted)
        count_of_name[corpus.name] += 1
        number = count_of_name[corpus.name]
        corpora.append(corpus if number == 1 else replace(corpus, name=f"{corpus.name}-{number}"))
    return corpora


def find_foreign(names: Iterable[str], accepted: str | None = None) -> list[Corpus]:
    """Like `find_corpora`, for corpora that are only measured with: these may include `FOREIGN`."""
    return [find_book(name) if name == FOREIGN else find_corpora([name], accepted)[0] for name in names]


def _find(name: str, accepted: str | None) -> Corpus:
    if name in BOOKS:
        return find_book(name)
    return find_dump(name, accepted == dump.NAME) or find_tunebooks(name)
