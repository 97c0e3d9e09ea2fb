"""The fifth picture: which notes of the tune are which notes of the printed setting."""

from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch

from index.alignment import Melody, align
from model.abc import read_tune
from training.lab.palette import GREEN
from training.lab.pictures import canvas
from training.lab.pictures.example import Example


def draw(example: Example) -> Figure:
    """The tune above the first notes of its likeliest setting; a line joins each pair of notes that match."""
    tune = example.tune
    setting = example.setting(example.order[0])
    printed = read_tune(setting.abc)
    alignment = align(Melody.of(tune), Melody.of(printed))
    pairs = dict(alignment.notes)
    last = max(pairs.values()) + 1
    notes, others = tune.notes, printed.notes[:last]
    picture = canvas.figure(4.6)
    upper, lower = picture.subplots(
        2, 1, gridspec_kw={"left": 0.13, "right": 0.985, "top": 0.98, "bottom": 0.02, "hspace": 0.28}
    )
    matched = set(pairs.values())
    for axes in (upper, lower):
        axes.patch.set_visible(False)
    canvas.roll(upper, notes, [GREEN if number in pairs else canvas.UP for number in range(len(notes))])
    canvas.roll(lower, others, [GREEN if number in matched else canvas.UP for number in range(last)])
    canvas.bar_lines(upper, tune, len(notes))
    canvas.bar_lines(lower, printed, last)
    for number, other in pairs.items():
        note, found = notes[number], printed.notes[other]
        picture.add_artist(
            ConnectionPatch(
                (float(note.onset + note.duration / 2), note.pitch - 0.4),
                (float(found.onset + found.duration / 2), found.pitch + 0.4),
                "data",
                "data",
                axesA=upper,
                axesB=lower,
                color=canvas.PALE,
                linewidth=0.9,
                zorder=0,
            )
        )
    canvas.label(upper, "your tune,\nD major", 0.015)
    canvas.label(lower, f"{example.shown(setting)},\n{setting.key}", 0.015)
    return picture
