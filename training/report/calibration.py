"""How well confidences match how often an answer is right."""

from dataclasses import dataclass

import numpy as np

from model.grams import Floats

_BINS = 10
_PRECISION = 0.95


@dataclass(frozen=True)
class Calibration:
    """How often the first title was right, by its confidence.

    Attributes
    ----------
    confidence : mean confidence of each bin that is not empty, shape = (bins,)
    accuracy : share of its first titles that were right, shape = (bins,)
    queries : number of its queries, shape = (bins,)
    error : expected calibration error, the mean distance of confidence and accuracy over the queries (Guo et
        al. 2017)
    accepted : share of the queries that can be answered at a precision of .95 when those with the lowest
        confidence are rejected
    """

    confidence: Floats
    accuracy: Floats
    queries: Floats
    error: float
    accepted: float


def calibrate(confidence: Floats, right: Floats) -> Calibration:
    """Calibration of confidences from 0 to 1 in ten bins of equal width.

    Parameters
    ----------
    confidence : of the first title of each query, shape = (queries,)
    right : 1 if it was right, 0 if not, and between for a tie, shape = (queries,)
    """
    bin_of = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    queries = np.bincount(bin_of, minlength=_BINS)
    filled = queries > 0
    mean = np.bincount(bin_of, confidence, _BINS)[filled] / queries[filled]
    accuracy = np.bincount(bin_of, right, _BINS)[filled] / queries[filled]
    precision = np.cumsum(right[np.argsort(-confidence, kind="stable")]) / np.arange(1, len(right) + 1)
    enough = np.flatnonzero(precision >= _PRECISION)
    return Calibration(
        mean,
        accuracy,
        queries[filled].astype(np.float64),
        float(np.sum(abs(mean - accuracy) * queries[filled]) / len(right)),
        float((enough[-1] + 1) / len(right)) if len(enough) else 0.0,
    )
