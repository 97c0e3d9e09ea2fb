"""One part of a score while it is read: its voices, its bars, and the key and metre in force."""

from fractions import Fraction
from math import fmod
from xml.etree.ElementTree import Element

from model.abc import Bar, Note
from model.abc.length import TICKS, quarters
from model.conversion import MOST_BARS, MOST_NOTES, Converted, as_abc
from model.deadline import checked
from model.keys import guess_mode, key_name, read_mode
from model.musicxml.values import endings, meter, number, pitch, ticks, whole_number
from model.musicxml.voice import ROUNDED, Start, Voice

_MOST_VOICES = 16


class Part:
    """Reads the measures of one part. Each note sounds as written but for the transposition of its part."""

    def __init__(self) -> None:
        self._voices: dict[tuple[str, str], Voice] = {}
        self._bars: list[Bar] = []
        self._divisions = Fraction(1)
        self._now = 0  # where the present measure begins, in ticks
        self._start = Start()
        self._whole = 0  # length of a bar in ticks, by the metre; 0 without one
        self._opens = self._opens_next = False
        self._endings: tuple[int, ...] = ()

    @property
    def has_notes(self) -> bool:
        """Whether a voice has notes."""
        return any(map(len, self._voices.values()))

    @property
    def is_complete(self) -> bool:
        """Whether this part is read no further."""
        return len(self._bars) >= MOST_BARS or any(
            len(voice) >= MOST_NOTES for voice in self._voices.values()
        )

    def converted(self) -> Converted:
        """The first voice that has notes, as ABC."""
        with_notes = [voice for voice in self._voices.values() if len(voice)]
        voice = with_notes[0]
        warnings = []
        if len(with_notes) > 1:
            warnings.append("the part has several voices; only the first is read")
        if self.is_complete:
            warnings.append(f"the score is long; it is read up to bar {len(self._bars)}")
        notes = [
            Note(note.pitch, quarters(note.onset), quarters(note.end - note.onset), 0, 1, 1)
            for note in checked(voice.finish())
        ]
        start = voice.start
        key = ""
        if start.fifths is not None:
            mode = start.mode or guess_mode(start.fifths, notes[-1].pitch)
            key = key_name(start.fifths, mode)
        return as_abc(notes, self._bars, start.meter, key, warnings)

    def read(self, measure: Element) -> None:
        """Read a measure."""
        if self.is_complete:
            return
        self._untie()
        position = longest = onset = 0  # in ticks, from the beginning of the measure
        closes = ends = False
        for element in checked(measure):
            if element.tag == "note":
                if element.find("grace") is not None:
                    continue
                length = ticks(element, self._divisions)
                if element.find("chord") is None:
                    onset = position
                    position += length
                self._read_note(element, self._now + onset, length)
            elif element.tag == "forward":
                position += ticks(element, self._divisions)
            elif element.tag == "backup":
                position = max(position - ticks(element, self._divisions), 0)
            elif element.tag == "attributes":
                self._read_attributes(element)
            elif element.tag == "barline":
                closes |= self._read_repeat(element, within=longest > 0)
                ends |= self._read_ending(element)
            longest = max(longest, position)
        self._end_measure(self._rounded(longest), closes)
        if ends:
            self._endings = ()

    def _rounded(self, length: int) -> int:
        return self._whole if abs(length - self._whole) <= ROUNDED else length

    def _end_measure(self, length: int, closes: bool) -> None:
        if length:
            bar = Bar(0, quarters(self._now), quarters(length), 0, 0, self._opens, closes, self._endings)
            self._bars.append(bar)
            self._now += length
            self._opens, self._opens_next = self._opens_next, False
        elif closes:
            self._close_last()

    def _close_last(self) -> None:
        if self._bars:
            last = self._bars[-1]
            self._bars[-1] = Bar(0, last.onset, last.duration, 0, 0, last.opens_repeat, True, last.endings)

    def _untie(self) -> None:
        """Let no tie reach from one variant ending into the next, or past the end of the first, as in ABC."""
        before = self._bars[-1] if self._bars else None
        into_other = before and 1 not in self._endings and before.endings not in ((), self._endings)
        if before and ((before.closes_repeat and 1 in before.endings) or (self._endings and into_other)):
            for voice in self._voices.values():
                voice.untie()

    def _read_note(self, note: Element, onset: int, length: int) -> None:
        names = note.findtext("voice", "1"), note.findtext("staff", "1")
        if names not in self._voices and len(self._voices) >= _MOST_VOICES:
            return
        voice = self._voices.setdefault(names, Voice(self._start))
        if not len(voice):
            voice.start = self._start
        sounding = pitch(note, self._start.shift)
        if sounding is not None and length and note.find("cue") is None:
            tied = any(tie.get("type") == "start" for path in _TIES for tie in note.findall(path))
            voice.add(sounding, onset, length, tied)

    def _read_attributes(self, attributes: Element) -> None:
        divisions = number(attributes, "divisions")
        if divisions is not None and divisions > 0:
            self._divisions = divisions
        time = attributes.find("time")
        if time is not None:
            name = meter(time)
            self._start = self._start._replace(meter=name)
            self._whole = round(4 * TICKS * _length(name))
        key = attributes.find("key")
        if key is not None:
            fifths = number(key, "fifths")
            usable = fifths is not None and abs(fifths) <= 7
            self._start = self._start._replace(
                written_fifths=int(fifths or 0) if usable else None, mode=read_mode(key.findtext("mode", ""))
            )
        transpose = attributes.find("transpose")
        if transpose is not None:
            # Whole octaves move nothing, as in ABC: only the shape of the melody matters.
            chromatic = int(fmod(whole_number(transpose, "chromatic"), 12))
            diatonic = number(transpose, "diatonic")
            steps = None if diatonic is None else int(fmod(int(diatonic), 7))
            self._start = self._start._replace(shift=chromatic, steps=steps)

    def _read_repeat(self, barline: Element, within: bool) -> bool:
        """Whether the measure ends a repeat.

        Parameters
        ----------
        within : whether notes or rests come before the bar line
        """
        repeat = barline.find("repeat")
        direction = "" if repeat is None else repeat.get("direction", "")
        if direction == "forward":
            if within:
                self._opens_next = True
            else:
                self._opens = True
        return direction == "backward"

    def _read_ending(self, barline: Element) -> bool:
        """Whether the measure ends a variant ending."""
        ending = barline.find("ending")
        if ending is None:
            return False
        if ending.get("type") == "start":
            self._endings = endings(ending)
            self._untie()
        return ending.get("type") in ("stop", "discontinue")


_TIES = ("tie", "notations/tied")


def _length(name: str) -> Fraction:
    """The length of a bar as a fraction of a whole note; 0 without a metre."""
    if not name:
        return Fraction(0)
    beats, kind = name.split("/")
    return Fraction(sum(int(beat) for beat in beats.split("+")), int(kind))
