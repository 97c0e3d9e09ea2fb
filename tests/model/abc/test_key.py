import pytest

from model.abc import read_tune
from model.abc.key import read_key


@pytest.mark.parametrize(
    ("text", "name", "altered"),
    [
        ("C", "C major", {}),
        ("D", "D major", {"F": 1, "C": 1}),
        ("Bb", "Bb major", {"B": -1, "E": -1}),
        ("B♭", "Bb major", {"B": -1, "E": -1}),
        ("F#m", "F# minor", {"F": 1, "C": 1, "G": 1}),
        ("Am", "A minor", {}),
        ("A minor", "A minor", {}),
        ("A Aeolian", "A minor", {}),
        ("Gion", "G major", {"F": 1}),
        ("Amix", "A mixolydian", {"F": 1, "C": 1}),
        ("A Mixolydian", "A mixolydian", {"F": 1, "C": 1}),
        ("A MIX", "A mixolydian", {"F": 1, "C": 1}),
        ("Ador", "A dorian", {"F": 1}),
        ("E Phr", "E phrygian", {}),
        ("FLydian", "F lydian", {}),
        ("Bloc", "B locrian", {}),
        ("g", "G major", {"F": 1}),
        ("G# ", "G# major", dict.fromkeys("CGDAEB", 1) | {"F": 2}),
        ("HP", "A mixolydian", {"F": 1, "C": 1}),
        ("Hp", "A mixolydian", {"F": 1, "C": 1}),
        ("none", "", {}),
        ("", "", {}),
        ("D ^c =f", "D major ^c =f", {"C": 1}),
        ("Dmix=c", "D mixolydian =c", {"F": 1}),
        ("D Phr ^f", "D phrygian ^f", {"B": -1, "E": -1, "F": 1}),
        ("D exp _b _e ^f", "D exp _b _e ^f", {"B": -1, "E": -1, "F": 1}),
        ("Dexp^f", "D exp ^f", {"F": 1}),
        ("^f _B", "^f _b", {"F": 1, "B": -1}),
        ("G clef=bass octave=-1", "G major", {"F": 1}),
        ("G bass", "G major", {"F": 1}),
        ("G dor -8va", "G dorian", {"B": -1}),
        ("Em treble-8 transpose=2", "E minor", {"F": 1}),
    ],
)
def test_keys(text: str, name: str, altered: dict[str, int]) -> None:
    key, rest = read_key(text)
    assert key is not None
    assert rest == ""
    assert key.name == name
    assert {letter: alter for letter, alter in key.signature.items() if alter} == altered


@pytest.mark.parametrize("text", ["clef=bass", "bass", "treble+8 middle=d", 'name="Viola part"'])
def test_a_clef_is_not_a_key(text: str) -> None:
    assert read_key(text) == (None, "")


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("D something", "D major", "something"),
        ("Gmajor (sharp)", "G major", "(sharp)"),
        ("nonsense", "", "nonsense"),
    ],
)
def test_the_unreadable_rest_is_returned(text: str, name: str, rest: str) -> None:
    key, unread = read_key(text)
    assert (key.name if key else "", unread) == (name, rest)


@pytest.mark.parametrize(
    "name", ["C major", "F# minor", "Bb mixolydian", "D phrygian ^f", "D exp _b ^f", "^f _b"]
)
def test_names_read_back(name: str) -> None:
    key, rest = read_key(name)
    assert key is not None
    assert (key.name, rest) == (name, "")


def test_of_several_accidentals_of_a_letter_the_last_counts() -> None:
    key, rest = read_key("D ^c _b =c")
    assert key is not None
    assert (key.name, key.signature["C"], rest) == ("D major =c _b", 0, "")
    assert len(read_tune("X:1\nK:D" + " ^c" * 60 + "\nC\n").key) < 20
