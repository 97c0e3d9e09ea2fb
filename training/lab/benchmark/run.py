"""A run: every system answers every query."""

import csv
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from index.library import Library
from index.mrr import Place
from index.progress import Advance, OnStep, counted, ignore_steps
from index.titles import title_key
from model.abc import Tune
from model.grams import Floats, Ints
from training.corpora.curate import ExactMelody, exact_melody
from training.lab.benchmark.average_precision import average_precision
from training.lab.benchmark.protocols import Task
from training.lab.benchmark.queries import Query
from training.lab.benchmark.systems import SYSTEMS, System, SystemEntry
from training.lab.leaks import LeakError
from training.reporter import Reporter

_COLUMNS = (
    *("protocol", "system", "query", "pool", "above", "level", "score", "ms"),
    *("joined above", "joined level"),
    *("right", "precision", "nearest"),  # of families
)


class Family(NamedTuple):
    """How the settings of one title are ranked.

    Attributes
    ----------
    right : number of these settings
    precision : average precision
    nearest : 1 if the first setting is one of them, 0 if not, and between for a tie
    """

    right: int
    precision: float
    nearest: float

    @classmethod
    def of(cls, scores: Floats, right: Ints) -> "Family":
        """From the scores of all settings and the numbers of the right ones."""
        first = scores == scores.max()
        return cls(len(right), average_precision(scores, right), float(first[right].sum() / first.sum()))


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one query with one system.

    Attributes
    ----------
    query : reference of the query
    pool : number of titles or settings ranked
    place : of the best right one; None if none is right
    score : of the first title or setting
    ms : milliseconds from query to scores
    joined : as `place`, if every title of the right tune is right; None if it has no other titles
    family : how the right settings are ranked; None where titles are ranked
    """

    query: str
    pool: int
    place: Place | None
    score: float
    ms: float
    joined: Place | None = None
    family: Family | None = None


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
        titles = catalogue.title_of_setting[query.right] if task.ranks_settings else query.right
        right = {title_key(name) for title in titles for name in catalogue.titles[title].names}
        if task.unseen or not right:
            return melody in melodies or not right.isdisjoint(names)
        return any((name, melody) in under_name for name in right)

    if count := sum(map(leaks, task.queries)):
        raise LeakError(f"{task.protocol}: the encoders have learned {count} of {len(task.queries)} queries")


def save_results(results: Results, path: Path) -> None:
    """Write a CSV row for each result; all figures can be computed from these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for (protocol, system), of_queries in results.items():
            for result in of_queries:
                key = protocol, system, result.query
                numbers = f"{result.score:.6g}", f"{result.ms:.3f}"
                place, joined = _columns(result.place), _columns(result.joined)
                family = result.family or ("", "", "")
                writer.writerow((*key, result.pool, *place, *numbers, *joined, *family))


def _columns(place: Place | None) -> tuple[int, int] | tuple[str, str]:
    return (place.above, place.level) if place else ("", "")


def _is_able(entry: SystemEntry, task: Task) -> bool:
    if not task.gallery.library.tunes:
        return entry.ranks_names
    return entry.takes_titles or isinstance(task.queries[0].item, Tune)


def _run(system: System, task: Task, advance: Callable[[], object]) -> Iterator[Result]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # like the service: one query, one core
    for query in task.queries:
        start = time.perf_counter()
        settings = task.ranks_settings
        scores = system.setting_scores(query.tune) if settings else system.scores(query.item)
        ms = 1000 * (time.perf_counter() - start)
        place = Place.of(scores, query.right) if len(query.right) else None
        family = Family.of(scores, query.right) if settings else None
        every_title = np.append(query.right, query.also)
        joined = Place.of(scores, every_title) if len(query.also) and not settings else None
        yield Result(query.reference, len(scores), place, float(scores.max()), ms, joined, family)
        advance()
    torch.set_num_threads(threads)


def _named_melodies(library: Library, advance: Advance) -> Iterator[tuple[str, ExactMelody]]:
    tunes = counted(library.tunes, advance)
    for tune, title in zip(tunes, library.catalogue.title_of_setting, strict=True):
        melody = exact_melody(tune)
        for name in library.catalogue.titles[title].names:
            yield title_key(name), melody
