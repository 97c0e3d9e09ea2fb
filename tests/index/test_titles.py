import time

import pytest

from index.titles import is_title, names_in, shortened, title_key, title_keys, without_number, without_rhythm


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
        "23. Gan Ainm",
        "No. 4 untitled",
    ],
)
def test_placeholders_and_remarks_are_not_titles(name: str) -> None:
    assert not is_title(name)


@pytest.mark.parametrize(
    "name",
    [
        "The Kesh",
        "7th Regiment",
        "Xerxes",
        "The Unknown Soldier",
        "A",
        "For the Love of Jean",
        "(23) The Kesh (jig)",
    ],
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


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Kesh, The", "The Késh"),
        ("23. Woman of the House, The", "The Woman of the House"),
        ("23. The Woman of the House", "The Woman of the House"),
        ("Miss McLeod's", "Miss MacLeod's"),
        ("Saint Patrick's Day", "St. Patrick's Day"),
        ("The Humours of Limerick", "The Humors of Limerick"),
        ("No. 7 St. Anne's", "Saint Anne's"),
        ("12) M'Leod's Favourite", "MacLeod's Favorite"),
    ],
)
def test_spellings_share_a_key(a: str, b: str) -> None:
    assert title_key(a) == title_key(b)


@pytest.mark.parametrize(
    "number",
    [
        *("23. ", "23.", "23 . ", "023. ", "23) ", "(23) ", "[23] ", "23: ", "23 - ", "23 – ", "1047. "),
        *("No. 23 ", "no 23. ", "No.23: ", "Nr. 23 ", "N° 23 ", "№ 23 ", "#23 ", "#23. ", " 23. "),
    ],
)
def test_a_list_number_is_no_part_of_a_title(number: str) -> None:
    assert without_number(f"{number}Drowsy Maggie") == "Drowsy Maggie"
    assert title_key(f"{number}Maggie, The") == title_key("The Maggie")


def test_a_list_number_may_stand_before_another_number() -> None:
    assert without_number("23. 42nd Highlanders") == "42nd Highlanders"


@pytest.mark.parametrize(
    "name",
    [
        *("12 Days", "The 42nd Highlanders", "42d Regiment", "1st. March of the Turks", "79th's Farewell"),
        *("1745", "1745.", "No. 9", "5:30am", "6-8 Down the Street", "10:10 to Cork", "23", "2 Flutes."),
        *("2. Menuet", "No. 1 Quadrille", "3. Reel", "(2) Slip Jig", "Maggie No. 2", "Mrs Summer #2"),
    ],
)
def test_a_number_of_the_title_stays(name: str) -> None:
    assert without_number(name) == name


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("The Wide Gate, aka Paddy's Gate", ("The Wide Gate", "Paddy's Gate")),
        ("The Wide Gate aka Paddy's Gate", ("The Wide Gate", "Paddy's Gate")),
        ("The Wide Gate (aka Paddy's Gate)", ("The Wide Gate", "Paddy's Gate")),
        ("The Wide Gate, a.k.a. Paddy's Gate", ("The Wide Gate", "Paddy's Gate")),
        ("The Wide Gate (A.K.A.: Paddy's Gate)", ("The Wide Gate", "Paddy's Gate")),
        ("Wide Gate, The, also known as Paddy's Gate", ("Wide Gate, The", "Paddy's Gate")),
        ("The Wide Gate [also called Paddy's Gate]", ("The Wide Gate", "Paddy's Gate")),
        ("THE WIDE GATE ALIAS PADDY'S GATE", ("THE WIDE GATE", "PADDY'S GATE")),
        ("Wide aka Narrow aka Low", ("Wide", "Narrow", "Low")),
        ("The Wide Gate (or Paddy's Gate)", ("The Wide Gate", "Paddy's Gate")),
        ("The Wide Gate, (or Paddy's Gate.)", ("The Wide Gate", "Paddy's Gate.")),
        ("The Wide Gate (or Paddy's Gate", ("The Wide Gate", "Paddy's Gate")),
        ("The Wide Gate -- Jig (or Paddy's Gate)", ("The Wide Gate -- Jig", "Paddy's Gate")),
        ("The Wide Gate (or Paddy's) -- Jig", ("The Wide Gate -- Jig", "Paddy's")),
        ("The Wide Gate, or Paddy's Gate", ("The Wide Gate", "Paddy's Gate")),
        ("Wide Gate, The, or Paddy's", ("Wide Gate, The", "Paddy's")),
        ("The Wide Gate or, Paddy's Gate", ("The Wide Gate", "Paddy's Gate")),
        ("The Wide Gate or the Low Bridge", ("The Wide Gate", "the Low Bridge")),
    ],
)
def test_a_title_may_have_several_names(name: str, names: tuple[str, ...]) -> None:
    assert names_in(name) == names


@pytest.mark.parametrize(
    "name",
    [
        *("The Kesh", "Hit or Miss", "Hit, or Miss", "Root, Hog or Die", "Root, Hog, or Die", "Now Or Never"),
        *("Let the Wind Blow High or Low", "Or Are We Dancers?", "Alias Smith", "Akaroa", "Taka Taka"),
        *(
            "The Kesh (jig)",
            "The Kesh (or ?)",
            "x aka The Kesh",
            "Emma's (But Not Mine)",
            "Gladiat:or -- Reel",
        ),
    ],
)
def test_most_titles_have_one_name(name: str) -> None:
    assert names_in(name) == (name,)


def test_a_title_that_marks_its_names_shares_the_keys_of_each() -> None:
    for name in ("The Wide Gate, aka Paddy's Gate", "The Wide Gate (or Paddy's Gate)"):
        keys = set(title_keys(name, "jig"))
        assert keys > set(title_keys("Wide Gate Jig, The", "")[1:])
        assert keys > set(title_keys("Paddys Gate", "jig"))
    assert not set(title_keys("The Wide Gate, or Paddy's Gate", "")) & set(title_keys("The Wide Gate", ""))


@pytest.mark.parametrize(
    ("name", "shorter"),
    [
        ("23. The Kesh -- Jig", "The Kesh"),
        ("The Kesh -- Jig, aka Kerrigan's", "The Kesh"),
        ("7) Kesh, The, or Kerrigan's -- Jig", "Kesh, The"),
        ("The Kesh,", "The Kesh,"),
    ],
)
def test_a_title_is_shortened_once(name: str, shorter: str) -> None:
    assert shortened(name) == shortened(shorter) == shorter


@pytest.mark.parametrize("text", ["a (", "or ", ", or a", "aka ", " ", "1", "(or", "a,", "the, ", "x"])
def test_long_names_take_no_longer_than_short_ones(text: str) -> None:
    name = text * 100_000
    start = time.process_time()
    title_keys(name, "jig")
    names_in(name)
    assert time.process_time() - start < 0.5


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
