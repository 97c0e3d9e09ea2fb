import numpy as np
import pytest

from index.cosine_index import CosineIndex
from index.melody_index import FEATURES, Likenesses, MelodyIndex
from model.ngram_tune_encoder import NgramTuneConfig, NgramTuneEncoder
from tests.training.conftest import SEVERAL
from training.fitting.fit_ranking import Question, ask, fit_ranking
from training.lab.benchmark.gallery import Known

ENCODER = NgramTuneEncoder(NgramTuneConfig(buckets=2**12, dim=64))


def made_up(rng: np.random.Generator, count: int, sure: float) -> list[Question]:
    """Ten candidates each; the right one, there in a share of the cases, is the more similar by `sure`."""
    questions = []
    for _ in range(count):
        features = rng.normal(0, 1, (10, len(FEATURES)))
        right = np.zeros(10, dtype=bool)
        if rng.random() < 0.7:
            right[rng.integers(10)] = True
            features[right, 6] += sure
        questions.append(Question(Likenesses(np.arange(10), features), right, int(rng.integers(16, 128))))
    return questions


def test_the_fitted_probabilities_are_calibrated() -> None:
    rng = np.random.default_rng(0)
    model = fit_ranking(made_up(rng, 2000, 3.0), style=0.01)
    confidence, right, none = [], [], []
    for question in made_up(rng, 2000, 3.0):
        likely, unknown = model.probabilities(question.likenesses, question.notes)
        confidence.append(likely.max())
        right.append(question.right[likely.argmax()])
        none.append((unknown, not question.right.any()))
    for low in np.arange(0.1, 0.9, 0.2):
        chosen = [low <= one < low + 0.2 for one in confidence]
        assert np.mean(np.array(right)[chosen]) == pytest.approx(np.array(confidence)[chosen].mean(), abs=0.1)
    said, was = np.array(none).T
    assert said.mean() == pytest.approx(was.mean(), abs=0.03)
    assert said[was == 1].mean() > said[was == 0].mean() + 0.3
    weights = dict(zip(FEATURES, model.weights, strict=True))
    assert max(weights, key=lambda name: weights[name]) == "similarity"
    assert model.style == 0.01


def test_questions_are_settings_that_are_left_out(known: Known) -> None:
    catalogue = known.catalogue
    vectors = CosineIndex(ENCODER.encode(known.tunes), catalogue.title_of_setting)
    index = MelodyIndex(known.tunes, vectors)
    questions = ask(catalogue, known.tunes, index, ENCODER, seed=0)
    whole = [question for question in questions if question.right.sum() == 2][: 4 * SEVERAL]
    assert len(whole) > SEVERAL  # of three settings two are left
    assert {16, 32} < {question.notes for question in questions}
    strangers = [question for question in questions if not question.right.any()]
    assert 0.02 < len(strangers) / len(questions) < 0.3
    again = ask(catalogue, known.tunes, index, ENCODER, seed=0)
    assert len(again) == len(questions)
    assert all(
        np.array_equal(one.likenesses.features, other.likenesses.features)
        for one, other in zip(questions, again, strict=True)
    )
    assert fit_ranking(questions[:4], style=0.9).style == pytest.approx(0.193, abs=0.001)  # 1 / H_100
    model = fit_ranking(questions, style=0.01)
    hits = []
    for question in whole:
        likely, _ = model.probabilities(question.likenesses, question.notes)
        hits.append(question.right[likely.argmax()])
    assert np.mean(hits) > 0.9
