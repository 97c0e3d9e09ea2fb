"""Reads the origins and host names of the settings, and those that requests name."""

import re
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import AnyHttpUrl, ValidationError

_ORIGIN = re.compile(r"https?://[^/@?#*]+")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")


def read_origins(text: str) -> frozenset[str]:
    """Comma-separated origins, each as browsers write it: lower case, Punycode, no default port.

    Raises ValueError when one is not an origin. `*` is none: it would let every web page use a service that
    listens on its visitor's machine.
    """
    return frozenset(_read_origin(part) for part in _parts(text))


def read_names(text: str) -> frozenset[str]:
    """Comma-separated host names in lower case. Raises ValueError when one is not a host name."""
    names = frozenset(part.lower().removesuffix(".") for part in _parts(text))
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} is not a host name: write it without scheme and port, such as tunes.example"
            )
    return names


def host_name(host: str) -> str:
    """The name or address in a Host header, in lower case, without port; empty if there is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").removesuffix(".")
    except ValueError:
        return ""


def is_address(host: str) -> bool:
    """Whether this is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether this name or address is this machine itself."""
    return ip_address(host).is_loopback if is_address(host) else host == "localhost"


def _parts(text: str) -> list[str]:
    return [part for part in map(str.strip, text.split(",")) if part]


def _read_origin(text: str) -> str:
    with suppress(ValidationError):
        origin = str(AnyHttpUrl(text)).removesuffix("/")
        if _ORIGIN.fullmatch(origin):
            return origin
    raise ValueError(f"{text!r} is not an origin: write scheme://host or scheme://host:port")
