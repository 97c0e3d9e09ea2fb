import pytest

from index.titles import is_title, title_key, title_keys, without_rhythm


@pytest.mark.parametrize(
    "name",
    [
        "Gan Ainm",
        "gan ainm",
        "GAN AINM.",
        "x",
        "X",
        "untitled",
        "(Unknown)",
        "",
        " ? ",
        "(Can be used as a clog.)",
        "For the Ger. Flute.",
        "A new sett",
    ],
)
def test_placeholders_and_remarks_are_not_titles(name: str) -> None:
    assert not is_title(name)


@pytest.mark.parametrize(
    "name", ["The Kesh", "7th Regiment", "Xerxes", "The Unknown Soldier", "A", "For the Love of Jean"]
)
def test_titles_are_titles(name: str) -> None:
    assert is_title(name)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (("Kesh Jig, The", ""), ("The Kesh", "jig")),
        (("Kesh Jig, The", "jig"), ("The Kesh", "double jig")),
        (("Acacia -- Reel", ""), ("ACACIA", "Reel")),
        (("Drops of Brandy Slip Jig", "slip jig"), ("Drops of Brandy", "slip jig")),
        (("Harvest Home (hornpipe)", "hornpipe"), ("Harvest Home", "Clog")),
        (("The Kesh", "reel"), ("Kesh, The", "jig")),
    ],
)
def test_a_title_is_the_same_with_and_without_its_rhythm(a: tuple[str, str], b: tuple[str, str]) -> None:
    assert set(title_keys(*a)) & set(title_keys(*b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (("Kesh Jig, The", "jig"), ("The Kesh", "reel")),
        (("Kesh Jig, The", ""), ("The Kesh", "")),
        (("Jig", "jig"), ("Reel", "reel")),
        (("The Jig of Slurs", "jig"), ("Slurs", "jig")),
        (("Slip Jig", "slip jig"), ("Double Jig", "jig")),
    ],
)
def test_titles_with_different_rhythms_are_different(a: tuple[str, str], b: tuple[str, str]) -> None:
    assert not set(title_keys(*a)) & set(title_keys(*b))


def test_spellings_share_a_key() -> None:
    assert title_key("Kesh, The") == title_key("The Késh")


@pytest.mark.parametrize(
    ("name", "shorter", "rhythm"),
    [
        ("Durang's -- Hornpipe", "Durang's", "Hornpipe"),
        ("COSMOPOLITE -- REEL., THE", "COSMOPOLITE, THE", "REEL"),
        ("Highlander's -- HIGHLAND FLING.", "Highlander's", "HIGHLAND FLING"),
        ("A Drop of Whiskey -- slipjig", "A Drop of Whiskey", "slipjig"),
        ("Tricks -- Carry the News to Mary", "Tricks -- Carry the News to Mary", ""),
        ("Harvest Home Hornpipe", "Harvest Home Hornpipe", ""),
        (" -- Jig", " -- Jig", ""),
        ("Half a Name -- ., the", "Half a Name -- ., the", ""),
    ],
)
def test_a_rhythm_after_dashes_is_split_off(name: str, shorter: str, rhythm: str) -> None:
    assert without_rhythm(name) == (shorter, rhythm)
