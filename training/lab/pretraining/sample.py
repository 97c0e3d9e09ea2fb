"""Tunes drawn from the next-note model."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from model.abc import Bar, Note, Tune
from model.abc.length import read_meter
from model.experimental.notes import DURATIONS, MAX_TOKENS, midi_pitch, padded
from training.lab.pretraining.next_note import END, NextNote, framed


def sample(
    model: NextNote,
    key: str,
    meter: str,
    rhythm: str,
    seed: int,
    temperature: float = 1.0,
    most: int = MAX_TOKENS,
) -> Tune:
    """Draw a tune note by note, each from what the model says of it after those before.

    Bars are as long as the metre says, the first too, and a note may be held over a bar line.

    Parameters
    ----------
    model : what to draw from
    key : as in `Tune.key`, "D major"
    meter : one that gives bars a length, "6/8"
    rhythm : as "jig"; "" leaves it open
    seed : of what is drawn
    temperature : what the logits are divided by, > 0; below 1 it draws likely notes even oftener
    most : notes at which it breaks off, > 0; no more than the model reads of a tune

    Raises
    ------
    ValueError
        For a metre that gives bars no length.
    """
    found = read_meter(meter)
    if found is None or found.whole is None:
        raise ValueError(f"bars of metre {meter!r} have no length")
    tune = Tune(
        number=1,
        titles=("Gan Ainm",),
        rhythm=rhythm,
        meter=found.name,
        unit=Fraction(1, 8),
        key=key,
        header=(),
        notes=(),
        bars=(),
        warnings=(),
        line=1,
    )
    rng = torch.Generator().manual_seed(seed)
    while len(tune.notes) < min(most, model.config.longest):
        drawn = _draw(model, tune, temperature, rng)
        if drawn is None:
            break
        tune = _longer(tune, *drawn, 4 * found.whole)
    return tune


@torch.no_grad()
def _draw(
    model: NextNote, tune: Tune, temperature: float, rng: torch.Generator
) -> tuple[int, Fraction] | None:
    """MIDI number and quarter notes of the note after a tune's last; None where the tune ends."""
    rows, lengths = padded([framed(tune, model.config.longest)[:-1]], model.device)
    state = model.hierarchy(rows, lengths)[0, -1]
    logits = model.pitch(state)
    if not tune.notes:
        logits[END] = -torch.inf  # a tune has notes
    pitch = _pick(logits, temperature, rng)
    if pitch == END:
        return None
    logits = model.duration_logits(state, torch.tensor(pitch, device=model.device))
    return midi_pitch(pitch, tune.key), DURATIONS[_pick(logits, temperature, rng)]


def _pick(logits: Tensor, temperature: float, rng: torch.Generator) -> int:
    """Drawn on the CPU, whose generator makes the same of a seed everywhere."""
    p = (logits.double() / temperature).softmax(dim=-1).cpu()
    return int(torch.multinomial(p, 1, generator=rng))


def _longer(tune: Tune, pitch: int, duration: Fraction, whole: Fraction) -> Tune:
    """A tune with one note more, in bars of `whole` quarter notes."""
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
