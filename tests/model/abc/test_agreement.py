"""The reader against music21's reading of the same tunes."""

from tests.model.abc.agreement import difference, drawn

_TIE_KEEPS_ACCIDENTAL = "a note tied over the bar line keeps its accidental here, not there"
_DOUBLE_REPEAT = "music21 takes the last note before '::' at the end of a line for an information field"
_INLINE_KEY = "music21 keeps the old signature after an inline key"

DISAGREEMENTS = {
    "airdsAirs/book3/103": _DOUBLE_REPEAT,
    "essenFolksong/altdeu20/273": _TIE_KEEPS_ACCIDENTAL,
    "essenFolksong/altdeu20/289": _TIE_KEEPS_ACCIDENTAL,
    "oneills1850/0051-0100/17": _INLINE_KEY,
}


def test_agrees_with_music21() -> None:
    tunes = drawn(400, seed=1)
    found = {tune.name: problem for tune in tunes if (problem := difference(tune))}
    assert len(found) <= 0.02 * len(tunes)
    assert found.keys() == DISAGREEMENTS.keys(), found
