"""One tune: header fields, then music lines, token by token."""

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from model.abc.key import NO_KEY, Key, read_key
from model.abc.length import NO_METER, Meter, read_meter, read_unit
from model.abc.text import is_music, is_prose, match_field, read_string
from model.abc.tokens import ALTERED, PRESET_MARKS, TOKEN
from model.abc.tune import AbcError, Notice, Tune
from model.abc.voice import Sound, Voice

_MOST_NOTICES = 100
_MOST_TIMES = 32
_LONGEST_FIELD = 200  # characters of a metre, unit or key; the caches keep them
_TIMES = re.compile(r"([0-9]+)(?:-([0-9]+))?")
_STRING_FIELDS = frozenset("ABCDFGHNORSTZ")
_FILE_HEADER_FIELDS = frozenset("ABCDFGHILMmNORrSUZ")


class TuneReader:
    """Reads the lines of one tune.

    Parameters
    ----------
    line : int
        Number of the tune's first line in the text.
    """

    def __init__(self, line: int) -> None:
        self._line = line
        self._number = 0
        self._titles: list[list[str]] = []
        self._rhythm = ""
        self._header: list[tuple[str, list[str]]] = []
        self._notices: list[Notice] = []
        self._unseen = 0
        self._key: Key = NO_KEY
        self._meter: Meter = NO_METER
        self._unit: Fraction | None = None
        self._propagate = "pitch"
        self._marks = set(PRESET_MARKS)
        self._voices: dict[str, Voice | None] = {}
        self._voice_name: str | None = None
        self._in_body = False
        self._has_key = False
        self._continued: list[str] = []

    def read(self, lines: Iterable[tuple[int, str]], file_header: Iterable[tuple[int, str]] = ()) -> Tune:
        """Read the numbered lines into a tune.

        Parameters
        ----------
        lines : iterable of (int, str)
            Line numbers and lines.
        file_header : iterable of (int, str)
            The lines of the file header; its titles and keys are not the tune's (ABC 2.1, section 3).

        Raises
        ------
        AbcError
            If the tune has no notes.
        """
        for number, line in file_header:
            found = match_field(line)
            if found and found[0] in _FILE_HEADER_FIELDS:
                self._read_field(found[0], found[1], number, found[2])
        open_body = False
        for number, line in lines:
            if not line.strip():
                open_body = False
            elif line.startswith("%"):
                if line.startswith("%%"):
                    self._read_instruction(line[2:])
            elif found := match_field(line):
                self._read_field(found[0], found[1], number, found[2])
                open_body = open_body or found[0] == "K"
            elif (open_body and not is_prose(line)) or is_music(line):
                open_body = self._in_body = True
                self._read_music(number, line)
            elif open_body or not self._in_body:
                self._notify(number, 1, "not music, skipped")
        return self._finish()

    def _finish(self) -> Tune:
        for voice in self._voices.values():
            if voice is not None and voice.start is not None:
                meter, unit, key = voice.start
                break
        else:
            raise AbcError(self._line, 1, "the tune has no notes")
        notes, bars = voice.finish()
        if self._unseen:
            last = self._notices[-1]
            self._notices.append(Notice(last.line, last.column, f"and {self._unseen} more warnings"))
        return Tune(
            number=self._number,
            titles=tuple(" ".join(parts) for parts in self._titles),
            rhythm=self._rhythm,
            meter=meter.name,
            unit=unit,
            key=key.name,
            header=tuple((letter, " ".join(parts)) for letter, parts in self._header),
            notes=notes,
            bars=bars,
            warnings=tuple(self._notices),
            line=self._line,
        )

    def _notify(self, line: int, column: int, message: str) -> None:
        if len(self._notices) < _MOST_NOTICES:
            self._notices.append(Notice(line, column, message))
        else:
            self._unseen += 1

    def _read_field(self, letter: str, text: str, line: int, column: int) -> None:
        if letter == "+":
            self._continued.append(read_string(text))
            return
        if letter in _STRING_FIELDS:
            text = read_string(text)
        self._continued = [text]
        if not self._in_body:
            self._header.append((letter, self._continued))
        if letter == "X":
            digits = text.split(maxsplit=1)[0] if text else ""
            if digits.isascii() and digits.isdigit() and len(digits) < 10:
                self._number = int(digits)
            else:
                self._notify(line, column, "reference number cannot be read")
        elif letter == "T" and text:
            self._titles.append(self._continued)
        elif letter == "R":
            self._rhythm = self._rhythm or text
        elif letter == "M":
            self._set_meter(text[:_LONGEST_FIELD], line, column)
        elif letter == "L":
            self._set_unit(text[:_LONGEST_FIELD], line, column)
        elif letter == "K":
            self._set_key(text[:_LONGEST_FIELD], line, column)
        elif letter == "V":
            self._set_voice(text)
        elif letter == "I":
            self._read_instruction(text)
        elif letter == "U" and text:
            self._marks.add(text[0])
        elif letter == "m":
            self._notify(line, column, "macro skipped")

    def _read_instruction(self, text: str) -> None:
        words = text.split(maxsplit=2)
        if len(words) > 1 and words[0] == "propagate-accidentals" and words[1] in {"not", "octave", "pitch"}:
            self._propagate = words[1]

    def _set_meter(self, text: str, line: int, column: int) -> None:
        meter = read_meter(text)
        if meter is None:
            self._notify(line, column, f"metre {text[:20]!r} cannot be read, skipped")
            return
        voice = self._current()
        if voice is not None:
            voice.meter = meter
        if voice is None or self._voice_name is None:
            self._meter = meter

    def _set_unit(self, text: str, line: int, column: int) -> None:
        unit = read_unit(text)
        if unit is None:
            self._notify(line, column, f"unit note length {text[:20]!r} cannot be read, skipped")
            return
        voice = self._current()
        if voice is not None:
            voice.unit = unit
        if voice is None or self._voice_name is None:
            self._unit = unit

    def _set_key(self, text: str, line: int, column: int) -> None:
        key, rest = read_key(text)
        if rest:
            self._notify(line, column, f"{rest[:20]!r} in the key cannot be read, skipped")
        if not self._has_key and not self._in_body:
            self._has_key, self._voice_name = True, None
        if key is None:
            return
        voice = self._current()
        if voice is not None:
            voice.key = key
        if voice is None or self._voice_name is None:
            self._key = key

    def _set_voice(self, text: str) -> None:
        name = text.split(maxsplit=1)[0] if text else ""
        if name in {"", "*"}:
            return
        self._voice_name = name
        self._voices.setdefault(name, None)
        if self._has_key or self._in_body:
            self._sounding_voice()

    def _current(self) -> Voice | None:
        return self._voices.get(self._voice_name or "")

    def _sounding_voice(self) -> Voice:
        if self._voice_name is None and self._voices and "" not in self._voices:
            self._voice_name = next(iter(self._voices))
        voice = self._current()
        if voice is None:
            unit = self._unit or self._meter.unit
            voice = Voice(self._key, self._meter, unit, self._propagate, self._notify)
            self._voices[self._voice_name or ""] = voice
        return voice

    def _read_music(self, number: int, line: str) -> None:
        voice = self._sounding_voice()
        chord: list[Sound] | None = None
        chord_column = 0
        stray_end = -1
        for match in TOKEN.finditer(line):
            kind = match.lastgroup
            column = match.start() + 1
            if kind == "space":
                continue
            if voice.overlay and kind not in {"bar", "field"}:
                continue
            if kind == "note":
                accidental, letter, octave, length = (
                    match["accidental"],
                    match["letter"],
                    match["octave"],
                    match["length"],
                )
                if match["micro"]:
                    self._notify(number, column, "microtone read as the accidental alone")
                    accidental = accidental.removesuffix(match["micro"])
                pitch = voice.pitch(accidental, letter, octave, number, column)
                sound = Sound(pitch, voice.ticks(length, number, column), number, column, letter + octave)
                if chord is None:
                    voice.add(sound)
                else:
                    chord.append(sound)
            elif kind == "bar":
                voice.start_bar(match["bar"])
                if match["times"]:
                    voice.start_ending(read_times(match["times"][:_LONGEST_FIELD]))
            elif kind == "rest":
                rest = Sound(None, voice.ticks(match["rest_length"], number, column), number, column)
                if chord is None:
                    voice.add(rest)
                else:
                    chord.append(rest)
            elif kind == "broken" and chord is not None:
                self._notify(number, column, f"{match['broken'][:4]!r} within a chord, skipped")
            elif kind == "broken":
                voice.break_rhythm(match["broken"], number, column)
            elif kind == "tie":
                if chord is None:
                    voice.tie(number, column)
                elif chord:
                    chord[-1].tied = True
            elif kind == "tuplet":
                voice.start_tuplet(match["p"], match["q"] or "", match["r"] or "", number, column)
            elif kind == "chord":
                chord, chord_column = [], column
            elif kind == "close":
                if chord is None:
                    self._notify(number, column, "']' without '[', skipped")
                else:
                    self._add_chord(voice, chord, match["chord_length"], number, chord_column)
                    chord = None
            elif kind == "ending":
                voice.start_ending(read_times(match["ending_times"][:_LONGEST_FIELD]))
            elif kind == "grace":
                for altered in ALTERED.finditer(match["grace"]):
                    voice.pitch(altered[1], altered[2], altered[3], number, column)
            elif kind == "measures":
                voice.add_measures(match["count"], number, column)
            elif kind == "field":
                self._read_field(match["name"], match["value"].strip(), number, match.start("value") + 1)
                voice = self._sounding_voice()
            elif kind == "broken_field":
                text = match["broken_field"]
                self._notify(number, column, f"'{text[:3]}' without ']'")
                self._read_field(text[1], text[3:], number, column + 3)
                voice = self._sounding_voice()
            elif kind == "overlay":
                voice.overlay = True
            elif kind == "stray" or (kind == "letters" and match["letters"] not in self._marks):
                if match.start() != stray_end:
                    self._notify(number, column, f"{match[0][:20]!r} is not music, skipped")
                stray_end = match.end()
        if chord is not None:
            self._notify(number, chord_column, "'[' without ']', read as a chord up to the end of the line")
            self._add_chord(voice, chord, "", number, chord_column)

    def _add_chord(self, voice: Voice, sounds: list[Sound], length: str, line: int, column: int) -> None:
        pitched = [sound for sound in sounds if sound.pitch is not None]
        if not sounds:
            self._notify(line, column, "chord without notes, skipped")
            return
        top = max(pitched, key=lambda sound: sound.pitch or 0) if pitched else sounds[0]
        outer = voice.ticks(length, line, column)
        unit = voice.ticks("", line, column)
        top.ticks = max(sounds[0].ticks * outer // unit, 1)
        top.line, top.column = line, column
        voice.add(top)


@lru_cache(maxsize=256)
def read_times(text: str) -> tuple[int, ...]:
    """The times through of a variant ending, as ``1,3`` or ``1-3``; no more than 32 of them."""
    times: list[int] = []
    for first, last in _TIMES.findall(text):
        start = int(first[:3])
        stop = int(last[:3]) if last else start
        times.extend(range(start, min(stop, start + _MOST_TIMES) + 1))
    return tuple(times[:_MOST_TIMES])
