"""The cells of a plan, one after another, each kept in a file as soon as it is done."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError

from model.checkpoint import build_title_encoder, build_tune_encoder
from training.ablation.cell import Features, Outcome, plain, run_cell
from training.ablation.plan import Arm, Cell, Plan
from training.ablation.pool import Pool, pools_of_settings, pools_of_titles
from training.benchmark.gallery import Known
from training.corpora import find_corpora
from training.curate import curate
from training.exclusions import read_exclusions
from training.pretraining.next_note import PretrainConfig
from training.pretraining.pretrain import pretrain
from training.pretraining.pretrained import save
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
        self._last: tuple[tuple[int, str], Features] | None = None

    def run(self) -> list[Outcome]:
        """All cells of the plan; what is done is not done again, unless plan or corpus have changed."""
        self._out.mkdir(parents=True, exist_ok=True)
        cells = list(self._plan.cells())
        advance = self._report.step("cells", len(cells))
        outcomes = []
        for cell in cells:
            outcomes.append(self._done(cell) or self._do(cell))
            advance()
        return outcomes

    def _done(self, cell: Cell) -> Outcome | None:
        """What is saved, if it is of the same cell; the corpus is looked at only if there is such a file."""
        path = self._path(cell)
        if not path.exists():
            return None
        try:
            outcome = Outcome.model_validate_json(path.read_bytes())
        except ValidationError:
            return None
        as_planned = (outcome.config, outcome.trained, outcome.transfer) == (
            plain(cell.config),
            cell.trained,
            cell.transfer,
        )
        return outcome if as_planned and outcome.queries == self._pool(cell).test_references else None

    def _do(self, cell: Cell) -> Outcome:
        pool = self._pool(cell)
        if cell.transfer:
            cell = replace(cell, config=replace(cell.config, transfer=str(self._pretrained(cell, pool))))
        checkpoint = self._work / f"{cell.name}.safetensors"
        outcome = run_cell(
            cell, pool, self._read_features(cell, pool), checkpoint, self._device, self._report
        )
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
            draw = pools_of_titles if arm.split == "titles" else pools_of_settings
            self._pools[cell.arm] = list(draw(self._known(arm)))
        return self._pools[cell.arm][cell.pool]

    def _known(self, arm: Arm) -> Known:
        key = (*arm.sources, "without", *arm.exclude)
        if key not in self._read:
            corpora = find_corpora(arm.sources, self._accepted)
            read = curate(corpora, self._report.step("reading"), read_exclusions(*arm.exclude))
            self._report.say(f"{arm.corpus}: {len(read.catalogue)} titles with {len(read.tunes)} settings")
            self._read[key] = Known(read.catalogue, read.tunes)
        return self._read[key]

    def _pretrained(self, cell: Cell, pool: Pool) -> Path:
        """The next-note model that has read what a pool may learn, trained if there is none yet.

        It stops by a tenth of those tunes.
        """
        path = self._work / f"pretrained-{cell.arm}-{cell.pool}.safetensors"
        if not path.exists():
            widths, hidden = cell.config.tune_encoder["widths"], cell.config.tune_encoder["hidden"]
            config = PretrainConfig(
                seed=cell.config.seed, widths=tuple(widths), hidden=hidden, **self._plan.pretraining
            )
            tunes = [pool.known.tunes[i] for i in sorted(pool.settings, key=pool.known.lot)]
            few = len(tunes) // 10
            checkpoint = path.with_suffix(".training")
            save(pretrain(tunes[few:], tunes[:few], config, checkpoint, self._device, self._report), path)
            checkpoint.unlink(missing_ok=True)
        return path

    def _read_features(self, cell: Cell, pool: Pool) -> Features:
        """Kept while cells with the same encoders follow each other."""
        key = (id(pool.known), f"{cell.config.tune_encoder} {cell.config.title_encoder}")
        if self._last is None or self._last[0] != key:
            tune = build_tune_encoder(cell.config.tune_encoder)
            title = build_title_encoder(cell.config.title_encoder)
            catalogue = pool.known.catalogue
            self._last = (
                key,
                Features(
                    [tune.features(one) for one in pool.known.tunes],
                    [title.features(name) for name in catalogue.names],
                ),
            )
        return self._last[1]
