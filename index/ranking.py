"""The ranking model: the probability that a candidate of the melody index is the tune, or that none is.

The tune is one of the catalogue's settings or none of them. A conditional logit (McFadden 1974) over the
candidates and the alternative "none" gives the probability of each; `training/fitting/fit_ranking.py` fits
its weights.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import BaseModel, ValidationError

from index.cosine_index import Hit
from index.melody_index import FEATURES, Likenesses
from model.grams import Floats

STYLE_TITLES = 100  # titles from the title index that share the probability of "none"
_NOTES_PER_PAIR = 3  # a query counts as at most this many times its variety: repetition says nothing new
_ALIGNMENT = FEATURES.index("pulses")
_SURELY_WRONG = 11  # rank of a candidate
_FIGURES = 24  # notes; a longer query needs no more diatonic variety than one of so many
_TYPICAL_LENGTH = 3.6  # ln(notes) of a query between the shortest fragment and a whole tune


class RankingModel(BaseModel, frozen=True):
    """The weights of the conditional logit.

    Attributes
    ----------
    features : the names of the features (`FEATURES`), to check that the weights belong to these
    weights : weight of each feature
    by_length : weight of each feature times the length of the query, as `log_length` counts it:
        ln(notes) - 3.6, and less for a monotonous query
    by_square : weight of each feature times the square of that length
    none : score of the alternative "none", its weights for the length and for the square of the length; then
        the same three for the background (below), which they are multiplied by
    style : probability that the title index ranks the right title of an unknown tune first. Its r-th title
        gets 1/r of this probability; the sum over all titles is less than 1
    """

    features: tuple[str, ...]
    weights: tuple[float, ...]
    by_length: tuple[float, ...]
    by_square: tuple[float, ...]
    none: tuple[float, float, float, float, float, float]
    style: float

    @classmethod
    def unfitted(cls, style: float = 0.0) -> Self:
        """All weights 0: every candidate, and "none", are equally likely."""
        zeros = (0.0,) * len(FEATURES)
        return cls(
            features=FEATURES,
            weights=zeros,
            by_length=zeros,
            by_square=zeros,
            none=(0, 0, 0, 0, 0, 0),
            style=style,
        )

    def probabilities(self, likenesses: Likenesses) -> tuple[Floats, float]:
        """Probability that each candidate is the tune, shape = (candidates,), and that none is.

        If the query is monotonous, the candidates together get at most one half, because any tune can have
        such a passage.
        """
        powers = log_length(likenesses.notes, likenesses.variety) ** np.arange(3)
        weights = powers @ np.array([self.weights, self.by_length, self.by_square])
        none, by_background = np.reshape(self.none, (2, 3)) @ powers
        scores = np.append(likenesses.features @ weights, none + by_background * background(likenesses))
        probabilities = np.exp(scores - scores.max())
        probabilities /= probabilities.sum()
        if is_monotonous(likenesses):
            probabilities[:-1] /= 2
            probabilities[-1] = 1 - probabilities[:-1].sum()
        return probabilities[:-1], float(probabilities[-1])

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read JSON.

        Raises OSError when the file cannot be read, ValueError when it is not a ranking model for `FEATURES`.
        """
        try:
            model = cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise ValueError(f"{path.name}: {error}") from error
        weights = model.weights, model.by_length, model.by_square
        if model.features != FEATURES or any(len(some) != len(FEATURES) for some in weights):
            raise ValueError(f"{path.name} weighs {', '.join(model.features)}, not {', '.join(FEATURES)}")
        return model


@dataclass(frozen=True, slots=True)
class RankedTitle:
    """A title in a ranking, by number, with the evidence for it.

    Attributes
    ----------
    title : its number in the catalogue
    confidence : probability that it is right, 0 to 1
    setting : number of its setting that is most likely the tune, None when it is too unlikely as evidence
    similarity : similarity of that setting and the tune (`index.alignment.similarity`), 0 without a setting
    transposition : semitones to add to that setting, to be in the key of the tune; None without a setting, or
        for one that was not compared with the tune
    name : the title's name nearest to the tune in the title index
    also : numbers of the other titles of the same tune, if titles of one tune count as one
    """

    title: int
    confidence: float
    setting: int | None
    similarity: float
    transposition: int | None
    name: Hit
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RankedTitles:
    """The titles for a tune.

    Attributes
    ----------
    known : whether the tune is probably in the catalogue
    titles : the most likely first
    likeliest : number of the setting that is most likely the tune, however unlikely; None without candidates
    """

    known: bool
    titles: list[RankedTitle]
    likeliest: int | None


def is_monotonous(likenesses: Likenesses) -> bool:
    """Whether the query is like a drone, a broken chord, or a short figure that moves along a scale.

    Its variety is not above the square root of its length, or its diatonic variety is not above that of its
    length, of which at most 24 notes count.
    """
    notes, variety, diatonic = likenesses.notes, likenesses.variety, likenesses.diatonic_variety
    return variety**2 <= notes or diatonic**2 <= min(notes, _FIGURES)


def background(likenesses: Likenesses) -> float:
    """How well a candidate fits that is surely wrong: the eleventh highest score of an alignment, 0 to 1.

    It is high for a tune of common phrases, and low for one with wrong notes, whose right setting fits less
    well, too.
    """
    scores = np.sort(likenesses.features[:, _ALIGNMENT])[::-1]
    return float(scores[min(_SURELY_WRONG, len(scores)) - 1]) if len(scores) else 0.0


def log_length(notes: int, variety: float) -> float:
    """The length of a query as the ranking sees it: ln(notes) - 3.6, and less for a monotonous query.

    Parameters
    ----------
    notes, variety : of `Likenesses`
    """
    return float(np.log(min(notes, _NOTES_PER_PAIR * variety))) - _TYPICAL_LENGTH
