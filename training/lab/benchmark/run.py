"""A run: every system answers every query, and the results become figures."""

import csv
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from index.library import Library
from index.mrr import K, Place, chance, hit, mean_interval, reciprocal_rank
from index.progress import Advance, OnStep, counted, ignore_steps
from index.titles import title_key
from model.abc import Tune
from training.corpora.curate import ExactMelody, exact_melody
from training.lab.benchmark.auroc import auroc_interval
from training.lab.benchmark.figures import BenchmarkError, Figure, Metric
from training.lab.benchmark.protocols import Query, Task
from training.lab.benchmark.systems import SYSTEMS, System, SystemEntry
from training.lab.leaks import LeakError
from training.reporter import Reporter

_COLUMNS = ("protocol", "system", "query", "pool", "above", "level", "score", "ms")


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one query with one system.

    Attributes
    ----------
    query : reference of the query
    pool : number of titles ranked
    place : of the best right title; None if no title is right
    score : of the first title
    ms : milliseconds from query to scores
    """

    query: str
    pool: int
    place: Place | None
    score: float
    ms: float


Results = dict[tuple[str, str], list[Result]]  # by protocol and system


def run_tasks(
    tasks: Iterable[Task], systems: Sequence[str], wanted: Collection[str], report: Reporter
) -> tuple[Results, list[LeakError]]:
    """Run the queries of each task through each system that can answer them.

    A system whose encoders were trained on the answers is skipped.

    Parameters
    ----------
    tasks : consumed one by one
    systems : names of `SYSTEMS`
    wanted : the protocols to run; all if empty
    report : receives the progress

    Returns
    -------
    The results, and the leaks that caused systems to be skipped.
    """
    results: Results = defaultdict(list)
    leaks: list[LeakError] = []
    gallery, built = None, dict[str, System]()
    for task in tasks:
        protocols = [name for name in task.protocols if not wanted or name in wanted]
        able = [name for name in systems if _is_able(SYSTEMS[name], task)]
        if not protocols or not task.queries:
            continue
        try:
            check_leaks(task, report.step)
        except LeakError as leak:
            report.say(f"{leak}; not measured")
            leaks.append(leak)
            able = [name for name in able if not SYSTEMS[name].needs_encoders]
        if task.gallery is not gallery:
            gallery, built = task.gallery, {}
        for name in able:
            system = built[name] = built.get(name) or SYSTEMS[name].build(task.gallery, report.step)
            advance = report.step(f"{task.protocol}: {name}", len(task.queries))
            of_task = list(_run(system, task, advance))
            for protocol in protocols:
                kept = task.subsets.get(protocol)
                results[protocol, name] += [
                    result for result in of_task if kept is None or result.query in kept
                ]
    return results, leaks


def check_leaks(task: Task, on_step: OnStep = ignore_steps) -> None:
    """Raise LeakError when the encoders were trained on what the task assumes they do not know.

    They may not have learned the melody of a query, note for note, under a right name, unless the gallery has
    it under that name too. Where titles are unseen, or a query has no match, they may have learned neither
    the melody under any name nor the name.
    """
    catalogue, trained_on = task.unseen or task.gallery.catalogue, task.gallery.trained_on
    libraries = trained_on, task.gallery.library
    advance = on_step("checking for leaks", sum(len(library.tunes) for library in libraries))
    learned, ranked = (set(_named_melodies(library, advance)) for library in libraries)
    under_name = learned - ranked
    melodies = {melody for _, melody in learned}
    names = {title_key(name) for name in trained_on.catalogue.names}

    def leaks(query: Query) -> bool:
        melody = None if isinstance(query.item, str) else exact_melody(query.item)
        right = {title_key(name) for title in query.right for name in catalogue.titles[title].names}
        if task.unseen or not right:
            return melody in melodies or not right.isdisjoint(names)
        return any((name, melody) in under_name for name in right)

    if count := sum(map(leaks, task.queries)):
        raise LeakError(f"{task.protocol}: the encoders have learned {count} of {len(task.queries)} queries")


def figures(corpus: str, results: Results) -> Iterator[Figure]:
    """Every metric of every protocol and system.

    Raises BenchmarkError when all queries of a protocol are without a match.
    """
    for (protocol, system), of_queries in results.items():
        if any(result.place is None for result in of_queries):
            yield _auroc((corpus, protocol, system), of_queries)
        elif of_queries:
            places = [result.place for result in of_queries if result.place]
            pools = [result.pool for result in of_queries]
            yield from retrieval_figures((corpus, protocol, system), places, pools)
            ms = mean_interval(np.array([result.ms for result in of_queries]))
            yield _figure((corpus, protocol, system, "ms"), ms, len(of_queries), None)


def retrieval_figures(
    key: tuple[str, str, str], places: Sequence[Place], pools: Sequence[int]
) -> Iterator[Figure]:
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


def save_results(results: Results, path: Path) -> None:
    """Write a CSV row for each result; all figures can be computed from these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for (protocol, system), of_queries in results.items():
            for result in of_queries:
                place = (result.place.above, result.place.level) if result.place else ("", "")
                numbers = (f"{result.score:.6g}", f"{result.ms:.3f}")
                writer.writerow((protocol, system, result.query, result.pool, *place, *numbers))


def _is_able(entry: SystemEntry, task: Task) -> bool:
    if not task.gallery.library.tunes:
        return entry.ranks_names
    return entry.takes_titles or isinstance(task.queries[0].item, Tune)


def _run(system: System, task: Task, advance: Callable[[], object]) -> Iterator[Result]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # like the service: one query, one core
    for query in task.queries:
        start = time.perf_counter()
        scores = system.scores(query.item)
        ms = 1000 * (time.perf_counter() - start)
        place = Place.of(scores, query.right) if len(query.right) else None
        yield Result(query.reference, len(scores), place, float(scores.max()), ms)
        advance()
    torch.set_num_threads(threads)


def _auroc(key: tuple[str, str, str], results: Sequence[Result]) -> Figure:
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


def _named_melodies(library: Library, advance: Advance) -> Iterator[tuple[str, ExactMelody]]:
    tunes = counted(library.tunes, advance)
    for tune, title in zip(tunes, library.catalogue.title_of_setting, strict=True):
        melody = exact_melody(tune)
        for name in library.catalogue.titles[title].names:
            yield title_key(name), melody
