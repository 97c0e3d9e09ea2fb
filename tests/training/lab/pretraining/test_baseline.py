import numpy as np
import pytest

from model.abc import Tune, read_tune
from model.experimental.notes import DURATIONS, SIZES
from training.lab.pretraining.baseline import bigram, unigram
from training.lab.pretraining.next_note import framed

TRAINING = [framed(read_tune("K:C\nCDCD\n"), 256)]  # pitches: start C D C D end
TEST = [framed(read_tune("K:C\nCE2\n"), 256)]


def test_unigrams_are_counts_plus_one() -> None:
    nats = unigram(TRAINING, TEST)
    pitches, lengths = 5 + SIZES.pitch, 4 + len(DURATIONS)
    assert (-nats.pitch).exp().numpy() == pytest.approx(np.array([3, 1, 2]) / pitches)
    assert (-nats.duration).exp().numpy() == pytest.approx(np.array([5, 1]) / lengths)


def test_bigrams_interpolate_counts_of_pairs_with_unigrams() -> None:
    nats = bigram(TRAINING, TEST)
    c, e, end = np.array([3, 1, 2]) / (5 + SIZES.pitch)
    after_start, after_c, after_e = (1 + c) / (1 + 1), e / (2 + 1), end
    assert (-nats.pitch).exp().numpy() == pytest.approx(np.array([after_start, after_c, after_e]))
    eighth, quarter = np.array([5, 1]) / (4 + len(DURATIONS))
    assert (-nats.duration).exp().numpy() == pytest.approx(np.array([(1 + eighth) / 2, quarter / (3 + 1)]))


def test_a_perplexity_is_below_the_number_of_values(tunes: list[Tune]) -> None:
    training, test = ([framed(tune, 256) for tune in part] for part in (tunes[:16], tunes[16:]))
    single, pairs = unigram(training, test).perplexity, bigram(training, test).perplexity
    assert 1 < pairs.pitch < single.pitch < SIZES.pitch
    assert 1 < pairs.duration < single.duration < len(DURATIONS)
    assert pairs.both == pytest.approx(pairs.pitch * pairs.duration)
