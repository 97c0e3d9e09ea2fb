"""The first picture: a text, its notes, and the intervals between them."""

from itertools import pairwise

from matplotlib.figure import Figure

from training.lab.pictures import canvas
from training.lab.pictures.example import Example

_BARS = 4


def draw(example: Example) -> Figure:
    """The first bars of a tune as ABC, as a piano roll, and as intervals."""
    tune = example.tune
    count = next(bar.last for bar in tune.bars if bar.number == _BARS)
    notes = tune.notes[:count]
    picture = canvas.figure(3.6)
    letters, roll, steps = picture.subplots(
        3,
        1,
        height_ratios=(0.5, 3, 0.5),
        gridspec_kw={"left": 0.16, "right": 0.985, "top": 0.97, "bottom": 0.03},
    )
    lines = example.abc.splitlines()
    for note in notes:
        text = lines[note.line - 1][note.column - 1 :]
        letters.text(
            float(note.onset + note.duration / 2),
            0.5,
            text[: _letters(text)],
            ha="center",
            va="center",
            family="monospace",
            fontsize=13,
        )
    letters.set_xlim(float(notes[0].onset), float(notes[-1].onset + notes[-1].duration))
    letters.set_ylim(0, 1)
    canvas.blank(letters)
    canvas.roll(roll, notes, [canvas.INK] * len(notes))
    canvas.bar_lines(roll, tune, count)
    for note, after in pairwise(notes):
        roll.plot(
            [float(after.onset)] * 2,
            [note.pitch, after.pitch],
            color=canvas.colour_of(after.pitch - note.pitch),
            linewidth=2,
            zorder=0,
        )
    canvas.interval_row(steps, notes, 12)
    for axes, text in ((letters, "what you type"), (roll, "the notes"), (steps, "the steps\nbetween them")):
        canvas.label(axes, text)
    return picture


def _letters(text: str) -> int:
    """How many characters the note at the beginning of a text has."""
    count = 1
    while count < len(text) and text[count] in "',/0123456789":
        count += 1
    return count
