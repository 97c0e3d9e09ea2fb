"""Fitting of the ranking: what makes a known setting the tune that is asked.

The questions are settings of titles that have others, left out as if they were not known, whole and in part;
and of each also the case that its title is not known. Labels can be wrong, and one name can stand for two
tunes: only settings that resemble another of their title are asked. Where these are few, settings changed as
another player might change them are asked as well.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from index.catalogue import Catalogue
from index.melody_index import FEATURES, Likenesses, MelodyIndex
from index.ranking import STYLE_TITLES, RankingModel, log_length
from model.abc import Tune
from model.abc.variation import cut, ornamented, transposed, unnamed
from model.encoder import Encoder
from model.grams import Ints

_MOST = 600  # settings asked
_FEWEST = 200  # settings asked; changed ones make up for those that are missing
_LENGTHS = (64, 32, 16)  # notes of a fragment
_UNKNOWN = 0.1  # share of the questions that are also asked without the right title
_RESEMBLES = 0.12  # cosine of n-grams
_CHANGED = 0.2  # share of the notes of a changed setting
_STEPS = 300
_RATE = 0.05
_LEAST_SPREAD = 0.1  # a feature that hardly varies must not be blown up
_DECAY = 1e-3  # of the weights, for standardised features


@dataclass(frozen=True)
class Question:
    """Candidates for a tune, and which of them are it.

    Attributes
    ----------
    likenesses : the candidates
    right : which are settings of the tune's title, shape = (candidates,)
    notes : of the tune
    """

    likenesses: Likenesses
    right: np.ndarray[Any, np.dtype[np.bool_]]
    notes: int


def ask(
    catalogue: Catalogue,
    tunes: Sequence[Tune],
    index: MelodyIndex,
    encoder: Encoder[Tune, Any],
    seed: int,
    on_question: Callable[[], object] = lambda: None,
) -> list[Question]:
    """Questions about known settings. `tunes` are the catalogue's settings, read."""
    rng = np.random.default_rng(seed)
    titles = catalogue.title_of_setting

    def compare(tune: Tune, title: int, without: int) -> Question:
        likenesses = index.compare(tune, encoder.encode([tune]), without)
        return Question(likenesses, titles[likenesses.settings] == title, len(tune.notes))

    questions: list[Question] = []
    asked = 0
    for setting in _drawn(titles, rng)[:_MOST]:
        tune = unnamed(tunes[setting])
        whole = compare(tune, titles[setting], setting)
        if not np.any(whole.likenesses.features[whole.right, 0] >= _RESEMBLES):
            continue
        asked += 1
        on_question()
        questions.append(whole)
        questions += [compare(part, titles[setting], setting) for part in _parts(tune, rng)]
    for setting in rng.permutation(len(tunes))[: max(_FEWEST - asked, 0)]:
        tune = _changed(unnamed(tunes[setting]), rng)
        on_question()
        questions += [compare(part, titles[setting], -1) for part in (tune, *_parts(tune, rng))]
    return [*questions, *_without_right(questions, rng)]


def fit_ranking(questions: Sequence[Question], style: float) -> RankingModel:
    """Maximum likelihood, with a little decay, on standardised features.

    Without questions all weights are 0. `style` is how often a title index has the right title first; on few
    tunes that can come out so high that the titles after it had more than is left.
    """
    style = min(style, 1 / float(np.sum(1 / np.arange(1, STYLE_TITLES + 1))))
    if not questions:
        zeros = (0.0,) * len(FEATURES)
        return RankingModel(features=FEATURES, weights=zeros, by_length=zeros, none=(0, 0), style=style)
    stacked = np.concatenate([question.likenesses.features for question in questions])
    mean, spread = stacked.mean(axis=0), np.maximum(stacked.std(axis=0), _LEAST_SPREAD)
    most = max(len(question.right) for question in questions)
    features = torch.zeros(len(questions), most, len(FEATURES))
    possible = torch.zeros(len(questions), most + 1, dtype=torch.bool)
    right = torch.zeros(len(questions), most + 1, dtype=torch.bool)
    possible[:, most] = True
    for i, question in enumerate(questions):
        count = len(question.right)
        features[i, :count] = torch.from_numpy((question.likenesses.features - mean) / spread)
        possible[i, :count] = True
        right[i, :count] = torch.from_numpy(question.right)
        right[i, most] = not question.right.any()
    length = torch.tensor([log_length(question.notes) for question in questions], dtype=torch.float32)
    weights = torch.zeros(2, len(FEATURES), requires_grad=True)
    none = torch.zeros(2, requires_grad=True)
    optimizer = torch.optim.AdamW([weights, none], lr=_RATE, weight_decay=_DECAY)
    for _ in range(_STEPS):
        scores = features @ weights[0] + (features @ weights[1]) * length[:, None]
        scores = torch.cat([scores, (none[0] + none[1] * length)[:, None]], dim=1)
        likely = torch.log_softmax(scores.masked_fill(~possible, -torch.inf), dim=1)
        loss = -torch.logsumexp(likely.masked_fill(~right, -torch.inf), dim=1).mean()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    # The same weights for features as they are.
    scaled = weights.detach().numpy() / spread
    shift = scaled @ mean
    return RankingModel(
        features=FEATURES,
        weights=tuple(scaled[0].tolist()),
        by_length=tuple(scaled[1].tolist()),
        none=(float(none[0].detach() + shift[0]), float(none[1].detach() + shift[1])),
        style=style,
    )


def _drawn(titles: Ints, rng: np.random.Generator) -> Ints:
    """One setting of each title that has several, in random order."""
    order = rng.permutation(len(titles))
    _, first = np.unique(titles[order], return_index=True)
    several = np.bincount(titles)[titles[order[first]]] > 1
    return rng.permutation(order[first[several]])


def _parts(tune: Tune, rng: np.random.Generator) -> Iterator[Tune]:
    """Its first notes, of each length; now and then as many from elsewhere, as people also remember those."""
    for notes in _LENGTHS:
        if notes < len(tune.notes):
            first = int(rng.integers(len(tune.notes) - notes)) if rng.random() < 0.25 else 0
            yield cut(tune, first, notes)


def _changed(tune: Tune, rng: np.random.Generator) -> Tune:
    """In another key, ornamented, some notes on a neighbouring pitch of the tune."""
    scale = sorted({note.pitch for note in tune.notes})
    place = {pitch: i for i, pitch in enumerate(scale)}
    notes = tuple(
        replace(note, pitch=scale[max(place[note.pitch] - 1, 0)]) if rng.random() < _CHANGED else note
        for note in tune.notes
    )
    return ornamented(transposed(replace(tune, notes=notes), int(rng.integers(1, 12))), 0.1, rng)


def _without_right(questions: Sequence[Question], rng: np.random.Generator) -> Iterator[Question]:
    """A share of the questions, as they would be if their titles were not known."""
    for question in questions:
        if rng.random() < _UNKNOWN:
            rest = ~question.right
            settings, features = question.likenesses
            yield Question(Likenesses(settings[rest], features[rest]), question.right[rest], question.notes)
