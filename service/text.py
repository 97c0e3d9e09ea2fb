"""Decodes an ABC body with the charset that its Content-Type names."""

from email.message import Message

from model.abc import Notice, decode, find_codec
from service.problems import UnknownMediaType, shortened


def decode_text(body: bytes, content_type: str) -> tuple[str, tuple[Notice, ...]]:
    """The text of a body, and a warning if it is not in the charset that its Content-Type names.

    Without a charset, and if the body cannot be in it, `model.abc.decode` guesses.

    Raises UnknownMediaType when the charset is unknown.
    """
    message = Message()
    message["Content-Type"] = content_type
    charset = message.get_content_charset()
    if charset is None:
        return decode(body), ()
    codec, named = find_codec(charset), shortened(charset)
    if codec is None:
        raise UnknownMediaType(f"charset {named!r} is unknown; send UTF-8, or leave the charset out")
    try:
        body.decode(codec)
    except UnicodeDecodeError:
        notice = Notice(
            1,
            1,
            f"the body is not {named}, which its Content-Type names; another encoding was guessed",
        )
        return decode(body), (notice,)
    return decode(body, codec), ()
