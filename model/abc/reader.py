"""Reads one tune: classifies its lines, reads its information fields and builds the tune."""

from collections.abc import Iterable

from model.abc.music import Music
from model.abc.text import is_music, is_prose, match_field, read_string
from model.abc.tune import AbcError, Notice, Tune

_MOST_NOTICES = 100
_STRING_FIELDS = frozenset("ABCDFGHNORSTZ")


class TuneReader:
    """Reads the lines of one tune.

    Parameters
    ----------
    line : number of the tune's first line in the text, counted from 1
    """

    def __init__(self, line: int) -> None:
        self._line = line
        self._number = 0
        self._titles: list[list[str]] = []
        self._rhythms: list[str] = []
        self._header: list[tuple[str, list[str]]] = []
        self._continued: list[str] = []
        self._notices: list[Notice] = []
        self._unlisted = 0
        self._in_body = False
        self._music = Music(self._notify, self._read_field)

    def read(self, lines: Iterable[tuple[int, str]], file_header: Iterable[tuple[int, str]] = ()) -> Tune:
        """Read the numbered lines into a tune.

        Parameters
        ----------
        lines : line numbers and lines
        file_header : line numbers and lines of the file header; the tune's own ``R:`` overrides the one here

        Raises
        ------
        AbcError
            If the tune has no notes.
        """
        self._read_lines(file_header)
        inherited, self._rhythms = self._rhythms, []
        self._read_lines(lines)
        self._rhythms += inherited
        return self._finish()

    def _read_lines(self, lines: Iterable[tuple[int, str]]) -> None:
        in_music = False  # after a blank line, only lines that look like music are music
        for number, line in lines:
            if not line.strip():
                in_music = False
            elif line.startswith("%"):
                if line.startswith("%%"):
                    self._read_instruction(line[2:])
            elif field := match_field(line):
                letter, text, column = field
                self._read_field(letter, text, number, column)
                in_music = in_music or letter == "K"
            elif (in_music and not is_prose(line)) or is_music(line):
                in_music = self._in_body = True
                self._music.read(number, line)
            elif in_music or not self._in_body:
                self._notify(number, 1, "not music, skipped")

    def _finish(self) -> Tune:
        voice = self._music.melody
        if voice is None or voice.start is None:
            raise AbcError(self._line, 1, "the tune has no notes")
        meter, unit, key = voice.start
        notes, bars = voice.finish()
        if self._unlisted:
            last = self._notices[-1]
            self._notices.append(Notice(last.line, last.column, f"and {self._unlisted} more warnings"))
        return Tune(
            number=self._number,
            titles=tuple(" ".join(parts) for parts in self._titles),
            rhythm=self._rhythms[0] if self._rhythms else "",
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
            self._unlisted += 1

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
            self._read_number(text, line, column)
        elif letter == "T" and text:
            self._titles.append(self._continued)
        elif letter == "R" and text:
            self._rhythms.append(text)
        elif letter == "M":
            self._music.set_meter(text, line, column)
        elif letter == "L":
            self._music.set_unit(text, line, column)
        elif letter == "K":
            self._music.set_key(text, line, column)
        elif letter == "V":
            self._music.set_voice(text)
        elif letter == "I":
            self._read_instruction(text)
        elif letter == "U" and text:
            self._music.marks.add(text[0])
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
            self._music.propagate = words[1]
