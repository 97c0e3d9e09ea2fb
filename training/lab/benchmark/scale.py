"""What a suggestion costs as the catalogue grows: time, memory, disk, and recall of the approximate search.

A catalogue of synthetic settings is written in the format of an artifact. A process of its own loads it and
answers the queries, so its memory is that of what a service loads.
"""

import multiprocessing
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from pydantic import BaseModel

from index import artifact
from index.alignment import align
from index.artifact import Artifact
from index.catalogue import Catalogue
from index.cosine_index import CosineIndex
from index.library import Library
from index.melody_index import MelodyIndex
from index.ranking import RankingModel, rank
from model.abc import read_tune, write
from model.abc.variation import ornamented, transposed, unnamed
from model.checkpoint import load_tune_encoder
from model.encoder import Vectors
from training.lab.benchmark.figures import BenchmarkError
from training.lab.benchmark.synthetic import Synthetic
from training.reporter import Reporter

SIZES = (1_000, 10_000, 100_000, 1_000_000)  # titles
_QUERIES = 100  # tunes, taken from the first thousand
_NOTES = range(100, 121)  # notes of a query
_ORNAMENTED = 0.1  # share of its notes
_TOP = 10  # titles of an answer, and rows that the recall counts
_EQUAL = 1e-5  # cosines that differ by less are equal
_CHUNK = 1000  # tunes made and encoded at a time


class Cost(BaseModel, frozen=True):
    """The cost of one catalogue.

    Attributes
    ----------
    titles : number of titles, each with one name and one setting
    ms : median milliseconds from ABC to answer on one core
    outside_ms : the same without the alignment, which compares candidates and finds matching bars
    memory : bytes that loading takes
    disk : bytes of the files
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


def measure_costs(sizes: Sequence[int], made_of: Artifact, folder: Path, report: Reporter) -> list[Cost]:
    """The cost of catalogues of these sizes, made from an artifact's settings and encoded with its encoders.

    Each catalogue takes some kilobytes a title in `folder` while it is measured. Raises BenchmarkError when
    no setting has the length of a query.
    """
    synthetic = Synthetic(Library.read(made_of.suggester.catalogue))
    queries = _queries(synthetic, min(1000, *sizes))
    costs = []
    for size in sorted(sizes):
        with TemporaryDirectory(dir=folder) as written:
            _write(Path(written), size, synthetic, made_of, report)
            report.say(f"{size:,} titles are written; measuring")
            # A spawned process, because FAISS must not be forked and only the memory of these files counts.
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                costs.append(pool.submit(_ask, Path(written), made_of.path, queries).result())
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


def _write(folder: Path, size: int, synthetic: Synthetic, made_of: Artifact, report: Reporter) -> None:
    """Write a catalogue and its indexes in the format of an artifact."""
    catalogue = Catalogue(tuple(synthetic.title(number) for number in range(size)))
    catalogue.save(folder / artifact.CATALOGUE)
    names, vectors = [], []
    advance = report.step(f"encoding {size:,} titles, in thousands", -(-size // _CHUNK))
    for first in range(0, size, _CHUNK):
        numbers = range(first, min(first + _CHUNK, size))
        names.append(made_of.title_encoder.encode([catalogue.titles[number].title for number in numbers]))
        vectors.append(made_of.tune_encoder.encode([synthetic.tune(number) for number in numbers]))
        advance()
    title_of_row = np.arange(size)
    del catalogue
    report.say(f"indexing {size:,} titles")
    CosineIndex(np.concatenate(names), title_of_row).save(folder / artifact.TITLES)
    del names
    settings = CosineIndex(np.concatenate(vectors), title_of_row)
    del vectors
    settings.save(folder / artifact.SETTINGS)
    tunes = (synthetic.tune(number) for number in range(size))
    MelodyIndex(tunes, settings).save(folder / artifact.MELODIES)


def _ask(folder: Path, made_of: Path, asked: dict[int, str]) -> Cost:
    """Load the catalogue and its indexes, and measure the answers to the queries `asked`."""
    torch.set_num_threads(1)  # like the service: one query, one core
    before = _resident()
    catalogue = Catalogue.load(folder / artifact.CATALOGUE)
    encoder = load_tune_encoder(made_of / artifact.TUNE_ENCODER, torch.device("cpu"))
    model = RankingModel.load(made_of / artifact.RANKING)
    title_index = CosineIndex.load(folder / artifact.TITLES, catalogue.title_of_name)
    vectors = CosineIndex.load(folder / artifact.SETTINGS, catalogue.title_of_setting)
    melody_index = MelodyIndex.load(folder / artifact.MELODIES, vectors)

    def suggest(abc: str) -> tuple[int, float, float]:
        """The first title, seconds in total, and seconds of the alignment."""
        begun = time.perf_counter()
        tune = read_tune(abc)
        vector = encoder.encode([tune])
        titles = rank(tune, vector, title_index, melody_index, model, _TOP).titles
        shown = [found.setting for found in titles]
        known = [read_tune(catalogue.settings[setting].abc) for setting in shown if setting is not None]
        ranked = time.perf_counter()
        for other in known:
            align(tune, other)
        ended = time.perf_counter()
        melody_index.candidates(tune, vector)
        sought = time.perf_counter()
        melody_index.compare(tune, vector)
        compared = time.perf_counter() - sought - (sought - ended)
        return titles[0].title, ended - begun, ended - ranked + compared

    for abc in asked.values():  # so that all pages that a query reads are in memory
        suggest(abc)
    first, seconds, aligned = np.array([suggest(abc) for abc in asked.values()]).T
    memory = _resident() - before
    queries = encoder.encode([read_tune(abc) for abc in asked.values()])
    return Cost(
        titles=len(catalogue),
        ms=1000 * float(np.median(seconds)),
        outside_ms=1000 * float(np.median(seconds - aligned)),
        memory=memory,
        disk=sum(file.stat().st_size for file in folder.iterdir()),
        recall=min(_recall(title_index, queries), _recall(vectors, queries)),
        first=float(np.mean(first == list(asked))),
    )


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
