"""Reads the melody of a MIDI file."""

from dataclasses import replace

from model.abc import Note
from model.abc.length import TICKS, quarters
from model.conversion import MOST_NOTES, ConversionError, Converted, as_abc
from model.deadline import checked
from model.keys import guess_key, guess_mode, key_name
from model.midi.bars import LONGEST_GAP, bars_of, main_meter, without_gaps
from model.midi.events import read_score
from model.midi.grid import legato, on_grid
from model.midi.melody import choose_voice, top_notes

_TONICS = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_UNKNOWN = ("", "C")  # programs that do not know the key write C


def read_midi(data: bytes) -> Converted:
    """Read the melody as ABC: the top notes of the track and channel that has the melody, on a grid.

    Parameters
    ----------
    data : a standard MIDI file

    Raises
    ------
    ConversionError
        When it is not MIDI, has more than 128 KiB, or has no notes.
    """
    score = read_score(data)
    if not score.voices:
        raise ConversionError("the MIDI file has no notes, or only percussion")
    warnings = []
    if len(score.voices) > 1:
        warnings.append(
            f"the file has {len(score.voices)} voices; the one that looks like the melody is read"
        )
    on_beat, is_written = on_grid(choose_voice(score.voices, score.quarter), score.quarter)
    melody = top_notes(on_beat)[: MOST_NOTES + 1]  # one more shows that there are more
    if not is_written:
        melody = legato(melody)
    if not score.meters:
        warnings.append("the file has no time signature; 4/4 is assumed")
    meters = [(round(onset * TICKS / score.quarter), beats, kind) for onset, beats, kind in score.meters]
    if not meters or meters[0][0] > 0:
        meters.insert(0, (0, 4, 4))
    meters, melody, has_gaps = without_gaps(meters, melody)
    if has_gaps:
        warnings.append(f"a rest or note of more than {LONGEST_GAP} bars is shortened")
    bars = bars_of(meters, melody)
    first, last = melody[0][1], bars[-1].onset + bars[-1].duration
    notes = [
        Note(pitch, quarters(onset - first), min(quarters(end), last) - quarters(onset), 0, 1, 1)
        for pitch, onset, end in checked(melody[:MOST_NOTES])
        if quarters(onset) < last
    ]
    if len(notes) < len(melody):
        count = "note is" if len(notes) == 1 else f"{len(notes)} notes are"
        warnings.append(f"the file is long; its first {count} read")
    shifted = [replace(bar, onset=bar.onset - quarters(first)) for bar in checked(bars)]
    return as_abc(notes, shifted, main_meter(meters, melody[-1][2]), _key(score.key, notes), warnings)


def _key(named: str, notes: list[Note]) -> str:
    """The key that the file names, or a guess. Files name only major and minor; other modes are guessed."""
    if named.endswith("m"):
        return f"{named[:-1]} minor"
    if named in _UNKNOWN or named not in _TONICS:
        return guess_key(notes)
    fifths = _TONICS.index(named) - _TONICS.index("C")
    return key_name(fifths, guess_mode(fifths, notes[-1].pitch))
