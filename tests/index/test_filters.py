import pytest

from index.catalogue import Setting
from index.filters import NO_FILTERS, Facets, FilterError, Filters

ROWS = [  # rhythm, metre, corpus
    ("Reel", "2/2", "one"),
    ("slipjig", "9/8", "one"),
    ("Slip Jig", "9/8", "Two"),
    ("double jig", "6/8", "Two"),
    ("JIG", "6/8", "one"),
    ("", "4/4", "one"),
    ("Waltz", "3/4", "Two"),
    ("", "", "Two"),
    ("Port", "none", "Two"),
]
FACETS = Facets([Setting(corpus, "", "", rhythm, meter, "", "") for rhythm, meter, corpus in ROWS])


def numbers(filters: Filters) -> list[int]:
    mask = FACETS.matching(filters)
    assert mask is not None
    return [number for number, matches in enumerate(mask) if matches]


@pytest.mark.parametrize(
    ("rhythm", "expected"),
    [
        ("reel", [0]),
        ("REELS", [0]),
        ("slip jig", [1, 2]),
        ("slipjig", [1, 2]),
        ("Slip-Jigs", [1, 2]),
        ("jig", [1, 2, 3, 4]),
        ("double jig", [3]),
        ("waltzes", [6]),
        ("port", [8]),
    ],
)
def test_a_rhythm_matches_in_any_spelling(rhythm: str, expected: list[int]) -> None:
    assert numbers(Filters(rhythm=rhythm)) == expected


@pytest.mark.parametrize(
    ("meter", "expected"),
    [("6/8", [3, 4]), (" 6 / 8 ", [3, 4]), ("C", [5]), ("c", [5]), ("C|", [0]), ("2/2", [0]), ("none", [8])],
)
def test_a_metre_matches_by_its_meaning(meter: str, expected: list[int]) -> None:
    assert numbers(Filters(meter=meter)) == expected


@pytest.mark.parametrize("corpus", ["Two", "two", "TWO", " two "])
def test_a_corpus_matches_in_any_case(corpus: str) -> None:
    assert numbers(Filters(corpus=corpus)) == [2, 3, 6, 7, 8]


def test_all_filters_must_match_one_setting() -> None:
    assert numbers(Filters("jig", "9/8", "two")) == [2]
    assert numbers(Filters("reel", "3/4")) == []


def test_without_a_filter_there_is_no_mask() -> None:
    assert FACETS.matching(NO_FILTERS) is None


@pytest.mark.parametrize(
    ("filters", "field", "known"),
    [
        (Filters(rhythm="polka"), "rhythm", "jig"),
        (Filters(rhythm="g"), "rhythm", "reel"),
        (Filters(rhythm="double"), "rhythm", "reel"),
        (Filters(rhythm="???"), "rhythm", "waltz"),
        (Filters(rhythm="s"), "rhythm", "waltz"),
        (Filters(meter="17/8"), "meter", "9/8"),
        (Filters(meter="fast"), "meter", "6/8"),
        (Filters(meter=" "), "meter", "6/8"),
        (Filters(corpus="three"), "corpus", "one, Two|Two, one"),
    ],
)
def test_a_filter_that_nothing_matches_is_an_error_that_lists_what_there_is(
    filters: Filters, field: str, known: str
) -> None:
    with pytest.raises(FilterError, match=known) as caught:
        FACETS.matching(filters)
    assert caught.value.field == field


def test_the_error_lists_at_most_twenty_values() -> None:
    facets = Facets([Setting("one", "", "", f"dance {number}", "", "", "") for number in range(500)])
    with pytest.raises(FilterError) as caught:
        facets.matching(Filters(rhythm="reel"))
    assert str(caught.value).count("dance") == 20


def test_a_catalogue_without_settings_matches_nothing() -> None:
    with pytest.raises(FilterError, match="none"):
        Facets([]).matching(Filters(rhythm="reel"))
