"""Refuses requests that a page of another origin sends through its visitor's browser, and ambiguous ones.

A browser posts `text/plain` to any address without asking, so any page could use a service that listens on
its visitor's machine. Browsers say where a request comes from (Fetch Metadata, or the older Origin); programs
such as curl do not, and pass.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.problems import AmbiguousLength, CrossOrigin, Problem, problem_response

_SAFE = {"GET", "HEAD", "OPTIONS"}  # methods that only read
_OWN_SITE = {"same-origin", "none"}  # none: the user typed the address


class Guard:
    """ASGI middleware that answers such requests itself, before anything reads their bodies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a problem, or pass the request on."""
        problem = _find_problem(scope["method"], Headers(scope=scope)) if scope["type"] == "http" else None
        answer = problem_response(problem) if problem else self._app
        await answer(scope, receive, send)


def _find_problem(method: str, headers: Headers) -> Problem | None:
    if "content-length" in headers and "transfer-encoding" in headers:
        # A proxy may believe the one and we the other: then the rest of the body counts as the next request.
        detail = "send either Content-Length or Transfer-Encoding, not both"
        return AmbiguousLength(detail, headers={"Connection": "close"})
    if method not in _SAFE and not _is_own(headers):
        return CrossOrigin("only pages of this service may do this from a browser")
    return None


def _is_own(headers: Headers) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site in _OWN_SITE
    return origin is None or origin.partition("://")[2] == headers.get("host")
