"""Where settings come from: a corpus has a name, a licence, and entries to read.

`find_corpora` turns what a user writes into corpora: names of books, or paths.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from training.corpora import session
from training.corpora.books import BOOKS, FOREIGN, find_book
from training.corpora.corpus import Corpus
from training.corpora.tunebooks import find_tunebooks

__all__ = ["BOOKS", "FOREIGN", "Corpus", "find_corpora", "find_foreign"]


def find_corpora(names: Iterable[str], accepted: str | None = None) -> list[Corpus]:
    """For each name a book, or else a dump of The Session, a folder, tunebook or tar at that path.

    Corpora that would share a name are numbered.

    Parameters
    ----------
    names : books or paths
    accepted : the source whose licence the user has accepted; only "thesession" asks for it

    Raises
    ------
    TunebookError
        For a name that is none of these, and for a dump whose licence was not accepted.
    """
    corpora = []
    seen: Counter[str] = Counter()
    for name in names:
        corpus = _find(name, accepted)
        seen[corpus.name] += 1
        number = seen[corpus.name]
        corpora.append(corpus if number == 1 else replace(corpus, name=f"{corpus.name}-{number}"))
    return corpora


def find_foreign(names: Iterable[str], accepted: str | None = None) -> list[Corpus]:
    """As `find_corpora`, for tunes that nothing is learned from: `FOREIGN` is among them."""
    return [find_book(name) if name == FOREIGN else find_corpora([name], accepted)[0] for name in names]


def _find(name: str, accepted: str | None) -> Corpus:
    if name in BOOKS:
        return find_book(name)
    return session.find_dump(name, accepted == session.NAME) or find_tunebooks(name)
