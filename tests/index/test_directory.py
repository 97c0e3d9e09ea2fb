from pathlib import Path

import pytest

from index import load
from index.catalogue import Catalogue
from index.directory import Directory
from index.display import display_names
from index.tunebook import Entry
from model.abc import read_tune
from model.arrays import map_arrays, save_arrays
from tests.support import KESH


def directory(*titles: str, first: str = "mine") -> Directory:
    """The directory of tunes with these titles. Two lines are two titles of one tune."""
    entries = []
    for number, names in enumerate(titles):
        lines = "\n".join(f"T:{name}" for name in names.split("\n"))
        abc = KESH.replace("T:The Kesh", lines).replace(
            "edB dBA", "edB " + "ABd"[: number + 1] + "/4" * number
        )
        entries.append(Entry(f"{first}.abc:{number}", read_tune(abc)))
    catalogue = Catalogue.collect((entry.names, entry.setting(first)) for entry in entries).shorten()
    return Directory(catalogue, display_names(catalogue))


def test_every_title_and_setting_is_found_by_its_id(small_artifacts: Path) -> None:
    found = load(small_artifacts).directory
    assert [found.find_title(each) for each in found.title_ids] == list(range(len(found.catalogue)))
    settings = [found.find_setting(each) for each in found.setting_ids]
    assert settings == list(range(len(found.catalogue.settings)))
    for number, title in enumerate(found.catalogue.titles):
        assert found.catalogue.settings[found.first_setting(number)] == title.settings[0]
    assert found.find_title("gan-ainm") is None
    assert found.find_setting("airs-000000000000") is None


def test_a_saved_directory_finds_the_same(small_artifacts: Path, tmp_path: Path) -> None:
    catalogue = load(small_artifacts).catalogue
    made = Directory(catalogue, display_names(catalogue))
    made.save(tmp_path / "directory")
    loaded = Directory.load(tmp_path / "directory", catalogue, made.shown)
    assert (loaded.title_ids, loaded.setting_ids) == (made.title_ids, made.setting_ids)
    queries = ["kesh", "blue", "the girl", "reel", "o", *(title.title for title in catalogue.titles[::7])]
    for query in queries:
        assert loaded.search.search(query) == made.search.search(query)
    assert any(made.search.search(query) for query in queries)
    again = tmp_path / "again"
    loaded.save(again)
    assert again.read_bytes() == (tmp_path / "directory").read_bytes()


def test_a_directory_of_nothing_can_be_saved(tmp_path: Path) -> None:
    Directory(Catalogue(()), {}).save(tmp_path / "directory")
    loaded = Directory.load(tmp_path / "directory", Catalogue(()), {})
    assert not loaded.title_ids
    assert not loaded.search.search("kesh")


def test_a_directory_of_another_catalogue_is_refused(tmp_path: Path) -> None:
    one, two = directory("Kesh, The"), directory("Kesh, The", "Kincora")
    one.save(tmp_path / "directory")
    with pytest.raises(ValueError, match="ids of"):
        Directory.load(tmp_path / "directory", two.catalogue, two.shown)


@pytest.mark.parametrize("name", ["title_ids", "setting_ids", "names/words", "names/letters"])
def test_a_directory_without_one_of_its_parts_is_refused(tmp_path: Path, name: str) -> None:
    whole = directory("Kesh, The", "Kincora")
    whole.save(tmp_path / "directory")
    arrays, _ = map_arrays(tmp_path / "directory")
    save_arrays({each: array for each, array in arrays.items() if each != name}, tmp_path / "damaged")
    with pytest.raises(ValueError, match=name.removeprefix("names/")):
        Directory.load(tmp_path / "damaged", whole.catalogue, whole.shown)


def test_the_id_of_a_title_still_finds_it_when_it_has_become_an_alias() -> None:
    before, after = directory("Kincora"), directory("Kesh, The\nKincora")
    assert before.title_ids == ["kincora"]
    assert after.title_ids == ["kesh"]
    assert after.find_title("kincora") == after.find_title("kesh") == 0


def test_an_alias_of_two_titles_finds_none_of_them_and_a_title_comes_first() -> None:
    found = directory("Kesh, The\nKincora", "Mountain Top, The\nKincora")
    assert len(found.catalogue) == 2
    assert found.find_title("kincora") is None
    found = directory("Kesh, The\nMountain Top", "Mountain Top, The")
    assert len(found.catalogue) == 2
    assert found.find_title("mountain-top") == 1


def test_the_alphabetical_order_does_not_count_case_accents_and_articles() -> None:
    found = directory("Zoo, The", "the Éclair", "DANDY -- JIG", "A Fig", "An Ghaoth")
    shown = [found.display(found.catalogue.titles[number].title) for number in found.alphabetical]
    assert shown == ["Dandy", "The Éclair", "A Fig", "An Ghaoth", "The Zoo"]


@pytest.mark.parametrize("title", ["Kesh, The", "50% Off, The", "Back\\slash", "The Ḃan -- Jig", "a <b> & c"])
def test_the_abc_of_a_setting_has_its_title_as_people_write_it(title: str) -> None:
    found = directory(f"{title}\nKincora")
    (setting,) = found.catalogue.settings
    tune, stored = read_tune(found.abc(setting)), read_tune(setting.abc)
    assert tune.titles == (found.display(setting.title), "Kincora")
    assert tune.notes == stored.notes
    assert found.abc(setting).count("\n") == setting.abc.count("\n")
