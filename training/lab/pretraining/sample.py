"""Tunes sampled from the next-note model."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from model.abc import Bar, Note, Tune
from model.abc.length import read_meter
from model.experimental.notes import DURATIONS, MAX_TOKENS, midi_pitch, padded
from training.lab.pretraining.next_note import END, NextNote, framed


class Header(NamedTuple):
    """The header of a tune to sample.

    Attributes
    ----------
    key : as in `Tune.key`, "D major"
    meter : one that gives bars a length, "6/8"
    rhythm : such as "jig"; "" leaves it open
    """

    key: str
    meter: str
    rhythm: str


def sample(
    model: NextNote, header: Header, seed: int, temperature: float = 1.0, most: int = MAX_TOKENS
) -> Tune:
    """Sample a tune note by note, each from the model's prediction after the notes before it.

    All bars, the first too, are as long as the metre says, and a note may last beyond a bar line.

    Parameters
    ----------
    model : the model to sample from
    header : key, metre and rhythm of the tune
    seed : random seed
    temperature : the logits are divided by it, > 0; below 1 likely notes become even likelier
    most : maximum number of notes, > 0; the model's own limit applies too

    Raises
    ------
    ValueError
        For a metre that gives bars no length.
    """
    meter = read_meter(header.meter)
    if meter is None or meter.whole is None:
        raise ValueError(f"bars of metre {header.meter!r} have no length")
    tune = Tune(
        number=1,
        titles=("Gan Ainm",),
        rhythm=header.rhythm,
        meter=meter.name,
        unit=Fraction(1, 8),
        key=header.key,
        header=(),
        notes=(),
        bars=(),
        warnings=(),
        line=1,
    )
    rng = torch.Generator().manual_seed(seed)
    while len(tune.notes) < min(most, model.config.longest):
        note = _draw(model, tune, temperature, rng)
        if note is None:
            break
        tune = _longer(tune, *note, 4 * meter.whole)
    return tune


@torch.no_grad()
def _draw(
    model: NextNote, tune: Tune, temperature: float, rng: torch.Generator
) -> tuple[int, Fraction] | None:
    """Sample the MIDI number and quarter notes of the next note; None if the tune ends."""
    rows, lengths = padded([framed(tune, model.config.longest)[:-1]], model.device)
    state = model.hierarchy(rows, lengths)[0, -1]
    logits = model.pitch(state)
    if not tune.notes:
        logits[END] = -torch.inf  # a tune has at least one note
    pitch = _pick(logits, temperature, rng)
    if pitch == END:
        return None
    logits = model.duration_logits(state, torch.tensor(pitch, device=model.device))
    return midi_pitch(pitch, tune.key), DURATIONS[_pick(logits, temperature, rng)]


def _pick(logits: Tensor, temperature: float, rng: torch.Generator) -> int:
    """Sample on the CPU, whose generator gives the same numbers for a seed on every machine."""
    p = (logits.double() / temperature).softmax(dim=-1).cpu()
    return int(torch.multinomial(p, 1, generator=rng))


def _longer(tune: Tune, pitch: int, duration: Fraction, whole: Fraction) -> Tune:
    """The tune with one more note, in bars of `whole` quarter notes."""
    onset = tune.notes[-1].onset + tune.notes[-1].duration if tune.notes else Fraction(0)
    note = Note(pitch, onset, duration, bar=int(onset / whole), line=1, column=1)
    notes = (*tune.notes, note)
    return replace(tune, notes=notes, bars=_bars(notes, whole))


def _bars(notes: Sequence[Note], whole: Fraction) -> tuple[Bar, ...]:
    end = notes[-1].onset + notes[-1].duration
    count = -int(-end // whole)
    first = np.searchsorted([note.bar for note in notes], range(count + 1)).tolist()
    return tuple(
        Bar(
            number=i + 1,
            onset=i * whole,
            duration=min(whole, end - i * whole),
            first=first[i],
            last=first[i + 1],
            opens_repeat=False,
            closes_repeat=False,
            endings=(),
        )
        for i in range(count)
    )
