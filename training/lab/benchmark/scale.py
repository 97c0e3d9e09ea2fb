"""What a suggestion costs as the catalogue grows: time, memory, disk, and what the approximate search misses.

A catalogue of synthetic settings is written as an artifact has it, and loaded and asked in a process of its
own, whose memory is then that of what a service loads.
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
from index.melody_index import MelodyIndex
from index.ranking import RankingModel, rank
from model.abc import read_tune, write
from model.abc.variation import ornamented, transposed, unnamed
from model.checkpoint import load_tune_encoder
from model.encoder import Vectors
from training.lab.benchmark.synthetic import Synthetic
from training.reporter import Reporter

SIZES = (1_000, 10_000, 100_000, 1_000_000)  # titles
_ASKED = 100  # tunes, of the first thousand
_NOTES = range(100, 121)  # of a tune that is asked
_ORNAMENTED = 0.1  # share of its notes
_TOP = 10  # titles asked for, and rows that the recall counts
_EQUAL = 1e-5  # cosines that differ by less are the same
_CHUNK = 1000  # tunes made and encoded at a time


class Cost(BaseModel, frozen=True):
    """What was measured of one catalogue.

    Attributes
    ----------
    titles : each with one name and one setting
    ms : milliseconds from ABC to answer on one core, median
    outside_ms : the same without the alignment: without comparing candidates and finding bars
    memory : bytes that loading took
    disk : bytes of the files
    recall : share of the ten nearest rows of each cosine index that are found, the lower of the two
    first : share of the tunes asked whose title came first
    """

    titles: int
    ms: float
    outside_ms: float
    memory: int
    disk: int
    recall: float
    first: float


def measure(sizes: Sequence[int], made_of: Artifact, folder: Path, report: Reporter) -> list[Cost]:
    """The cost of catalogues of these sizes, which are made of an artifact's settings and encoded with it.

    What is written for each is in `folder` for as long as it is asked, some kilobytes a title. Raises
    ValueError where the settings have no tune of the length that is asked.
    """
    tunes = [read_tune(setting.abc) for setting in made_of.catalogue.settings]
    synthetic = Synthetic(made_of.catalogue, tunes)
    asked = _questions(synthetic, min(1000, *sizes))
    costs = []
    for size in sorted(sizes):
        with TemporaryDirectory(dir=folder) as written:
            _write(Path(written), size, synthetic, made_of, report)
            report.say(f"{size:,} titles are written, and asked")
            # Started afresh: FAISS must not be forked, and its memory is to be that of these files.
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                costs.append(pool.submit(_ask, Path(written), made_of.path, asked).result())
        report.say(f"{costs[-1]}")
    return costs


def _questions(synthetic: Synthetic, among: int) -> dict[int, str]:
    """Tunes of about 110 notes in ABC, changed as players change them, by their numbers."""
    rng = np.random.default_rng(synthetic.seed)
    numbers = [number for number in range(among) if len(synthetic.tune(number).notes) in _NOTES][:_ASKED]
    if not numbers:
        raise ValueError(f"none of the first {among} tunes has {_NOTES.start} to {_NOTES.stop - 1} notes")
    return {
        number: write(ornamented(transposed(unnamed(synthetic.tune(number)), 3), _ORNAMENTED, rng))
        for number in numbers
    }


def _write(folder: Path, size: int, synthetic: Synthetic, made_of: Artifact, report: Reporter) -> None:
    """Write a catalogue and its indexes as an artifact has them."""
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
    """Load what was written, and ask."""
    torch.set_num_threads(1)  # as the service runs: one query, one core
    before = _resident()
    catalogue = Catalogue.load(folder / artifact.CATALOGUE)
    encoder = load_tune_encoder(made_of / artifact.TUNE_ENCODER, torch.device("cpu"))
    model = RankingModel.load(made_of / artifact.RANKING)
    title_index = CosineIndex.load(folder / artifact.TITLES, catalogue.title_of_name)
    vectors = CosineIndex.load(folder / artifact.SETTINGS, catalogue.title_of_setting)
    melody_index = MelodyIndex.load(folder / artifact.MELODIES, vectors)

    def suggest(abc: str) -> tuple[int, float, float]:
        """The first title, seconds in all, and seconds of the alignment."""
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

    for abc in asked.values():  # until everything is in memory that is ever read
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
    found = [[hit.score for hit in hits] for hits in index.search(queries, _TOP)]
    near = [np.sum(np.array(scores) >= last - _EQUAL) for scores, last in zip(found, exact, strict=True)]
    return float(np.mean(near) / _TOP)


def _resident() -> int:
    """Bytes of this process in memory, as Linux tells them."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()
