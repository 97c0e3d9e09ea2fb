from dataclasses import replace
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


def test_spellings_of_one_title_form_one_entry_with_aliases() -> None:
    catalogue = collect()
    assert [title.title for title in catalogue.titles] == ["The Kesh", "The Blackbird"]
    assert catalogue.titles[0].aliases == ("Kesh, The", "Kerrigan's")
    assert [setting.reference for setting in catalogue.titles[0].settings] == ["a:1", "b:1"]


def test_a_rhythm_in_the_name_is_ignored_if_the_tunes_have_it() -> None:
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
    assert [setting.reference for setting in catalogue.settings] == ["a:1", "b:1", "a:2"]
    assert catalogue.title_of_setting.tolist() == [0, 0, 1]


def test_settings_of_one_title_with_the_same_content_are_merged_and_keep_their_references() -> None:
    catalogue = Catalogue.collect(
        [
            (("The Kesh",), setting("The Kesh", "a:1")),
            (("The Blackbird",), setting("The Blackbird", "a:2")),
            (("Kesh, The", "Kerrigan's"), setting("Kesh, The", "b:1")),
            (("The Kesh",), replace(setting("The Kesh", "b:2"), meter="9/8")),
        ]
    )
    merged = catalogue.merge(lambda setting: setting.meter)
    assert merged.names == catalogue.names
    assert [(setting.reference, setting.also) for setting in merged.settings] == [
        ("a:1", ("b:1",)),
        ("b:2", ()),
        ("a:2", ()),
    ], "another title's setting stays, whatever its content"


def test_a_pair_of_aliases_joins_two_titles() -> None:
    named = [
        (("The Kesh", "Kerrigan's"), setting("The Kesh", "a:1")),
        (("The Blackbird",), setting("The Blackbird", "a:2")),
        (("Kincora",), setting("Kincora", "a:3")),
        (("Kincora",), setting("Kincora", "a:4")),
    ]
    joined = Catalogue.collect(named, [("a:4", "a:1"), ("a:2", "gone:1")])
    assert [title.names for title in joined.titles] == [
        ("The Kesh", "Kincora", "Kerrigan's"),
        ("The Blackbird",),
    ]
    assert [setting.reference for setting in joined.titles[0].settings] == ["a:1", "a:3", "a:4"]


def test_shorten_removes_a_printed_rhythm_unless_two_titles_would_be_equal() -> None:
    named = [
        ((name,), Setting("book", f"a:{number}", name, "", "", "", "K:G\nGAB\n"))
        for number, name in enumerate(
            (
                "Durang's -- Hornpipe",
                "CAMP -- JIG",
                "CAMP -- REEL",
                "Tricks -- Carry the News",
                "Untitled -- Jig",
            )
        )
    ]
    catalogue = Catalogue.collect(named)
    short = catalogue.shorten()
    assert [title.names for title in short.titles] == [
        ("Durang's", "Durang's -- Hornpipe"),
        ("CAMP -- JIG",),
        ("CAMP -- REEL",),
        ("Tricks -- Carry the News",),
        ("Untitled -- Jig",),
    ]
    assert [setting.title for setting in short.settings] == [title.title for title in short.titles]
    assert [setting.reference for setting in short.settings] == [
        setting.reference for setting in catalogue.settings
    ]


def test_shorten_drops_list_numbers_and_second_names() -> None:
    names = (
        "23. The Wide Gate",
        "Paddy's Lane, aka The Low Bridge",
        "The Blackbird, or the Thrush",
        "Blackbird -- Reel",
        "1. Menuet",
    )
    catalogue = Catalogue.collect(
        ((name,), Setting("book", f"a:{number}", name, "", "", "", "K:G\nGAB\n"))
        for number, name in enumerate(names)
    )
    short = catalogue.shorten()
    assert [title.names for title in short.titles] == [
        ("The Wide Gate", "23. The Wide Gate"),
        ("Paddy's Lane", "Paddy's Lane, aka The Low Bridge"),
        ("The Blackbird, or the Thrush",),
        ("Blackbird -- Reel",),
        ("1. Menuet",),
    ], "two titles would be The Blackbird"
    assert short.shorten() == short


def test_a_second_name_joins_its_title_only_if_it_is_marked_as_one() -> None:
    named = [
        ((name,), setting(name, f"a:{number}"))
        for number, name in enumerate(
            (
                "The Wide Gate",
                "The Low Bridge, aka Gate, The Wide",
                "The Wide Gate Jig (or Paddy's Lane)",
                "The Wide Gate, or Molly's",
            )
        )
    ]
    catalogue = Catalogue.collect(named)
    assert [len(title.settings) for title in catalogue.titles] == [2, 1, 1]
    assert catalogue.titles[0].aliases == ("The Wide Gate Jig (or Paddy's Lane)",)


def test_added_settings_join_titles_by_any_name_and_by_aliases() -> None:
    catalogue = collect()
    added = catalogue.with_settings(
        [
            (("Kerrigan's",), setting("Kerrigan's", "own:1")),
            (("The Blakbird",), setting("The Blakbird", "own:2")),
            (("Blakbird Jig",), setting("Blakbird Jig", "own:3")),
            (("Kincora",), setting("Kincora", "own:4")),
            (("Kinkora",), setting("Kinkora", "own:5")),
        ],
        aliases=[("a:2", "own:2"), ("own:5", "own:4"), ("a:1", "a:2"), ("own:9", "a:1")],
    )
    assert [[setting.reference for setting in title.settings] for title in added.titles] == [
        ["a:1", "b:1", "own:1"],
        ["a:2", "own:2", "own:3"],
        ["own:4", "own:5"],
    ]
    assert added.titles[1].names == ("The Blackbird", "The Blakbird", "Blakbird Jig")
    assert added.titles[2].names == ("Kincora", "Kinkora")


def test_a_catalogue_is_the_same_after_saving_and_loading(tmp_path: Path) -> None:
    catalogue = collect().merge(lambda setting: setting.abc)
    assert catalogue.settings[0].also == ("b:1",)
    catalogue.save(tmp_path / "catalogue.jsonl")
    assert Catalogue.load(tmp_path / "catalogue.jsonl") == catalogue


def test_a_catalogue_without_also_is_loaded(tmp_path: Path) -> None:
    collect().save(tmp_path / "catalogue.jsonl")
    text = (tmp_path / "catalogue.jsonl").read_text()
    assert ', "also": []' in text
    (tmp_path / "catalogue.jsonl").write_text(text.replace(', "also": []', ""))
    assert Catalogue.load(tmp_path / "catalogue.jsonl") == collect()
