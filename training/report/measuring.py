"""Measures an artifact by protocols that need nothing but the artifact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from index.artifact import Artifact
from index.mrr import Mrr, summarise
from index.progress import OnStep, counted_step, ignore_steps
from training.report.calibration import Calibration, calibrate
from training.report.queries import Queries, Query, draw_queries
from training.report.rankers import Answer, Ranker, answer, at_random, by_name, by_ngrams, by_settings

RANKING = "Gan Ainm"
NAMES = "its names alone"
SAME_MELODY = "another setting with the same melody"  # a protocol
_FRAGMENTS = (32, 16, 8)  # notes
_SHORT = 16  # notes of the fragments in the reliability diagram


class Figure(NamedTuple):
    """The MRR of one system by one protocol."""

    protocol: str
    system: str
    mrr: Mrr


@dataclass(frozen=True)
class Reliability:
    """How often the first title was right, for one kind of queries.

    Attributes
    ----------
    name : the kind
    calibration : by confidence
    known, unknown : how many queries have a title that can be found, and how many have none
    """

    name: str
    calibration: Calibration
    known: int
    unknown: int


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes
    ----------
    figures : by protocol and system
    reliability : of whole tunes and of fragments
    answers : to whole settings, held out or unknown
    """

    figures: list[Figure]
    reliability: list[Reliability]
    answers: list[Answer]


def measure(artifact: Artifact, on_step: OnStep = ignore_steps) -> Measured:
    """Rank the queries of an artifact. Raises ArtifactError when its split cannot be read."""
    return _Measurement(artifact, on_step).run(draw_queries(artifact))


class _Measurement:
    def __init__(self, artifact: Artifact, on_step: OnStep) -> None:
        self._suggester, self._on_step = artifact.suggester, on_step
        catalogue = artifact.suggester.catalogue
        self._titles = len(catalogue)
        self._rankers: dict[str, Ranker] = {}
        contents = artifact.suggester.melody_index.contents
        if contents is not None:
            self._rankers["shared runs of intervals"] = by_ngrams(catalogue, contents)
        self._rankers |= {
            "most settings first": by_settings(catalogue),
            "random order": at_random(self._titles),
        }
        self._figures: list[Figure] = []

    def run(self, queries: Queries) -> Measured:
        # Only here, because the encoders have learned the names of the settings that the others leave out.
        self._rank("changed", queries.changed, {NAMES: by_name(self._suggester)})
        whole = self._rank("another setting", queries.held_out)
        same = [
            query for query, is_same in zip(queries.held_out, queries.same_melody, strict=True) if is_same
        ]
        self._rank(SAME_MELODY, same)
        for notes in _FRAGMENTS:
            self._rank(f"the first {notes} notes of it", [query.first(notes) for query in same])
        short = self._ask("fragments", [query.first(_SHORT) for query in queries.held_out])
        unknown = self._ask("unknown tunes", queries.unknown)
        short_unknown = self._ask("unknown fragments", [query.first(_SHORT) for query in queries.unknown])
        kinds = (("whole tunes", whole, unknown), (f"first {_SHORT} notes", short, short_unknown))
        reliability = [_reliability(name, *answers) for name, *answers in kinds if any(answers)]
        return Measured(self._figures, reliability, [*whole, *unknown])

    def _rank(
        self, protocol: str, queries: Sequence[Query], further: Mapping[str, Ranker] | None = None
    ) -> list[Answer]:
        """Answer queries, and add the figures of all systems and of `further` ones."""
        if not queries:
            return []
        rankers = {**(further or {}), **self._rankers}
        answers, by_system = [], {name: np.zeros(len(queries)) for name in rankers}
        for number, query in enumerate(counted_step(queries, f"ranking: {protocol}", self._on_step)):
            answers.append(answer(query, self._suggester))
            for name, rank in rankers.items():
                by_system[name][number] = rank(query)
        ours = {RANKING: np.array([each.reciprocal for each in answers])}
        self._figures += [
            Figure(protocol, system, summarise(reciprocals, self._titles))
            for system, reciprocals in (ours | by_system).items()
        ]
        return answers

    def _ask(self, description: str, queries: Sequence[Query]) -> list[Answer]:
        asked = counted_step(queries, f"ranking: {description}", self._on_step)
        return [answer(query, self._suggester) for query in asked]


def _reliability(name: str, known: Sequence[Answer], unknown: Sequence[Answer]) -> Reliability:
    answers = [*known, *unknown]
    confidence = np.array([each.confidence for each in answers])
    right = np.array([float(each.is_right) for each in answers])
    return Reliability(name, calibrate(confidence, right), len(known), len(unknown))
