import re
from dataclasses import replace

import pytest

from index.catalogue import Catalogue, Setting, Title
from index.identifiers import setting_ids, slug, title_ids
from index.tunebook import Entry
from model.abc import read_tunebook
from training.corpora import Corpus
from training.corpora.curate import curate

ABC = "X:1\nT:{}\nR:{}\nM:6/8\nL:1/8\nK:G\nGAG GAB|ABA ABd|{}|\n"


def catalogue(*tunes: tuple[str, str, str], corpus: str = "mine") -> Catalogue:
    """The catalogue of tunes with these titles, rhythms and last bars."""
    text = "\n".join(ABC.format(*tune) for tune in tunes)
    entries = [Entry(f"book.abc:{tune.line}", tune) for tune in read_tunebook(text)]
    return Catalogue.collect((entry.names, entry.setting(corpus)) for entry in entries).shorten()


KESH, CAMP = ("Kesh, The", "jig", "edd gdd"), ("CAMP -- JIG", "", "edd gdB")
CAMP_REEL = ("CAMP -- REEL", "", "AGF G2B")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Kesh, The", "kesh"),
        ("The Kesh", "kesh"),
        ("KESH", "kesh"),
        ("Ag Gabháil Ċuig an Tobar", "ag-gabhail-chuig-an-tobar"),
        ("O'Carolan's Concerto", "ocarolans-concerto"),
        ("23. Woman of the House, The", "woman-of-the-house"),
        ("5:30am", "5-30am"),
    ],
)
def test_a_slug_is_the_folded_name(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.parametrize(
    "name", ["Første August", "Кеш", "春の海", "x" * 300, "word " * 60, "", "???", "\ud800"]
)
def test_a_slug_that_would_lose_something_ends_in_a_digest(name: str) -> None:
    assert re.fullmatch("([a-z0-9-]+-)?[0-9a-f]{8}", slug(name))
    assert not slug(name).startswith("-")
    assert len(slug(name)) <= 70


def test_names_that_lose_their_letters_have_different_slugs() -> None:
    names = ["Кеш", "Каш", "春", "夏", "a" * 100, "a" * 101, "Første", "F rste", "F-rste"]
    assert len({slug(name) for name in names}) == len(names) - 1, "only the last two fold to the same"


def test_the_id_of_a_title_does_not_depend_on_other_titles() -> None:
    alone, both = catalogue(CAMP), catalogue(CAMP_REEL, CAMP)
    assert alone.titles[0].title != both.titles[1].title, "the case that this test is about"
    assert title_ids(alone.titles) == ["camp-jig"]
    assert title_ids(both.titles) == ["camp-reel", "camp-jig"]


def test_equal_ids_get_numbers_in_the_order_of_the_catalogue() -> None:
    setting = catalogue(KESH).settings[0]
    titles = [
        Title(name, (), (replace(setting, printed=name),)) for name in ("M'Lady", "Mlady", "mlady", "X")
    ]
    assert title_ids(titles) == ["mlady", "mlady-2", "mlady-3", "x"]
    assert title_ids(titles[:2]) == ["mlady", "mlady-2"]


def test_a_title_without_settings_has_an_id() -> None:
    assert title_ids([Title("Kesh, The", (), ())]) == ["kesh"]


def test_the_id_of_a_setting_stays_when_it_moves() -> None:
    before, after = catalogue(KESH, CAMP), catalogue(CAMP_REEL, KESH, CAMP)
    after = Catalogue(
        tuple(
            replace(title, settings=tuple(renumbered(setting) for setting in title.settings))
            for title in after.titles
        )
    )
    assert set(setting_ids(before.settings)) < set(setting_ids(after.settings))


def renumbered(setting: Setting) -> Setting:
    return replace(setting, abc=setting.abc.replace("X:1\n", "X:17\n"), reference="mine/other.abc:99")


def test_the_id_of_a_setting_depends_on_its_corpus_and_its_notes() -> None:
    settings = [
        *catalogue(KESH).settings,
        *catalogue(("Kesh, The", "jig", "edd gdB")).settings,
        *catalogue(KESH, corpus="yours").settings,
        *catalogue(KESH, corpus="Ünser Büch!").settings,
    ]
    ids = setting_ids(settings)
    assert [re.sub("[0-9a-f]{12}$", "", each) for each in ids] == ["mine-", "mine-", "yours-", "unser-buch-"]
    assert len(set(ids)) == 4


def test_the_same_setting_twice_has_two_ids() -> None:
    setting = catalogue(KESH).settings[0]
    first, second, third = setting_ids([setting, renumbered(setting), setting])
    assert (second, third) == (f"{first}-2", f"{first}-3")


def test_ids_survive_a_training_on_more_tunes(tiny_corpus: Corpus, small_corpus: Corpus) -> None:
    fewer, more = (curate([corpus]).library.catalogue for corpus in (tiny_corpus, small_corpus))
    assert len(fewer) < len(more)
    assert set(setting_ids(fewer.settings)) < set(setting_ids(more.settings))
    title_of = {
        setting.reference: title_id
        for title_id, title in zip(title_ids(more.titles), more.titles, strict=True)
        for setting in title.settings
    }
    for title_id, title in zip(title_ids(fewer.titles), fewer.titles, strict=True):
        assert title_of[title.settings[0].reference] == title_id
