"""Reads the XML of a score, measure by measure, without keeping it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from model.conversion import ConversionError
from model.deadline import check_deadline

_AT_A_TIME = 2**14  # bytes between two checks
_DEEPEST = 32  # elements within each other; MusicXML has 10
_MOST_ELEMENTS = 100_000  # a tune of 8,192 notes has 80,000
_ROOTS = {"score-partwise": ("part", "measure"), "score-timewise": ("measure", "part")}

Measure = tuple[str, Element]
"""The id of a part, and what the part has in one measure."""


def measures(chunks: Iterable[bytes]) -> Iterator[Measure | None]:
    """The measures of a score in their order; None where a part of a partwise score ends.

    Raises ConversionError when the XML is damaged, declares entities or attributes, or is not a score in
    MusicXML, and when it is nested more than 32 deep or has more than 100,000 elements.

    Parameters
    ----------
    chunks : the XML
    """
    target = _Target()
    parser = XMLParser(target=target, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    # Each element would get all attributes that a document type declares for it, which may be thousands.
    parser.parser.AttlistDeclHandler = _refuse
    for chunk in chunks:
        for start in range(0, len(chunk), _AT_A_TIME):
            with _well_formed():
                parser.feed(chunk[start : start + _AT_A_TIME])
            check_deadline()
            yield from target.take()
    with _well_formed():
        parser.close()
    yield from target.take()


def _refuse(*_: object) -> None:
    raise ConversionError("the XML declares attributes, which MusicXML does not need")


@contextmanager
def _well_formed() -> Iterator[None]:
    try:
        yield
    except DefusedXmlException as error:
        raise ConversionError("the XML declares entities, which MusicXML does not need") from error
    except ParseError as error:
        line, column = error.position
        raise ConversionError(f"the XML is damaged at line {line}, column {column + 1}") from error
    except (LookupError, ValueError) as error:
        raise ConversionError("the XML has an encoding that cannot be read") from error


class _Target:
    """What the parser tells about the XML. It builds the elements of one measure at a time."""

    def __init__(self) -> None:
        self._found: list[Measure | None] = []
        self._builder: TreeBuilder | None = None  # of the present measure
        self._depth = self._elements = 0
        self._outer = self._inner = ""
        self._part = ""

    def take(self) -> list[Measure | None]:
        """What was found since the last call."""
        found, self._found = self._found, []
        return found

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        self._elements += 1
        if self._depth > _DEEPEST:
            raise ConversionError(f"the XML has elements that are more than {_DEEPEST} deep")
        if self._elements > _MOST_ELEMENTS:
            raise ConversionError(f"the score has more than {_MOST_ELEMENTS} elements before its melody ends")
        name = tag.rpartition("}")[2]
        if self._depth == 1:
            if name not in _ROOTS:
                raise ConversionError("the XML is not a score in MusicXML")
            self._outer, self._inner = _ROOTS[name]
        elif self._builder is None and name in (self._outer, self._inner):
            if name == "part":
                self._part = attributes.get("id", "")
            if self._depth == 3:
                self._builder = TreeBuilder()
        if self._builder is not None:
            self._builder.start(name, attributes)

    def end(self, tag: str) -> None:
        """An element ends."""
        name = tag.rpartition("}")[2]
        if self._builder is not None:
            self._builder.end(name)
            if self._depth == 3:
                self._found.append((self._part, self._builder.close()))
                self._builder = None
        elif self._depth == 2 and name == "part":
            self._found.append(None)
        self._depth -= 1

    def data(self, text: str) -> None:
        """Text between tags."""
        if self._builder is not None:
            self._builder.data(text)

    def close(self) -> None:
        """The XML ends."""
