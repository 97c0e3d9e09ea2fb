"""One voice of a tune while it is being read: collects its notes and rests and divides them into bars."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from model.abc.key import Key
from model.abc.length import TICKS, Meter, quarters, read_length
from model.abc.tune import Bar, Note
from model.abc.written import WrittenNote
from model.deadline import checked

_PITCHES = range(128)
_TUPLET_TIME = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
_LONGEST_TUPLET = 64
_MOST_DOTS = 3
_LONGEST_LENGTH = 36  # characters; longer ones are garbage and would fill the cache


@dataclass(slots=True)
class Sound:
    """A note or, without a pitch, a rest. Its length may still change."""

    pitch: int | None
    ticks: int
    line: int
    column: int
    name: str = ""
    tied: bool = False


@dataclass(slots=True)
class _Measure:
    start: int
    opens: bool = False
    closes: bool = False
    endings: tuple[int, ...] = ()


@dataclass(slots=True)
class Voice:
    """The state of one voice.

    Attributes
    ----------
    key, meter : the key and the metre in force for the next note
    unit : unit note length in ticks
    propagate : how far an accidental reaches within its bar: "pitch", "octave" or "not" (ABC 2.1, 11.3)
    notify : reports what was skipped or guessed; takes line, column and message
    sounds : the notes and rests read so far
    start : metre, unit and key at the first note; None before it
    overlay : whether the current text is a voice overlay, which is skipped up to the next bar line
    settings : semitones of the settings in force that transpose
    transposition : semitones that the settings have changed since the voice began
    """

    key: Key
    meter: Meter
    unit: int
    propagate: str
    notify: Callable[[int, int, str], None]
    settings: dict[str, int]
    sounds: list[Sound] = field(default_factory=list)
    start: tuple[Meter, int, Key] | None = None
    overlay: bool = False
    transposition: int = 0
    _measures: list[_Measure] = field(default_factory=lambda: [_Measure(0)])
    _accidentals: dict[str | int, int] = field(default_factory=dict)
    _broken: int = 0
    _tuplet: tuple[int, int] = (1, 1)
    _tuplet_left: int = 0
    _detached: bool = False

    @property
    def within_bar(self) -> bool:
        """Whether the current bar has notes or rests."""
        return self._measures[-1].start < len(self.sounds)

    def pitch(self, note: WrittenNote, line: int, column: int) -> int | None:
        """Return the MIDI number of a note, or None if it is out of range.

        The key signature, the accidentals of the bar and a tie from the note before can alter the written
        pitch, and the transposition moves it.
        """
        scope = note.letter if self.propagate == "pitch" else note.height
        alter = note.alter
        if alter is not None:
            if self.propagate != "not":
                self._accidentals[scope] = alter
        elif self.sounds and self.sounds[-1].tied and self.sounds[-1].name == note.name:
            return self.sounds[-1].pitch
        else:
            alter = self._accidentals.get(scope, self.key.signature[note.letter])
        pitch = note.height + alter + self.transposition
        if pitch in _PITCHES:
            return pitch
        self.notify(line, column, "note out of the MIDI range, read as a rest")
        return None

    def ticks(self, length: str, line: int, column: int) -> int:
        """Convert a written length to ticks, before tuplet and broken rhythm change it."""
        fraction = read_length(length[:_LONGEST_LENGTH])
        if fraction is None:
            self.notify(line, column, f"impossible length {length[:12]!r}, read as 1")
            return self.unit
        return self._ratio(self.unit, fraction[0], fraction[1], line, column)

    def add(self, sound: Sound) -> None:
        """Append a note, a rest, or the top note of a chord."""
        if self._tuplet_left:
            self._tuplet_left -= 1
            sound.ticks = self._ratio(sound.ticks, *self._tuplet, sound.line, sound.column)
        if self._broken:
            self._lengthen(sound, -self._broken)
            self._broken = 0
        if sound.pitch is not None and self.start is None:
            self.start = self.meter, self.unit, self.key
        self.sounds.append(sound)
        self._detached = False

    def add_measures(self, count: int, line: int, column: int) -> None:
        """Append bars of rest, such as ``Z4`` (ABC 2.1, 4.5), each as long as the metre says."""
        if self.meter.whole is None:
            self.notify(line, column, "whole-bar rest without a metre, bars read as whole notes")
        whole = Fraction(1) if self.meter.whole is None else self.meter.whole
        ticks = self._ratio(4 * TICKS, whole.numerator, whole.denominator, line, column)
        for index in range(count):
            if index:
                self.start_bar("|")
            self.add(Sound(None, ticks, line, column))

    def transpose(self, settings: Mapping[str, int]) -> None:
        """Change settings that transpose: the notes that follow move by the difference."""
        moved = sum(semitones - self.settings.get(name, 0) for name, semitones in settings.items())
        self.settings.update(settings)
        self.transposition += moved
        if moved and self.sounds:
            self.sounds[-1].name = ""  # a tie to a note of this name no longer means the same pitch

    def tie(self, line: int, column: int) -> None:
        """Tie the last note to the next one."""
        if self.sounds and self.sounds[-1].pitch is not None and not self._detached:
            self.sounds[-1].tied = True
        else:
            self.notify(line, column, "tie without a note before it, skipped")

    def break_rhythm(self, sign: str, line: int, column: int) -> None:
        """Dot the last note and shorten the next one, or the other way round (ABC 2.1, 4.4)."""
        if not self.sounds or self._broken:
            self.notify(line, column, f"{sign[:4]!r} is not between two notes, skipped")
            return
        if len(sign) > _MOST_DOTS:
            self.notify(line, column, f"more than three {sign[0]!r}, read as three")
        self._broken = min(len(sign), _MOST_DOTS) * (1 if sign[0] == ">" else -1)
        self._lengthen(self.sounds[-1], self._broken)

    def start_tuplet(self, p: str, q: str, r: str, line: int, column: int) -> None:
        """Play p notes in the time of q, for the next r notes (ABC 2.1, 4.13)."""
        count, time, reach = (int(text[:3] or 0) for text in (p, q, r))
        fewest = 1 if time else 2  # without q, "(1" has no meaning
        time = time or _TUPLET_TIME.get(count, 3 if self.meter.compound else 2)
        if not fewest <= count <= _LONGEST_TUPLET or max(time, reach) > _LONGEST_TUPLET:
            self.notify(line, column, f"impossible tuplet {'(' + p[:4]!r}, skipped")
            return
        self._tuplet = time, count
        self._tuplet_left = reach or count

    def start_bar(self, sign: str) -> None:
        """Start a bar at a bar line of any shape (ABC 2.1, 4.8). Adjacent bar lines count as one."""
        self._accidentals.clear()
        self.overlay = False
        measure = self._measures[-1]
        is_empty = measure.start == len(self.sounds)
        if sign == ":":  # a space separates it from its bar line
            sign = "|:" if is_empty else ":|"
        closes, opens = sign.startswith(":"), sign.rstrip(".").endswith(":")
        ends_ending = closes or len(sign.strip(".:")) > 1
        endings = () if ends_ending else measure.endings
        if is_empty:
            measure.opens |= opens
            measure.endings = endings
        else:
            self._measures.append(_Measure(len(self.sounds), opens, endings=endings))
        if len(self._measures) > 1:
            self._measures[-2].closes |= closes
            if closes and 1 in self._measures[-2].endings:
                self._detach()

    def start_ending(self, times: tuple[int, ...]) -> None:
        """Start a variant ending (ABC 2.1, 4.9 and 4.10). It lasts until a repeat or a double bar."""
        if self.within_bar:
            self.start_bar("|")
        # A first ending follows the bar before it, even if nothing closed the ending of the part before.
        if 1 not in times and len(self._measures) > 1 and self._measures[-2].endings not in {(), times}:
            self._detach()
        self._measures[-1].endings = times

    def finish(self) -> tuple[tuple[Note, ...], tuple[Bar, ...]]:
        """Return the notes, with ties joined, and the bars."""
        notes: list[Note] = []
        bars: list[Bar] = []
        measures = [measure for measure in self._measures if measure.start < len(self.sounds)]
        stops = [measure.start for measure in measures[1:]] + [len(self.sounds)]
        first_number = 0 if len(measures) > 1 and self._is_upbeat(self.sounds[: stops[0]]) else 1
        onset = 0
        before = Sound(None, 0, 0, 0)
        for index, (measure, stop) in enumerate(checked(zip(measures, stops, strict=True))):
            first, start = len(notes), onset
            for sound in self.sounds[measure.start : stop]:
                pitch, length = sound.pitch, quarters(sound.ticks)
                if before.tied and before.pitch == pitch:
                    notes[-1] = replace(notes[-1], duration=notes[-1].duration + length)
                elif pitch is not None:
                    notes.append(Note(pitch, quarters(onset), length, index, sound.line, sound.column))
                before = sound
                onset += sound.ticks
            bars.append(
                Bar(
                    number=first_number + index,
                    onset=quarters(start),
                    duration=quarters(onset - start),
                    first=first,
                    last=len(notes),
                    opens_repeat=measure.opens,
                    closes_repeat=measure.closes,
                    endings=measure.endings,
                )
            )
        return tuple(notes), tuple(bars)

    def _is_upbeat(self, sounds: list[Sound]) -> bool:
        whole = self.start[0].whole if self.start else None
        return whole is not None and sum(sound.ticks for sound in sounds) < 4 * TICKS * whole

    def _detach(self) -> None:
        """Separate the last note from the next, which is not played after it but after another ending."""
        self._detached = True
        self.sounds[-1].tied = False

    def _lengthen(self, sound: Sound, dots: int) -> None:
        scale = 1 << abs(dots)
        numerator = 2 * scale - 1 if dots > 0 else 1
        sound.ticks = self._ratio(sound.ticks, numerator, scale, sound.line, sound.column)

    def _ratio(self, ticks: int, numerator: int, denominator: int, line: int, column: int) -> int:
        whole, rest = divmod(ticks * numerator, denominator)
        if rest:
            self.notify(line, column, "length too fine to represent, rounded")
            whole += 2 * rest >= denominator
        return whole or 1
