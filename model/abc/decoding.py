"""Bytes to text: finds the encoding of an ABC file."""

import codecs
import encodings
import re
from encodings.aliases import aliases
from pkgutil import iter_modules

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_DECLARATION = re.compile(rb"(?:\A|[\r\n])(?:%%|I:)[ \t]*abc-charset[ \t]+([\w.:-]{1,40})", re.IGNORECASE)
_DECLARED_WITHIN = 2**16  # bytes; programs write the declaration at the top
_CHARSETS = frozenset(aliases) | {module.name for module in iter_modules(encodings.__path__)}
_SAMPLE = 64  # bytes; ABC in UTF-16 begins with this many bytes of Latin letters
# Encodings of text. Python's other codecs decode no text or take more than linear time.
_CODECS = re.compile(
    r"ascii|utf-(?:8|16|32)(?:-[bl]e)?|iso8859-\d+|cp(?:125\d|437|85\d|866|932|949)|koi8-[rtu]|mac-\w+|tis-620"
    r"|big5\w*|euc_\w+|gb2312|gbk|gb18030|shift_jis\w*"
)
# Web standards read Latin-1 as Windows-1252: https://encoding.spec.whatwg.org/#names-and-labels
_LATIN_1 = frozenset({"ascii", "iso8859-1", "cp1252"})


def _windows_1252() -> dict[int, str]:
    """The characters that Windows-1252 has in place of the control characters of Latin-1."""
    decoded = {byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}
    return {byte: character for byte, character in decoded.items() if character}


WINDOWS_1252 = _windows_1252()
"""Table for `str.translate` that replaces control characters with what Windows-1252 has in their place."""
# The character of each byte. `str.translate` would take 30 ms for 256 KiB, `codecs.charmap_decode` takes 2.
_DECODING_TABLE = "".join(map(chr, range(256))).translate(WINDOWS_1252)


def decode(data: bytes, codec: str | None = None) -> str:
    """Decode the bytes of an ABC file. Never fails: every byte string is valid Windows-1252.

    Parameters
    ----------
    data : UTF-8, UTF-16 or UTF-32 with a byte order mark; or what `codec` says; or UTF-16 without a mark, if
        every other byte is zero at first; or UTF-8; or what ``%%abc-charset`` or ``I:abc-charset`` declares
        (ABC 2.1, 8.2); or else Windows-1252, which contains Latin-1
    codec : what the sender says, as from `find_codec`; ignored if the bytes cannot be in it
    """
    return _decode(data, codec)[0]


def byte_order_mark(data: bytes) -> bytes:
    """The byte order mark with which a file begins; empty without one."""
    return next((mark for mark, _ in _BYTE_ORDER_MARKS if data.startswith(mark)), b"")


def find_encoding(data: bytes) -> str:
    """The encoding that a program should use to add text to an ABC file, so that other programs read it, too.

    It is the one with which `decode` reads the file, with two exceptions. A file that is ASCII so far gets
    what it declares. Windows-1252 is "latin-1", which has no characters that could be read as control
    characters.
    """
    declared = _declared(data)
    if declared and data.isascii():
        return "latin-1" if declared == "cp1252" else declared
    return _decode(data, None)[1]


def _decode(data: bytes, codec: str | None) -> tuple[str, str]:
    """The text, and its encoding."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    for candidate in (codec, _utf_16(data), "utf-8", _declared(data)):
        if candidate:
            try:
                return data.decode(candidate), candidate
            except UnicodeDecodeError:
                pass
    return codecs.charmap_decode(data, "strict", _DECODING_TABLE)[0], "latin-1"


def _declared(data: bytes) -> str | None:
    """Python's codec for the encoding that a file declares."""
    declaration = _DECLARATION.search(data, 0, _DECLARED_WITHIN)
    return find_codec(declaration[1].decode("ascii", "ignore")) if declaration else None


def _utf_16(data: bytes) -> str | None:
    """UTF-16 without a byte order mark, recognised by the zeros in the first Latin letters."""
    for codec, zeros in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(data) > 1 and not any(data[zeros:_SAMPLE:2]):
            return codec
    return None


def find_codec(charset: str) -> str | None:
    """Python's codec for a charset such as "ISO-8859-2"; None if it is unknown or not an encoding of text."""
    # `codecs.lookup` remembers every name that it is asked for, so it only gets names that exist.
    name = encodings.normalize_encoding(charset.strip("\"' ")).lower()
    if name not in _CHARSETS:
        return None
    try:
        codec = codecs.lookup(name).name
    except LookupError:  # of another operating system
        return None
    if not _CODECS.fullmatch(codec):
        return None
    return "cp1252" if codec in _LATIN_1 else codec
