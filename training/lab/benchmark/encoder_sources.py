"""Where the encoders of a benchmark come from: training during the run, or an artifact."""

from dataclasses import dataclass, field

from index.artifact import Artifact
from index.library import Library
from model.encoders import Encoders
from training.fitting.config import FitConfig
from training.fitting.material import Material
from training.fitting.split import Split
from training.fitting.trainer import Run
from training.lab.benchmark.gallery import Fitted
from training.lab.workspace import Workspace


@dataclass
class TrainedEncoders:
    """Trains the encoders of each gallery. An interrupted training resumes from its checkpoint.

    Attributes
    ----------
    config : how to train
    workspace : where to train; its folder keeps the checkpoints
    """

    config: FitConfig
    workspace: Workspace
    _last: tuple[Library, Material] | None = field(default=None, init=False, repr=False)

    def trained_on(self, library: Library) -> Library:
        """The library itself."""
        return library

    def from_all(self, name: str, library: Library) -> Fitted:
        """Train on a whole library, as for an artifact that is published."""
        space = self.workspace
        space.report.say(f"{name}: training on {len(library.tunes)} settings")
        path = space.folder / f"{name}.safetensors"
        return _fitted(self._material(library).learn_all(path, space.device, space.report))

    def from_split(self, name: str, library: Library, split: Split) -> Fitted:
        """Train on a split, as for the test figure of an artifact."""
        space = self.workspace
        space.report.say(f"{name}: training on {len(split.train)} titles")
        path = space.folder / f"{name}.safetensors"
        return _fitted(self._material(library).learn_split(split, path, space.device, space.report))

    def _material(self, library: Library) -> Material:
        # The splits of one library follow each other, so keeping the last features is enough.
        if self._last is None or self._last[0] is not library:
            self._last = library, Material.of(library.catalogue, library.tunes, self.config)
        return self._last[1]


class ArtifactEncoders:
    """Gives the encoders and the ranking model of an artifact, whatever the gallery."""

    def __init__(self, artifact: Artifact) -> None:
        suggester = artifact.suggester
        self._fitted = Fitted(suggester.encoders, suggester.ranking)
        self._trained_on = Library.read(suggester.catalogue)

    def trained_on(self, _library: Library) -> Library:
        """The library of the artifact."""
        return self._trained_on

    def from_all(self, _name: str, _library: Library) -> Fitted:
        """The encoders of the artifact."""
        return self._fitted

    def from_split(self, _name: str, _library: Library, _split: Split) -> Fitted:
        """The encoders of the artifact."""
        return self._fitted


def _fitted(run: Run) -> Fitted:
    return Fitted(Encoders(run.towers.tune, run.towers.title))
