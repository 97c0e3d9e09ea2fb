import pytest

from model.abc.written import WrittenNote, read_note


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("C", WrittenNote(None, False, "C", 60, "C", "")),
        ("c", WrittenNote(None, False, "C", 72, "c", "")),
        ("b''/", WrittenNote(None, False, "B", 107, "b''", "/")),
        ("D,,',3/2", WrittenNote(None, False, "D", 38, "D,,',", "3/2")),
        ("^f2", WrittenNote(1, False, "F", 77, "f", "2")),
        ("__E", WrittenNote(-2, False, "E", 64, "E", "")),
        ("=G", WrittenNote(0, False, "G", 67, "G", "")),
        ("=3DA", WrittenNote(0, False, "A", 69, "A", "")),
        ("=^A", WrittenNote(1, False, "A", 69, "A", "")),
        ("=3D_A", WrittenNote(-1, False, "A", 69, "A", "")),
        ("_3/4B//", WrittenNote(-1, True, "B", 71, "B", "//")),
        ("^/B", WrittenNote(1, True, "B", 71, "B", "")),
        ("C" + "'" * 1000, WrittenNote(None, False, "C", 12_060, "C" + "'" * 1000, "")),
    ],
)
def test_notes(text: str, note: WrittenNote) -> None:
    assert read_note(text) == note


@pytest.mark.parametrize("text", ["", "z", "h", "2C", "C D", "^", "/3", "C2x"])
def test_what_is_no_note(text: str) -> None:
    with pytest.raises(ValueError, match="is not a note"):
        read_note(text)
