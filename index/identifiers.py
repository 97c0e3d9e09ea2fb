"""Ids of titles and settings. They follow from the catalogue, so they survive re-indexing and training.

The id of a title is the folded title that its first setting has in print: "kesh" for "Kesh, The". It does not
depend on the other titles; only if the printed titles of two entries fold to the same gets the later one a
number. The id of a setting is its corpus and a digest of its ABC. It stays when the tune moves within its
tunebook or gets another number there, and changes when the tune changes.
"""

import re
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b

from index.catalogue import Setting, Title
from index.titles import without_number
from model.deadline import checked
from model.names import fold

_LONGEST = 60  # characters of a title's id; the folded titles of the books have at most 50
_TITLE_BYTES, _SETTING_BYTES = 4, 6  # of a digest
_NUMBER = re.compile(r"\AX:.*\n")  # the number of a tune in its tunebook


def title_ids(titles: Iterable[Title]) -> list[str]:
    """The id of each title of a catalogue, all different."""
    return _distinct(slug(title.settings[0].printed if title.settings else title.title) for title in titles)


def setting_ids(settings: Iterable[Setting]) -> list[str]:
    """The id of each setting of a catalogue, all different."""
    corpus_slug = cache(slug)
    return _distinct(
        f"{corpus_slug(setting.corpus)}-{_digest(_content(setting), _SETTING_BYTES)}" for setting in settings
    )


def slug(name: str) -> str:
    """A folded name in the letters a-z, digits and hyphens, without a list number before it.

    It ends in a digest of the name if it is too long or has other letters, and it is never empty.
    """
    folded = fold(without_number(name))
    words = re.sub("[^a-z0-9]+", "-", folded).strip("-")
    if words.replace("-", " ") == folded and 0 < len(words) <= _LONGEST:
        return words
    return f"{words[:_LONGEST]}-{_digest(folded or name, _TITLE_BYTES)}".lstrip("-")


def _content(setting: Setting) -> str:
    return f"{setting.corpus}\0{_NUMBER.sub('', setting.abc)}"


def _distinct(ids: Iterable[str]) -> list[str]:
    """The ids in their order, each with the first number from 2 on that makes it new if it is not."""
    taken: dict[str, None] = {}
    for first in checked(ids):
        number, new = 1, first
        while new in taken:
            number += 1
            new = f"{first}-{number}"
        taken[new] = None
    return list(taken)


def _digest(text: str, size: int) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
