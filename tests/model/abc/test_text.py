import encodings

import pytest

from model.abc import decode, find_codec, read_tune
from model.abc.text import is_music, is_prose, match_field, read_string, split_lines


@pytest.mark.parametrize(
    "data",
    [
        "T:Céilí".encode(),
        b"\xef\xbb\xbf" + "T:Céilí".encode(),
        "T:Céilí".encode("latin-1"),
    ],
)
def test_decode(data: bytes) -> None:
    assert decode(data) == "T:Céilí"


def test_only_line_ends_split_lines() -> None:
    assert split_lines("a\r\nb\rc\nd\u2028e\x0bf\x85g\n") == ["a", "b", "c", "d\u2028e\x0bf\x85g", ""]
    assert split_lines("\ufeffX:1\0") == ["X:1 "]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("T:The Pool % first part", ("T", "The Pool", 3)),
        ("  K: G", ("K", "G", 5)),
        ("M:C|", ("M", "C|", 3)),
        ("w:la la", ("w", "la la", 3)),
        ("+:and more", ("+", "and more", 3)),
        ("A:|", None),
        ("G::", None),
        ("d:|", None),
        ("x:1", None),
        ("ABc", None),
    ],
)
def test_fields(line: str, field: tuple[str, str, int] | None) -> None:
    assert match_field(line) == field


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"Caf\'e", "Café"),
        (r"\`a \^o \"u \~n \cc \us \vz \Ho", "à ô ü ñ ç \\us ž ő"),
        (r"\AAse \oe \/o \ss \DH \th", "Åse œ ø ß Ð þ"),
        (r"\u00e9t\u00E9", "été"),
        (r"\ud800", r"\ud800"),
        ("Tar &amp; feathers &eacute; &#233; &c. & more", "Tar & feathers é é &c. & more"),
        (r"100\% \\ \q", "100% \\ \\q"),
    ],
)
def test_strings(text: str, plain: str) -> None:
    assert read_string(text) == plain


@pytest.mark.parametrize(
    "line",
    [
        "This one was often asked for.",
        "see also the setting below",
        "</div>",
        '<p class="abc">',
        "THE HORNPIPE BY WILLOW",
    ],
)
def test_prose(line: str) -> None:
    assert is_prose(line)
    assert not is_music(line)


@pytest.mark.parametrize(
    "line",
    [
        "CDEF GABc",
        "uA vB uc vd",
        "kd2kf2kg2ka2|kd2kf2|",
        "k[E2c2]k[E2c2]|",
        '"Some words here"A B c',
        "TA HB Lc|",
        "!trill!A !crescendo(!B",
        "A [I:whatever this is] B",
    ],
)
def test_not_prose(line: str) -> None:
    assert not is_prose(line)
    assert is_music(line)


def test_text_blocks_are_skipped() -> None:
    tune = read_tune("X:1\nK:C\nCDE\n%%begintext\nABC\n\nDEF\n%%endtext\n%%begin x\nFGA\n")
    assert [note.line for note in tune.notes] == [3, 3, 3, 10, 10, 10]


@pytest.mark.parametrize(
    "text", ["X:1\nR:\ud800\nK:C\nC", '"X:1\\nR:\\u{dfff}\\nK:C\\nC"', '"X:1\\nR:\\ud800\\nK:C\\nC"']
)
def test_half_of_a_surrogate_pair_is_replaced(text: str) -> None:
    assert read_tune(text).rhythm == "\ufffd"


def test_charsets_that_do_not_exist_leave_no_trace() -> None:
    find_codec("utf-8")
    known = len(encodings._cache)
    for number in range(100):
        assert find_codec(f"x-{number}") is None
        assert find_codec("utf" + "-" * number + "_8") == "utf-8"
    assert len(encodings._cache) == known


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("'latin1'", "cp1252"),
        ("ISO 8859 2", "iso8859-2"),
        ("koi8-u", "koi8-u"),
        ("Shift_JIS", "shift_jis"),
    ],
)
def test_charsets_by_their_names(charset: str, codec: str) -> None:
    assert find_codec(charset) == codec
