"""Checks the address of a service."""

import httpx


def checked(url: str) -> str:
    """An address of a service, without the slash at its end. Raises ValueError when it cannot be one."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"{url!r} is not the address of a service: {error}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or parsed.fragment:
        raise ValueError(f"{url!r} is not the address of a service, such as http://127.0.0.1:8000")
    return url.rstrip("/")
