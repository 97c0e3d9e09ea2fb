"""The head of a request: gathers it, and refuses one that two programs could understand differently.

If a proxy and we do not agree where a request ends, a client can hide a request in the body of another. The
parser refuses most such heads, and `Head` the others.
"""

import re
from typing import Any
from urllib.parse import unquote

from service.problems import AmbiguousLength, BadHttp

_VERSIONS = ("1.1", "1.0")
_OTHER_PROTOCOLS = (b"RTSP/", b"ICE/")  # which the parser takes for HTTP, and does not name
# A target as clients send it to proxies (RFC 9112, 3.2.2): authority without user, path, query.
_ABSOLUTE = re.compile(rb"https?://([^/?#@]+)(/[^?]*)?(\?.*)?", re.IGNORECASE)


class Head:
    """The head of a request, while it arrives and when it is complete.

    Parameters
    ----------
    most_bytes : how long it may be

    Attributes
    ----------
    method : such as b"GET", b"" until the head is complete
    """

    def __init__(self, most_bytes: int) -> None:
        self._left = self._most_bytes = most_bytes
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._version = ""
        self.method = b""

    def add_target(self, part: bytes) -> None:
        """Add a part of what follows the method. Raises BadHttp when the head is too long."""
        self._target += part
        self._count(len(part))

    def add_header(self, name: bytes, value: bytes) -> None:
        """Add a header. Raises BadHttp when the head is too long."""
        # The parser has removed what stands before a value. Tabs after it stay, because they keep the parser
        # from understanding "chunked".
        self._headers.append((name.lower(), value.rstrip(b" ")))
        self._count(len(name) + len(value) + len(b": \r\n"))

    def end(self, method: bytes, version: str, text: bytes) -> None:
        """Note that the head is complete, and check it.

        Parameters
        ----------
        method : such as b"GET"
        version : such as "1.1"
        text : what arrived, with this head somewhere in it

        Raises
        ------
        AmbiguousLength
            When the body has two lengths.
        BadHttp
            When it is not a head that we understand.
        """
        self.method, self._version = method, version
        names = [name for name, _ in self._headers]
        hosts = names.count(b"host")
        if version not in _VERSIONS:
            raise BadHttp(f"the service speaks HTTP/1.1, not HTTP/{version}")
        for protocol in _OTHER_PROTOCOLS:
            if protocol in text and re.search(re.escape(self._target) + b" +" + protocol, text):
                raise BadHttp("the service speaks HTTP and no other protocol")
        if hosts > 1 or (version == "1.1" and not hosts):
            raise BadHttp("a request names its host in exactly one header Host")
        if not self._target.isascii():
            raise BadHttp("the target has characters that are not ASCII; percent-encode them")
        if method != b"CONNECT" and not self._target.startswith((b"/", b"*")):
            self._end_absolute()
        if b"transfer-encoding" in names:
            if b"content-length" in names:
                raise AmbiguousLength("send either Content-Length or Transfer-Encoding, not both")
            codings = [value.lower() for name, value in self._headers if name == b"transfer-encoding"]
            if codings != [b"chunked"] or version == "1.0":
                raise BadHttp("the service reads no Transfer-Encoding but chunked, in HTTP/1.1")

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits for our word before it sends the body."""
        return self._version == "1.1" and any(
            name == b"expect" and value.lower() == b"100-continue" for name, value in self._headers
        )

    def scope(self) -> dict[str, Any]:
        """What the head says, as ASGI wants it."""
        path, _, query = self._target.partition(b"?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": self._version,
            "method": self.method.decode("ascii"),
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "headers": self._headers,
        }

    def without_upgrade(self) -> bytes:
        """The head without the wish for another protocol."""
        lines = [b"%b %b HTTP/%b" % (self.method, self._target, self._version.encode())]
        lines += [b"%b: %b" % header for header in self._headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def _end_absolute(self) -> None:
        """Make a target with a host one without: from now on the header Host names that host."""
        absolute = _ABSOLUTE.fullmatch(self._target)
        if absolute is None:
            raise BadHttp("a target is a path, or begins with http:// or https:// and a host")
        authority, path, query = absolute.groups()
        self._target = (path or b"/") + (query or b"")
        self._headers = [(name, value) for name, value in self._headers if name != b"host"]
        self._headers.append((b"host", authority))

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise too_long(self._most_bytes)


def too_long(most_bytes: int) -> BadHttp:
    """The problem of a head that is longer than it may be."""
    detail = f"the head of the request has more than {most_bytes} bytes, which is the limit"
    return BadHttp(detail, {"limit_bytes": most_bytes})
