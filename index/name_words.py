"""The names of a catalogue taken apart into words, as arrays that the title search reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.catalogue import Catalogue
from index.spelling import respell
from model.arrays import Array, strings_of, text_of
from model.deadline import check_deadline
from model.names import fold

_RHYTHM = 0.8  # what a rhythm of the title's tunes counts that is not in the name


@dataclass(frozen=True, slots=True)
class NameWords:
    """The names of a catalogue, each with the words that a query may find it by.

    A form is a word, or two neighbouring words written as one.

    Attributes
    ----------
    names : as people write them; names of one title that differ in signs only count once
    words : all different words, sorted
    joined : all different pairs of words written as one that are not words, sorted
    title_of_name : number of the title of each name, shape = (names,)
    letters : number of letters of each name, shape = (names,)
    first_form : where the forms of each name begin, shape = (names,)
    form_numbers : the forms of all names: numbers in `words` and, after them, in `joined`, shape = (forms,)
    form_weights : what each of these counts, 0 to 1, shape = (forms,)
    """

    names: list[str]
    words: list[str]
    joined: list[str]
    title_of_name: NDArray[np.int64]
    letters: NDArray[np.int64]
    first_form: NDArray[np.int64]
    form_numbers: NDArray[np.int64]
    form_weights: NDArray[np.float32]

    @classmethod
    def of(cls, catalogue: Catalogue, display: Callable[[str], str]) -> Self:
        """Take all names of a catalogue apart. `display` returns a name as people write it."""
        names: list[str] = []
        title_of_name: list[int] = []
        letters: list[int] = []
        weights: list[dict[str, float]] = []  # of the forms of each name
        words: set[str] = set()
        rhythm_words = cache(lambda rhythm: respell(rhythm).split())
        for number, title in enumerate(catalogue.titles):
            check_deadline()
            rhythms = {word for setting in title.settings for word in rhythm_words(setting.rhythm)}
            folded = {fold(name): name for name in reversed([display(name) for name in title.names])}
            for form, name in reversed(folded.items()):
                if not form:
                    continue
                written = form.split()
                # A name keeps its own spelling, because people type the beginning of that.
                in_name = {*written, *respell(name).split()}
                words |= rhythms | in_name
                joined = (a + b for a, b in pairwise(written))
                weights.append(
                    {
                        **dict.fromkeys(sorted(rhythms), _RHYTHM),
                        **dict.fromkeys((*joined, *sorted(in_name)), 1.0),
                    }
                )
                names.append(name)
                title_of_name.append(number)
                letters.append(sum(map(len, written)))
        in_order = sorted(words)
        pairs = sorted({form for forms in weights for form in forms} - words)
        number_of = {form: number for number, form in enumerate((*in_order, *pairs))}
        return cls(
            names=names,
            words=in_order,
            joined=pairs,
            title_of_name=np.array(title_of_name, np.int64),
            letters=np.array(letters, np.int64),
            first_form=np.cumsum([0, *map(len, weights)], dtype=np.int64)[:-1],
            form_numbers=np.array([number_of[form] for forms in weights for form in forms], np.int64),
            form_weights=np.array([weight for forms in weights for weight in forms.values()], np.float32),
        )

    def as_arrays(self) -> dict[str, Array]:
        """The same as arrays, texts as their UTF-8."""
        return {
            "names": text_of(self.names),
            "words": text_of(self.words),
            "joined": text_of(self.joined),
            "title_of_name": self.title_of_name,
            "letters": self.letters,
            "first_form": self.first_form,
            "form_numbers": self.form_numbers,
            "form_weights": self.form_weights,
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Array]) -> Self:
        """What `as_arrays` returned. Raises ValueError when the arrays do not fit each other."""
        fields: dict[str, Any] = dict(arrays)
        try:
            fields |= {name: strings_of(arrays[name]) for name in ("names", "words", "joined")}
            found = cls(**fields)
        except (KeyError, TypeError) as error:
            raise ValueError(f"these are not the words of names: {error}") from error
        lengths = {len(each) for each in (found.title_of_name, found.letters, found.first_form)}
        if lengths != {len(found.names)}:
            raise ValueError(f"there are {len(found.names)} names, but numbers for {sorted(lengths)}")
        return found
