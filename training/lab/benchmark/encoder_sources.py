"""Where the encoders of a benchmark come from: training during the run, or an artifact."""

from dataclasses import dataclass, field
from pathlib import Path

from index.artifact import Artifact
from index.library import Library
from index.progress import OnStep, ignore_steps
from training.fitting.split import Split
from training.fitting.trainer import Trainer
from training.fitting.training_set import TrainingSet
from training.lab.benchmark.gallery import Fitted


@dataclass
class TrainedEncoders:
    """Trains the encoders of each gallery. An interrupted training resumes from its checkpoint.

    Attributes
    ----------
    trainer : trains them
    folder : for the checkpoints
    """

    trainer: Trainer
    folder: Path
    _last: tuple[Library, TrainingSet] | None = field(default=None, init=False, repr=False)

    def trained_on(self, library: Library) -> Library:
        """The library itself."""
        return library

    def from_all(self, name: str, library: Library) -> Fitted:
        """Train on a whole library, as for an artifact that is published."""
        self.trainer.report.say(f"{name}: training on {len(library.tunes)} settings")
        trained = self.trainer.on_all(self._training_set(library), self._checkpoint(name))
        return Fitted(trained.encoders)

    def from_split(self, name: str, library: Library, split: Split) -> Fitted:
        """Train on a split, as for the test figure of an artifact."""
        self.trainer.report.say(f"{name}: training on {len(split.train)} titles")
        trained = self.trainer.on_split(self._training_set(library), split, self._checkpoint(name))
        return Fitted(trained.encoders)

    def _checkpoint(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"

    def _training_set(self, library: Library) -> TrainingSet:
        # The splits of one library follow each other, so keeping the last features is enough.
        if self._last is None or self._last[0] is not library:
            self._last = library, TrainingSet.read(library, self.trainer.config, self.trainer.report.step)
        return self._last[1]


class ArtifactEncoders:
    """Gives the encoders and the ranking model of an artifact, whatever the gallery."""

    def __init__(self, artifact: Artifact, on_step: OnStep = ignore_steps) -> None:
        suggester = artifact.suggester
        self._fitted = Fitted(suggester.encoders, suggester.ranking)
        self._trained_on = Library.read(suggester.catalogue, on_step)

    def trained_on(self, _library: Library) -> Library:
        """The library of the artifact."""
        return self._trained_on

    def from_all(self, _name: str, _library: Library) -> Fitted:
        """The encoders of the artifact."""
        return self._fitted

    def from_split(self, _name: str, _library: Library, _split: Split) -> Fitted:
        """The encoders of the artifact."""
        return self._fitted
