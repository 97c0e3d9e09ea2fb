import time
from dataclasses import replace

import numpy as np
import pytest

from index.alignment import Melody
from index.catalogue import Catalogue, Setting
from index.slips import find_slips
from model.abc import Tune, read_tune
from model.abc.variation import transposed
from tests.support import KESH

TUNE = read_tune(KESH)
OTHER = read_tune(
    "X:1\nT:Other\nM:4/4\nL:1/8\nK:D\n"
    "d2fd Adfd|e2ge BAFA|dfaf gfed|cdec A2AG|FAdA FAdf|gbag fded|cABc defg|afge d4|\n"
)


def collect(*titles: str) -> Catalogue:
    """A catalogue with a title for each name."""
    settings = [
        Setting("book", f"book/a.abc:{number}", name, "", "", "", "") for number, name in enumerate(titles)
    ]
    catalogue = Catalogue.collect(((setting.title,), setting) for setting in settings)
    assert len(catalogue) == len(titles), "the keys are different"
    return catalogue


def slips(a: str, b: str, tune: Tune = TUNE) -> list[tuple[str, str]]:
    """What is found when `a` is the Kesh and `b` is `tune`."""
    return find_slips(collect(a, b), lambda setting: Melody.of(TUNE if setting.title == a else tune))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The Flowers of Edinburg", "Flowers of Edinburgh, The"),
        ("Sir Roger de Coverley", "Sir Roger de Coverly"),
        ("Smokey House", "The Smoky House"),
        ("The Connaught-Man's Rambles", "The Connaughtman's Rambles"),
        ("Buttermilk Mary", "Butter-Milk Mary's"),
        ("Garryowen", "Garry Owen"),
        ("Lannigan's Ball", "Lanigan's Ball"),
        ("The Shepherd's Wife", "The Sheperd's Wife"),
        ("The Limerick Lasses", "The Limerick Lassies"),
        ("The Fisherman", "The Fishermen"),
        ("The Fisherman", "The Fihserman"),
        ("Bonnie Lad", "Bonny Lad"),
        ("The Brig o' Perth", "Brig of Perth"),
        ("La Varsovienne", "Varsovienne"),
        ("Butterflies' Dance, 1st", "Butterfly's Dance, 1st"),
        ("The Butterfly Reel", "The Butterfly"),
        ("The Wide Gate, or Paddy's Lane", "The Wide Gate"),
        ("The Wide Gate or Paddy's Lane", "Paddy's Lane"),
        ("Whistle or Drum", "The Whistle"),
    ],
)
def test_a_slip_with_the_same_tune_is_found(a: str, b: str) -> None:
    pair = ("book/a.abc:0", "book/a.abc:1")
    assert slips(a, b) == slips(a, b, transposed(TUNE, 5)) == [pair]
    assert slips(a, b, OTHER) == [], "two tunes are two titles"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Quick Step 42d Regt.", "Quick Step 43d Regt."),
        ("Heartland Part 1", "Heartland Part 2"),
        ("Spirit of 1880", "Spirit of 1881"),
        ("The Butterfly Reel", "The Butterfly Jig"),
        ("The Cat", "The Rat"),
        ("Mick", "Rick"),
        ("The Kesh", "The Connaughtman's"),
        ("The Boys of Ballisodare", "The Girls of Ballisodare"),
    ],
)
def test_other_titles_of_the_same_tune_are_no_slips(a: str, b: str) -> None:
    assert slips(a, b) == []


def test_any_of_a_titles_settings_may_show_that_it_is_one_tune() -> None:
    titles = ("Garryowen", "Garryowen", "Garry Owen", "Garry Owen")
    settings = [Setting("book", f"a:{number}", name, "", "", "", "") for number, name in enumerate(titles)]
    tunes = dict(zip(settings, (OTHER, TUNE, replace(OTHER, notes=OTHER.notes[::-1]), TUNE), strict=True))
    catalogue = Catalogue.collect(((setting.title,), setting) for setting in settings)
    assert find_slips(catalogue, lambda setting: Melody.of(tunes[setting])) == [("a:1", "a:3")]


def test_time_is_linear_in_the_number_of_titles() -> None:
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrst"))

    def seconds(count: int) -> float:
        alike = ["".join(rng.choice(letters, 3)) + "e same ending of them all" for _ in range(count // 2)]
        apart = ["".join(rng.choice(letters, 15)) for _ in range(count // 2)]
        settings = [Setting("b", f"a:{i}", name, "", "", "", "") for i, name in enumerate(alike + apart)]
        catalogue = Catalogue.collect(((setting.title,), setting) for setting in settings)
        start = time.process_time()
        find_slips(catalogue, lambda _: Melody.of(OTHER if rng.random() < 0.5 else TUNE))
        return time.process_time() - start

    seconds(100)
    assert seconds(8000) < 3 * 8 * seconds(1000), "eight times as many; quadratic would be sixty-four"


def test_only_pairs_with_one_of_some_titles_are_found() -> None:
    catalogue = collect("The Flowers of Edinburg", "Flowers of Edinburgh, The", "Wide Gates", "The Wide Gate")
    found = find_slips(catalogue, lambda _: Melody.of(TUNE))
    assert len(found) == 2
    for among, pairs in (({0}, found[:1]), ({1}, found[:1]), ({3}, found[1:]), (set(), []), ({0, 2}, found)):
        assert find_slips(catalogue, lambda _: Melody.of(TUNE), among) == pairs
