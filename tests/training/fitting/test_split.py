import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.library import Library
from index.titles import title_key
from model.abc import Tune, read_tune, write
from model.abc.variation import ornamented, transposed
from tests.support import KESH
from training.corpora import BOOKS, find_corpora
from training.corpora.curate import curate
from training.fitting.split import Split, group_titles, split_titles

pytestmark = pytest.mark.xdist_group("books")  # one test process reads and groups them


@pytest.fixture(scope="module")
def books() -> Library:
    return curate(find_corpora(BOOKS)).library


@pytest.fixture(scope="module")
def groups(books: Library) -> list[list[int]]:
    return group_titles(books)


@pytest.fixture(scope="module")
def split(groups: list[list[int]]) -> Split:
    return split_titles(groups, seed=0)


def test_every_title_is_in_one_part_of_the_right_size(books: Library, split: Split) -> None:
    titles = [*split.train, *split.validation, *split.test]
    assert sorted(titles) == list(range(len(books.catalogue)))
    tenth = len(titles) / 10
    assert tenth - 1 <= len(split.validation) <= tenth + 20
    assert tenth - 1 <= len(split.test) <= tenth + 20


def test_no_name_is_on_two_sides(books: Library, split: Split) -> None:
    keys = [
        {title_key(name) for title in part for name in books.catalogue.titles[title].names}
        for part in (split.train, split.validation, split.test)
    ]
    assert not keys[0] & keys[1]
    assert not keys[0] & keys[2]
    assert not keys[1] & keys[2]


def test_the_seed_decides_the_split(groups: list[list[int]]) -> None:
    split, same, other = (split_titles(groups, seed=seed) for seed in (1, 1, 2))
    assert split == same
    assert split != other


def with_notes_changed(tune: Tune, share: float, rng: np.random.Generator) -> Tune:
    """Move a random share of the notes to other pitches of the tune."""
    scale = sorted({note.pitch for note in tune.notes})
    changed = [
        replace(note, pitch=int(rng.choice(scale))) if rng.random() < share else note for note in tune.notes
    ]
    return replace(tune, notes=tuple(changed))


def test_a_melody_under_another_title_in_another_key_is_in_the_same_group(
    books: Library, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    planted = []
    for i in rng.choice(len(books.tunes), 60, replace=False):
        tune = with_notes_changed(ornamented(transposed(books.tunes[i], 3), 0.05, rng), 0.15, rng)
        planted.append(write(replace(tune, titles=(f"Planted {i}",))))
    path = tmp_path / "planted.abc"
    path.write_text("\n".join(planted), encoding="utf-8")
    library = curate(find_corpora([*BOOKS, str(path)])).library
    group_of = {title: n for n, group in enumerate(group_titles(library)) for title in group}
    titles = library.catalogue.title_of_setting
    references = {setting.reference: i for i, setting in enumerate(library.catalogue.settings)}
    together = 0
    for i, setting in enumerate(library.catalogue.settings):
        if setting.corpus == "planted":
            original = books.catalogue.settings[int(setting.title.split()[1])]
            together += group_of[int(titles[i])] == group_of[int(titles[references[original.reference]])]
    assert together == 60


def test_unrelated_tunes_are_in_groups_of_their_own(books: Library, groups: list[list[int]]) -> None:
    assert max(len(group) for group in groups) < 0.05 * len(books.catalogue)
    assert sum(len(group) == 1 for group in groups) > 0.8 * len(groups)


def test_a_shared_alias_makes_a_group(tmp_path: Path) -> None:
    other = "X:2\nT:Something Else\nT:Kesh, The\nK:D\nDEFGABcdefgfedcB\n"
    path = tmp_path / "two.abc"
    path.write_text(KESH + "\n" + other, encoding="utf-8")
    library = curate(find_corpora([str(path)])).library
    assert group_titles(library) == [[0, 1]]
    assert read_tune(other).titles[1] == "Kesh, The"


def test_a_split_is_read_as_it_was_written(tmp_path: Path) -> None:
    split = Split(train=(0, 3), validation=(1,), test=(2,))
    path = tmp_path / "split.json"
    path.write_text(json.dumps(split.as_lists()), encoding="utf-8")
    assert Split.load(path) == split


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"train": [], "test": []}', '{"train": 1, "validation": 2, "test": 3}']
)
def test_what_is_no_split_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "split.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"split|JSON|Expecting"):
        Split.load(tmp_path / "split.json")
