import pytest

from index.catalogue import Catalogue, Setting
from index.library import Library
from model.abc import AbcError, read_tune


def setting(title: str, reference: str, abc: str = "K:G\nGABc\n") -> Setting:
    return Setting("book", reference, title, "jig", "6/8", "G major", abc)


@pytest.fixture
def library() -> Library:
    """Three titles; the first and the last have two settings."""
    named = [
        ((title,), setting(title, reference, f"K:G\n{notes}\n"))
        for title, reference, notes in (
            ("The Kesh", "a:1", "GABc"),
            ("The Kesh", "b:1", "GABd"),
            ("The Blackbird", "a:2", "GABe"),
            ("Kincora", "a:3", "GABf"),
            ("Kincora", "b:3", "GABg"),
        )
    ]
    return Library.read(Catalogue.collect(named))


def references(library: Library) -> list[str]:
    return [setting.reference for setting in library.catalogue.settings]


def assert_tunes_belong_to_settings(library: Library) -> None:
    assert list(library.tunes) == [read_tune(setting.abc) for setting in library.catalogue.settings]


def test_reading_gives_a_tune_for_each_setting(library: Library) -> None:
    assert references(library) == ["a:1", "b:1", "a:2", "a:3", "b:3"]
    assert_tunes_belong_to_settings(library)


def test_a_setting_without_notes_cannot_be_read() -> None:
    catalogue = Catalogue.collect([(("Silence",), setting("Silence", "a:1", "K:G\n"))])
    with pytest.raises(AbcError):
        Library.read(catalogue)


def test_another_number_of_tunes_than_settings_is_an_error(library: Library) -> None:
    with pytest.raises(ValueError, match="4 tunes for 5 settings"):
        Library(library.catalogue, library.tunes[1:])


def test_keeping_settings_keeps_all_titles(library: Library) -> None:
    kept = library.keeping({1, 2})
    assert references(kept) == ["b:1", "a:2"]
    assert [title.names for title in kept.catalogue.titles] == [
        title.names for title in library.catalogue.titles
    ]
    assert kept.catalogue.title_of_setting.tolist() == [0, 1]
    assert_tunes_belong_to_settings(kept)


def test_only_some_titles_keep_all_their_settings(library: Library) -> None:
    some = library.only([2, 0])
    assert [title.title for title in some.catalogue.titles] == ["The Kesh", "Kincora"]
    assert references(some) == ["a:1", "b:1", "a:3", "b:3"]
    assert some.catalogue.title_of_setting.tolist() == [0, 0, 1, 1]
    assert_tunes_belong_to_settings(some)


def test_only_no_titles_is_an_empty_library(library: Library) -> None:
    empty = library.only([])
    assert len(empty.catalogue) == len(empty.tunes) == 0
