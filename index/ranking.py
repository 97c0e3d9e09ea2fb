"""The ranking: what the melody index and the title index say of a tune, joined as probabilities.

A tune is one of the known settings' tunes, or none of them. The probability of each comes from a conditional
logit (McFadden 1974) over the candidates of the melody index and the alternative that it is none; its weights
are fitted at training time (`training/fitting/fit_ranking.py`). If it is none, its title may still be like those
that the title index finds for its style.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ValidationError

from index.cosine_index import CosineIndex, Hit
from index.melody_index import FEATURES, Likenesses, MelodyIndex
from index.ngram_index import Floats
from model.abc import Tune
from model.encoder import Vectors

# A tune is known when the likeliest titles have at least this probability together: a few, because one tune
# can stand under several titles; no more, because a little for each of many candidates is no knowledge.
KNOWN = 0.5
_LIKELIEST = 3
# Probability below which a resemblance is no reason, for a tune that is known and for one that is not: there
# the likeliest of many candidates resembles it by chance.
_REASON, _REASON_UNKNOWN = 0.01, 0.1
STYLE_TITLES = 100  # asked of the title index
_TYPICAL = 3.6  # ln of the notes of a fragment between the shortest and a whole tune


class RankingModel(BaseModel, frozen=True):
    """The weights of the ranking.

    Attributes
    ----------
    features : `FEATURES`, to see that the weights are of these
    weights : of each feature
    by_length : of each feature times (ln(notes asked) - 3.6)
    none : of the alternative that the tune is not known, and the same times (ln(notes asked) - 3.6)
    style : probability that an unknown tune bears the first title of the title index; the r-th has 1/r of it
        (together less than 1)
    """

    features: tuple[str, ...]
    weights: tuple[float, ...]
    by_length: tuple[float, ...]
    none: tuple[float, float]
    style: float

    def probabilities(self, likenesses: Likenesses, notes: int) -> tuple[Floats, float]:
        """Of each candidate that it is the tune, shape = (candidates,), and that none is."""
        length = log_length(notes)
        weights = np.array(self.weights) + length * np.array(self.by_length)
        scores = np.append(likenesses.features @ weights, self.none[0] + length * self.none[1])
        likely = np.exp(scores - scores.max())
        likely /= likely.sum()
        return likely[:-1], float(likely[-1])

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "RankingModel":
        """Read JSON. Raises ValueError where it is not the model of these features."""
        try:
            model = cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise ValueError(f"{path.name}: {error}") from error
        if model.features != FEATURES or not len(FEATURES) == len(model.weights) == len(model.by_length):
            raise ValueError(f"{path.name} weighs {', '.join(model.features)}, not {', '.join(FEATURES)}")
        return model


def log_length(notes: int) -> float:
    """How long a tune is for the ranking: ln of its notes, less 3.6."""
    return float(np.log(notes)) - _TYPICAL


@dataclass(frozen=True, slots=True)
class Ranked:
    """A title in an answer, with the evidence for it.

    Attributes
    ----------
    title : its number in the catalogue
    confidence : the probability that it is right, 0 to 1
    setting : the known setting that is most likely the tune, None where none is likely enough to be a reason
    similarity : of that setting, as `index.alignment.similarity`
    name : its name nearest to the tune in the title index
    """

    title: int
    confidence: float
    setting: int | None
    similarity: float
    name: Hit


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is said of a tune: whether it is known, and titles, the most likely first."""

    known: bool
    titles: list[Ranked]


def rank(
    tune: Tune,
    vector: Vectors,
    title_index: CosineIndex,
    melody_index: MelodyIndex,
    model: RankingModel,
    k: int,
) -> Ranking:
    """The `k` most likely titles of a tune. `vector` is the tune's, shape = (1, dim)."""
    likenesses = melody_index.compare(tune, vector)
    likely, none = model.probabilities(likenesses, len(tune.notes))
    names = {hit.title: hit for hit in title_index.search(vector, max(k, STYLE_TITLES))[0]}
    by_style = {title: none * model.style / place for place, title in enumerate(names, 1)}
    by_melody: dict[int, float] = {}
    best: dict[int, int] = {}
    title_of_row = melody_index.title_of_setting[likenesses.settings].tolist()
    probability = likely.tolist()
    for row in np.argsort(-likely, kind="stable").tolist():
        title = title_of_row[row]
        by_melody[title] = by_melody.get(title, 0) + probability[row]
        best.setdefault(title, row)
    known = sum(sorted(by_melody.values())[-_LIKELIEST:]) >= KNOWN
    reason = _REASON if known else _REASON_UNKNOWN
    confidence = {
        title: by_melody.get(title, 0) + by_style.get(title, 0) for title in {**by_style, **by_melody}
    }

    def ranked(title: int) -> Ranked:
        setting, similarity = None, 0.0
        if by_melody.get(title, 0) >= reason:
            setting = int(likenesses.settings[best[title]])
            similarity = float(likenesses.features[best[title], FEATURES.index("similarity")])
        name = names.get(title) or title_index.nearest_row(vector, title)
        return Ranked(title, confidence[title], setting, similarity, name)

    order = sorted(confidence, key=lambda title: (-confidence[title], title))
    return Ranking(known, [ranked(title) for title in order[:k]])
