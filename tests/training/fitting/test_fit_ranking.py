import numpy as np
import pytest

from index.library import Library
from index.melody_index import FEATURES, Likenesses
from index.suggester import Suggester
from tests.support import untrained
from tests.training.conftest import SEVERAL
from training.fitting.fit_ranking import RankingExample, fit_ranking, ranking_examples

ENCODERS = untrained()


def made_up(rng: np.random.Generator, count: int, sure: float) -> list[RankingExample]:
    """Ten candidates each. In 70 % of the examples one is right; its similarity is higher by `sure`."""
    examples = []
    for _ in range(count):
        features = rng.normal(0, 1, (10, len(FEATURES)))
        right = np.zeros(10, dtype=bool)
        if rng.random() < 0.7:
            right[rng.integers(10)] = True
            features[right, FEATURES.index("similarity")] += sure
        notes = int(rng.integers(16, 128))
        likenesses = Likenesses(np.arange(10), features, np.zeros(10, np.int64), notes, 40.0, 20.0)
        examples.append(RankingExample(likenesses, right))
    return examples


def test_the_fitted_probabilities_are_calibrated() -> None:
    rng = np.random.default_rng(0)
    model = fit_ranking(made_up(rng, 2000, 3.0), style=0.01)
    confidence, right, none = [], [], []
    for example in made_up(rng, 2000, 3.0):
        likely, unknown = model.probabilities(example.likenesses)
        confidence.append(likely.max())
        right.append(example.right[likely.argmax()])
        none.append((unknown, not example.right.any()))
    for low in np.arange(0.1, 0.9, 0.2):
        chosen = [low <= value < low + 0.2 for value in confidence]
        assert np.mean(np.array(right)[chosen]) == pytest.approx(np.array(confidence)[chosen].mean(), abs=0.1)
    predicted, actual = np.array(none).T
    assert predicted.mean() == pytest.approx(actual.mean(), abs=0.03)
    assert predicted[actual == 1].mean() > predicted[actual == 0].mean() + 0.3
    weights = dict(zip(FEATURES, model.weights, strict=True))
    assert max(weights, key=lambda name: weights[name]) == "similarity"
    assert model.style == 0.01


def test_examples_are_held_out_settings(library: Library) -> None:
    suggester = Suggester.build(library, ENCODERS)
    examples = ranking_examples(library, suggester, seed=0)
    whole = [example for example in examples if example.right.sum() == 2][: 4 * SEVERAL]
    assert len(whole) > SEVERAL  # two of three settings remain
    assert {16, 32} < {example.likenesses.notes for example in examples}
    unmatched = [example for example in examples if not example.right.any()]
    assert 0.02 < len(unmatched) / len(examples) < 0.3
    for fewest, most in ((8, 8), (16, 16), (33, 160)):
        found = [e.right.any() for e in examples if fewest <= e.likenesses.notes <= most]
        assert 0.02 < 1 - np.mean(found) < 0.4, fewest
    again = ranking_examples(library, suggester, seed=0)
    assert len(again) == len(examples)
    assert all(
        np.array_equal(example.likenesses.features, repeated.likenesses.features)
        for example, repeated in zip(examples, again, strict=True)
    )
    assert fit_ranking(examples[:4], style=0.9).style == pytest.approx(0.193, abs=0.001)  # 1 / H_100
    model = fit_ranking(examples, style=0.01)
    hits = []
    for example in whole:
        likely, _ = model.probabilities(example.likenesses)
        hits.append(example.right[likely.argmax()])
    assert np.mean(hits) > 0.9
