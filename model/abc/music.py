"""Music lines: reads tokens into the voices of a tune."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from model.abc.key import NO_KEY, Key, read_key
from model.abc.length import NO_METER, TICKS, Meter, read_meter, read_unit
from model.abc.tokens import ALTERED, PRESET_MARKS, TOKEN, read_times
from model.abc.transposition import read_transpositions
from model.abc.voice import Sound, Voice
from model.abc.written import read_note
from model.deadline import check_deadline, checked

Notify = Callable[[int, int, str], None]

_MOST_VOICES = 100
_OTHER_VOICES = "\n"  # no voice has this name
_MOST_DIGITS = 9  # of a number of bars
_LONGEST_REST = 256  # bars
_LONGEST_FIELD = 200  # characters of a metre, unit, key or ending; bounds the memory of the caches
MOST_SOUNDS = 2**13
"""Notes and rests that are read of one tune, all voices together: four times as many as anything compares."""


@dataclass(slots=True)
class Defaults:
    """What applies to voices that have not started yet.

    Attributes
    ----------
    meter, unit, key : as for a `Voice`; without a unit, the metre decides it
    propagate : how far an accidental reaches within its bar
    marks : letters that mean a decoration
    settings : semitones of the settings in force that transpose; those of the header do not move the notes
    """

    meter: Meter = NO_METER
    unit: int | None = None
    key: Key = NO_KEY
    propagate: str = "pitch"
    marks: set[str] = field(default_factory=lambda: set(PRESET_MARKS))
    settings: dict[str, int] = field(default_factory=dict)

    def copy(self) -> "Defaults":
        """Return a copy that shares nothing that can change."""
        return Defaults(self.meter, self.unit, self.key, self.propagate, set(self.marks), dict(self.settings))


class Music:
    """The music of a tune while it is being read, voice by voice.

    Metre, unit and key apply to all voices if set before the first voice, otherwise to the current voice.

    Parameters
    ----------
    notify : reports what was skipped or guessed; takes line, column and message
    read_field : reads an inline field; takes letter, text, line and column
    defaults : what applies before the first field

    Attributes
    ----------
    is_full : whether `MOST_SOUNDS` have been read; the reader skips all further music
    """

    def __init__(
        self, notify: Notify, read_field: Callable[[str, str, int, int], None], defaults: Defaults
    ) -> None:
        self.defaults = defaults
        self.is_full = False
        self._notify = notify
        self._read_field = read_field
        self._voices: dict[str, Voice | None] = {}
        self._declared: dict[str, Mapping[str, int]] = {}
        self._name: str | None = None
        self._header_ended = False
        self._started = False
        self._sounds_left = MOST_SOUNDS
        self._chord: list[Sound] | None = None
        self._chord_column = 0

    @property
    def sounds(self) -> int:
        """Notes and rests that have been read, all voices together."""
        return MOST_SOUNDS - self._sounds_left

    @property
    def melody(self) -> Voice | None:
        """The first voice that has notes."""
        return next((voice for voice in self._voices.values() if voice is not None and voice.start), None)

    def set_meter(self, text: str, line: int, column: int) -> None:
        """Apply an ``M:`` field."""
        meter = read_meter(text[:_LONGEST_FIELD])
        if meter is None:
            self._notify(line, column, f"metre {text[:20]!r} cannot be read, skipped")
            return
        for target in self._targets():
            target.meter = meter

    def set_unit(self, text: str, line: int, column: int) -> None:
        """Apply an ``L:`` field."""
        unit = read_unit(text[:_LONGEST_FIELD])
        if unit is None:
            self._notify(line, column, f"unit note length {text[:20]!r} cannot be read, skipped")
            return
        for target in self._targets():
            target.unit = _ticks(unit)

    def set_key(self, text: str, line: int, column: int) -> None:
        """Apply a ``K:`` field. The first one ends the header and resets the voice that its ``V:`` chose."""
        key, rest = read_key(text[:_LONGEST_FIELD])
        if rest:
            self._notify(line, column, f"{rest[:20]!r} in the key cannot be read, skipped")
        if not self._header_ended:
            self._header_ended, self._name = True, None
        settings = read_transpositions(text[:_LONGEST_FIELD])
        for target in self._targets():
            if key is not None:
                target.key = key
            self._transpose(target, settings)

    def set_voice(self, text: str, line: int, column: int) -> None:
        """Apply a ``V:`` field; in the header it only gives the order of the voices."""
        name, properties = (*text.split(maxsplit=1), "", "")[:2]
        if name in {"", "*"}:
            return
        if name == "1" and "" in self._voices:  # the music before any V: is the first voice
            name = ""
        if name not in self._voices and len(self._voices) >= _MOST_VOICES:
            name = _OTHER_VOICES
            if name not in self._voices:
                self._notify(line, column, f"more than {_MOST_VOICES} voices, the others read as one")
        self._name = name
        voice = self._voices.setdefault(name, None)
        settings = read_transpositions(properties[:_LONGEST_FIELD])
        if voice is None:
            self._declared[name] = settings
            if self._header_ended:
                self._voice()
        else:
            self._transpose(voice, settings)

    def read(self, number: int, line: str) -> None:
        """Read a line of music."""
        check_deadline()
        self._header_ended = self._started = True
        voice = self._voice()
        stray_end = -1
        for match in checked(TOKEN.finditer(line)):
            kind = match.lastgroup
            column = match.start() + 1
            if kind == "space" or (voice.overlay and kind not in {"bar", "field"}):
                continue
            if self._sounds_left <= 0:
                self._notify(number, column, f"more than {MOST_SOUNDS} notes and rests, read up to here")
                self.is_full = True
                break
            if kind == "note":
                self._read_note(voice, match[kind], number, column)
            elif kind == "bar":
                voice.start_bar(match["bar"])
                if match["times"]:
                    voice.start_ending(read_times(match["times"][:_LONGEST_FIELD]))
            elif kind == "rest":
                ticks = voice.ticks(match["rest_length"], number, column)
                self._add(voice, Sound(None, ticks, number, column))
            elif kind == "broken":
                if self._chord is None:
                    voice.break_rhythm(match["broken"], number, column)
                else:
                    self._notify(number, column, f"{match['broken'][:4]!r} within a chord, skipped")
            elif kind == "tie":
                if self._chord is None:
                    voice.tie(number, column)
                elif self._chord:
                    self._chord[-1].tied = True
            elif kind == "tuplet":
                voice.start_tuplet(match["p"], match["q"] or "", match["r"] or "", number, column)
            elif kind == "chord":
                self._chord, self._chord_column = [], column
            elif kind == "old_chord":
                self._chord, self._chord_column = [], column
                for note in TOKEN.finditer(match["old_chord"]):
                    place = column + 1 + note.start()
                    if note.lastgroup == "note":
                        self._read_note(voice, note[0], number, place)
                    else:
                        self._notify(number, place, f"{note[0]!r} is not music, skipped")
                self._end_chord(voice, "", number, column)
            elif kind == "close":
                self._end_chord(voice, match["chord_length"], number, column)
            elif kind == "ending":
                voice.start_ending(read_times(match["ending_times"][:_LONGEST_FIELD]))
            elif kind == "grace":
                for altered in checked(ALTERED.finditer(match["grace"])):
                    voice.pitch(read_note(altered[0]), number, column)
            elif kind == "measures":
                self._read_measures(voice, match["count"], number, column)
            elif kind == "field":
                self._read_field(match["name"], match["value"].strip(), number, match.start("value") + 1)
                voice = self._voice()
            elif kind == "open_field":
                text = match["open_field"]
                self._notify(number, column, f"{text[:3]!r} without ']', read up to the next space")
                self._read_field(text[1], text[3:], number, column + 3)
                voice = self._voice()
            elif kind == "overlay":
                voice.overlay = True
            elif kind == "stray" or (kind == "letter_mark" and match[kind] not in self.defaults.marks):
                if match.start() != stray_end:
                    self._notify(number, column, f"{match[kind][:20]!r} is not music, skipped")
                stray_end = match.end(kind)
        if self._chord is not None:
            self._notify(
                number, self._chord_column, "'[' without ']', read as a chord up to the end of the line"
            )
            self._end_chord(voice, "", number, self._chord_column)

    def _voice(self) -> Voice:
        """Return the current voice; without a ``V:`` it is the first one declared."""
        if self._name is None and self._voices and "" not in self._voices:
            self._name = next(iter(self._voices))
        name = self._name or ""
        voice = self._voices.get(name)
        if voice is None:
            defaults = self.defaults
            unit = defaults.unit or _ticks(defaults.meter.unit)
            settings = {**defaults.settings, **self._declared.get(name, {})}
            voice = Voice(defaults.key, defaults.meter, unit, defaults.propagate, self._notify, settings)
            self._voices[name] = voice
        return voice

    def _transpose(self, target: Voice | Defaults, settings: Mapping[str, int]) -> None:
        """Apply settings that transpose: once the music has started, they move the notes that follow."""
        if self._started and isinstance(target, Voice):
            target.transpose(settings)
        else:
            target.settings.update(settings)

    def _targets(self) -> Iterator[Voice | Defaults]:
        """Where a field sets metre, unit or key: in the current voice, in the defaults, or in both."""
        voice = self._voices.get(self._name or "")
        if voice is not None:
            yield voice
        if voice is None or self._name is None:
            yield self.defaults

    def _read_note(self, voice: Voice, text: str, line: int, column: int) -> None:
        note = read_note(text)
        if note.is_micro:
            self._notify(line, column, "microtone read as a plain accidental")
        pitch = voice.pitch(note, line, column)
        ticks = voice.ticks(note.length, line, column)
        self._add(voice, Sound(pitch, ticks, line, column, note.name))

    def _read_measures(self, voice: Voice, number: str, line: int, column: int) -> None:
        if voice.within_bar:
            self._notify(line, column, "whole-bar rest within a bar, read as 'z'")
            self._add(voice, Sound(None, voice.ticks(number, line, column), line, column))
            return
        count = int(number[:_MOST_DIGITS] or 1)
        if not count:
            self._notify(line, column, "rest of no bars, read as one bar")
        if count > _LONGEST_REST:
            self._notify(line, column, f"rest of more than {_LONGEST_REST} bars, read as {_LONGEST_REST}")
        count = min(max(count, 1), _LONGEST_REST, self._sounds_left)
        self._sounds_left -= count
        voice.add_measures(count, line, column)

    def _add(self, voice: Voice, sound: Sound) -> None:
        self._sounds_left -= 1
        if self._chord is None:
            voice.add(sound)
        else:
            self._chord.append(sound)

    def _end_chord(self, voice: Voice, length: str, line: int, column: int) -> None:
        """Add the top note, as long as the first note times the length of the chord (ABC 2.1, 4.17)."""
        sounds, self._chord = self._chord, None
        if sounds is None:
            self._notify(line, column, "']' without '[', skipped")
            return
        if not sounds:
            self._notify(line, self._chord_column, "chord without notes, skipped")
            return
        top = max(sounds, key=lambda sound: -1 if sound.pitch is None else sound.pitch)
        outer = voice.ticks(length, line, self._chord_column)
        top.ticks = max(sounds[0].ticks * outer // voice.ticks("", line, column), 1)
        top.line, top.column = line, self._chord_column
        voice.add(top)


def _ticks(unit: Fraction) -> int:
    """Convert a unit note length to ticks; `read_unit` gives only whole numbers of them."""
    return int(4 * TICKS * unit)
