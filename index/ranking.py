"""The ranking: what the title index and the melody index say of a tune, joined."""

from dataclasses import dataclass

from index.cosine_index import CosineIndex, Hit
from model.encoder import Vectors

_DEPTH = 100  # titles asked of each index, at least


@dataclass(frozen=True, slots=True)
class Ranked:
    """A title in an answer, with the evidence for it.

    Attributes
    ----------
    title : its number in the catalogue
    score : the higher cosine of the two, -1 to 1
    name : the name nearest to the tune in the title index, if it is among the nearest
    setting : the setting nearest to the tune in the melody index, if it is among the nearest
    """

    title: int
    score: float
    name: Hit | None
    setting: Hit | None


def rank(queries: Vectors, title_index: CosineIndex, melody_index: CosineIndex, k: int) -> list[list[Ranked]]:
    """For each query the `k` best titles, best first.

    The two indexes answer different questions: which known tune is this, and which titles do tunes of this
    kind bear. A title scores the higher of its two cosines: a setting that is all but identical decides, and
    where no setting is near, the title tower does.

    Parameters
    ----------
    queries : float32, shape = (queries, dim), of unit length
    """
    depth = max(k, _DEPTH)
    answers = zip(title_index.search(queries, depth), melody_index.search(queries, depth), strict=True)
    return [_join(names, settings)[:k] for names, settings in answers]


def _join(names: list[Hit], settings: list[Hit]) -> list[Ranked]:
    name_of = {hit.title: hit for hit in names}
    setting_of = {hit.title: hit for hit in settings}
    joined = []
    for title in name_of.keys() | setting_of.keys():
        name, setting = name_of.get(title), setting_of.get(title)
        score = max(hit.score for hit in (name, setting) if hit)
        joined.append(Ranked(title, score, name, setting))
    return sorted(joined, key=lambda ranked: (-ranked.score, ranked.title))
