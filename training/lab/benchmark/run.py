"""A run: every system is asked every query, and its answers become figures."""

import csv
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from index.mrr import K, chance
from index.titles import title_key
from model.abc import Tune
from model.errors import GanAinmError
from training.corpora.curate import ExactMelody, exact_melody
from training.lab.benchmark.figures import Figure, Metric
from training.lab.benchmark.gallery import Known
from training.lab.benchmark.protocols import Query, Task
from training.lab.benchmark.ranks import Place, auroc_interval, hit, mean_interval, reciprocal
from training.lab.benchmark.systems import SYSTEMS, Listed, System
from training.reporter import Reporter

_COLUMNS = ("protocol", "system", "query", "pool", "above", "level", "score", "ms")


class LeakError(GanAinmError):
    """Encoders that have learned what they are asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system made of a query.

    Attributes
    ----------
    query : its reference
    pool : titles ranked
    place : of the right title, None where there is none
    score : of the first title
    ms : milliseconds from query to scores
    """

    query: str
    pool: int
    place: Place | None
    score: float
    ms: float


Answers = dict[tuple[str, str], list[Answer]]  # by protocol and system


def ask(
    tasks: Iterable[Task], systems: Sequence[str], wanted: Collection[str], report: Reporter
) -> tuple[Answers, list[LeakError]]:
    """Ask the systems what they can be asked; not those whose encoders have learned the answers.

    Parameters
    ----------
    systems : names of `SYSTEMS`
    wanted : protocols; all, if empty

    Returns
    -------
    The answers, and the leaks for which some were not asked for.
    """
    answers: Answers = defaultdict(list)
    leaks: list[LeakError] = []
    gallery, made = None, dict[str, System]()
    for task in tasks:
        protocols = [name for name in task.protocols if not wanted or name in wanted]
        able = [name for name in systems if _is_able(SYSTEMS[name], task)]
        if not protocols or not task.queries:
            continue
        try:
            check_leaks(task)
        except LeakError as leak:
            report.say(f"{leak}; not measured")
            leaks.append(leak)
            able = [name for name in able if not SYSTEMS[name].trained]
        if task.gallery is not gallery:
            gallery, made = task.gallery, {}
        for name in able:
            system = made[name] = made.get(name) or SYSTEMS[name].make(task.gallery)
            advance = report.step(f"{task.protocol}: {name}", len(task.queries))
            found = list(_ask(system, task, advance))
            for protocol in protocols:
                kept = task.subsets.get(protocol)
                answers[protocol, name] += [one for one in found if kept is None or one.query in kept]
    return answers, leaks


def check_leaks(task: Task) -> None:
    """Raises LeakError when the encoders have learned what the task takes for unknown.

    Of a query they may not have learned the melody, note for note, under a right name, unless the gallery
    holds it under that name too. Of fresh titles, and of tunes without a match, they may have learned neither
    the melody under any name nor the name.
    """
    catalogue, learned = task.fresh or task.gallery.catalogue, task.gallery.learned
    under_name = set(_named_melodies(learned)) - set(_named_melodies(task.gallery.known))
    melodies = {exact_melody(tune) for tune in learned.tunes}
    names = {title_key(name) for name in learned.catalogue.names}

    def leaks(query: Query) -> bool:
        melody = None if isinstance(query.asked, str) else exact_melody(query.asked)
        right = {title_key(name) for title in query.right for name in catalogue.titles[title].names}
        if task.fresh or not right:
            return melody in melodies or not right.isdisjoint(names)
        return any((name, melody) in under_name for name in right)

    if seen := sum(map(leaks, task.queries)):
        raise LeakError(f"{task.protocol}: the encoders have learned {seen} of {len(task.queries)} queries")


def figures(corpus: str, answers: Answers) -> Iterator[Figure]:
    """Every metric of every protocol and system."""
    for (protocol, system), found in answers.items():
        if any(answer.place is None for answer in found):
            yield _auroc(corpus, protocol, system, found)
        elif found:
            places = [answer.place for answer in found if answer.place]
            yield from rankings((corpus, protocol, system), places, [answer.pool for answer in found])
            ms = mean_interval(np.array([answer.ms for answer in found]))
            yield _figure((corpus, protocol, system, "ms"), ms, len(found), None)


def rankings(of: tuple[str, str, str], places: Sequence[Place], pools: Sequence[int]) -> Iterator[Figure]:
    """Every metric of a system's rankings, one for each query.

    Parameters
    ----------
    of : corpus, protocol and system
    places, pools : of the right title of each query, and how many titles were ranked
    """
    sizes = np.array(pools)
    by_chance = np.array([chance(size, size) for size in pools])
    reciprocals = np.array([reciprocal(place) for place in places])
    cut = [reciprocal(place, K) for place in places]
    values: dict[Metric, tuple[Sequence[float], float]] = {
        "mrr": (reciprocals.tolist(), float(by_chance.mean())),
        "mrr@20": (cut, float(np.mean([chance(size, K) for size in pools]))),
    }
    hits: dict[Metric, int] = {"hit@1": 1, "hit@10": 10, "hit@20": K}
    for metric, first in hits.items():
        level = float((np.minimum(first, sizes) / sizes).mean())
        values[metric] = ([hit(place, first) for place in places], level)
    if of[1].startswith("unseen") or of[1] == "title-to-tune":
        values["lift"] = ((reciprocals / by_chance).tolist(), 1.0)
    for metric, (of_queries, level) in values.items():
        yield _figure((*of, metric), mean_interval(np.array(of_queries)), len(places), level)


def save_answers(answers: Answers, path: Path) -> None:
    """Write a CSV line for each answer, from which all figures can be computed again."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for (protocol, system), found in answers.items():
            for one in found:
                place = (one.place.above, one.place.level) if one.place else ("", "")
                figures = (f"{one.score:.6g}", f"{one.ms:.3f}")
                writer.writerow((protocol, system, one.query, one.pool, *place, *figures))


def _is_able(listed: Listed, task: Task) -> bool:
    if not task.gallery.known.tunes:
        return listed.names
    return listed.to_tune or isinstance(task.queries[0].asked, Tune)


def _ask(system: System, task: Task, advance: Callable[[], object]) -> Iterator[Answer]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the service runs: one query, one core
    for query in task.queries:
        begun = time.perf_counter()
        scores = system.scores(query.asked)
        ms = 1000 * (time.perf_counter() - begun)
        place = Place.of(scores, query.right) if len(query.right) else None
        yield Answer(query.reference, len(scores), place, float(scores.max()), ms)
        advance()
    torch.set_num_threads(threads)


def _auroc(corpus: str, protocol: str, system: str, found: Sequence[Answer]) -> Figure:
    matched = np.array([answer.score for answer in found if answer.place])
    strangers = np.array([answer.score for answer in found if not answer.place])
    return _figure((corpus, protocol, system, "auroc"), auroc_interval(matched, strangers), len(found), 0.5)


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


def _named_melodies(known: Known) -> Iterator[tuple[str, ExactMelody]]:
    for tune, title in zip(known.tunes, known.catalogue.title_of_setting, strict=True):
        for name in known.catalogue.titles[title].names:
            yield title_key(name), exact_melody(tune)
