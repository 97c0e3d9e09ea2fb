"""The gallery: what a system gets to answer queries from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from index.catalogue import Catalogue
from index.library import Library
from index.ranking import RankingModel
from model.encoders import Encoders


class Fitted(NamedTuple):
    """Both encoders of one training, and the ranking model that was fitted with them, if there is one."""

    encoders: Encoders
    ranking: RankingModel | None = None


@dataclass(frozen=True)
class Gallery:
    """Titles to rank, with their settings, and encoders.

    Attributes
    ----------
    library : the titles; without settings where titles are ranked by their names alone
    trained_on : what the encoders were trained on
    fit : gives the encoders, and trains them if necessary; called on first use
    """

    library: Library
    trained_on: Library
    fit: Callable[[], Fitted]

    @cached_property
    def fitted(self) -> Fitted:
        """The encoders, and the ranking model if there is one."""
        return self.fit()

    @property
    def encoders(self) -> Encoders:
        """The encoders."""
        return self.fitted.encoders

    @property
    def catalogue(self) -> Catalogue:
        """The titles."""
        return self.library.catalogue
