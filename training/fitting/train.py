"""Training on one page: batches, loss, step, validation, early stopping.

All random numbers of an epoch come from (seed, name of the run, number of the epoch). A training that was
interrupted and resumed therefore ends with the same weights as one that was not.
"""

import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from index.ragged import laid_end_to_end
from index.titles import title_key
from model.grams import Ints
from training.fitting.checkpoints import TrainingCheckpoint, TrainingProgress
from training.fitting.config import FitConfig
from training.fitting.loss import LOSSES, info_nce
from training.fitting.towers import Towers
from training.fitting.training_set import TrainingSet

Model = TypeVar("Model", bound=nn.Module)
Item = TypeVar("Item")


@dataclass
class Run(Generic[Model]):
    """One training of one model.

    Attributes
    ----------
    name, seed : the source of its random numbers
    model, optimizer : what is trained, and how
    epoch : yields the loss of each batch of an epoch, a scalar; a step follows each
    epochs : most epochs, > 0
    patience : epochs without a better validation figure before it stops, > 0
    averaging : decay at each step of the moving average of the weights, 0 <= x < 1; 0 turns it off
    """

    name: str
    seed: int
    model: Model
    optimizer: torch.optim.Optimizer
    epoch: Callable[[np.random.Generator], Iterator[torch.Tensor]]
    epochs: int
    patience: int
    averaging: float = 0.0


def train(
    run: Run[Model],
    checkpoint: TrainingCheckpoint,
    validate: Callable[[Model], float] | None = None,
    on_epoch: Callable[[dict[str, float]], object] = lambda _: None,
) -> TrainingProgress:
    """Train until the last epoch or, with validation, until it stops improving; then switch to eval mode.

    With `run.averaging` it validates an exponential moving average of the model's weights and ends with that,
    because single steps are noisy; until then `run.model` has the weights of the last step.

    Parameters
    ----------
    run : what to train
    checkpoint : resumes an earlier, interrupted training, and saves this one
    validate : a figure of the model, higher is better; the model ends with the weights of its best epoch,
        rounded to half precision
    on_epoch : called with the record of each epoch, which it may extend
    """
    average = _moving_average(run)
    averaged = run.model if average is None else cast(Model, average.module)
    progress = checkpoint.restore(run.model, average, run.optimizer)
    while not progress.done:
        number = progress.epochs + 1
        rng = seed_epoch(run.seed, run.name, number)
        start = time.monotonic()
        losses: list[float] = []
        run.model.train()
        for loss in run.epoch(rng):
            run.optimizer.zero_grad()
            torch.autograd.backward(loss)
            run.optimizer.step()
            if average is not None:
                average.update_parameters(run.model)
            losses.append(loss.item())
        record = {"epoch": number, "loss": float(np.mean(losses)), "seconds": time.monotonic() - start}
        if validate is not None:
            record["validation"] = validate(averaged.eval())
            if record["validation"] > progress.best:
                progress.best, progress.best_epoch = record["validation"], number
                checkpoint.keep_best(averaged)
        progress.epochs = number
        progress.history.append(record)
        has_stalled = validate is not None and number - progress.best_epoch >= run.patience
        progress.done = number >= run.epochs or has_stalled
        on_epoch(record)
        if progress.done:
            run.model.load_state_dict(checkpoint.best_weights or averaged.state_dict())
        checkpoint.save_if_due(run.model, average, run.optimizer, progress)
    run.model.eval()
    return progress


def _moving_average(run: Run[Model]) -> AveragedModel | None:
    """A copy of the model that will follow it slowly; None if the run averages nothing."""
    if not run.averaging:
        return None
    moving = get_ema_multi_avg_fn(run.averaging)  # type: ignore[no-untyped-call]
    average = AveragedModel(run.model, multi_avg_fn=moving)
    for module in average.modules():
        if isinstance(module, nn.RNNBase):
            module.flatten_parameters()  # in a copy on a GPU they are scattered, which cuDNN warns about
    return average


def seed_epoch(seed: int, name: str, epoch: int) -> np.random.Generator:
    """Seed torch for an epoch of a run, and return its generator. Epoch 0 initialises the weights."""
    epoch_seed = zlib.crc32(f"{seed} {name} {epoch}".encode())
    torch.manual_seed(epoch_seed)
    return np.random.default_rng(epoch_seed)


def prefetched(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, none of them None. A thread makes the next one while the caller works with this one."""
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, items, None)
        while (item := following.result()) is not None:
            following = pool.submit(next, items, None)
            yield item


def contrastive_loss(towers: Towers, batch: "Batch", config: FitConfig) -> torch.Tensor:
    """The loss of a batch, a scalar: tunes against names, and against other settings of their titles."""
    vectors, names = towers.tune(batch.tunes), towers.title(batch.names)
    tunes, again = vectors[: len(batch.positives)], vectors[len(batch.positives) :]
    scale = towers.scale if config.loss == "info-nce" else torch.tensor(config.margin)
    loss = LOSSES[config.loss](tunes, names, batch.positives.to(tunes.device), scale)
    if config.melody:
        same = torch.eye(len(tunes), dtype=torch.bool, device=tunes.device)
        loss = loss + config.melody * info_nce(tunes, again, same, towers.melody_scale)
    return loss


@dataclass(frozen=True)
class Batch:
    """Training views of the tunes of B titles, and of N names, among them the names of those titles.

    Attributes
    ----------
    tunes : a batch of the tunes, made by the featurizer; with `FitConfig.melody`, B more tunes of the same
        titles follow, in the same order
    names : a batch of the names
    positives : bool, shape = (B, N); [i, j] whether name j is a name of tune i
    """

    tunes: Any
    names: Any
    positives: torch.Tensor


class Batches:
    """Samples batches from the settings and names of some titles.

    Parameters
    ----------
    training_set : features of all settings and names
    titles : numbers of the titles to train on
    config : size and kind of batches
    """

    def __init__(self, training_set: TrainingSet, titles: Sequence[int], config: FitConfig) -> None:
        catalogue = training_set.catalogue
        self._set = training_set
        self._config = config
        self._titles = np.intersect1d(titles, catalogue.title_of_setting)
        every = np.arange(len(catalogue) + 1)
        self._first_setting = np.searchsorted(catalogue.title_of_setting, every)
        self._first_name = np.searchsorted(catalogue.title_of_name, every)
        self._names = np.flatnonzero(np.isin(catalogue.title_of_name, self._titles))
        self._title_of_name = catalogue.title_of_name
        # A name that another title has, too, is not a negative: names are compared by their keys.
        keys: dict[str, int] = {}
        self._key_of_name = np.array(
            [keys.setdefault(title_key(name), len(keys)) for name in catalogue.names]
        )

    def __len__(self) -> int:
        return len(self._titles)

    def prepare(self, towers: Towers) -> None:
        """Let new towers read everything that they will train on, before the first step."""
        towers.tune.prepare(self._by_title(self._set.tunes, self._first_setting))
        towers.title.prepare(self._by_title(self._set.names, self._first_name))

    def _by_title(self, features: Sequence[Any], first: Ints) -> Iterator[list[Any]]:
        return (list(features[first[title] : first[title + 1]]) for title in self._titles)

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        """Every title once in random order, `config.batch` at a time.

        Each title comes with one random setting, and if `config.melody` with another one. Titles weigh the
        same however many settings they have: names relate to tunes by titles. Each batch is contrasted with
        all names, or if there are more than `config.names`, with its own and a random sample of the others.
        With 0, one name of each title is sampled, and each title is contrasted with the names of its batch.
        """
        order = rng.permutation(self._titles)
        # A last batch of one title would have nothing to contrast with: it joins the batch before.
        starts = [*range(0, max(len(order) - 1, 1), self._config.batch)]
        for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
            titles = order[start:end]
            names = self._sample_names(titles, rng)
            of_settings = np.concatenate([titles, titles]) if self._config.melody else titles
            yield Batch(
                self._sample_views(of_settings, rng),
                self._set.title_featurizer.views([self._set.names[i] for i in names], rng),
                torch.from_numpy(self._positives(titles, names)),
            )

    def _sample_views(self, titles: Ints, rng: np.random.Generator) -> Any:
        settings = rng.integers(self._first_setting[titles], self._first_setting[titles + 1])
        return self._set.tune_featurizer.views([self._set.tunes[i] for i in settings], rng)

    def _sample_names(self, titles: Ints, rng: np.random.Generator) -> Ints:
        most = self._config.names
        if most == 0:
            return rng.integers(self._first_name[titles], self._first_name[titles + 1])
        if len(self._names) <= most:
            return self._names
        is_own = np.isin(self._title_of_name[self._names], titles)
        own, others = self._names[is_own], self._names[~is_own]
        return np.concatenate([own, rng.choice(others, max(most - len(own), 0), replace=False)])

    def _positives(self, titles: Ints, names: Ints) -> NDArray[np.bool_]:
        """Whether each name has a key of each title. shape = (titles, names)"""
        first = self._first_name[titles]
        count = self._first_name[titles + 1] - first
        key = self._key_of_name[laid_end_to_end(first, count)]
        row = np.repeat(np.arange(len(titles)), count)
        order = np.argsort(self._key_of_name[names], kind="stable")
        left, right = (
            np.searchsorted(self._key_of_name[names], key, side, sorter=order) for side in ("left", "right")
        )
        positives = np.zeros((len(titles), len(names)), np.bool_)
        positives[np.repeat(row, right - left), order[laid_end_to_end(left, right - left)]] = True
        return positives
