"""The training set: a catalogue with its settings and names as features."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from index.catalogue import Catalogue
from index.library import Library
from index.progress import OnStep, counted, ignore_steps
from model.abc import Tune
from model.encoder import Featurizer
from model.registry import build_featurizer
from training.fitting.checkpoints import code_digest
from training.fitting.config import FitConfig


@dataclass(frozen=True)
class TrainingSet:
    """What a training reads.

    Attributes
    ----------
    catalogue : the titles
    tunes, names : features of the catalogue's settings and names, in their order
    tune_featurizer, title_featurizer : read these features, and make views of them
    fingerprint : of code, config and data
    """

    catalogue: Catalogue
    tunes: Sequence[Any]
    names: Sequence[Any]
    tune_featurizer: Featurizer[Tune, Any]
    title_featurizer: Featurizer[str, Any]
    fingerprint: str = ""

    @classmethod
    def read(cls, library: Library, config: FitConfig, on_step: OnStep = ignore_steps) -> "TrainingSet":
        """Read the features that the config's encoders need. Raises EncoderError."""
        catalogue = library.catalogue
        tune_featurizer = build_featurizer("tune", config.tune_encoder)
        title_featurizer = build_featurizer("title", config.title_encoder)
        digest = hashlib.sha256(code_digest())
        digest.update(json.dumps([asdict(config), [asdict(title) for title in catalogue.titles]]).encode())
        tunes = counted(library.tunes, on_step("reading features", len(library.tunes)))
        return cls(
            catalogue,
            [tune_featurizer.features(tune) for tune in tunes],
            [title_featurizer.features(name) for name in catalogue.names],
            tune_featurizer,
            title_featurizer,
            digest.hexdigest(),
        )
