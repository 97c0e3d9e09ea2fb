"""The title search: finds titles by their names, as people type them.

A query and a name are compared word by word. A word of the query may have a typo or be a part of a word, and
two words may be written as one. The order of the words does not matter, and neither do case, accents,
punctuation, articles, and which of the usual spellings a word has (`index.spelling.respell`).
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.name_words import NameWords
from index.spelling import respell
from model.names import fold

MAX_WORDS = 12  # of a query; further words are ignored

_LEAST_ALIKE = 0.6  # similarity of two words that may be the same word with a typo
# What a word of the query counts if it is only a part of a word in the name:
_BEGINNING = 0.8  # its beginning; more if little is missing
_INSIDE, _SHORTEST_INSIDE = 0.7, 3  # any other part of at least three letters
# These words weigh as much as one letter.
_LIGHT = frozenset(("a", "an", "and", "in", "na", "of", "on", "or", "the", "to"))
# The score is mostly how well the words match. The rest says how much of the name the query has.
_BY_WORDS = 0.85
_LEAST_SCORE = 0.5  # of a hit

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TitleHit:
    """A title in the result of a search.

    Attributes
    ----------
    title : its number in the catalogue
    name : its name that matches best, as people write it
    score : how well that matches, 0 to 1
    """

    title: int
    name: str
    score: float


class TitleSearch:
    """The names of a catalogue, ready to be searched.

    Parameters
    ----------
    names : the names and their words
    """

    def __init__(self, names: NameWords) -> None:
        self._names = names
        # Two words written as one come last. They are found by typing all of both.
        self._forms = [*names.words, *names.joined]
        self._lengths = np.array([len(word) for word in names.words], np.int64)
        self._text = "\n".join(names.words)
        self._place = np.cumsum([0, *(self._lengths[:-1] + 1)])  # of each word in the text

    def search(self, query: str) -> list[TitleHit]:
        """The titles that the query may mean, best first; of equal ones the first of the catalogue first."""
        words = respell(query).split()[:MAX_WORDS]
        if not words or not self._names.names:
            return []
        similarities = _alike(words, self._forms)
        for word, row in zip(words, similarities, strict=True):
            self._count_parts(word, row)
        of_forms = similarities[:, self._names.form_numbers] * self._names.form_weights
        of_names = np.maximum.reduceat(of_forms, self._names.first_form, axis=1)
        weights = np.array([1 if word in _LIGHT else len(word) for word in words])
        letters = len(fold(query).replace(" ", ""))
        share = np.minimum(letters, self._names.letters) / np.maximum(letters, self._names.letters)
        scores = (weights @ of_names / weights.sum()) * (_BY_WORDS + (1 - _BY_WORDS) * share)
        hits: dict[int, TitleHit] = {}
        for row in np.argsort(-scores, kind="stable")[: np.count_nonzero(scores >= _LEAST_SCORE)].tolist():
            title = int(self._names.title_of_name[row])
            hits.setdefault(title, TitleHit(title, self._names.names[row], float(scores[row])))
        return list(hits.values())

    def _count_parts(self, word: str, similarities: Scores) -> None:
        """Raise the similarities of forms, shape = (forms,), that a word of the query is a part of."""
        # The beginning of a word may have a typo, but not in its first letter.
        start, stop = (bisect_left(self._names.words, letter) for letter in (word[0], chr(ord(word[0]) + 1)))
        missing = 1 - len(word) / np.maximum(self._lengths[start:stop], len(word))
        begun = _alike([word], [form[: len(word)] for form in self._names.words[start:stop]])[0]
        begun *= 1 - (1 - _BEGINNING) * missing
        np.maximum(similarities[start:stop], begun, out=similarities[start:stop])
        if len(word) >= _SHORTEST_INSIDE:
            inside = self._containing(word)
            similarities[inside] = np.maximum(similarities[inside], _INSIDE)

    def _containing(self, part: str) -> NDArray[np.int64]:
        """Numbers of the words with this part."""
        found, place = [], self._text.find(part)
        while place >= 0:
            found.append(place)
            place = self._text.find(part, place + len(part))
        return np.searchsorted(self._place, np.array(found, np.int64), side="right") - 1


def _alike(words: list[str], others: list[str]) -> Scores:
    """The squared similarity of words to others, 0 below the least. shape = (words, others)

    The similarity is one minus the share of letters that were dropped, added, replaced or swapped.
    """
    alike: Scores = process.cdist(words, others, scorer=OSA.normalized_similarity, dtype=np.float32)
    alike[alike < _LEAST_ALIKE] = 0
    return np.square(alike, out=alike)
