"""The cells of a plan, one after another, each kept in a file as soon as it is done."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError

from model.checkpoint import build_title_encoder, build_tune_encoder
from model.encoder import Encoder
from training.corpora import find_corpora
from training.corpora.curate import curate
from training.corpora.exclusions import read_exclusions
from training.corpora.lists import describe_unmatched
from training.lab.ablation.cell import Features, Outcome, run_cell
from training.lab.ablation.plan import Arm, Cell, Plan
from training.lab.ablation.pool import Pool, pool_of_exact_titles, pool_of_settings, pools_of_titles
from training.lab.benchmark.gallery import Known
from training.lab.pretraining.next_note import PretrainConfig
from training.lab.pretraining.pretrain import pretrain
from training.lab.pretraining.pretrained import save
from training.reporter import Reporter

CELLS = "cells"


class Ablation:
    """A plan at work.

    Parameters
    ----------
    plan : what is done
    out : folder whose `cells/` gets a file for each cell
    work : folder for checkpoints, and for models that are pretrained
    device, report : where to train, and who is told
    accepted : the licence that has been accepted, as for `fit`
    """

    def __init__(
        self, plan: Plan, out: Path, work: Path, device: torch.device, report: Reporter, accepted: str | None
    ) -> None:
        self._plan, self._out, self._work = plan, out / CELLS, work
        self._device, self._report, self._accepted = device, report, accepted
        self._read: dict[tuple[Any, ...], Known] = {}
        self._pools: dict[str, list[Pool]] = {}
        self._features: dict[Callable[..., Any], tuple[Any, list[Any]]] = {}

    def outcomes(self) -> Iterator[Outcome]:
        """Of all cells of the plan; what is done is not done again, unless plan or corpus have changed.

        The code may have changed: what was done before stays, and a cell that was interrupted begins anew.
        """
        self._out.mkdir(parents=True, exist_ok=True)
        cells = list(self._plan.cells())
        for number, cell in enumerate(cells, 1):
            digest = self._digest(cell)
            outcome = self._done(cell, digest)
            if outcome is None:
                self._report.say(f"cell {number} of {len(cells)}: {cell.name}")
                outcome = self._do(cell, digest)
            yield outcome

    def _digest(self, cell: Cell) -> str:
        pool = self._pool(cell)
        catalogue = pool.known.catalogue
        parts = [
            asdict(cell.config),
            cell.trained,
            cell.transfer and self._plan.pretraining,
            [asdict(title) for title in catalogue.titles],
            [pool.settings, pool.titles, pool.training, pool.validation, pool.test],
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _done(self, cell: Cell, digest: str) -> Outcome | None:
        try:
            outcome = Outcome.model_validate_json(self._path(cell).read_bytes())
        except (OSError, ValidationError):
            return None
        return outcome if outcome.digest == digest else None

    def _do(self, cell: Cell, digest: str) -> Outcome:
        pool = self._pool(cell)
        checkpoint = self._work / f"{cell.name}.safetensors"
        pretrained = self._pretrained(cell, pool) if cell.transfer else None
        features = self._read_features(cell, pool)
        outcome = run_cell(cell, pool, features, pretrained, checkpoint, digest, self._device, self._report)
        part = self._path(cell).with_suffix(".part")
        part.write_text(outcome.model_dump_json() + "\n", encoding="utf-8")
        part.replace(self._path(cell))
        checkpoint.unlink(missing_ok=True)
        return outcome

    def _path(self, cell: Cell) -> Path:
        return self._out / f"{cell.name}.json"

    def _pool(self, cell: Cell) -> Pool:
        if cell.arm not in self._pools:
            arm = self._plan.arms[cell.arm]
            known = self._known(arm)
            match arm.split:
                case "titles":
                    self._pools[cell.arm] = list(pools_of_titles(known))
                case "exact-titles":
                    self._pools[cell.arm] = [pool_of_exact_titles(known)]
                case "settings":
                    self._pools[cell.arm] = [pool_of_settings(known)]
            first = self._pools[cell.arm][0]
            self._report.say(
                f"{cell.arm}: {first.leaks} of {len(first.test)} titles that are asked are learned, "
                "or share a name or nearly a melody with one that is"
            )
        return self._pools[cell.arm][cell.pool]

    def _known(self, arm: Arm) -> Known:
        key = (*arm.sources, "without", *arm.exclude)
        if key not in self._read:
            corpora = find_corpora(arm.sources, self._accepted)
            read = curate(corpora, self._report.step("reading"), read_exclusions(*arm.exclude))
            self._report.say(
                f"{arm.corpus}: {len(read.library.catalogue)} titles with {len(read.library.tunes)} settings"
            )
            if read.unmatched:
                self._report.say(describe_unmatched(read.unmatched))
            self._read[key] = Known(read.library.catalogue, read.library.tunes)
        return self._read[key]

    def _pretrained(self, cell: Cell, pool: Pool) -> Path:
        """The next-note model that has read what a pool may learn, trained if there is none yet.

        It stops by a tenth of those tunes.
        """
        sizes = {name: cell.config.tune_encoder[name] for name in ("widths", "hidden")}
        config = PretrainConfig(seed=cell.config.seed, **sizes, **self._plan.pretraining)
        settings = sorted(pool.settings, key=pool.known.lot)
        learned = [pool.known.catalogue.settings[setting].abc for setting in settings]
        digest = hashlib.sha256(json.dumps([asdict(config), learned]).encode()).hexdigest()
        path = self._work / f"pretrained.{digest[:16]}.safetensors"
        if not path.exists():
            tunes = [pool.known.tunes[setting] for setting in settings]
            few = len(tunes) // 10
            checkpoint, part = path.with_suffix(".training"), path.with_suffix(".part")
            model = pretrain(tunes[few:], tunes[:few], config, checkpoint, self._device, self._report)
            save(model, tunes[few:], part)
            part.replace(path)
            checkpoint.unlink(missing_ok=True)
        return path

    def _read_features(self, cell: Cell, pool: Pool) -> Features:
        known, config = pool.known, cell.config
        return Features(
            self._read_by(build_tune_encoder, config.tune_encoder, known, known.tunes),
            self._read_by(build_title_encoder, config.title_encoder, known, known.catalogue.names),
        )

    def _read_by(
        self,
        build: Callable[..., Encoder[Any, Any]],
        config: Mapping[str, Any],
        known: Known,
        items: Sequence[Any],
    ) -> list[Any]:
        """Features of items; those of the cell before are kept, if it has the encoder in common with this."""
        key = (id(known), dict(config))
        if build not in self._features or self._features[build][0] != key:
            encoder, features = build(config), list[Any]()
            advance = self._report.step(f"features for {config['name']}", len(items))
            for item in items:
                features.append(encoder.features(item))
                advance()
            self._features[build] = key, features
        return self._features[build][1]
