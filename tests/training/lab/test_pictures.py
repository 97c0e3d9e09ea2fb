"""The pictures of docs/how-it-works.md, and what the page says about them."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.artifact import Artifact, load
from model.abc import read_tune
from training.lab.pictures.__main__ import main
from training.lab.pictures.example import KNOWN, MADE_UP, STRANGE, Example

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "how-it-works.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"!\[([^\]]*)\]\(how-it-works/(\w+)\.svg\)", PAGE)
LARGEST = 150_000  # bytes of a picture


def slow(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that needs the artifact of all three books."""
    marked: Callable[..., None] = pytest.mark.slow(pytest.mark.xdist_group("demo")(test))
    return marked


def test_the_page_shows_every_picture_once_with_a_description() -> None:
    pictures = sorted((DOCS / "how-it-works").iterdir())
    assert sorted(name for _, name in SHOWN) == [picture.stem for picture in pictures]
    assert all(len(description) > 30 for description, _ in SHOWN)
    assert all(picture.stat().st_size < LARGEST for picture in pictures)


def test_the_page_prints_the_tune_of_the_pictures() -> None:
    assert re.findall(r"```abc\n(.*?)```", PAGE, re.DOTALL) == [KNOWN]


@pytest.fixture(scope="module")
def artifact(demo_artifacts: Path) -> Artifact:
    return load(demo_artifacts, "cpu")


@slow
def test_every_picture_is_drawn(artifact: Artifact, tmp_path: Path) -> None:
    main(artifact.path.parent, tmp_path)
    assert {file.stem for file in tmp_path.iterdir()} == {name for _, name in SHOWN}
    assert all(file.stat().st_size < LARGEST for file in tmp_path.iterdir())


@slow
def test_the_two_prints_are_in_two_keys_and_have_the_same_intervals(artifact: Artifact) -> None:
    example = Example(KNOWN, artifact.suggester)
    prints = [example.setting(row) for row in example.order[:2]]
    assert {setting.key for setting in prints} == {"A major", "G major"}
    one, other = (np.diff([note.pitch for note in read_tune(setting.abc).notes])[:24] for setting in prints)
    assert one.tolist() == other.tolist()


@slow
def test_one_tune_is_known_and_the_others_are_not(artifact: Artifact) -> None:
    known, strange, made_up = (Example(abc, artifact.suggester) for abc in (KNOWN, STRANGE, MADE_UP))
    assert known.suggestions.titles[0].title == "Rory O'More"
    assert known.suggestions.known
    assert known.probabilities[0][known.order[:2]].sum() > 0.95
    assert not strange.suggestions.known
    assert strange.probabilities[1] < 0.5, "many candidates, not none of them"
    assert not made_up.suggestions.known
    assert made_up.probabilities[1] > 0.45
    assert made_up.suggestions.titles[0].confidence < 0.03
    assert 100 < len(known.likenesses.settings) <= 400, "some hundred candidates"
