"""The weights of `index.melody_pairs`, learned from a library.

Pairs of one title are mostly one tune, and pairs of two titles mostly two tunes. But titles are no labels:
one title may be two tunes, and one tune may have two titles. So it also learns how many pairs of one tune
have one title, and how many pairs of two tunes. That is a logistic curve whose ends are not 0 and 1, as in
the four-parameter logistic model (Barton and Lord, An upper asymptote for the three-parameter logistic
item-response model, 1981).
"""

from dataclasses import dataclass

import numpy as np
import torch

from index.contents import Contents
from index.library import Library
from index.melody_pairs import Likeness, compare, find_candidates
from index.progress import OnStep, ignore_steps

_MOST_STEPS = 500
_DECAY = 1e-4  # of the weights, for standardised features


@dataclass(frozen=True)
class Weights:
    """How likely two settings are one tune, and what it was learned from.

    Attributes
    ----------
    pairs, of_one_title : pairs of settings that were compared, and how many of these have one title
    weights : weight of each member of `index.melody_pairs.Likeness`
    constant : added to the weighted sum, which gives log odds
    one_title_if_same, one_title_if_different : share of pairs of one tune, and of two tunes, with one title
    """

    pairs: int
    of_one_title: int
    weights: tuple[float, ...]
    constant: float
    one_title_if_same: float
    one_title_if_different: float


def learn(library: Library, on_step: OnStep = ignore_steps) -> Weights:
    """Maximum likelihood with weight decay, by L-BFGS. `on_step` is called when each step begins."""
    contents = Contents.of(library.tunes)
    candidates = find_candidates(contents, np.arange(len(contents)), on_step)
    title = library.catalogue.title_of_setting
    one_title = title[candidates.first] == title[candidates.second]
    likeness = np.stack(compare(contents.melodies, candidates, on_step), axis=1)
    mean, spread = likeness.mean(axis=0), likeness.std(axis=0)
    features, labels = torch.from_numpy((likeness - mean) / spread), torch.from_numpy(one_title)
    # Weights, constant, and the log odds of both shares.
    start = [0.0] * len(Likeness._fields) + [-3.0, 2.0, -5.0]
    parameters = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer: torch.optim.Optimizer = torch.optim.LBFGS(
        [parameters], max_iter=_MOST_STEPS, line_search_fn="strong_wolfe"
    )

    def closure() -> float:
        optimizer.zero_grad()
        same = torch.sigmoid(features @ parameters[:-3] + parameters[-3])
        share_same, share_different = torch.sigmoid(parameters[-2:])
        probability = share_same * same + share_different * (1 - same)
        likelihood = torch.where(labels, probability, 1 - probability).clamp(min=1e-9)
        loss = _DECAY * parameters[:-3].square().sum() - likelihood.log().mean()
        torch.autograd.backward(loss)
        return loss.item()

    optimizer.step(closure)
    fitted = parameters.detach().numpy()
    weights = fitted[:-3] / spread
    shares = torch.sigmoid(parameters.detach()[-2:])
    return Weights(
        pairs=len(labels),
        of_one_title=int(one_title.sum()),
        weights=tuple(weights.tolist()),
        constant=float(fitted[-3] - weights @ mean),
        one_title_if_same=float(shares[0]),
        one_title_if_different=float(shares[1]),
    )
