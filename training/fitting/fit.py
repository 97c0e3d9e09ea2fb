"""The main job offline: curated corpora in, a published artifact out.

It trains twice. The first training sees only the training part of a split, stops early, and gives the test
figure; its encoders are kept in the artifact's `evaluation/`. The second sees everything, so that the
artifact knows every tune of its corpora; the service loads its encoders.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.artifact import EVALUATION, METRICS, PROBE_VECTORS, PROBES
from index.cosine_index import CosineIndex
from index.manifest import FORMAT, Manifest
from index.mrr import Mrr
from index.probes import encode_probes, make_probes, measure_vectors, save_probe_vectors, save_probes
from index.publication import locked, publish, staging
from index.suggester import Suggester
from model.encoders import Encoders
from model.version import VERSION
from training.corpora.curate import Curated, CurationError
from training.fitting.config import FitConfig
from training.fitting.evaluation import save_evaluation, unseen_mrr
from training.fitting.fit_ranking import fit_ranking, ranking_examples
from training.fitting.split import Split, group_titles, split_titles
from training.fitting.train import Batches
from training.fitting.trainer import Trainer
from training.fitting.training_set import TrainingSet

WORK = ".training"  # in the folder of artifacts: checkpoints of a training that has not ended
_LOCK = ".training.lock"  # also in the folder of artifacts
_FEWEST_TITLES = 30  # with fewer, the parts of the split are too small to measure anything


def fit(curated: Curated, root: Path, trainer: Trainer) -> str:
    """Train, publish an artifact into `root`, and return its version.

    An interrupted fit leaves the artifacts as they were, and a checkpoint. The same call resumes from it.

    Raises
    ------
    CurationError
        When the corpora hold too few titles.
    SplitError
        When the titles cannot be divided.
    CheckpointError, LeakError
        When the warm start does not fit, or has seen more than the training part of the split.
    BusyError
        When another training is at work in the same folder.
    """
    with locked(root / _LOCK, wait=False):
        version = _fit(curated, root, trainer)
        shutil.rmtree(root / WORK, ignore_errors=True)
    return version


def _fit(curated: Curated, root: Path, trainer: Trainer) -> str:
    library, config, report = curated.library, trainer.config, trainer.report
    catalogue = library.catalogue
    if len(catalogue) < _FEWEST_TITLES:
        counts = f"{len(catalogue)} titles were read, {len(curated.skipped)} tunes skipped"
        raise CurationError(f"{counts}; training needs {_FEWEST_TITLES} titles")
    split = split_titles(group_titles(library, report.step), config.seed)
    if trainer.warm_start:
        trainer.warm_start.check_leaks(library.only(split.train).tunes)
    training_set = TrainingSet.read(library, config, report.step)
    report.say(
        f"{len(catalogue)} titles with {len(catalogue.settings)} settings: {len(split.train)} to train on, "
        f"{len(split.validation)} for validation, {len(split.test)} for the test"
    )
    untrained = unseen_mrr(_untrained(trainer, training_set, split), training_set, split.test)
    evaluated = trainer.on_split(training_set, split, root / WORK / "split.safetensors")
    test = unseen_mrr(evaluated.encoders, training_set, split.test)
    report.say(f"unseen tunes: MRR {_spell(test)}; untrained encoders {untrained.value:.4f}")

    trained = trainer.on_all(training_set, root / WORK / "refit.safetensors")
    suggester = Suggester.build(library, trained.encoders, on_step=report.step)
    examples = ranking_examples(library, suggester, config.seed, report.step)
    first_hits = _first_hits(evaluated.encoders, training_set, split.validation)
    suggester = suggester.with_ranking(fit_ranking(examples, first_hits, report.step))
    probes = make_probes(catalogue, config.seed)
    probe_vectors = encode_probes(probes, suggester.encoders)
    probed = measure_vectors(probes, probe_vectors, suggester)
    report.say(f"catalogue tunes, transposed, cut and ornamented: MRR {_spell(probed)}")

    metrics = {
        "config": asdict(config),
        "warm_start": trainer.warm_start and trainer.warm_start.config,
        "test": test.model_dump(),
        "untrained": untrained.model_dump(),
        "best_epoch": evaluated.progress.best_epoch,
        "split_training": evaluated.progress.history,
        "refit": trained.progress.history,
        "probes": probed.model_dump(),
        "skipped": [asdict(skipped) for skipped in curated.skipped],
    }
    advance = report.step("publishing", 2)
    with staging(root) as staged:
        suggester.save(staged)
        save_probes(probes, staged / PROBES)
        save_probe_vectors(probe_vectors, staged / PROBE_VECTORS)
        (staged / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
        save_evaluation(staged / EVALUATION, evaluated.encoders, training_set, split)
        advance()
        version = publish(root, staged, _manifest(curated, config, suggester, probed, test))
        advance()
    return version


def _untrained(trainer: Trainer, training_set: TrainingSet, split: Split) -> Encoders:
    start = replace(trainer, warm_start=None).start
    towers = start("untrained", Batches(training_set, split.train, trainer.config)).model
    return towers.encoders.as_saved(trainer.device)


def _first_hits(encoders: Encoders, training_set: TrainingSet, titles: Sequence[int]) -> float:
    """How often the index of all titles ranks the right one first for a tune that no encoder saw.

    Half a hit is added, so that the result is never 0.
    """
    catalogue = training_set.catalogue
    settings = np.flatnonzero(np.isin(catalogue.title_of_setting, titles))
    index = CosineIndex(encoders.title.encode_features(training_set.names), catalogue.title_of_name)
    answers = index.search(encoders.tune.encode_features([training_set.tunes[int(i)] for i in settings]), 1)
    is_right = [hits[0].title for hits in answers] == catalogue.title_of_setting[settings]
    return float((np.sum(is_right) + 0.5) / (len(settings) + 1))


def _manifest(curated: Curated, config: FitConfig, suggester: Suggester, probes: Mrr, test: Mrr) -> Manifest:
    catalogue, encoders = suggester.catalogue, suggester.encoders
    return Manifest(
        format=FORMAT,
        version=VERSION,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        revision=_revision(),
        seed=config.seed,
        corpora=curated.corpora,
        titles=len(catalogue),
        settings=len(catalogue.settings),
        dim=encoders.tune.dim,
        probes=probes,
        test=test,
        encoders={"tune": asdict(encoders.tune.config), "title": asdict(encoders.title.config)},
    )


def _revision() -> str:
    """The git revision of this code, marked when files differ from it; "unknown" outside a checkout."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        output = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return output.stdout.strip()


def _spell(mrr: Mrr) -> str:
    return (
        f"{mrr.value:.4f} (95 % {mrr.low:.4f} to {mrr.high:.4f}; {mrr.queries} queries, {mrr.pool} titles, "
        f"chance {mrr.chance:.4f})"
    )
