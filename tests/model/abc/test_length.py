from fractions import Fraction

import pytest

from model.abc.length import read_length, read_meter, read_unit


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", (1, 1)),
        ("2", (2, 1)),
        ("/", (1, 2)),
        ("//", (1, 4)),
        ("/4", (1, 4)),
        ("3/", (3, 2)),
        ("3/2", (3, 2)),
        ("3//", (3, 4)),
        ("0", None),
        ("1/0", None),
        ("9" * 5000, None),
        ("1/" + "9" * 5000, None),
        ("/" * 5000, None),
    ],
)
def test_lengths(text: str, length: tuple[int, int] | None) -> None:
    assert read_length(text) == length


@pytest.mark.parametrize(
    ("text", "name", "whole", "compound", "unit"),
    [
        ("C", "4/4", Fraction(1), False, Fraction(1, 8)),
        ("C|", "2/2", Fraction(1), False, Fraction(1, 8)),
        ("6/8", "6/8", Fraction(3, 4), True, Fraction(1, 8)),
        ("2/4", "2/4", Fraction(1, 2), False, Fraction(1, 16)),
        (" 3 / 4 ", "3/4", Fraction(3, 4), False, Fraction(1, 8)),
        ("(2+3+2)/8", "2+3+2/8", Fraction(7, 8), False, Fraction(1, 8)),
        ("FREI4/4", "4/4", Fraction(1), False, Fraction(1, 8)),
        ("none", "none", None, False, Fraction(1, 8)),
        ("", "", None, False, Fraction(1, 8)),
    ],
)
def test_meters(text: str, name: str, whole: Fraction | None, compound: bool, unit: Fraction) -> None:
    meter = read_meter(text)
    assert meter is not None
    assert (meter.name, meter.whole, meter.compound, meter.unit) == (name, whole, compound, unit)


@pytest.mark.parametrize("text", ["jig", "4", "0/4", "3/0", "9" * 5000 + "/4"])
def test_unreadable_meters(text: str) -> None:
    assert read_meter(text) is None


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("1/8", Fraction(1, 8)),
        (" 1 / 16 ", Fraction(1, 16)),
        ("1", Fraction(1)),
        ("1/8=100", Fraction(1, 8)),
        ("0/8", None),
        ("1/0", None),
        ("1/17", None),
        ("9" * 5000, None),
        ("", None),
    ],
)
def test_units(text: str, unit: Fraction | None) -> None:
    assert read_unit(text) == unit
