"""What a suggestion costs as the catalogue grows: time, memory, disk, and recall of the approximate search.

A catalogue of synthetic settings is written in the format of an artifact. A separate process loads it and
answers the queries, so its memory is that of the files that a service loads.
"""

import multiprocessing
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from pydantic import BaseModel

from index.alignment import Melody, align
from index.cosine_index import CosineIndex
from index.library import Library
from index.progress import counted
from index.suggester import INDEX_FILES, Suggester
from model.abc import read_tune, write
from model.abc.variation import ornamented, transposed, unnamed
from model.encoder import Vectors
from training.lab.benchmark.figures import BenchmarkError
from training.lab.benchmark.synthetic import Synthetic
from training.reporter import Reporter

SIZES = (1_000, 10_000, 100_000, 1_000_000)  # titles
_QUERIES = 100  # tunes, taken from the first thousand
_NOTES = range(100, 121)  # notes of a query
_ORNAMENTED = 0.1  # share of its notes
_TOP = 10  # titles of an answer, and rows that the recall counts
_ROUNDS = 3  # times that each query is answered
_EQUAL = 1e-5  # cosines that differ by less are equal


class Cost(BaseModel, frozen=True):
    """The cost of one catalogue.

    Attributes
    ----------
    titles : number of titles, each with one name and one setting
    ms : median milliseconds from ABC to answer on one core
    outside_ms : the same without the alignment, which compares candidates and finds matching bars
    memory : bytes of the files that the queries needed, and of what was made from them
    disk : bytes of the catalogue and its indexes
    recall : share of the ten nearest rows that the search finds; the lower of the two cosine indexes
    first : share of the queries whose title comes first
    """

    titles: int
    ms: float
    outside_ms: float
    memory: int
    disk: int
    recall: float
    first: float


def measure_costs(sizes: Sequence[int], made_of: Suggester, folder: Path, report: Reporter) -> list[Cost]:
    """The cost of catalogues of these sizes, made from a Suggester's settings and encoded with its encoders.

    Each catalogue takes some kilobytes a title in `folder` while it is measured. Raises BenchmarkError when
    no setting has the length of a query.
    """
    synthetic = Synthetic(Library.read(made_of.catalogue, report.step))
    queries = _queries(synthetic, min(1000, *sizes))
    costs = []
    for size in sorted(sizes):
        with TemporaryDirectory(dir=folder) as written:
            _write(Path(written), size, synthetic, made_of, report)
            # A spawned process, because FAISS must not be forked and only the memory of these files counts.
            context = multiprocessing.get_context("spawn")
            receiver, sender = context.Pipe(duplex=False)
            advance = report.step(f"measuring {size:,} titles", _ROUNDS * len(queries))
            with receiver, sender, ProcessPoolExecutor(1, mp_context=context) as pool:
                measuring = pool.submit(_measure, Path(written), queries, sender)
                while not measuring.done() or receiver.poll():
                    if receiver.poll(0.1):
                        advance(receiver.recv())
            costs.append(measuring.result())
        report.say(f"{costs[-1]}")
    return costs


def _queries(synthetic: Synthetic, among: int) -> dict[int, str]:
    """Tunes of about 110 notes in ABC, varied as players vary them, by their numbers."""
    rng = np.random.default_rng(synthetic.seed)
    numbers = [number for number in range(among) if len(synthetic.tune(number).notes) in _NOTES][:_QUERIES]
    if not numbers:
        notes = f"{_NOTES.start} to {_NOTES.stop - 1} notes"
        raise BenchmarkError(f"none of the first {among} synthetic tunes has {notes}")
    return {
        number: write(ornamented(transposed(unnamed(synthetic.tune(number)), 3), _ORNAMENTED, rng))
        for number in numbers
    }


def _write(folder: Path, size: int, synthetic: Synthetic, made_of: Suggester, report: Reporter) -> None:
    """Index a catalogue of this size and write it in the format of an artifact."""
    library = synthetic.first(size, report.step)
    Suggester.build(library, made_of.encoders, made_of.ranking, report.step, find_same=False).save(folder)


def _measure(folder: Path, queries: dict[int, str], sender: Connection) -> Cost:
    """Load what `_write` wrote, and measure the answers to queries: ABC by the number of its tune.

    `sender` gets a number whenever so many queries have been answered again.
    """

    def advance(parts: int = 1) -> None:
        sender.send(parts)

    torch.set_num_threads(1)  # like the service: one query, one core
    before = _resident()
    suggester = Suggester.load(folder, "cpu")
    for abc in counted(queries.values(), advance):  # so that all pages that a query reads are in memory
        suggester.suggest(abc, _TOP)
    timed = counted(queries.values(), advance)
    seconds, aligned = np.array([_time(suggester, abc) for abc in timed]).T
    memory = _resident() - before
    tunes = [read_tune(abc) for abc in queries.values()]
    first = [suggester.rank(tune, _TOP).titles[0].title for tune in counted(tunes, advance)]
    vectors = suggester.encoders.tune.encode(tunes)
    indexes = (suggester.title_index, suggester.melody_index.vectors)
    return Cost(
        titles=len(suggester.catalogue),
        ms=1000 * float(np.median(seconds)),
        outside_ms=1000 * float(np.median(seconds - aligned)),
        memory=memory,
        disk=sum((folder / name).stat().st_size for name in INDEX_FILES),
        recall=min(_recall(index, vectors) for index in indexes),
        first=float(np.mean(np.array(first) == list(queries))),
    )


def _time(suggester: Suggester, abc: str) -> tuple[float, float]:
    """Seconds of an answer in total, and of the alignment alone."""
    start = time.perf_counter()
    answer = suggester.suggest(abc, _TOP)
    seconds = time.perf_counter() - start
    matched = [suggestion.melody.setting for suggestion in answer.titles if suggestion.melody]
    query, settings = Melody.of(answer.tune), [Melody.of(read_tune(setting.abc)) for setting in matched]
    vector, index = suggester.encoders.tune.encode([answer.tune]), suggester.melody_index
    start = time.perf_counter()
    for setting in settings:
        align(query, setting)
    aligned = time.perf_counter()
    index.candidates(answer.tune, vector)
    candidates = time.perf_counter()
    index.compare(answer.tune, vector)  # finds the candidates, too
    compared = time.perf_counter()
    return seconds, (aligned - start) + (compared - candidates) - (candidates - aligned)


def _recall(index: CosineIndex, queries: Vectors) -> float:
    """Share of the nearest rows that the index finds; rows as near as the last of them count."""
    exact = np.sort(index.vectors @ queries.T, axis=0)[-_TOP:][0]
    scores_of = [[hit.score for hit in hits] for hits in index.search(queries, _TOP)]
    near = [np.sum(np.array(scores) >= last - _EQUAL) for scores, last in zip(scores_of, exact, strict=True)]
    return float(np.mean(near) / _TOP)


def _resident() -> int:
    """Bytes of this process in memory, from Linux's /proc."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()
