"""Makes a report: everything that the page shows, as data."""

from dataclasses import dataclass

from index.artifact import Artifact
from index.manifest import Manifest
from index.progress import OnStep, ignore_steps
from training.report.history import History
from training.report.measuring import Measured, measure
from training.report.mistakes import Mistake, worst_mistakes
from training.report.neighbours import Neighbour, sample_neighbours
from training.report.tune_map import TuneMap, draw_map


@dataclass(frozen=True)
class Report:
    """What is known about an artifact.

    Attributes
    ----------
    version, manifest : of the artifact
    history : what its training recorded
    measured : figures of this run
    tune_map : unseen tunes and titles in a plane
    neighbours : some titles, each followed by those nearest to it
    mistakes : the wrong answers with the highest confidence
    """

    version: str
    manifest: Manifest
    history: History
    measured: Measured
    tune_map: TuneMap
    neighbours: list[list[Neighbour]]
    mistakes: list[Mistake]


def make_report(artifact: Artifact, on_step: OnStep = ignore_steps) -> Report:
    """Measure an artifact. The same artifact gives the same report.

    Raises ArtifactError when a file that only the report reads is damaged.
    """
    history = History.read(artifact.path)
    measured = measure(artifact, on_step)
    return Report(
        version=artifact.version,
        manifest=artifact.manifest,
        history=history,
        measured=measured,
        tune_map=draw_map(artifact, on_step),
        neighbours=sample_neighbours(artifact),
        mistakes=worst_mistakes(measured.answers, artifact),
    )
