"""Synthetic settings: as many tunes as a measurement of cost needs, each made of a known one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from index.catalogue import Catalogue, Title
from model.abc import Tune

_MOVED = 0.4  # share of the notes; six in a row, as long as an n-gram, stay together once in twenty times
_STEPS = (-2, -1, 1, 2)  # of the tune's own scale
_WORDS = 3  # of a title


@dataclass(frozen=True)
class Synthetic:
    """An endless row of titles with one setting each. What stands at a place follows from the seed alone.

    Attributes
    ----------
    catalogue, tunes : known titles and their settings, read, of which the others are made
    seed : of all that is drawn
    """

    catalogue: Catalogue
    tunes: Sequence[Tune]
    seed: int = 0

    @cached_property
    def _words(self) -> list[str]:
        return [word for name in self.catalogue.names for word in name.split()]

    def tune(self, number: int) -> Tune:
        """A known setting, with a share of the notes moved by a step or two of its scale."""
        rng = np.random.default_rng((self.seed, number))
        tune = self.tunes[number % len(self.tunes)]
        scale = sorted({note.pitch for note in tune.notes})
        place = {pitch: i for i, pitch in enumerate(scale)}
        last = len(scale) - 1
        moved = rng.random(len(tune.notes)) < _MOVED
        steps = rng.choice(_STEPS, len(tune.notes)).tolist()
        notes = tuple(
            replace(note, pitch=scale[min(max(place[note.pitch] + step, 0), last)]) if move else note
            for note, move, step in zip(tune.notes, moved.tolist(), steps, strict=True)
        )
        return replace(tune, notes=notes)

    def title(self, number: int) -> Title:
        """Words of known titles, with a setting.

        Its text is that of the known setting: what a million texts weigh is the same, and they need not be
        written.
        """
        rng = np.random.default_rng((self.seed, number, 1))
        name = " ".join(self._words[i] for i in rng.integers(len(self._words), size=_WORDS))
        setting = self.catalogue.settings[number % len(self.tunes)]
        return Title(name, (), (replace(setting, reference=f"synthetic/{number}", title=name),))
