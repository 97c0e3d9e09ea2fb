"""Local alignment: how well a passage of a setting fits a query, with wrong, missing and additional notes.

The score of an alignment is the sum over its pairs of notes, less a cost for each note without a partner. The
best alignment of any two passages is found with the algorithm of Smith and Waterman (1981). It compares pitch
classes, so notes may be octaves away. They are compared in two ways: as notes, whatever their lengths, and as
pulses, where a long note equals several short ones.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from stringzilla import Strs
from stringzillas import DeviceScope, SmithWatermanScores

from index.alignment import TICKS
from index.melodies import Melodies
from index.shared_runs import RUN, SharedRuns
from model.deadline import check_deadline
from model.grams import MAX_NOTES, Floats, Ints

_SEMITONES = 12  # of an octave
_PULSE = TICKS // 2  # ticks; a quaver
_SHORT = 64  # notes of a short query
_TRIES, _FEW_TRIES = 2, 1  # transpositions that are tried

_MATCH = 10
# The score of a pair by the interval between its pitch classes, 0 to 6 semitones. A neighbour may be the same
# note of the scale, with a key signature forgotten.
_PAIRS = (_MATCH, 0, 0, -4, -4, -4, -8)
_SKIP = -12
_CELLS = 2**22  # of the matrices that are filled at once: a millisecond, which keeps others waiting

_MOVED = [bytes((byte + semitones) % _SEMITONES for byte in range(256)) for semitones in range(_SEMITONES)]
# The library takes 32 classes of bytes, and the score of every two.
_CLASS_OF_BYTE = (np.arange(256) % _SEMITONES).astype(np.uint8)
_COSTS = np.zeros((32, 32), np.int8)
_COSTS[:_SEMITONES, :_SEMITONES] = [
    [_PAIRS[min((a - b) % _SEMITONES, (b - a) % _SEMITONES)] for a in range(_SEMITONES)]
    for b in range(_SEMITONES)
]


def pulse_alignments(query: Melodies, candidates: Melodies, shared: SharedRuns) -> Floats:
    """The score of the best local alignment of a query with each candidate, pulse by pulse.

    A score is divided by that of the query with itself, so it is 0 to 1; it is 0 without a shared run. The
    transposition that most shared runs agree on is tried, for a short query two. If most of them say that the
    query is written in notes of twice or half the length, a pulse of the candidate is half or twice as long.

    Parameters
    ----------
    query : one melody
    candidates : the melodies to compare it with
    shared : the runs of intervals that they share

    Returns
    -------
    shape = (candidates,)
    """
    tries = _FEW_TRIES if len(query.pitches) > _SHORT else _TRIES
    # Counted from the interval between the first notes, so equally frequent ones have one order in every key.
    first = query.pitches[0] - candidates.pitches[candidates.first[:-1]].astype(np.int64)
    moves = (shared.transposition - first[shared.candidate]) % _SEMITONES
    number, move = shared.most_frequent(moves, tries)
    semitones = (move + first[number]) % _SEMITONES
    onset, other_onset = _onsets(query), _onsets(candidates)
    scaled, power = shared.most_frequent(_scales(onset, other_onset, candidates.first, shared), 1)
    pulse = np.full(len(candidates), _PULSE)
    pulse[scaled] = _PULSE * 2.0**power
    (text,) = _pulses(query, onset, np.array([_PULSE]))
    texts = _pulses(candidates, other_onset, pulse)
    moved = [
        texts[i].translate(_MOVED[move]) for i, move in zip(number.tolist(), semitones.tolist(), strict=True)
    ]
    alignments = np.zeros(len(candidates))
    np.maximum.at(alignments, number, _scores(text, moved))
    return alignments


def _scales(onset: Ints, other_onset: Ints, first: Ints, shared: SharedRuns) -> Ints:
    """How much longer each shared run takes a candidate than the query: -1 for half, 0, or 1 for twice."""
    place = first[shared.candidate] + shared.in_candidate
    time = onset[shared.in_query + RUN] - onset[shared.in_query]
    other_time = other_onset[place + RUN] - other_onset[place]
    powers: Ints = (other_time**2 > 2 * time**2).astype(np.int64) - (2 * other_time**2 < time**2)
    return powers


def _onsets(melodies: Melodies) -> Ints:
    """The onset of each note, and the end of the last, in ticks from the first. shape = (notes + 1,)"""
    return np.concatenate([[0], np.cumsum(melodies.spans, dtype=np.int64)])


def _pulses(melodies: Melodies, onset: Ints, pulse: NDArray[np.number]) -> list[bytes]:
    """The pitch class that sounds at each pulse of each melody, of at most `MAX_NOTES` pulses.

    `onset` is what `_onsets` gives; `pulse` is the length of a pulse of each melody, in ticks.
    """
    first = melodies.first
    start, end = onset[first[:-1]], onset[first[1:]]
    total = np.ceil((end - start) / pulse).astype(np.int64)
    before = np.ceil((onset[:-1] - np.repeat(start, melodies.notes)) / np.repeat(pulse, melodies.notes))
    count = np.diff(before, append=0).astype(np.int64)
    last = first[1:] - 1
    count[last] = total - before[last].astype(np.int64)
    text = np.repeat((melodies.pitches % _SEMITONES).astype(np.uint8), count).tobytes()
    offsets = np.concatenate([[0], np.cumsum(total)]).tolist()
    return [text[start : min(end, start + MAX_NOTES)] for start, end in pairwise(offsets)]


def _scores(query: bytes, others: list[bytes]) -> Floats:
    """The best score of a text with each of others, over that with itself. shape = (others,)"""
    engine = SmithWatermanScores(_CLASS_OF_BYTE, _COSTS, _SKIP, _SKIP)
    one_core, text = DeviceScope(cpu_cores=1), Strs([query])
    # The library compares several texts at once, and takes as long as the longest of them needs.
    lengths = np.fromiter(map(len, others), np.int64, len(others))
    order = np.argsort(lengths, kind="stable")
    cells = len(query) * np.cumsum(lengths[order])
    scores = np.zeros(len(others))
    for some in np.split(order, np.flatnonzero(np.diff(cells // _CELLS)) + 1):
        if len(some):
            scores[some] = engine(text, Strs([others[i] for i in some.tolist()]), device=one_core)[0]
            check_deadline()
    return scores / (_MATCH * len(query))
