import dataclasses
from fractions import Fraction
from types import ModuleType

import pytest

import model.abc
from model.abc import AbcError, Note, Notice


def test_all_lists_every_public_name() -> None:
    public = {
        name
        for name, value in vars(model.abc).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert set(model.abc.__all__) == public


def test_notes_cannot_be_changed() -> None:
    note = Note(60, Fraction(0), Fraction(1), 0, 1, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        note.pitch = 61  # type: ignore[misc]


def test_notices_and_errors_print_line_and_column() -> None:
    assert str(Notice(2, 7, "skipped")) == "line 2, column 7: skipped"
    error = AbcError(3, 1, "no notes")
    assert (error.line, error.column, error.message) == (3, 1, "no notes")
    assert str(error) == "line 3, column 1: no notes"
