"""Synthetic settings: as many tunes as a measurement of cost needs, each made from a real one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import overload

import numpy as np

from index.catalogue import Catalogue, Title
from index.library import Library
from index.progress import OnStep, counted, ignore_steps
from model.abc import Tune

_MOVED = 0.4  # share of the notes; then six in a row, as long as an n-gram, stay together one time in twenty
_STEPS = (-2, -1, 1, 2)  # in the tune's own scale
_WORDS = 3  # of a title


@dataclass(frozen=True)
class Synthetic:
    """An endless sequence of titles with one setting each. The seed alone determines each of them.

    Attributes
    ----------
    library : the real titles and settings from which synthetic ones are made
    seed : random seed
    """

    library: Library
    seed: int = 0

    @cached_property
    def _words(self) -> list[str]:
        return [word for name in self.library.catalogue.names for word in name.split()]

    def first(self, size: int, on_step: OnStep = ignore_steps) -> Library:
        """The first titles as a library. A tune is made each time it is read."""
        numbers = counted(range(size), on_step(f"making {size:,} titles", size))
        return Library(Catalogue(tuple(self.title(number) for number in numbers)), _Tunes(self, size))

    def tune(self, number: int) -> Tune:
        """A real setting with a share of its notes moved by one or two steps of its scale."""
        rng = np.random.default_rng((self.seed, number))
        tune = self.library.tunes[number % len(self.library.tunes)]
        scale = sorted({note.pitch for note in tune.notes})
        step_of = {pitch: i for i, pitch in enumerate(scale)}
        last = len(scale) - 1
        moved = rng.random(len(tune.notes)) < _MOVED
        steps = rng.choice(_STEPS, len(tune.notes)).tolist()
        notes = tuple(
            replace(note, pitch=scale[min(max(step_of[note.pitch] + step, 0), last)]) if move else note
            for note, move, step in zip(tune.notes, moved.tolist(), steps, strict=True)
        )
        return replace(tune, notes=notes)

    def title(self, number: int) -> Title:
        """A title made of words of real titles, with one setting.

        The setting keeps the ABC text of the real one: a new text would take as much space, and would have
        to be written a million times.
        """
        rng = np.random.default_rng((self.seed, number, 1))
        name = " ".join(self._words[i] for i in rng.integers(len(self._words), size=_WORDS))
        setting = self.library.catalogue.settings[number % len(self.library.tunes)]
        return Title(name, (), (replace(setting, reference=f"synthetic/{number}", title=name),))


@dataclass(frozen=True)
class _Tunes(Sequence[Tune]):
    """The first tunes, made when they are read: a million do not fit into memory."""

    synthetic: Synthetic
    size: int

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, number: int) -> Tune: ...

    @overload
    def __getitem__(self, number: slice) -> list[Tune]: ...

    def __getitem__(self, number: int | slice) -> Tune | list[Tune]:
        numbers = range(self.size)[number]
        if isinstance(numbers, range):
            return [self[i] for i in numbers]
        return self.synthetic.tune(numbers)
