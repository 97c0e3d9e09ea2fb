"""Projects vectors to a plane so that near vectors stay near: t-SNE (van der Maaten and Hinton 2008), exact.

It starts from the two principal components, scaled down (Kobak and Berens 2019), so the same vectors give the
same picture. Distances between far points mean nothing.
"""

import numpy as np

from index.progress import Advance
from model.encoder import Vectors
from model.grams import Floats

STEPS = 400
_EXAGGERATED = 100  # steps during which attraction counts `_EXAGGERATION` times, so that groups form
_EXAGGERATION = 12.0
_PERPLEXITY = 25.0  # effective number of neighbours
_MOMENTUM = 0.5, 0.8  # while exaggerated, and then
_HALVINGS = 40  # of the interval that holds a point's bandwidth
_LEAST_GAIN = 0.01
_START = 1e-4  # standard deviation of the first component at the start
_LEAST = 1e-12


def project(vectors: Vectors, advance: Advance) -> Floats:
    """Points in a plane for unit vectors; advances `STEPS` times. shape = (len(vectors), 2)

    Takes time and memory of the square of the number of vectors: 2,000 are 16 MB for each of six tables.
    """
    count = len(vectors)
    if count < 4:
        return np.zeros((count, 2))
    attraction = _attraction(vectors)
    points = _principal_components(vectors) * _START
    velocity, gains = np.zeros_like(points), np.ones_like(points)
    rate = max(count / _EXAGGERATION, 50.0)
    for step in range(STEPS):
        is_early = step < _EXAGGERATED
        square = np.sum(points**2, axis=1)
        kernel = square[:, None] + square - 2 * points @ points.T
        kernel += 1
        np.reciprocal(kernel, out=kernel)
        np.fill_diagonal(kernel, 0)
        forces = attraction * (_EXAGGERATION if is_early else 1.0)
        forces -= kernel / max(float(kernel.sum()), _LEAST)
        forces *= kernel
        gradient = 4 * (forces.sum(axis=1)[:, None] * points - forces @ points)
        gains = np.where(np.sign(gradient) != np.sign(velocity), gains + 0.2, gains * 0.8)
        np.maximum(gains, _LEAST_GAIN, out=gains)
        velocity = _MOMENTUM[not is_early] * velocity - rate * gains * gradient
        points = points + velocity
        points -= points.mean(axis=0)
        advance()
    return points.astype(np.float64)


def _principal_components(vectors: Vectors) -> Vectors:
    """The first two, the first with a standard deviation of 1. shape = (len(vectors), 2)"""
    centred = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    components = centred @ axes[:2].T
    # The sign of an axis is arbitrary: its largest part is positive.
    components *= np.sign(components[abs(components).argmax(axis=0), [0, 1]])
    scaled: Vectors = (components / max(float(components[:, 0].std()), _LEAST)).astype(np.float32)
    return scaled


def _attraction(vectors: Vectors) -> Vectors:
    """How much each pair attracts each other: symmetric, with sum 1. shape = (count, count)"""
    distance = np.maximum(2 - 2 * (vectors @ vectors.T), 0).astype(np.float32)
    np.fill_diagonal(distance, np.inf)
    entropy = np.log(min(_PERPLEXITY, (len(vectors) - 1) / 3))
    low, high = np.full(len(vectors), -10.0), np.full(len(vectors), 20.0)  # log2 of the precisions
    nearest = distance.min(axis=1, keepdims=True)
    finite = np.where(np.isfinite(distance), distance, 0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        precision = np.exp2(middle)[:, None].astype(np.float32)
        weights = np.exp(-precision * (distance - nearest))
        total = weights.sum(axis=1)
        mean = np.sum(weights * (finite - nearest), axis=1) / total
        is_wide = np.log(total) + np.exp2(middle) * mean > entropy
        low, high = np.where(is_wide, middle, low), np.where(is_wide, high, middle)
    weights /= weights.sum(axis=1, keepdims=True)
    symmetric: Vectors = (weights + weights.T) / (2 * len(vectors))
    return symmetric
