import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.names import fold


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The Kesh", "Kesh, The"),
        ("THE KESH", "the kesh"),
        ("Maid At The Spinning Wheel, The", "Maid at the Spinning Wheel"),
        ("An Phis Fhliuch", "Phis Fhliuch, An"),
        ("Na Ceannabháin Bhána", "Ceannabhain Bhana, Na"),
        ("A' Bhriogais Uallach", "Bhriogais Uallach, A'"),
        ("An t-Eilean Muileach", "Eilean Muileach, An t-"),
        ("An tEilean", "An t-Eilean"),
        ("An tSráid", "Sráid, An"),
        ("Máire Ḃán", "Maire Bhan"),
        ("O’Carolan's Devotion", "O'Carolan’s Devotion."),
        ("Jack & Jill", "Jack and Jill"),
        ("Haste to the Wedding!", "Haste To The Wedding"),
    ],
)
def test_spellings_of_a_title_fold_to_the_same_string(a: str, b: str) -> None:
    assert fold(a) == fold(b) != ""


@pytest.mark.parametrize(
    ("a", "b"),
    [("The Kesh", "The Cash"), ("Theresa", "Resa"), ("A", "The"), ("The First of May", "The First of March")],
)
def test_different_titles_stay_different(a: str, b: str) -> None:
    assert fold(a) != fold(b)


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(["The", "A", "An", "t-", "Na h-", "Kesh", ","])).map(" ".join)
)
@example("The A Minor Reel")
@example("An An tEilean, The")
def test_folding_again_changes_nothing(name: str) -> None:
    folded = fold(name)
    assert fold(folded) == folded


def test_a_name_without_letters_folds_to_the_empty_string() -> None:
    assert fold("?! ") == fold("") == ""


def test_a_long_name_is_bounded() -> None:
    assert len(fold("x" * 10**6)) <= 200


def test_characters_that_become_ascii_fold_as_any_other() -> None:
    """Text that is ASCII once it is folded takes a shorter way."""
    for code in range(0x110000):
        char = chr(code)
        if not char.isascii() and char.casefold().isascii():
            assert fold(char) == fold(char + "\u2606"), f"U+{code:04X}"
