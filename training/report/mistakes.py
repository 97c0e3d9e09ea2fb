"""The worst mistakes: wrong titles with the highest confidence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.alignment import SAME_MELODY, similarity
from index.artifact import Artifact
from model.abc import read_tune
from training.report.comparing import Comparison, compare
from training.report.rankers import Answer

_MOST = 3  # of each kind


@dataclass(frozen=True)
class Mistake:
    """A wrong first suggestion.

    Attributes
    ----------
    said, right : the title that was suggested, and the printed one, as people write them
    confidence : of the wrong title, 0 to 1
    is_same_melody : whether both melodies are nearly the same, so that two names may belong to one tune
    is_unknown : whether the right title had been left out, so that no title was right
    said_reference, right_reference : where both settings are
    comparison : the query beside the setting that it was taken for
    """

    said: str
    right: str
    confidence: float
    is_same_melody: bool
    is_unknown: bool
    said_reference: str
    right_reference: str
    comparison: Comparison


def worst_mistakes(answers: Sequence[Answer], artifact: Artifact) -> list[Mistake]:
    """The wrong answers with the highest confidence, each pair of titles once: a few of each kind."""
    suggester = artifact.suggester
    catalogue, display = suggester.catalogue, suggester.directory.display
    mistakes: dict[frozenset[int], Mistake] = {}
    counts = Counter[bool]()
    for answer in sorted(answers, key=lambda each: -each.confidence):
        pair = frozenset((answer.title, answer.query.title))
        asked, setting = answer.query.setting, answer.setting
        if answer.is_right or pair in mistakes or asked is None or setting is None:
            continue
        melody = suggester.melody_index.melody
        is_same_melody = similarity(melody(asked), melody(setting)) >= SAME_MELODY
        if counts[is_same_melody] == _MOST:
            continue
        counts[is_same_melody] += 1
        said, right = catalogue.settings[setting], catalogue.settings[asked]
        mistakes[pair] = Mistake(
            said=display(said.title),
            right=display(right.title),
            confidence=answer.confidence,
            is_same_melody=is_same_melody,
            is_unknown=bool(answer.query.absent),
            said_reference=said.reference,
            right_reference=right.reference,
            comparison=compare(answer.query.tune, read_tune(said.abc)),
        )
    return list(mistakes.values())
