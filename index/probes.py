"""Probes: settings of the catalogue, changed the way players change them; their titles must rank high.

An artifact contains its probes and the MRR that they had when it was published. The service measures the same
probes with the encoder and index that it has loaded. If the MRR has dropped, something is broken, even if all
requests succeed.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.catalogue import Catalogue
from index.cosine_index import CosineIndex
from index.mrr import K, Mrr, Place, reciprocal_rank, search_reciprocal_ranks, summarise
from index.progress import OnStep, counted, ignore_steps
from index.suggester import Suggester
from model.abc import Tune, read_tune, write
from model.abc.variation import cut, ornamented, transposed, unnamed
from model.arrays import map_arrays, save_arrays
from model.deadline import check_deadline
from model.encoder import Vectors
from model.encoders import Encoders

COUNT = 300
DEGRADED = 0.9  # an MRR below this share of the recorded one means that the artifact is broken
_FEWEST_NOTES = 32
_MOST_NOTES = 64
_ORNAMENTED = 0.1  # share of notes
_VECTORS = "vectors"
_SEARCHED = 25  # probes at a time, so that requests can go first in between


@dataclass(frozen=True, slots=True)
class Probe:
    """A changed tune, and its title.

    Attributes
    ----------
    abc : the tune in ABC notation, without a name
    title : number of its title in the catalogue
    """

    abc: str
    title: int


class ProbeResult(NamedTuple):
    """The answer to a probe.

    Attributes
    ----------
    first : number of the first title in the whole ranking
    title_index : reciprocal rank of the right title in the title index, 0 below rank 20
    ranking : the same in the whole ranking
    """

    first: int
    title_index: float
    ranking: float


def make_probes(catalogue: Catalogue, seed: int, count: int = COUNT) -> list[Probe]:
    """Sample settings; transpose each, cut it to 32 to 64 notes, and ornament a tenth of its notes.

    A tune with fewer than 32 notes is not cut. If the catalogue is small, every setting is sampled several
    times and changed differently each time.
    """
    rng = np.random.default_rng(seed)
    rounds = -(-count // len(catalogue.settings))
    sample = np.concatenate([rng.permutation(len(catalogue.settings)) for _ in range(rounds)])[:count]
    tunes = (read_tune(catalogue.settings[i].abc) for i in sample)
    return [
        Probe(write(_changed(tune, rng)), int(title))
        for tune, title in zip(tunes, catalogue.title_of_setting[sample], strict=True)
    ]


def measure_probes(probes: Sequence[Probe], suggester: Suggester, on_step: OnStep = ignore_steps) -> Mrr:
    """MRR@20 of the probes in a Suggester's title index. Raises ValueError when there are no probes."""
    return measure_vectors(probes, encode_probes(probes, suggester.encoders, on_step), suggester)


def measure_vectors(probes: Sequence[Probe], vectors: Vectors, suggester: Suggester) -> Mrr:
    """`measure_probes` for probes that are encoded already. `vectors` has a row for each probe."""
    return summarise(rank_probes(probes, vectors, suggester.title_index), len(suggester.catalogue))


def encode_probes(probes: Sequence[Probe], encoders: Encoders, on_step: OnStep = ignore_steps) -> Vectors:
    """The vectors of the probes. shape = (len(probes), dim)"""
    encoded = counted(probes, on_step("measuring probes", len(probes)))
    return encoders.tune.encode(read_tune(probe.abc) for probe in encoded)


def rank_probes(probes: Sequence[Probe], vectors: Vectors, titles: CosineIndex) -> NDArray[np.float64]:
    """The reciprocal rank of each probe's title in a title index. shape = (len(probes),)

    `vectors` has a row for each probe.
    """
    ranks = [np.zeros(0)]
    for start in range(0, len(probes), _SEARCHED):
        part = slice(start, start + _SEARCHED)
        ranks.append(search_reciprocal_ranks(titles, vectors[part], [probe.title for probe in probes[part]]))
        check_deadline()
    return np.concatenate(ranks)


def measure_probe(probe: Probe, suggester: Suggester) -> ProbeResult:
    """Ask the Suggester for the titles of one probe, by style alone and in its whole ranking."""
    tune = read_tune(probe.abc)
    vector = suggester.encoders.tune.encode([tune])
    by_style = search_reciprocal_ranks(suggester.title_index, vector, [probe.title])
    titles = suggester.rank(tune, K).titles
    confidences = np.array([ranked.confidence for ranked in titles])
    right = np.flatnonzero([ranked.title == probe.title for ranked in titles])
    ranking = reciprocal_rank(Place.of(confidences, right), K) if len(right) else 0.0
    return ProbeResult(titles[0].title, float(by_style[0]), ranking)


def save_probes(probes: Sequence[Probe], path: Path) -> None:
    """Write as JSON lines."""
    path.write_text("".join(json.dumps(asdict(probe)) + "\n" for probe in probes), encoding="utf-8")


def load_probes(path: Path) -> list[Probe]:
    """Read JSON lines. Raises OSError, and ValueError or TypeError when the file does not hold probes."""
    return [Probe(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def save_probe_vectors(vectors: Vectors, path: Path) -> None:
    """Write what `encode_probes` returned, so that a rebuild need not encode the probes again."""
    save_arrays({_VECTORS: vectors}, path)


def load_probe_vectors(path: Path, probes: int, dim: int) -> Vectors:
    """Map what `save_probe_vectors` wrote. shape = (probes, dim)

    Raises OSError when the file cannot be read, ValueError when it has no such vectors.
    """
    arrays, _ = map_arrays(path)
    vectors = arrays.get(_VECTORS)
    if vectors is None or vectors.shape != (probes, dim):
        raise ValueError(f"{path.name} does not have {probes} vectors of {dim} numbers")
    return vectors


def _changed(tune: Tune, rng: np.random.Generator) -> Tune:
    longest = min(_MOST_NOTES, len(tune.notes))
    length = int(rng.integers(min(_FEWEST_NOTES, longest), longest + 1))
    first = int(rng.integers(0, len(tune.notes) - length + 1))
    semitones = int(rng.integers(1, 7)) * int(rng.choice([-1, 1]))
    return ornamented(transposed(cut(unnamed(tune), first, length), semitones), _ORNAMENTED, rng)
