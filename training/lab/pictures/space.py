"""The fourth picture: the shared space of tunes and names, flattened to two dimensions."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from index.titles import rhythm_family
from model.encoder import Vectors
from model.grams import Floats
from training.lab.palette import BLUE, GREEN, ORANGE, VERMILLION
from training.lab.pictures import canvas
from training.lab.pictures.example import Example

_DANCES = {"jig": ORANGE, "reel": BLUE, "hornpipe": GREEN}
_NAMES = 8  # nearest to the tune
_LETTER = 9.0  # points


def draw(example: Example) -> Figure:
    """All tunes of the books that say what dance they are; and the names that are nearest to one tune."""
    picture = canvas.figure(5.4)
    left, right = picture.subplots(
        1,
        2,
        width_ratios=(1, 1.25),
        gridspec_kw={"left": 0.02, "right": 0.985, "top": 0.92, "bottom": 0.07, "wspace": 0.05},
    )
    _dances(left, example)
    _neighbours(right, example)
    return picture


def _flat(vectors: Vectors) -> tuple[Floats, Floats]:
    """The two directions in which vectors differ most, and the mean (principal components)."""
    mean = vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(vectors - mean, full_matrices=False)
    return directions[:2].T, mean


def _dances(axes: Axes, example: Example) -> None:
    suggester = example.suggester
    dances = np.array([rhythm_family(setting.rhythm) for setting in suggester.catalogue.settings])
    vectors = suggester.melody_index.vectors.vectors
    directions, mean = _flat(vectors[np.isin(dances, list(_DANCES))])
    for dance, colour in _DANCES.items():
        points = (vectors[dances == dance] - mean) @ directions
        axes.scatter(
            points[:, 0],
            points[:, 1],
            s=7,
            color=colour,
            alpha=0.5,
            linewidths=0,
            label=f"{dance}s",
            rasterized=True,
        )
    point = (example.vector - mean) @ directions
    axes.scatter(point[:, 0], point[:, 1], s=170, marker="*", color="black", zorder=3)
    axes.annotate("your tune", point[0], (10, 0), textcoords="offset points", va="center", fontweight="bold")
    axes.legend(loc="upper left", frameon=False, markerscale=2.5, handletextpad=0.2)
    canvas.blank(axes)
    axes.set_title("Tunes of one dance are neighbours", loc="left", fontweight="bold", fontsize=11)


def _neighbours(axes: Axes, example: Example) -> None:
    suggester = example.suggester
    hits = suggester.title_index.search(example.vector, _NAMES)[0]
    names = suggester.title_index.vectors[[hit.row for hit in hits]]
    settings = [np.flatnonzero(suggester.catalogue.title_of_setting == hit.title) for hit in hits]
    tunes = [suggester.melody_index.vectors.vectors[numbers] for numbers in settings]
    directions, mean = _flat(np.concatenate([example.vector, names, *tunes]))
    flat = [(points - mean) @ directions for points in (example.vector, names, *tunes)]
    for place, points in zip(flat[1], flat[2:], strict=True):
        for point in points:
            axes.plot(*zip(place, point, strict=True), color=canvas.GREY, linewidth=0.8, zorder=0)
        axes.scatter(points[:, 0], points[:, 1], s=36, color=VERMILLION, zorder=2)
        axes.scatter(place[0], place[1], s=36, marker="s", color=BLUE, zorder=2)
    axes.scatter(flat[0][:, 0], flat[0][:, 1], s=170, marker="*", color="black", zorder=3)
    for marker, colour, text in (("s", BLUE, "a name"), ("o", VERMILLION, "a tune with this name")):
        axes.scatter([], [], s=36, marker=marker, color=colour, label=text)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=2, frameon=False, handletextpad=0.2)
    axes.margins(0.1)
    canvas.blank(axes)
    axes.set_title("The names nearest to your tune", loc="left", fontweight="bold", fontsize=11)
    shown = suggester.directory.display
    labels = [f"{shown(suggester.catalogue.names[hit.row])} {hit.score:.2f}" for hit in hits]
    _label(axes, labels, flat[1], np.concatenate(flat))


def _label(axes: Axes, labels: list[str], places: Floats, points: Floats) -> None:
    """Write each label beside its place, on the side where it hides the fewest points and other labels."""
    to_points = 72 / axes.figure.dpi
    taken = [Bbox.from_bounds(x - 5, y - 5, 10, 10) for x, y in to_points * axes.transData.transform(points)]
    frame = axes.get_window_extent()
    for label, place in zip(labels, places, strict=True):
        x, y = to_points * axes.transData.transform(place)
        width = 0.56 * _LETTER * len(label)
        sides = [
            (
                (dx, dy),
                Bbox.from_bounds(x + dx - (width if dx < 0 else 0), y + dy - _LETTER / 2, width, _LETTER),
            )
            for dx in (7, -7)
            for dy in (0, 9, -9)
        ]
        (dx, dy), box = min(
            sides, key=lambda side: (side[1].x1 > to_points * frame.x1, side[1].count_overlaps(taken))
        )
        taken.append(box)
        axes.annotate(
            label,
            place,
            (dx, dy),
            textcoords="offset points",
            fontsize=_LETTER,
            ha="right" if dx < 0 else "left",
            va="center",
        )
