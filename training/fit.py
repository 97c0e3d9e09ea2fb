"""The main job offline: corpora in, a published artifact out.

Two trainings follow each other. The first sees only the training part of the split, stops early, and gives
the test figure; it is kept in the artifact's `evaluation/`. The second sees everything, so that the artifact
knows every tune of its corpora; it is what the service loads.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import torch

from index import artifact
from index.artifact import EVALUATION
from index.catalogue import Catalogue
from index.cosine_index import CosineIndex
from index.manifest import FORMAT, Manifest
from index.mrr import Mrr
from index.probes import Probe, make_probes, measure, save_probes
from index.publication import locked, publish, staging
from model.checkpoint import save_encoder
from training.aliases import Pair
from training.corpora import Corpus
from training.curate import Curated, CurationError, curate
from training.evaluate import SPLIT, pool_index, unseen_mrr
from training.exclusions import unmatched_told
from training.lessons import Lessons
from training.split import Split, split_titles
from training.towers import FitConfig, Towers
from training.trainer import Progress, Run

WORK = ".training"  # in the artifacts' folder: checkpoints of a training that has not ended
_FEWEST_TITLES = 30  # with fewer, the parts of the split are too small to say anything


class Reporter(Protocol):
    """Shows a long job's progress."""

    def step(self, description: str, total: int | None = None, done: int = 0) -> Callable[[], object]:
        """Begin a step of so many parts, None if unknown, some done before; call the answer after each."""

    def say(self, text: str) -> None:
        """Tell something that stays."""


@dataclass(frozen=True)
class Material:
    """What both trainings read.

    Attributes
    ----------
    curated : catalogue and tunes
    tunes, names : features of the catalogue's settings and names
    fingerprint : of code, config and data; checkpoints of another are not gone on from, because another
        reader or another split would mix what the weights have seen with what they are tested on
    """

    curated: Curated
    tunes: list[Any]
    names: list[Any]
    fingerprint: str

    @property
    def catalogue(self) -> Catalogue:
        """The titles."""
        return self.curated.catalogue


def fit(
    corpora: Sequence[Corpus],
    config: FitConfig,
    root: Path,
    device: torch.device,
    report: Reporter,
    excluded: Set[str] = frozenset(),
    aliases: Set[Pair] = frozenset(),
) -> str:
    """Train on the corpora, publish into `root`, and return the new artifact's version.

    Settings whose references are `excluded` are left out; settings whose references are a pair of `aliases`
    have one title.

    Interrupted, it leaves the artifacts as they were and a checkpoint; called again with the same corpora and
    config, it goes on from there. Raises CurationError when the corpora hold too little, TunebookError when
    one is missing, BlockingIOError when another training is at work in the same folder.
    """
    with locked(root / WORK, wait=False):
        version = _fit(corpora, config, root, device, report, excluded, aliases)
        shutil.rmtree(root / WORK, ignore_errors=True)
    return version


def _fit(
    corpora: Sequence[Corpus],
    config: FitConfig,
    root: Path,
    device: torch.device,
    report: Reporter,
    excluded: Set[str],
    aliases: Set[Pair],
) -> str:
    material = _read(corpora, config, report, excluded, aliases)
    catalogue = material.catalogue
    split = split_titles(catalogue, material.curated.tunes, config.seed)
    report.say(
        f"{len(catalogue)} titles with {len(catalogue.settings)} settings: {len(split.train)} to learn, "
        f"{len(split.validation)} to stop by, {len(split.test)} to test on"
    )
    untrained, towers, progress = _train_split(material, split, config, root, device, report)
    test = _unseen(towers, material, split.test)
    report.say(f"unseen tunes: MRR {_spell(test)}; untrained encoders {untrained.value:.4f}")

    refitted, refit_progress = _train_all(material, config, root, device, report)
    title_index = CosineIndex(refitted.title.encode_features(material.names), catalogue.title_of_name)
    melody_index = CosineIndex(refitted.tune.encode_features(material.tunes), catalogue.title_of_setting)
    probes = make_probes(catalogue, config.seed)
    known = measure(probes, refitted.tune, title_index, catalogue)
    report.say(f"known tunes in another key, cut, ornamented: MRR {_spell(known)}")

    manifest = _manifest(material, config, refitted, probes=known, test=test)
    metrics = {
        "protocol": "see docs/design.md, The figures of an artifact",
        "config": asdict(config),
        "test": test.model_dump(),
        "untrained": untrained.model_dump(),
        "best_epoch": progress.best_epoch,
        "split_training": progress.history,
        "refit": refit_progress.history,
        "probes": known.model_dump(),
        "skipped": [asdict(skipped) for skipped in material.curated.skipped],
    }
    with staging(root) as staged:
        _write_published(staged, refitted, catalogue, title_index, melody_index, probes, metrics)
        _write_evaluation(staged / EVALUATION, towers, material, split)
        return publish(root, staged, manifest)


def _read(
    corpora: Sequence[Corpus],
    config: FitConfig,
    report: Reporter,
    excluded: Set[str],
    aliases: Set[Pair],
) -> Material:
    curated = curate(corpora, report.step("reading"), excluded, aliases)
    skipped = len(curated.skipped)
    merged = sum(corpus.merged for corpus in curated.corpora)
    report.say(
        f"read {len(curated.tunes) + merged} tunes, left out {skipped}; {merged} have the title and the "
        "notes of another and are merged with it"
    )
    if curated.unmatched:
        report.say(unmatched_told(curated.unmatched))
    if len(curated.catalogue) < _FEWEST_TITLES:
        found = f"{len(curated.catalogue)} titles were read, {skipped} tunes left out"
        raise CurationError(f"{found}; training needs {_FEWEST_TITLES} titles")
    towers = Towers(config)  # only for what they make of tunes and names
    sources = [[corpus.sha256 for corpus in curated.corpora], sorted(excluded), sorted(aliases)]
    data = json.dumps([_code_digest(), asdict(config), sources])
    return Material(
        curated,
        [towers.tune.features(tune) for tune in curated.tunes],
        [towers.title.features(name) for name in curated.catalogue.names],
        hashlib.sha256(data.encode()).hexdigest(),
    )


def _train_split(
    material: Material, split: Split, config: FitConfig, root: Path, device: torch.device, report: Reporter
) -> tuple[Mrr, Towers, Progress]:
    """The training that the test figure comes from, after the figure of the untrained towers."""
    lessons = Lessons(material.catalogue, split.train, material.tunes, material.names)
    checkpoint = root / WORK / "split.safetensors"
    run = Run("split", config, lessons, device, checkpoint, material.fingerprint)
    torch.manual_seed(config.seed)
    untrained = _unseen(Towers(config).to(device).eval(), material, split.test)
    advance = report.step("training on the split", config.max_epochs, run.progress.epochs)

    def on_epoch(record: dict[str, float]) -> None:
        advance()
        report.say(
            f"epoch {record['epoch']}: loss {record['loss']:.3f}, validation {record['validation_mrr']:.4f}"
        )

    def validate(towers: Towers) -> float:
        return _unseen(towers, material, split.validation).value

    return untrained, run.fit(config.max_epochs, validate, on_epoch), run.progress


def _train_all(
    material: Material, config: FitConfig, root: Path, device: torch.device, report: Reporter
) -> tuple[Towers, Progress]:
    """The training that is published."""
    lessons = Lessons(material.catalogue, range(len(material.catalogue)), material.tunes, material.names)
    run = Run("refit", config, lessons, device, root / WORK / "refit.safetensors", material.fingerprint)
    advance = report.step("training on everything", config.refit_epochs, run.progress.epochs)

    def on_epoch(record: dict[str, float]) -> None:
        advance()
        report.say(f"epoch {record['epoch']}: loss {record['loss']:.3f}")

    return run.fit(config.refit_epochs, on_epoch=on_epoch), run.progress


def _unseen(towers: Towers, material: Material, titles: Sequence[int]) -> Mrr:
    index = pool_index(towers.title, material.names, material.catalogue, titles)
    return unseen_mrr(towers.tune, material.tunes, index, material.catalogue, titles)


def _write_published(
    folder: Path,
    towers: Towers,
    catalogue: Catalogue,
    title_index: CosineIndex,
    melody_index: CosineIndex,
    probes: Sequence[Probe],
    metrics: dict[str, Any],
) -> None:
    _write_towers(folder, towers, title_index)
    melody_index.save(folder / artifact.SETTINGS)
    catalogue.save(folder / artifact.CATALOGUE)
    save_probes(probes, folder / artifact.PROBES)
    (folder / artifact.METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")


def _write_evaluation(folder: Path, towers: Towers, material: Material, split: Split) -> None:
    folder.mkdir()
    _write_towers(folder, towers, pool_index(towers.title, material.names, material.catalogue, split.test))
    (folder / SPLIT).write_text(json.dumps(split.as_lists()) + "\n", encoding="utf-8")


def _write_towers(folder: Path, towers: Towers, title_index: CosineIndex) -> None:
    save_encoder(towers.tune, folder / artifact.TUNE_ENCODER)
    save_encoder(towers.title, folder / artifact.TITLE_ENCODER)
    title_index.save(folder / artifact.TITLES)


def _manifest(material: Material, config: FitConfig, towers: Towers, probes: Mrr, test: Mrr) -> Manifest:
    return Manifest(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        revision=_revision(),
        seed=config.seed,
        corpora=material.curated.corpora,
        titles=len(material.catalogue),
        settings=len(material.catalogue.settings),
        dim=towers.tune.dim,
        probes=probes,
        test=test,
        encoders={"tune": asdict(towers.tune.config), "title": asdict(towers.title.config)},
    )


def _revision() -> str:
    """The git revision of this code, with a mark when files differ from it; "unknown" outside a checkout."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        found = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()


def _code_digest() -> str:
    """Of everything between a corpus and a weight."""
    digest = hashlib.sha256()
    for room in ("index", "model", "training"):
        for file in sorted((Path(__file__).parents[1] / room).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _spell(mrr: Mrr) -> str:
    return (
        f"{mrr.value:.4f} (95 % {mrr.low:.4f} to {mrr.high:.4f}; {mrr.queries} queries, {mrr.pool} titles, "
        f"chance {mrr.chance:.4f})"
    )
