"""The tunes of the pictures, and what a Suggester computes on the way to their names."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from index.catalogue import Setting
from index.melody_index import Likenesses
from index.suggester import Suggester
from index.suggestions import Suggestions
from model.abc import Tune, read_tune
from model.encoder import Vectors
from model.grams import Floats

BOOKS = {"oneills1850": "O'Neill", "ryansMammoth": "Ryan", "airdsAirs": "Aird"}  # by the name of the corpus

# The first part of Rory O'More as somebody might write it down, in D. The books print it in G and in A.
KNOWN = """M:6/8
L:1/8
K:D
B|A2D FDD|ADD D2B|AGF FED|CEE EFG|ADF FDD|ADD BAG|FGA A2c|dDD D2:|
"""
# A jig that is in none of the books, and a melody that was made up.
STRANGE = """M:6/8
L:1/8
K:G
BAG GBd|ege dBG|BAG GBd|ege d2c|BAG GBd|ege dBG|cec BdB|AGF G2:|
"""
MADE_UP = """M:4/4
L:1/8
K:D
FAfd ^Gcfe|^ABfd BcAF|^EGce fdBA|Gfc^e dAF^G:|
"""


@dataclass(frozen=True)
class Example:
    """A tune on its way through a Suggester.

    Attributes
    ----------
    abc : the tune as it is posted
    suggester : answers
    """

    abc: str
    suggester: Suggester

    @cached_property
    def tune(self) -> Tune:
        """The tune, read."""
        return read_tune(self.abc)

    @cached_property
    def vector(self) -> Vectors:
        """Its vector. shape = (1, dim)"""
        return self.suggester.encoders.tune.encode([self.tune])

    @cached_property
    def likenesses(self) -> Likenesses:
        """The candidates, and how each resembles the tune."""
        return self.suggester.melody_index.compare(self.tune, self.vector)

    @cached_property
    def probabilities(self) -> tuple[Floats, float]:
        """The probability of each candidate, and that of "none of them"."""
        return self.suggester.ranking.probabilities(self.likenesses)

    @cached_property
    def order(self) -> list[int]:
        """The rows of the candidates, the likeliest first."""
        rows: list[int] = np.argsort(-self.probabilities[0], kind="stable").tolist()
        return rows

    @cached_property
    def suggestions(self) -> Suggestions:
        """The answer."""
        return self.suggester.suggest(self.tune)

    def setting(self, row: int) -> Setting:
        """The setting of a candidate."""
        return self.suggester.catalogue.settings[int(self.likenesses.settings[row])]

    def label(self, row: int) -> str:
        """The title of a candidate and the book that it is in."""
        setting = self.setting(row)
        return f"{self.shown(setting)} ({BOOKS.get(setting.corpus, setting.corpus)})"

    def shown(self, setting: Setting) -> str:
        """The title of a setting as people write it."""
        return self.suggester.directory.display(setting.title)
