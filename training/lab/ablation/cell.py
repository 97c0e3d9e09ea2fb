"""One cell of an ablation: training, measurement, and the outcome that is saved."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel

from index.mrr import K, Place, hit, reciprocal_rank
from model.encoder import Vectors
from model.grams import Floats
from training.fitting.checkpoints import TrainingCheckpoint, code_digest
from training.fitting.towers import Towers
from training.fitting.train import Batches, Run, train
from training.fitting.trainer import Trainer
from training.fitting.training_set import TrainingSet
from training.lab.ablation.plan import Cell
from training.lab.ablation.pool import Pool
from training.lab.pretraining.pretrained import Pretrained
from training.lab.workspace import Workspace

MAPPED = 150  # tunes on a map: more would hide each other


class Epoch(BaseModel, frozen=True):
    """The figures of an epoch.

    Attributes
    ----------
    loss : mean over the batches
    seconds : duration of the training
    training, validation : MRR@20 on training tunes and on validation tunes
    validation_hit : hit@20 on validation tunes, the share whose title is among the first twenty
    """

    loss: float
    seconds: float
    training: float
    validation: float
    validation_hit: float


class Outcome(BaseModel, frozen=True):
    """A finished cell, as it is saved.

    Attributes
    ----------
    digest : of everything that the outcome depends on except the code
    system, arm, pool, trained, transfer, config : the cell
    pretraining : `PretrainConfig` of the model that its tune encoder started from; None without one
    parameters : number of weights of both encoders that are trained
    epochs : in order
    best : number of the epoch whose weights were measured, from 1; 0 for the initial weights
    places : for each tune of `Pool.test`, how many titles score higher than the right one, and how many other
        titles score the same
    map : for the first `MAPPED` tunes of the first pool, the positions of tune and title on the plane that
        shows most of the variance of all vectors; x, y, x, y
    """

    digest: str
    system: str
    arm: str
    pool: int
    trained: bool
    transfer: bool
    config: dict[str, Any]
    pretraining: dict[str, Any] | None
    parameters: int
    epochs: list[Epoch]
    best: int
    places: list[tuple[int, int]]
    map: list[tuple[float, float, float, float]] = []


@dataclass(frozen=True)
class CellData:
    """What a cell is trained and measured on.

    Attributes
    ----------
    pool : the settings
    features : of all settings and names of the pool's library
    warm_start : what the tune encoder starts from; None for random weights
    digest : see `Outcome`
    """

    pool: Pool
    features: TrainingSet
    warm_start: Pretrained | None
    digest: str


def run_cell(cell: Cell, data: CellData, workspace: Workspace) -> Outcome:
    """Train until validation stops improving, and measure. Resumes an interrupted training."""
    pool, features = data.pool, data.features
    epochs: list[Epoch] = []
    best = 0
    batches = Batches(_learned(pool, features), pool.titles, cell.config)
    if cell.spec.trained:
        trainer = Trainer(cell.config, workspace.device, workspace.report, data.warm_start)
        run = trainer.start(cell.name, batches)
        fingerprint = f"{data.digest} {code_digest('training/lab').hex()}"
        checkpoint = TrainingCheckpoint(workspace.folder / cell.checkpoint, fingerprint)
        epochs, best = _train(run, checkpoint, data, workspace)
        towers = run.model
    else:
        torch.manual_seed(cell.config.seed)
        towers = Towers(cell.config).to(workspace.device).eval()
        batches.prepare(towers)
    scores, tunes, titles = _scores(towers, pool, features, pool.test)
    return Outcome(
        digest=data.digest,
        system=cell.system,
        arm=cell.arm,
        pool=cell.pool,
        trained=cell.spec.trained,
        transfer=cell.spec.transfer,
        config=asdict(cell.config),
        pretraining=data.warm_start.config if data.warm_start else None,
        parameters=sum(
            weight.numel()
            for encoder in (towers.tune, towers.title)
            for weight in encoder.parameters()
            if weight.requires_grad
        ),
        epochs=epochs,
        best=best,
        places=[(place.above, place.level) for place in _places(scores)],
        map=_on_plane(tunes, titles)[:MAPPED] if cell.pool == 0 else [],
    )


def _learned(pool: Pool, features: TrainingSet) -> TrainingSet:
    """The features of the settings that may be learned, with all names."""
    catalogue = pool.library.keeping(frozenset(pool.settings)).catalogue  # keeps titles without settings
    return replace(features, catalogue=catalogue, tunes=[features.tunes[i] for i in pool.settings])


def _train(
    run: Run[Towers], checkpoint: TrainingCheckpoint, data: CellData, workspace: Workspace
) -> tuple[list[Epoch], int]:
    """Train, and return the epochs and the number of the best."""
    pool, features, report = data.pool, data.features, workspace.report
    advance = report.step(run.name, run.epochs, checkpoint.progress().epochs)
    hits: list[float] = []
    learned: list[float] = []

    def validate(towers: Towers) -> float:
        places = _places(_scores(towers, pool, features, pool.validation)[0])
        hits.append(float(np.mean([hit(place, K) for place in places])))
        learned.append(_mrr(_places(_scores(towers, pool, features, pool.training)[0])))
        return _mrr(places)

    def on_epoch(record: dict[str, float]) -> None:
        record["validation_hit"] = hits[-1]
        record["training"] = learned[-1]
        advance()
        report.say(
            f"{run.name}, epoch {record['epoch']}: loss {record['loss']:.3f}, MRR@20 training "
            f"{record['training']:.4f}, validation {record['validation']:.4f}"
        )

    progress = train(run, checkpoint, validate, on_epoch)
    return [Epoch.model_validate(record) for record in progress.history], progress.best_epoch


def _scores(
    towers: Towers, pool: Pool, features: TrainingSet, settings: Sequence[int]
) -> tuple[Floats, Vectors, Vectors]:
    """Score each of some settings against all their titles; also return the vectors.

    Returns
    -------
    scores : the highest cosine of each title's names, shape = (settings, settings); setting i has title i
    tunes : vectors of the settings, shape = (settings, dim)
    titles : vectors of the first name of each title, shape = (settings, dim)
    """
    catalogue = pool.library.catalogue
    titles = catalogue.title_of_setting[list(settings)]
    number = {int(title): i for i, title in enumerate(titles)}
    names = np.flatnonzero(np.isin(catalogue.title_of_name, titles))
    of_name = np.array([number[int(title)] for title in catalogue.title_of_name[names]])
    tunes = towers.tune.encode_features([features.tunes[i] for i in settings])
    vectors = towers.title.encode_features([features.names[int(i)] for i in names])
    scores = np.full((len(settings), len(settings)), -np.inf)
    np.maximum.at(scores.T, of_name, (tunes @ vectors.T).T)
    return scores, tunes, vectors[np.unique(of_name, return_index=True)[1]]


def _places(scores: Floats) -> list[Place]:
    return [Place.of(row, np.array([i])) for i, row in enumerate(scores)]


def _mrr(places: Sequence[Place]) -> float:
    return float(np.mean([reciprocal_rank(place, K) for place in places]))


def _on_plane(tunes: Vectors, titles: Vectors) -> list[tuple[float, float, float, float]]:
    """Project both onto their first two principal components (Pearson 1901)."""
    together = np.concatenate([tunes, titles])
    centred = together - together.mean(axis=0)
    plane = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    pairs = np.concatenate([plane[: len(tunes)], plane[len(tunes) :]], axis=1)
    return [(a, b, c, d) for a, b, c, d in pairs.astype(float).round(3).tolist()]
