"""The map as a picture: a circle for each tune, a cross for each title, coloured by rhythm."""

from collections.abc import Mapping

from training.report.svg import Element, element, picture
from training.report.tune_map import Point, TuneMap

_SIDE, _MARGIN = 900, 24
COLOURED = 6  # rhythms with a colour of their own: the most frequent


def styles(tune_map: TuneMap) -> dict[str, str]:
    """The class of each rhythm; "" is an unknown one."""
    named = [row.rhythm for row in tune_map.agreement]
    return {"": "rhythm-none"} | {
        rhythm: f"rhythm-{number}" if number < COLOURED else "rhythm-rest"
        for number, rhythm in enumerate(named)
    }


def draw_map(tune_map: TuneMap) -> Element:
    """The map, square. Tunes whose rhythm is known are drawn last, so that none of them is hidden."""
    style = styles(tune_map)
    ordered = sorted(tune_map.points, key=lambda point: (point.rhythm != "", not point.is_title))
    marks = [_mark(point, style) for point in ordered]
    label = "Map of tunes and titles, coloured by rhythm; the table below says how well neighbours agree"
    return picture(_SIDE, _SIDE, label, marks, "map")


def _mark(point: Point, style: Mapping[str, str]) -> Element:
    x, y = (_MARGIN + each * (_SIDE - 2 * _MARGIN) for each in (point.x, point.y))
    kind = "title" if point.is_title else "tune"
    words = f"{point.name} ({', '.join(filter(None, (kind, point.rhythm)))})"
    classes = f"{kind} {style.get(point.rhythm, 'rhythm-rest')}"
    title = element("title", text=words)
    if point.is_title:
        return element("path", title, d=f"M{x - 4:.0f} {y - 4:.0f}l8 8m0-8l-8 8", class_=classes)
    return element("circle", title, cx=f"{x:.0f}", cy=f"{y:.0f}", r=5, class_=classes)
