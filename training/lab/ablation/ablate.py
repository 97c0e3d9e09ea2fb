"""Runs the cells of a plan one after another, and saves each as soon as it is finished."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from index.library import Library
from model.encoder import Featurizer
from model.registry import Tower, build_featurizer
from training.corpora import find_corpora
from training.corpora.curate import curate
from training.corpora.exclusions import read_exclusions
from training.corpora.lists import describe_unmatched
from training.fitting.training_set import TrainingSet
from training.lab.ablation.cell import CellData, Outcome, run_cell
from training.lab.ablation.plan import Arm, Cell, Plan
from training.lab.ablation.pool import Pool, pool_of_exact_titles, pool_of_settings, pools_of_titles
from training.lab.benchmark.sampled_library import SampledLibrary
from training.lab.pretraining.next_note import PretrainConfig
from training.lab.pretraining.pretrain import pretrain
from training.lab.pretraining.pretrained import Pretrained, load, save
from training.lab.workspace import Workspace

CELLS = "cells"


class Ablation:
    """Runs a plan.

    Parameters
    ----------
    plan : the plan
    out : folder whose `cells/` gets a file for each cell
    workspace : where to train; its folder keeps checkpoints and pretrained models
    accepted : the source whose licence the user has accepted, as for `fit`
    """

    def __init__(self, plan: Plan, out: Path, workspace: Workspace, accepted: str | None) -> None:
        self._plan, self._out, self._accepted = plan, out / CELLS, accepted
        self._workspace, self._report = workspace, workspace.report
        self._libraries: dict[tuple[Any, ...], SampledLibrary] = {}
        self._pools: dict[str, list[Pool]] = {}
        self._features: dict[Tower, tuple[Any, list[Any]]] = {}

    def outcomes(self) -> Iterator[Outcome]:
        """The outcomes of all cells. A finished cell is run again only if plan or corpus have changed.

        If the code has changed, finished cells stay, and an interrupted cell starts again.
        """
        self._out.mkdir(parents=True, exist_ok=True)
        cells = list(self._plan.cells())
        for number, cell in enumerate(cells, 1):
            digest = self._digest(cell)
            outcome = self._load(cell, digest)
            if outcome is None:
                self._report.say(f"cell {number} of {len(cells)}: {cell.name}")
                outcome = self._run(cell, digest)
            yield outcome

    def _digest(self, cell: Cell) -> str:
        pool = self._pool(cell)
        catalogue = pool.library.catalogue
        parts = [
            asdict(cell.config),
            cell.spec.trained,
            cell.spec.transfer and self._plan.pretraining,
            [asdict(title) for title in catalogue.titles],
            [pool.settings, pool.titles, pool.training, pool.validation, pool.test],
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _load(self, cell: Cell, digest: str) -> Outcome | None:
        """The saved outcome of a cell; None if there is none with this digest."""
        try:
            outcome = Outcome.model_validate_json(self._path(cell).read_bytes())
        except (OSError, ValidationError):
            return None
        return outcome if outcome.digest == digest else None

    def _run(self, cell: Cell, digest: str) -> Outcome:
        pool = self._pool(cell)
        warm_start = self._pretrained(cell, pool) if cell.spec.transfer else None
        data = CellData(pool, self._read_features(cell, pool), warm_start, digest)
        outcome = run_cell(cell, data, self._workspace)
        part = self._path(cell).with_suffix(".part")
        part.write_text(outcome.model_dump_json() + "\n", encoding="utf-8")
        part.replace(self._path(cell))
        (self._workspace.folder / cell.checkpoint).unlink(missing_ok=True)
        return outcome

    def _path(self, cell: Cell) -> Path:
        return self._out / f"{cell.name}.json"

    def _pool(self, cell: Cell) -> Pool:
        if cell.arm not in self._pools:
            arm = self._plan.arms[cell.arm]
            library = self._library(arm)
            match arm.split:
                case "titles":
                    self._pools[cell.arm] = list(pools_of_titles(library))
                case "exact-titles":
                    self._pools[cell.arm] = [pool_of_exact_titles(library)]
                case "settings":
                    self._pools[cell.arm] = [pool_of_settings(library)]
            first = self._pools[cell.arm][0]
            self._report.say(
                f"{cell.arm}: {first.leaks} of {len(first.test)} test titles are learned, "
                "or share a name or nearly a melody with a learned title"
            )
        return self._pools[cell.arm][cell.pool]

    def _library(self, arm: Arm) -> SampledLibrary:
        key = (*arm.sources, "without", *arm.exclude)
        if key not in self._libraries:
            corpora = find_corpora(arm.sources, self._accepted)
            curated = curate(corpora, self._report.step, read_exclusions(*arm.exclude))
            self._report.say(
                f"{arm.corpus}: {len(curated.library.catalogue)} titles "
                f"with {len(curated.library.tunes)} settings"
            )
            if curated.unmatched:
                self._report.say(describe_unmatched(curated.unmatched))
            curated.require_tunes()
            self._libraries[key] = SampledLibrary(
                curated.library.catalogue, curated.library.tunes, self._report.step
            )
        return self._libraries[key]

    def _pretrained(self, cell: Cell, pool: Pool) -> Pretrained:
        """A next-note model of the tunes that a pool may learn. It is trained unless its file exists.

        A tenth of those tunes is for validation.
        """
        sizes = {name: cell.config.tune_encoder[name] for name in ("widths", "hidden")}
        config = PretrainConfig(seed=cell.config.seed, **sizes, **self._plan.pretraining)
        settings = sorted(pool.settings, key=pool.library.draw_order)
        texts = [pool.library.catalogue.settings[setting].abc for setting in settings]
        digest = hashlib.sha256(json.dumps([asdict(config), texts]).encode()).hexdigest()
        path = self._workspace.folder / f"pretrained.{digest[:16]}.safetensors"
        if not path.exists():
            tunes = [pool.library.tunes[setting] for setting in settings]
            held_out = len(tunes) // 10
            checkpoint, part = path.with_suffix(".training"), path.with_suffix(".part")
            model = pretrain(tunes[held_out:], tunes[:held_out], config, self._workspace, checkpoint.name)
            save(model, tunes[held_out:], part)
            part.replace(path)
            checkpoint.unlink(missing_ok=True)
        return load(path, self._workspace.device)

    def _read_features(self, cell: Cell, pool: Pool) -> TrainingSet:
        library, config = pool.library, cell.config
        tune_featurizer = build_featurizer("tune", config.tune_encoder)
        title_featurizer = build_featurizer("title", config.title_encoder)
        return TrainingSet(
            library.catalogue,
            self._read("tune", tune_featurizer, config.tune_encoder, library),
            self._read("title", title_featurizer, config.title_encoder, library),
            tune_featurizer,
            title_featurizer,
        )

    def _read(
        self, tower: Tower, featurizer: Featurizer[Any, Any], config: Mapping[str, Any], library: Library
    ) -> list[Any]:
        """Features of all tunes or names; those of the previous cell if it has the same encoder."""
        key = (id(library), dict(config))
        if tower not in self._features or self._features[tower][0] != key:
            items = library.tunes if tower == "tune" else library.catalogue.names
            features = []
            advance = self._report.step(f"features for {config['name']}", len(items))
            for item in items:
                features.append(featurizer.features(item))
                advance()
            self._features[tower] = key, features
        return self._features[tower][1]
