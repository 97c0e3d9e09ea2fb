"""Fit the ranking: learn from held-out settings which resemblance means that a setting is the tune.

The examples are settings of titles that have several. Each is ranked as if it were not in the index: whole,
rewritten, as fragments, with wrong notes, some with a forgotten key signature, in a single octave, or as if
their title were unknown. Labels can be wrong, and one name can belong to two tunes, so only settings that
resemble another setting of their title become examples. Where these are few, settings changed the way players
change them are added.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from index.library import Library
from index.melody_index import FEATURES, Likenesses
from index.progress import OnStep, counted, ignore_steps
from index.ranking import STYLE_TITLES, RankingModel, background, log_length
from index.suggester import Suggester
from model.abc import Tune
from model.abc.rewriting import rewritten
from model.abc.variation import cut, noisy, ornamented, transposed, unnamed, without_signature
from model.grams import Ints

_MOST = 600  # settings tried
_FEWEST = 200  # settings; changed ones make up the difference
_LENGTHS = (64, 32, 16, 8)  # notes of a fragment
_ANYWHERE = 0.2  # share of the fragments that begin at a random note, not at the first
_NOISY = 32, 0.2  # notes of a fragment with wrong notes, and their share
_SPOILT = 0.25  # share of the settings that also have a forgotten key signature, or are in a single octave
_UNKNOWN = 0.1  # share of the examples that are repeated without their right title
_RESEMBLES = 0.12  # cosine of n-grams
_CHANGED = 0.2  # share of the notes of a changed setting
_MOST_STEPS = 500
_LEAST_SPREAD = 0.1  # keeps the weight of a feature that hardly varies from growing without bound
_DECAY = 16.0  # of the weights, for standardised features, divided by the number of examples


@dataclass(frozen=True)
class RankingExample:
    """Candidates for a query, and which of them are right.

    Attributes
    ----------
    likenesses : the candidates
    right : which are settings of the query's title, shape = (candidates,)
    """

    likenesses: Likenesses
    right: np.ndarray[Any, np.dtype[np.bool_]]


def ranking_examples(
    library: Library, suggester: Suggester, seed: int, on_step: OnStep = ignore_steps
) -> list[RankingExample]:
    """Examples from a library, ranked by its Suggester. `on_step` is called when each step begins."""
    rng = np.random.default_rng(seed)
    tunes, titles = library.tunes, library.catalogue.title_of_setting

    def compare(query: Tune, title: int, without: int | None) -> RankingExample:
        vector = suggester.encoders.tune.encode([query])
        likenesses = suggester.melody_index.compare(query, vector, without)
        return RankingExample(likenesses, titles[likenesses.settings] == title)

    examples: list[RankingExample] = []
    held_out = 0
    tried = _sample_one_per_title(titles, rng)[:_MOST].tolist()
    for setting in counted(tried, on_step("ranking held-out settings", len(tried))):
        tune = unnamed(tunes[setting])
        whole = compare(tune, titles[setting], setting)
        if not np.any(whole.likenesses.features[whole.right, 0] >= _RESEMBLES):
            continue
        held_out += 1
        examples.append(whole)
        examples += [compare(query, titles[setting], setting) for query in _spoilt(tune, rng)]
    changed = rng.permutation(len(tunes))[: max(_FEWEST - held_out, 0)].tolist()
    for setting in counted(changed, on_step("ranking changed settings", len(changed))):
        tune = _changed(unnamed(tunes[setting]), rng)
        examples += [compare(query, titles[setting], None) for query in (tune, *_spoilt(tune, rng))]
    return [*examples, *_without_right(examples, rng)]


def fit_ranking(
    examples: Sequence[RankingExample], style: float, on_step: OnStep = ignore_steps
) -> RankingModel:
    """Maximum likelihood with weight decay, on standardised features, by L-BFGS (Liu and Nocedal 1989).

    Without examples all weights are 0. `style` is how often the title index ranks the right title first. With
    few tunes it can be so high that the titles would together get more than the probability of "none", so it
    is capped.
    """
    style = min(style, 1 / float(np.sum(1 / np.arange(1, STYLE_TITLES + 1))))
    if not examples:
        return RankingModel.unfitted(style)
    stacked = np.concatenate([example.likenesses.features for example in examples])
    mean, spread = stacked.mean(axis=0), np.maximum(stacked.std(axis=0), _LEAST_SPREAD)
    # "None of them" is an additional, last alternative. Only it has the two additional, last features.
    features, right = [], []
    for example in examples:
        standardised = (example.likenesses.features - mean) / spread
        features.append(torch.from_numpy(np.pad(standardised, ((0, 1), (0, 2)))))
        features[-1][-1, -2:] = torch.tensor([1.0, background(example.likenesses)])
        right.append(torch.from_numpy(np.append(example.right, not example.right.any())))
    alternatives, is_right = pad_sequence(features, batch_first=True), pad_sequence(right, batch_first=True)
    counts = torch.tensor([len(example.right) + 1 for example in examples])
    is_padding = torch.arange(alternatives.shape[1]) >= counts[:, None]
    lengths = [log_length(example.likenesses.notes, example.likenesses.variety) for example in examples]
    length = torch.tensor(lengths, dtype=torch.float64)
    powers = length[:, None] ** torch.arange(3)
    weights = torch.zeros(3, len(FEATURES) + 2, dtype=torch.float64, requires_grad=True)
    optimizer: torch.optim.Optimizer = torch.optim.LBFGS(
        [weights], max_iter=_MOST_STEPS, line_search_fn="strong_wolfe"
    )

    def loss() -> torch.Tensor:
        scores = torch.einsum("eaf,ef->ea", alternatives, powers @ weights)
        log_probabilities = torch.log_softmax(scores.masked_fill(is_padding, -torch.inf), dim=1)
        log_likelihood = torch.logsumexp(log_probabilities.masked_fill(~is_right, -torch.inf), dim=1)
        penalty = _DECAY / len(examples) / 2 * weights[:, :-2].square().sum()
        return penalty - log_likelihood.mean()

    advance = on_step("fitting the ranking", None)  # it ends when nothing gets better

    def closure() -> float:
        optimizer.zero_grad()
        value = loss()
        torch.autograd.backward(value)
        advance()
        return value.item()

    optimizer.step(closure)
    # The same weights for features that are not standardised.
    fitted = weights.detach().numpy()
    scaled = fitted[:, :-2] / spread
    none = fitted[:, -2] + scaled @ mean
    return RankingModel(
        features=FEATURES,
        weights=tuple(scaled[0].tolist()),
        by_length=tuple(scaled[1].tolist()),
        by_square=tuple(scaled[2].tolist()),
        none=(*none.tolist(), *fitted[:, -1].tolist()),
        style=style,
    )


def _sample_one_per_title(titles: Ints, rng: np.random.Generator) -> Ints:
    """A random setting of each title that has several, in random order."""
    order = rng.permutation(len(titles))
    _, first = np.unique(titles[order], return_index=True)
    several = np.bincount(titles)[titles[order[first]]] > 1
    return rng.permutation(order[first[several]])


def _spoilt(tune: Tune, rng: np.random.Generator) -> Iterator[Tune]:
    """The tune as people remember or write it: rewritten, as fragments, with wrong notes and other faults."""
    yield rewritten(tune, rng)
    for notes in _LENGTHS:
        if notes < len(tune.notes):
            is_anywhere = rng.random() < _ANYWHERE
            yield cut(tune, int(rng.integers(len(tune.notes) - notes)) if is_anywhere else 0, notes)
    notes, share = _NOISY
    beginning = cut(tune, 0, notes)
    yield noisy(beginning, share, rng)
    if rng.random() < _SPOILT:
        yield without_signature(beginning)
    if rng.random() < _SPOILT:
        yield replace(
            beginning, notes=tuple(replace(note, pitch=note.pitch % 12) for note in beginning.notes)
        )


def _changed(tune: Tune, rng: np.random.Generator) -> Tune:
    """Transposed and ornamented, with some notes moved to a neighbouring pitch of the tune."""
    scale = sorted({note.pitch for note in tune.notes})
    step_of = {pitch: i for i, pitch in enumerate(scale)}
    notes = tuple(
        replace(note, pitch=scale[max(step_of[note.pitch] - 1, 0)]) if rng.random() < _CHANGED else note
        for note in tune.notes
    )
    return ornamented(transposed(replace(tune, notes=notes), int(rng.integers(1, 12))), 0.1, rng)


def _without_right(examples: Sequence[RankingExample], rng: np.random.Generator) -> Iterator[RankingExample]:
    """A share of the examples, as if their titles were not in the catalogue."""
    for example in examples:
        if rng.random() < _UNKNOWN:
            wrong = ~example.right
            yield RankingExample(example.likenesses.only(wrong), example.right[wrong])
