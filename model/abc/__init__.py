"""The ABC reader and writer: reads ABC as people really write it into notes and bars, and writes it back."""

from model.abc.book import Book, read_tune, read_tunebook
from model.abc.decoding import decode, find_codec
from model.abc.heading import Heading, TitleField
from model.abc.naming import note_name
from model.abc.ranges import note_ranges
from model.abc.tune import AbcError, Bar, Note, Notice, Tune
from model.abc.writer import write

__all__ = [
    "AbcError",
    "Bar",
    "Book",
    "Heading",
    "Note",
    "Notice",
    "TitleField",
    "Tune",
    "decode",
    "find_codec",
    "note_name",
    "note_ranges",
    "read_tune",
    "read_tunebook",
    "write",
]
