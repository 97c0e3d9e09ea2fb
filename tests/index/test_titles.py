import pytest

from index.titles import is_title, title_key


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
    ],
)
def test_what_stands_for_a_missing_title_is_none(name: str) -> None:
    assert not is_title(name)


@pytest.mark.parametrize("name", ["The Kesh", "7th Regiment", "Xerxes", "The Unknown Soldier", "A"])
def test_titles_are_titles(name: str) -> None:
    assert is_title(name)


def test_spellings_share_a_key() -> None:
    assert title_key("Kesh, The") == title_key("The Késh")
