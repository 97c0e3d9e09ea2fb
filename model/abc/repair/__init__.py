"""Repairs a text that was not copied as it was written, and says so. Clean ABC passes unchanged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from model.abc.repair import layout, literals, markup, signs
from model.abc.repair.edited import Edit, EditedText, Edits, Offsets
from model.abc.text import plain_line_ends
from model.abc.tune import Notice, Tune
from model.deadline import check_deadline, checked

_REPAIRS: tuple[tuple[Callable[[str], Iterator[Edit]], str], ...] = (
    (literals.string_literals, "quotes and escapes of a program removed, with the text around them"),
    (signs.control_characters, "control characters read as Windows-1252"),
    (signs.invisible_characters, "invisible characters removed"),
    (signs.unusual_spaces, "no-break spaces read as plain spaces"),
    (signs.mail_spaces, "'=20' of a mail program removed"),
    (markup.tags, "tags of a web page removed"),
    (markup.entities, "entities of a web page read as characters"),
    (layout.quoting, "marks of quoted lines or lists removed"),
    (markup.forum_tags, "lines or tags that enclose the tune removed"),
    (layout.field_names, "field name read as its ABC letter"),
    (layout.lost_line_ends, "several fields on one line, read as lines"),
    (layout.field_names, "field name read as its ABC letter"),  # of the new lines
    (layout.music_after_fields, "music after a field on its line, read as a line"),
    (signs.typographic_signs, "typographic signs read as plain ones"),
)


@dataclass(frozen=True)
class Repaired:
    """A text after repairs.

    Attributes
    ----------
    edited : the text, which knows where each character came from
    places : for each kind of repair, its message and the offsets in the source where it was needed, rising
    """

    edited: EditedText
    places: tuple[tuple[str, Offsets], ...]

    @property
    def lines(self) -> list[str]:
        """The lines of the repaired text."""
        return self.edited.text.split("\n")

    def trace(self, tune: Tune, first: int, stop: int | None) -> Tune:
        """The tune with positions in the source, and with a notice for each kind of repair.

        Parameters
        ----------
        tune : a tune of the repaired text
        first, stop : the lines of the repaired text from which and up to which repairs concern this tune;
            no `stop` means the end of the text
        """
        if not self.places:
            return tune
        place = self.edited.place
        notes = tuple(
            replace(note, line=line, column=column)
            for note in checked(tune.notes)
            for line, column in [place(note.line, note.column)]
        )
        warnings = [Notice(*place(notice.line, notice.column), notice.message) for notice in tune.warnings]
        repairs = self._notices(first, stop)
        return replace(tune, notes=notes, line=place(tune.line, 1)[0], warnings=(*repairs, *warnings))

    def _notices(self, first: int, stop: int | None) -> list[Notice]:
        start = self.edited.origin_of_line(first)
        end = len(self.edited.source) + 1 if stop is None else self.edited.origin_of_line(stop)
        notices = []
        for message, offsets in self.places:
            number = int(np.searchsorted(offsets, start))
            if number < len(offsets) and offsets[number] < end:
                notices.append(Notice(*self.edited.place_in_source(int(offsets[number])), message))
        return sorted(notices, key=lambda notice: (notice.line, notice.column))


def repair(text: str) -> Repaired:
    """Undo every kind of damage that the modules of this package recognise."""
    plain = plain_line_ends(text)
    edited = EditedText(plain, plain)
    places: dict[str, Offsets] = {}
    for find, message in _REPAIRS:
        check_deadline()
        found = checked(find(edited.text))
        if first := next(found, None):
            edits = Edits.of(chain([first], found))
            offsets = edited.origins_of(edits.starts)
            places[message] = np.sort(np.concatenate([offsets, places.get(message, offsets[:0])]))
            edited = edited.replace(edits)
    return Repaired(edited, tuple(places.items()))
