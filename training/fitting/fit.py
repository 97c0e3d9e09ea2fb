"""The main job offline: corpora in, a published artifact out.

Two trainings follow each other. The first sees only the training part of the split, stops early, and gives
the test figure; it is kept in the artifact's `evaluation/`. The second sees everything, so that the artifact
knows every tune of its corpora; it is what the service loads.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence, Set
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from index import artifact
from index.artifact import EVALUATION
from index.catalogue import Catalogue
from index.cosine_index import CosineIndex
from index.manifest import FORMAT, Manifest
from index.melody_index import MelodyIndex
from index.mrr import Mrr
from index.probes import Probe, make_probes, measure, save_probes
from index.publication import locked, publish, staging
from index.ranking import RankingModel
from model.checkpoint import CheckpointError, save_encoder
from training.corpora import Corpus
from training.corpora.aliases import Pair
from training.corpora.curate import Curated, CurationError, curate
from training.corpora.lists import describe_unmatched
from training.fitting.config import FitConfig
from training.fitting.fit_ranking import ask, fit_ranking
from training.fitting.material import Material
from training.fitting.split import Split, group_titles, split_titles
from training.fitting.test_figure import SPLIT, pool_index
from training.fitting.towers import Towers
from training.lab.pretraining.pretrained import Pretrained, transfer
from training.reporter import Reporter

WORK = ".training"  # in the artifacts' folder: checkpoints of a training that has not ended
_FEWEST_TITLES = 30  # with fewer, the parts of the split are too small to say anything


def fit(
    corpora: Sequence[Corpus],
    config: FitConfig,
    root: Path,
    device: torch.device,
    report: Reporter,
    excluded: Set[str] = frozenset(),
    aliases: Set[Pair] = frozenset(),
    pretrained: Path | None = None,
) -> str:
    """Train on the corpora, publish into `root`, and return the new artifact's version.

    Settings whose references are `excluded` are left out; settings whose references are a pair of `aliases`
    have one title. A recurrent tune encoder begins with the note model of the file `pretrained`, if there is
    one.

    Interrupted, it leaves the artifacts as they were and a checkpoint; called again with the same corpora and
    config, it goes on from there. Raises CurationError when the corpora hold too little, TunebookError when
    one is missing, CheckpointError when what is pretrained does not fit or has learned more than the
    training part of the split, BlockingIOError when another training is at work in the same folder.
    """
    with locked(root / WORK, wait=False):
        version = _fit(corpora, config, root, device, report, excluded, aliases, pretrained)
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
    pretrained: Path | None,
) -> str:
    begun = transfer(pretrained, Towers(config).tune) if pretrained else None
    curated = _read(corpora, report, excluded, aliases)
    catalogue = curated.library.catalogue
    split = split_titles(group_titles(catalogue, curated.library.tunes), config.seed)
    if begun:
        _check_learned(begun, curated, split)
    material = Material.of(catalogue, curated.library.tunes, config, pretrained)
    report.say(
        f"{len(catalogue)} titles with {len(catalogue.settings)} settings: {len(split.train)} to learn, "
        f"{len(split.validation)} to stop by, {len(split.test)} to test on"
    )
    torch.manual_seed(config.seed)
    untrained = material.unseen_mrr(Towers(config).to(device).eval(), split.test)
    run = material.learn_split(split, root / WORK / "split.safetensors", device, report)
    test = material.unseen_mrr(run.towers, split.test)
    report.say(f"unseen tunes: MRR {_spell(test)}; untrained encoders {untrained.value:.4f}")

    refit = material.learn_all(root / WORK / "refit.safetensors", device, report)
    refitted = refit.towers
    title_index = CosineIndex(refitted.title.encode_features(material.names), catalogue.title_of_name)
    vectors = CosineIndex(refitted.tune.encode_features(material.tunes), catalogue.title_of_setting)
    melody_index = MelodyIndex(curated.library.tunes, vectors)
    step = report.step("asking for known settings, to fit the ranking")
    questions = ask(catalogue, curated.library.tunes, melody_index, refitted.tune, config.seed, step)
    ranking = fit_ranking(questions, _first_hits(run.towers, material, split.validation))
    probes = make_probes(catalogue, config.seed)
    known = measure(probes, refitted.tune, title_index, catalogue)
    report.say(f"known tunes in another key, cut, ornamented: MRR {_spell(known)}")

    manifest = _manifest(curated, config, refitted, probes=known, test=test)
    metrics = {
        "protocol": "see docs/design.md, The figures of an artifact",
        "config": asdict(config),
        "pretraining": begun and asdict(begun.model.config),
        "test": test.model_dump(),
        "untrained": untrained.model_dump(),
        "best_epoch": run.progress.best_epoch,
        "split_training": run.progress.history,
        "refit": refit.progress.history,
        "probes": known.model_dump(),
        "skipped": [asdict(skipped) for skipped in curated.skipped],
    }
    with staging(root) as staged:
        _write_published(staged, refitted, catalogue, title_index, melody_index, ranking, probes, metrics)
        _write_evaluation(staged / EVALUATION, run.towers, material, split)
        return publish(root, staged, manifest)


def _read(corpora: Sequence[Corpus], report: Reporter, excluded: Set[str], aliases: Set[Pair]) -> Curated:
    curated = curate(corpora, report.step("reading"), excluded, aliases)
    skipped = len(curated.skipped)
    merged = sum(corpus.merged for corpus in curated.corpora)
    report.say(
        f"read {len(curated.library.tunes) + merged} tunes, left out {skipped}; {merged} have the title and the "
        "notes of another and are merged with it"
    )
    if curated.unmatched:
        report.say(describe_unmatched(curated.unmatched))
    if len(curated.library.catalogue) < _FEWEST_TITLES:
        found = f"{len(curated.library.catalogue)} titles were read, {skipped} tunes left out"
        raise CurationError(f"{found}; training needs {_FEWEST_TITLES} titles")
    return curated


def _check_learned(begun: Pretrained, curated: Curated, split: Split) -> None:
    """It may have learned the training part of the split and nothing else: neither what this training is
    tested on, nor what is left out of it to be asked later.
    """
    settings = np.flatnonzero(np.isin(curated.library.catalogue.title_of_setting, split.train))
    if beyond := begun.beyond([curated.library.tunes[i] for i in settings]):
        raise CheckpointError(
            f"what is pretrained has learned {beyond} melodies that are not in the training part of this "
            "split: pretrain it with the same corpora, lists and seed"
        )


def _first_hits(towers: Towers, material: Material, titles: Sequence[int]) -> float:
    """How often the title index, of all titles, has the right one first for a tune that no encoder saw.

    Half a hit is added, so that none is not taken for impossible.
    """
    catalogue = material.catalogue
    settings = np.flatnonzero(np.isin(catalogue.title_of_setting, titles))
    index = CosineIndex(towers.title.encode_features(material.names), catalogue.title_of_name)
    found = index.search(towers.tune.encode_features([material.tunes[int(i)] for i in settings]), 1)
    right = [hits[0].title for hits in found] == catalogue.title_of_setting[settings]
    return float((np.sum(right) + 0.5) / (len(settings) + 1))


def _write_published(
    folder: Path,
    towers: Towers,
    catalogue: Catalogue,
    title_index: CosineIndex,
    melody_index: MelodyIndex,
    ranking: RankingModel,
    probes: Sequence[Probe],
    metrics: dict[str, Any],
) -> None:
    _write_towers(folder, towers, title_index)
    melody_index.vectors.save(folder / artifact.SETTINGS)
    melody_index.save(folder / artifact.MELODIES)
    ranking.save(folder / artifact.RANKING)
    catalogue.save(folder / artifact.CATALOGUE)
    save_probes(probes, folder / artifact.PROBES)
    (folder / artifact.METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")


def _write_evaluation(folder: Path, towers: Towers, material: Material, split: Split) -> None:
    folder.mkdir()
    _write_towers(folder, towers, pool_index(towers.title, material.names, material.catalogue, split.test))
    material.catalogue.save(folder / artifact.CATALOGUE)
    (folder / SPLIT).write_text(json.dumps(split.as_lists()) + "\n", encoding="utf-8")


def _write_towers(folder: Path, towers: Towers, title_index: CosineIndex) -> None:
    save_encoder(towers.tune, folder / artifact.TUNE_ENCODER)
    save_encoder(towers.title, folder / artifact.TITLE_ENCODER)
    title_index.save(folder / artifact.TITLES)


def _manifest(curated: Curated, config: FitConfig, towers: Towers, probes: Mrr, test: Mrr) -> Manifest:
    return Manifest(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        revision=_revision(),
        seed=config.seed,
        corpora=curated.corpora,
        titles=len(curated.library.catalogue),
        settings=len(curated.library.catalogue.settings),
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


def _spell(mrr: Mrr) -> str:
    return (
        f"{mrr.value:.4f} (95 % {mrr.low:.4f} to {mrr.high:.4f}; {mrr.queries} queries, {mrr.pool} titles, "
        f"chance {mrr.chance:.4f})"
    )
