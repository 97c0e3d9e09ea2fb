"""Keys: reads a ``K:`` field into a name and a key signature."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from model.abc.text import is_music

_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
_MODES = {
    "": ("major", 0),
    "maj": ("major", 0),
    "ion": ("major", 0),
    "m": ("minor", -3),
    "min": ("minor", -3),
    "aeo": ("minor", -3),
    "lyd": ("lydian", 1),
    "mix": ("mixolydian", -1),
    "dor": ("dorian", -2),
    "phr": ("phrygian", -4),
    "loc": ("locrian", -5),
}
ACCIDENTALS = {"__": -2, "_": -1, "=": 0, "^": 1, "^^": 2}

_PROPERTY = re.compile(
    r"\b(?:clef|cue|dyn|gstem|instrument|lyrics|m|map|middle|name|nm|octave|score|shift|sname|snm|sound|space"
    r"|staff(?:lines|scale)|stem|strings|style|t|transpose|tuning)=(?:\"[^\"]*\"|[^\s\"|]+)"
)
_CLEF = re.compile(
    r"(?<!\S)(?:(?:treble|bass|alto|tenor|soprano|baritone|mezzo|perc|none)[1-58]?)?(?:[+-](?:8|15)(?:va)?)?(?!\S)"
)
_TONIC = re.compile(r"\s*([A-Ga-g])([#b♯♭]?)(?:\s*([A-Za-z]+))?")
_ACCIDENTAL = re.compile(r"(\^\^?|__?|=)([A-Ga-g])")
_WHOLE_KEY = re.compile(
    rf"""
      \s* (?: (?:none|hp) (?![a-z])
          | [a-g] [#b♯♭]? (?: \s* (?: (?:maj|min|ion|aeo|lyd|mix|dor|phr|loc)[a-z]* | exp | m(?![a-z]) ) )? )?
      (?: \s+ {_PROPERTY.pattern} | \s+ (?=\S) {_CLEF.pattern}
        | (?: \s* {_ACCIDENTAL.pattern} ){{2,}} (?=[|:])  # a single one before a bar line is a note
        | (?: \s* {_ACCIDENTAL.pattern} )+ (?=\s|\Z) )*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_KEY = 200  # characters
_BAR_LINES = re.compile(r"[|:\[\]\s]*")
_STRING = re.compile(r'"[^"]*"')
_FEW_NOTES = re.compile(r"(?:[^A-Ga-g]*[A-Ga-g]){4}")  # fewest note letters that are music without a bar line
_BARE_MUSIC = re.compile(r"[A-Ga-gxz0-9/,'^_=<>()\[\]{}~.\s-]*")


@dataclass(frozen=True, slots=True)
class Key:
    """A key.

    Attributes
    ----------
    name : such as "D major", "A dorian" or "D phrygian ^f"; "" without a key
    signature : the semitones by which the signature alters each of the seven letters, in upper case
    """

    name: str
    signature: dict[str, int] = field(hash=False)


NO_KEY = Key("", dict.fromkeys("CDEFGAB", 0))


def split_key(text: str) -> tuple[str, str]:
    """Split a ``K:`` field into the key with its settings and the music that follows on the same line.

    What follows the key is music if it has a bar line and reads as music; without a bar line, if it has four
    notes or more and no other letters than those of notes and rests.
    """
    match = _WHOLE_KEY.match(text[:_LONGEST_KEY])
    end = match.end() if match else 0
    rest = text[end:]
    music = rest.lstrip()
    if not music or (rest == music and end and music[0] not in '|:["({!'):
        return text, ""
    if "|" in music:
        found = _BAR_LINES.fullmatch(music) is not None or is_music(music)
    else:
        bare = _STRING.sub("", music)
        found = _FEW_NOTES.match(bare) is not None and _BARE_MUSIC.fullmatch(bare) is not None
    return (text[:end].rstrip(), music) if found else (text, "")


@lru_cache(maxsize=512)
def read_key(text: str) -> tuple[Key | None, str]:
    """Read a ``K:`` field (ABC 2.1, 3.1.14).

    Returns
    -------
    key : the key, or None if the field holds only a clef or other properties
    rest : the unreadable part of the field, "" if everything was read
    """
    if text.strip().lower() == "none":
        return NO_KEY, ""
    bare = _PROPERTY.sub(" ", text)
    music = _CLEF.sub(" ", bare)
    if not music.strip():
        return (None if text.strip() else NO_KEY), ""
    if re.match(r"\s*[Hh][Pp](?![A-Za-z])", music):
        # Pipers do not write the signature but play it: the scale of the chanter is A mixolydian.
        signature = _signature("A", "", "mix")
        return Key("A mixolydian", signature), ""

    name, signature, rest = "", dict(NO_KEY.signature), music
    tonic = _TONIC.match(music)
    if tonic:
        accidental = tonic[2].replace("♯", "#").replace("♭", "b")
        mode = (tonic[3] or "").lower()
        explicit = mode == "exp"
        has_mode = explicit or mode[:3] in _MODES or mode == ""
        spelled = mode[:3] if has_mode and not explicit else ""
        rest = music[tonic.end() if has_mode else tonic.end(2) :]
        name = f"{tonic[1].upper()}{accidental} {'exp' if explicit else _MODES[spelled][0]}"
        if not explicit:
            signature = _signature(tonic[1].upper(), accidental, spelled)
    # Of several accidentals of a letter the last counts; so the name stays short enough to be read again.
    changes = {letter.upper(): sign for sign, letter in _ACCIDENTAL.findall(rest)}
    if not tonic and not changes:
        return None, music.strip()
    for letter, sign in changes.items():
        signature[letter] = ACCIDENTALS[sign]
    spelling = " ".join(sign + letter.lower() for letter, sign in changes.items())
    return Key(f"{name} {spelling}".strip(), signature), _ACCIDENTAL.sub("", rest).strip()


def _signature(letter: str, accidental: str, mode: str) -> dict[str, int]:
    fifths = _FIFTHS[letter] + {"": 0, "#": 7, "b": -7}[accidental] + _MODES[mode][1]
    return {name: (fifths + 6 - index) // 7 for index, name in enumerate("FCGDAEB")}
