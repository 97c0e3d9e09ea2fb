"""What the results of a run add up to: its figures."""

from collections.abc import Iterator, Sequence

import numpy as np

from index.mrr import K, Place, chance, hit, mean_interval, reciprocal_rank
from model.grams import Floats
from training.lab.benchmark.auroc import auroc_interval
from training.lab.benchmark.average_precision import chance_precision
from training.lab.benchmark.figures import BenchmarkError, Figure, Metric
from training.lab.benchmark.run import Family, Result, Results
from training.lab.benchmark.systems import SYSTEMS
from training.report import calibration
from training.report.calibration import Calibration

Key = tuple[str, str, str]  # corpus, protocol and system
_CALIBRATED = (
    *("known", "known-verified", "known-audited", "known-32", "known-16", "known-8"),
    *("known-middle", "known-noisy", "known-rewritten", "no-match", "no-match-16"),
)
_CHANGED = {"known-rewritten": "known"}  # the protocol with the same queries before they were changed
_RESAMPLES = 1000


def figures(corpus: str, results: Results) -> Iterator[Figure]:
    """Every metric of every protocol and system.

    Raises BenchmarkError when all queries of a protocol are without a match.
    """
    for (protocol, system), of_queries in results.items():
        if not of_queries:
            continue
        key = corpus, protocol, system
        families = [result.family for result in of_queries if result.family]
        if families:
            yield from _family_figures(key, families, [result.pool for result in of_queries])
        elif any(result.place is None for result in of_queries):
            yield _auroc(key, of_queries)
        else:
            places = [result.place for result in of_queries if result.place]
            yield from retrieval_figures(key, places, [result.pool for result in of_queries])
        if any(result.joined for result in of_queries):
            yield _joined(key, of_queries)
        if unchanged := results.get((_CHANGED.get(protocol, ""), system)):
            yield _change(key, unchanged, of_queries)
        if protocol in _CALIBRATED and SYSTEMS[system].gives_probabilities:
            yield _calibration_error(key, of_queries)
        if all(result.place for result in of_queries):
            ms = mean_interval(np.array([result.ms for result in of_queries]))
            yield _figure((*key, "ms"), ms, len(of_queries), None)


def retrieval_figures(key: Key, places: Sequence[Place], pools: Sequence[int]) -> Iterator[Figure]:
    """MRR, hit rates and, for unseen titles, lift.

    Parameters
    ----------
    key : corpus, protocol and system
    places : of the right title of each query
    pools : number of titles ranked for each query
    """
    sizes = np.array(pools)
    by_chance = np.array([chance(size, size) for size in pools])
    reciprocals = np.array([reciprocal_rank(place) for place in places])
    cut = [reciprocal_rank(place, K) for place in places]
    values: dict[Metric, tuple[Sequence[float], float]] = {
        "mrr": (reciprocals.tolist(), float(by_chance.mean())),
        "mrr@20": (cut, float(np.mean([chance(size, K) for size in pools]))),
    }
    hits: dict[Metric, int] = {"hit@1": 1, "hit@10": 10, "hit@20": K}
    for metric, first in hits.items():
        level = float((np.minimum(first, sizes) / sizes).mean())
        values[metric] = ([hit(place, first) for place in places], level)
    if key[1].startswith("unseen") or key[1] == "title-to-tune":
        values["lift"] = ((reciprocals / by_chance).tolist(), 1.0)
    for metric, (of_queries, level) in values.items():
        yield _figure((*key, metric), mean_interval(np.array(of_queries)), len(places), level)


def calibrate(results: Sequence[Result]) -> Calibration:
    """Calibration of scores from 0 to 1. The first title of a query without a right title is wrong."""
    return calibration.calibrate(*_confidences(results))


def _confidences(results: Sequence[Result]) -> tuple[Floats, Floats]:
    """The score of the first title of each query, and whether it is right: 1, 0, or between for a tie."""
    score = np.array([result.score for result in results])
    return score, np.array([hit(result.place, 1) if result.place else 0.0 for result in results])


def _calibration_error(key: Key, results: Sequence[Result]) -> Figure:
    """Expected calibration error, with its 95 % percentile bootstrap interval."""
    score, right = _confidences(results)
    rng = np.random.default_rng(0)
    drawn = (rng.integers(len(results), size=len(results)) for _ in range(_RESAMPLES))
    errors = [calibration.calibrate(score[sample], right[sample]).error for sample in drawn]
    low, high = np.quantile(errors, [0.025, 0.975])
    interval = calibration.calibrate(score, right).error, float(low), float(high)
    return _figure((*key, "ece"), interval, len(results), None)


def _change(key: Key, unchanged: Sequence[Result], changed: Sequence[Result]) -> Figure:
    """MRR minus that of the same queries before they were changed, with the interval of the differences."""
    before = {result.query: reciprocal_rank(result.place) for result in unchanged if result.place}
    differences = [reciprocal_rank(result.place) - before[result.query] for result in changed if result.place]
    return _figure((*key, "change"), mean_interval(np.array(differences)), len(differences), None)


def _joined(key: Key, results: Sequence[Result]) -> Figure:
    """MRR if every title of the right tune is right."""
    places = [result.joined or result.place for result in results]
    reciprocals = np.array([reciprocal_rank(place) for place in places if place])
    return _figure((*key, "joined"), mean_interval(reciprocals), len(reciprocals), None)


def _family_figures(key: Key, families: Sequence[Family], pools: Sequence[int]) -> Iterator[Figure]:
    precisions = np.array([family.precision for family in families])
    nearest = np.array([family.nearest for family in families])
    both = list(zip(pools, families, strict=True))
    by_chance = float(np.mean([chance_precision(pool, family.right) for pool, family in both]))
    first_by_chance = float(np.mean([family.right / pool for pool, family in both]))
    yield _figure((*key, "map"), mean_interval(precisions), len(families), by_chance)
    yield _figure((*key, "nearest"), mean_interval(nearest), len(families), first_by_chance)


def _auroc(key: Key, results: Sequence[Result]) -> Figure:
    matched = np.array([result.score for result in results if result.place])
    unmatched = np.array([result.score for result in results if not result.place])
    if not len(matched):
        raise BenchmarkError(f"{key[1]}: no query has a match; is there a tune with several settings?")
    return _figure((*key, "auroc"), auroc_interval(matched, unmatched), len(results), 0.5)


def _figure(
    key: tuple[str, str, str, Metric], interval: tuple[float, float, float], n: int, chance: float | None
) -> Figure:
    corpus, protocol, system, metric = key
    value, low, high = interval
    return Figure(
        corpus=corpus,
        protocol=protocol,
        system=system,
        metric=metric,
        value=value,
        low=low,
        high=high,
        n=n,
        chance=chance,
    )
