"""The second picture: one tune printed in two keys has one row of intervals."""

from matplotlib.figure import Figure

from index.catalogue import Setting
from model.abc import read_tune
from training.lab.palette import ORANGE, SKY_BLUE
from training.lab.pictures import canvas
from training.lab.pictures.example import BOOKS, Example

_BARS = 4


def draw(example: Example) -> Figure:
    """The first bars of the two likeliest settings on one scale of pitch, and their intervals."""
    first, second = (example.setting(row) for row in example.order[:2])
    picture = canvas.figure(4.2)
    roll, upper, lower = picture.subplots(
        3,
        1,
        height_ratios=(3, 0.4, 0.4),
        gridspec_kw={"left": 0.2, "right": 0.985, "top": 0.97, "bottom": 0.03},
    )
    pitches = []
    for setting, colour, row in ((first, ORANGE, upper), (second, SKY_BLUE, lower)):
        tune = read_tune(setting.abc)
        notes = tune.notes[: next(bar.last for bar in tune.bars if bar.number == _BARS)]
        canvas.roll(roll, notes, [colour] * len(notes))
        canvas.bar_lines(roll, tune, len(notes))
        canvas.interval_row(row, notes)
        pitches += [note.pitch for note in notes]
        canvas.label(row, _name(setting), colour=colour, fontweight="bold")
    roll.set_ylim(min(pitches) - 1.5, max(pitches) + 1.5)
    canvas.label(roll, f"{example.shown(first)}\nin two books")
    return picture


def _name(setting: Setting) -> str:
    return f"{BOOKS.get(setting.corpus, setting.corpus)}, {setting.key}"
