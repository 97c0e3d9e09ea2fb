import re
from xml.etree import ElementTree

import numpy as np
import pytest

from index.mrr import summarise
from training.report.axis import Axis
from training.report.diagonal import wilson
from training.report.dots import Group, Row, draw_dots
from training.report.lines import Level, Line, draw_lines
from training.report.projection import STEPS, project
from training.report.reporting import Report
from training.report.scatter import draw_map
from training.report.svg import element, markup
from training.report.tune_map import Agreement, Point, TuneMap, agree

HOSTILE = '<img src=x onerror="alert(1)">\'"&</title></svg><script>alert(1)</script>'


def test_hostile_text_stays_text() -> None:
    written = markup(element("text", text=HOSTILE, class_=HOSTILE))
    assert re.findall(r"<\w+", written) == ["<text"]
    again = ElementTree.fromstring(written)
    assert again.text == again.get("class") == HOSTILE


def test_attributes_are_written_as_svg_has_them() -> None:
    assert markup(element("line", x1=1.0, y1=1 / 3, text_anchor="end", class_="a")) == (
        '<line x1="1" y1="0.33" text-anchor="end" class="a" />'
    )


@pytest.mark.parametrize(
    ("low", "high", "most", "least", "expected"),
    [
        (0, 1, 5, 0, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 0.075, 4, 0, [0, 0.02, 0.04, 0.06]),
        (1, 12, 5, 1, [5, 10]),
        (1, 3, 8, 1, [1, 2, 3]),
        (1, 2, 8, 1, [1, 2]),
        (0, 161, 2, 0, [0, 100]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, least: float, expected: list[float]) -> None:
    axis = Axis(low, high, 0, 100)
    assert axis.ticks(most, least) == pytest.approx(expected)


def test_an_axis_runs_from_start_to_end() -> None:
    axis = Axis(0, 10, 200, 100)
    assert [axis(0), axis(5), axis(10)] == [200, 150, 100]


@pytest.mark.parametrize("width", [720, 340])
def test_a_line_chart_has_a_dot_for_each_epoch_and_marks_the_best(width: int) -> None:
    drawn = draw_lines(
        [Line("a", "series-0", [0.1, 0.3, 0.2])], width, "MRR", [Level("chance", "x", 0.05)], best=2
    )
    dots = [dot for dot in drawn.iter("circle") if dot.find("title") is not None]
    assert [("best" in dot.get("class", "")) for dot in dots] == [False, True, False]
    assert {text.text for text in drawn.iter("text")} >= {
        "MRR",
        "epoch",
        "a",
        "chance: 0.05",
        "kept: epoch 2",
    }


def test_one_epoch_of_zeros_can_be_drawn() -> None:
    assert draw_lines([Line("a", "series-0", [0.0])], 340, "loss")


@pytest.mark.parametrize("width", [720, 340])
def test_dots_stay_in_the_picture(width: int) -> None:
    mrr = summarise(np.array([1.0, 0.0, 0.5]), 100)
    drawn = draw_dots([Group("g", [Row("a", "series-0", mrr)] * 3)], width)
    _, _, wide, high = (float(each) for each in drawn.get("viewBox", "").split())
    for dot in drawn.iter("circle"):
        assert 0 < float(dot.get("cx", "")) < wide
        assert 0 < float(dot.get("cy", "")) < high


def test_the_interval_of_a_share() -> None:
    low, high = wilson(0.9, 10)
    assert (low, high) == pytest.approx((0.596, 0.982), abs=0.001)
    assert wilson(0.0, 5)[0] == 0
    assert wilson(1.0, 5)[1] == 1


def test_near_vectors_stay_near_and_the_picture_is_the_same_each_time() -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(3, 16))
    groups = np.repeat(np.arange(3), 30)
    vectors = centres[groups] + 0.2 * rng.normal(size=(90, 16))
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors.astype(np.float32)
    steps = []
    places = project(unit, lambda parts=1: steps.append(parts))
    assert len(steps) == STEPS
    distance = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(distance, np.inf)
    assert np.all(groups[distance.argmin(axis=1)] == groups)
    assert np.array_equal(places, project(unit, lambda _parts=1: None))


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5])
def test_few_vectors_can_be_projected(count: int) -> None:
    vectors = np.eye(8, dtype=np.float32)[:count]
    places = project(vectors, lambda _parts=1: None)
    assert places.shape == (count, 2)
    assert np.all(np.isfinite(places))


def test_equal_vectors_can_be_projected() -> None:
    assert np.all(np.isfinite(project(np.full((12, 4), 0.5, np.float32), lambda _parts=1: None)))


def test_the_map_has_a_tune_and_a_title_for_each_unseen_title(report: Report) -> None:
    points = report.tune_map.points
    assert len(points) == 2 * 20  # a tenth of the hundred titles for the test, another for validation
    assert sum(point.is_title for point in points) == 20
    assert {point.rhythm for point in points} == {"jig"}
    assert all(0 <= point.x <= 1 and 0 <= point.y <= 1 for point in points)
    assert [(row.rhythm, row.same, row.chance) for row in report.tune_map.agreement] == [("jig", 1.0, 1.0)]


def test_rhythms_with_as_many_tunes_are_in_the_order_of_the_alphabet() -> None:
    tunes = np.eye(4, dtype=np.float32)[[0, 0, 1, 1, 2, 3]]
    rhythms = np.array(["reel", "reel", "jig", "jig", "air", ""])
    assert agree(tunes, rhythms) == [
        Agreement("jig", 2, 1.0, 0.25),
        Agreement("reel", 2, 1.0, 0.25),
        Agreement("air", 1, 0.0, 0.0),
    ]


def test_a_hostile_name_on_the_map_stays_a_name() -> None:
    drawn = draw_map(TuneMap([Point(0.5, 0.5, False, "jig", HOSTILE)], []))
    assert re.findall(r"<\w+", markup(drawn)) == ["<svg", "<circle", "<title"]
