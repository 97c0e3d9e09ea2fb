from pathlib import Path

from index.catalogue import Catalogue, Setting


def setting(title: str, reference: str) -> Setting:
    return Setting("book", reference, title, "jig", "6/8", "G major", "K:G\nGAB\n")


def collect() -> Catalogue:
    return Catalogue.collect(
        [
            (("The Kesh", "Kerrigan's"), setting("The Kesh", "a:1")),
            (("The Blackbird",), setting("The Blackbird", "a:2")),
            (("Kesh, The",), setting("Kesh, The", "b:1")),
        ]
    )


def test_spellings_of_one_title_are_one_entry_with_aliases() -> None:
    catalogue = collect()
    assert [title.title for title in catalogue.titles] == ["The Kesh", "The Blackbird"]
    assert catalogue.titles[0].aliases == ("Kesh, The", "Kerrigan's")
    assert [found.reference for found in catalogue.titles[0].settings] == ["a:1", "b:1"]


def test_a_rhythm_in_the_name_is_no_other_title_where_the_tunes_have_it() -> None:
    jig, reel = (
        Setting("book", f"c:{rhythm}", name, rhythm, "", "", "K:G\nGAB\n")
        for name, rhythm in (("Kesh Jig, The", "jig"), ("Blackbird Reel", "reel"))
    )
    catalogue = Catalogue.collect(
        [
            (("The Kesh",), setting("The Kesh", "a:1")),
            (("Kesh Jig, The",), jig),
            (("The Blackbird",), setting("The Blackbird", "a:2")),
            (("Blackbird Reel",), reel),
        ]
    )
    assert [title.names for title in catalogue.titles] == [
        ("The Kesh", "Kesh Jig, The"),
        ("The Blackbird",),
        ("Blackbird Reel",),
    ]


def test_rows_of_names_and_settings_follow_the_titles() -> None:
    catalogue = collect()
    assert catalogue.names == ("The Kesh", "Kesh, The", "Kerrigan's", "The Blackbird")
    assert catalogue.title_of_name.tolist() == [0, 0, 0, 1]
    assert [found.reference for found in catalogue.settings] == ["a:1", "b:1", "a:2"]
    assert catalogue.title_of_setting.tolist() == [0, 0, 1]


def test_a_catalogue_comes_back_from_disk(tmp_path: Path) -> None:
    catalogue = collect()
    catalogue.save(tmp_path / "catalogue.jsonl")
    assert Catalogue.load(tmp_path / "catalogue.jsonl") == catalogue
