"""Slips: finds titles that differ by a slip of the pen and have the same tune.

"Edinburg" and "Edinburgh" are one title, "Banks of the Ilen" and "Banks of the Nile" are two, and no spelling
says so. So the melodies of titles that are nearly the same are compared.
"""

import re
from collections.abc import Callable, Iterator, Set
from functools import cache
from itertools import combinations

from index.alignment import SAME_MELODY, Melody, similarities
from index.catalogue import Catalogue, Setting, Title
from index.titles import base_and_family, names_in

_SHORTEST = 5  # letters of a squeezed name; shorter ones are alike by chance
_SHORTEST_WITH_SLIP = 8  # letters of one that may have a wrong letter
_MOST_NAMES = 8  # that share a form; more are a series, and comparing all pairs would take too long

_EITHER = re.compile(r"\s+or\s+", re.IGNORECASE)
_SMALL_WORD = re.compile(r"\b(?:a|and|da|das|der|die|el|il|l|la|le|les|o|of|the|y)\b")
_Y = re.compile(r"(?:ey|ie)(?=s?\b)")
_PLURAL = re.compile(r"(?<=\w{3})s\b")
_NO_LETTER = re.compile(r"[\W\d_]+")
_DOUBLED = re.compile(r"(.)\1+")
_DIGITS = re.compile(r"\d+")


def find_slips(
    catalogue: Catalogue, melody_of: Callable[[Setting], Melody], among: Set[int] | None = None
) -> list[tuple[str, str]]:
    """Pairs of references: settings of the same tune under two titles that are nearly the same.

    Two titles are nearly the same if they differ in spaces, small words, plurals and doubled letters only; if
    they are long, one letter may also be missing, wrong or moved. Their numbers must be the same, and the
    rhythms in them of one family. "X or Y" is nearly the same as X and as Y. Two tunes are the same if their
    melodies are as similar as `index.alignment.SAME_MELODY`.

    Parameters
    ----------
    catalogue : titles without a key in common
    melody_of : gives the melody of a setting of the catalogue
    among : numbers of titles; only pairs with one of them are found. None for all titles
    """
    melody = cache(melody_of)
    slips = []
    for a, b in _nearly_the_same(catalogue, among):
        others = catalogue.titles[b].settings
        for setting in catalogue.titles[a].settings:
            similarity = similarities(melody(setting), [melody(other) for other in others])
            if similarity.max() >= SAME_MELODY:
                slips.append((setting.reference, others[int(similarity.argmax())].reference))
                break
    return slips


def _nearly_the_same(catalogue: Catalogue, among: Set[int] | None) -> list[tuple[int, int]]:
    """Pairs of numbers of titles that are nearly the same; in time linear in the number of titles."""
    numbers = range(len(catalogue))
    wanted = among if among is not None else frozenset(numbers)
    names_with: dict[str, list[tuple[int, str]]] = {}  # form -> titles, each with its rhythm's family
    for number in wanted:
        for form, family in _forms(catalogue.titles[number]):
            names_with.setdefault(form, []).append((number, family))
    for number in numbers:
        if number not in wanted:
            for form, family in _forms(catalogue.titles[number]):
                if form in names_with:
                    names_with[form].append((number, family))
    several = (set(names) for names in names_with.values() if len(names) > 1)
    return sorted(
        {
            (a, b)
            for names in several
            if len(names) <= _MOST_NAMES
            for (a, family), (b, other) in combinations(sorted(names), 2)
            if a != b and not wanted.isdisjoint((a, b)) and (family == other or "" in (family, other))
        }
    )


def _forms(title: Title) -> Iterator[tuple[str, str]]:
    """Its names squeezed, and also without any one letter; each with the family of the rhythm in the name.

    Names that differ by a letter that is missing, wrong or moved share the form without it. This is FastSS
    (Bocek, Hunt and Stiller, Fast similarity search in large dictionaries, 2007).
    """
    printed = dict.fromkeys(setting.title for setting in title.settings)
    names = [name for text in printed for name in (text, *names_in(text), *_EITHER.split(text))]
    for name in dict.fromkeys(names):
        base, family = base_and_family(name, "")
        numbers = " " + " ".join(_DIGITS.findall(base))
        text = _PLURAL.sub("", _Y.sub("y", _SMALL_WORD.sub("", base)))
        letters = _DOUBLED.sub(r"\1", _NO_LETTER.sub("", text))
        if len(letters) >= _SHORTEST:
            yield letters + numbers, family
        if len(letters) >= _SHORTEST_WITH_SLIP:
            for i in range(len(letters)):
                yield letters[:i] + letters[i + 1 :] + numbers, family
