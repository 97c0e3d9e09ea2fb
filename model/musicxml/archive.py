"""Compressed MusicXML (`.mxl`): finds the score in a zip file, within bounds.

The format: https://www.w3.org/2021/06/musicxml40/tutorial/compressed-mxl-files/
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from model.conversion import ConversionError
from model.deadline import check_deadline

MOST_BYTES = 2**24  # of a score, uncompressed
_MOST_ENTRIES = 1000
_MOST_TIMES = 200  # a score is larger than its compressed form; scores are up to 40 times as large
_LARGEST_CONTAINER = 2**16  # bytes
_CHUNK = 2**16
_CONTAINER = "META-INF/container.xml"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENTRY = b"PK\x01\x02"
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)


def is_archive(data: bytes) -> bool:
    """Whether this is a zip file."""
    return data.startswith(b"PK")


def unpacked(data: bytes) -> Iterator[bytes]:
    """The score of a zip file, in chunks.

    Raises ConversionError when it is damaged, has no score, or unpacks to more than a score may have.
    """
    if data.count(_ENTRY) > _MOST_ENTRIES:  # before the whole list is read
        raise ConversionError(f"the zip file has more than {_MOST_ENTRIES} entries")
    with _readable(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        score = entries.get(_score_name(archive, entries))
        if score is None:
            raise ConversionError("the zip file has no MusicXML score")
        yield from _chunks(archive, score, MOST_BYTES)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise ConversionError("the zip file is damaged") from error


def _score_name(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> str:
    """The name of the score that the container names first; without a container, of the first XML file."""
    container = entries.get(_CONTAINER)
    if container is None:
        names = (name for name in entries if not name.startswith(("META-INF/", "__MACOSX/")))
        return next((name for name in names if name.lower().endswith((".xml", ".musicxml"))), "")
    try:
        root = fromstring(b"".join(_chunks(archive, container, _LARGEST_CONTAINER)))
    except (DefusedXmlException, ParseError, LookupError) as error:
        raise ConversionError("the zip file's list of scores cannot be read") from error
    rootfile = root.find(".//{*}rootfile")
    return "" if rootfile is None else rootfile.get("full-path", "")


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most_bytes: int) -> Iterator[bytes]:
    if entry.compress_type not in _METHODS or entry.flag_bits & 1:
        raise ConversionError(
            "the zip file is encrypted, or compressed in a way that MusicXML does not allow"
        )
    if entry.file_size > min(most_bytes, _MOST_TIMES * max(entry.compress_size, 1)):
        raise ConversionError("the zip file unpacks to more than a score may have")
    with archive.open(entry) as stream:  # reads no more than the size that was checked
        while chunk := stream.read(_CHUNK):
            yield chunk
            check_deadline()
