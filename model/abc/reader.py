"""Reads one tune: reads its information fields and its music, and builds the tune."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from model.abc.key import split_key
from model.abc.length import quarters
from model.abc.line import Line
from model.abc.music import MOST_SOUNDS, Defaults, Music
from model.abc.text import STRING_FIELDS, is_music, is_prose, read_string
from model.abc.tune import AbcError, Notice, Tune
from model.nouns import with_noun

_MOST_NOTICES = 100
_LONGEST_RHYTHM = 200  # characters


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What a file header says about every tune of a text.

    Attributes
    ----------
    fields : letter and text of its information fields, in order
    rhythm : the first ``R:``, or ""
    defaults : what applies to a tune before its own fields
    notices : what was skipped or guessed
    """

    fields: tuple[tuple[str, str], ...] = ()
    rhythm: str = ""
    defaults: Defaults = field(default_factory=Defaults)
    notices: tuple[Notice, ...] = ()


class TuneReader:
    """Reads the lines of one tune, or of a file header.

    Parameters
    ----------
    line : number of the first line in the text, counted from 1
    file_header : applies to the tune where its own fields do not say otherwise
    """

    def __init__(self, line: int, file_header: FileHeader) -> None:
        self._line = line
        self._file_header = file_header
        self._number = 0
        self._titles: list[list[str]] = []
        self._rhythm = ""
        self._header: list[tuple[str, list[str]]] = []
        self._continued: list[str] = []
        self._notices = list(file_header.notices)
        self._unlisted = 0
        self._in_body = False
        self._music = Music(self._notify, self._read_field, file_header.defaults.copy())

    @property
    def sounds(self) -> int:
        """Notes and rests that have been read."""
        return self._music.sounds

    def read_file_header(self, lines: Iterable[Line]) -> FileHeader:
        """Read the lines of a file header."""
        self._read_lines(lines)
        return FileHeader(self._fields(), self._rhythm, self._music.defaults, tuple(self._notices))

    def read(self, lines: Iterable[Line]) -> Tune:
        """Read the lines of a tune.

        Raises
        ------
        AbcError
            If the tune has no notes.
        """
        self._read_lines(lines)
        voice = self._music.melody
        if voice is None or voice.start is None:
            among = f" among its first {MOST_SOUNDS} notes and rests" if self._music.is_full else ""
            raise AbcError(self._line, 1, f"the tune has no notes{among}")
        meter, unit, key = voice.start
        notes, bars = voice.finish()
        if self._unlisted:
            last = self._notices[-1]
            more = f"and {with_noun(self._unlisted, 'more warning')}"
            self._notices.append(Notice(last.line, last.column, more))
        return Tune(
            number=self._number,
            titles=tuple(" ".join(parts) for parts in self._titles),
            rhythm=self._rhythm or self._file_header.rhythm,
            meter=meter.name,
            unit=quarters(unit) / 4,
            key=key.name,
            header=(*self._file_header.fields, *self._fields()),
            notes=notes,
            bars=bars,
            warnings=tuple(self._notices),
            line=self._line,
        )

    def _read_lines(self, lines: Iterable[Line]) -> None:
        in_music = False  # after a blank line, only lines that look like music are music
        for line in lines:
            if line.letter == "%":
                if line.text.startswith("%%"):
                    self._read_instruction(line.text[2:])
            elif line.letter == "K":
                in_music = True
                self._read_key(line)
            elif line.letter:
                self._read_field(line.letter, line.value, line.number, line.column)
            elif line.is_blank:
                in_music = False
            elif self._music.is_full:
                continue
            elif (in_music and not is_prose(line.text)) or is_music(line.text):
                in_music = True
                self._read_music(line.number, line.text)
            elif in_music or not self._in_body or "|" in line.text:  # free text below a tune needs no notice
                self._notify(line.number, 1, "not music, skipped")

    def _read_key(self, line: Line) -> None:
        """Read a ``K:`` field and the music after it."""
        key, music = split_key(line.value)
        self._read_field("K", key, line.number, line.column)
        if music and not self._music.is_full:
            start = line.text.index(line.value, line.column - 1) + len(line.value) - len(music)
            self._read_music(line.number, " " * start + music)  # the spaces keep its columns right

    def _read_music(self, number: int, line: str) -> None:
        self._in_body = True
        self._music.read(number, line)

    def _fields(self) -> tuple[tuple[str, str], ...]:
        return tuple((letter, " ".join(parts)) for letter, parts in self._header)

    def _notify(self, line: int, column: int, message: str) -> None:
        if len(self._notices) < _MOST_NOTICES:
            self._notices.append(Notice(line, column, message))
        else:
            self._unlisted += 1

    def _read_field(self, letter: str, text: str, line: int, column: int) -> None:
        if letter == "+":
            self._continued.append(read_string(text))
            return
        if letter in STRING_FIELDS:
            text = read_string(text)
        self._continued = [text]
        if not self._in_body:
            self._header.append((letter, self._continued))
        if letter == "X":
            self._read_number(text, line, column)
        elif letter == "T" and text:
            self._titles.append(self._continued)
        elif letter == "R":
            self._rhythm = self._rhythm or text[:_LONGEST_RHYTHM]
        elif letter == "M":
            self._music.set_meter(text, line, column)
        elif letter == "L":
            self._music.set_unit(text, line, column)
        elif letter == "K":
            self._music.set_key(text, line, column)
        elif letter == "V":
            self._music.set_voice(text, line, column)
        elif letter == "I":
            self._read_instruction(text)
        elif letter == "U" and text:
            self._music.defaults.marks.add(text[0])
        elif letter == "m":
            self._notify(line, column, "macros are not supported, skipped")

    def _read_number(self, text: str, line: int, column: int) -> None:
        digits = text.split(maxsplit=1)[0] if text else ""
        if digits.isascii() and digits.isdigit() and len(digits) < 10:
            self._number = int(digits)
        else:
            self._notify(line, column, "reference number cannot be read, skipped")

    def _read_instruction(self, text: str) -> None:
        words = text.split(maxsplit=2)
        if len(words) > 1 and words[0] == "propagate-accidentals" and words[1] in {"not", "octave", "pitch"}:
            self._music.defaults.propagate = words[1]
