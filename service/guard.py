"""Refuses requests that a page of another origin sends through its visitor's browser.

A browser posts `text/plain` to any address without asking, so any page could use a service that listens on
its visitor's machine. Browsers say where a request comes from (Fetch Metadata, or the older Origin); programs
such as curl do not, and pass.

A page can also point its own host name at its visitor's machine (DNS rebinding); then the browser takes the
service for a part of that page. Such a request names the page's host, and so a local service answers only to
names that it knows.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.addresses import host_name, is_address
from service.problem_handlers import problem_response
from service.problems import CrossOrigin, Problem, UnknownHost

_SAFE = {"GET", "HEAD", "OPTIONS"}  # methods that only read
_OWN_SITE = {"same-origin", "none"}  # none: the user typed the address


class Guard:
    """ASGI middleware that answers such requests itself, before anything reads their bodies.

    Parameters
    ----------
    origins : origins of pages that may use everything but the admin routes
    names : host names of this service, besides addresses and names without a dot; None for any
    """

    def __init__(self, app: ASGIApp, origins: frozenset[str], names: frozenset[str] | None) -> None:
        self._app = app
        self._origins = origins
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a problem, or pass the request on."""
        problem = self._find_problem(scope, Headers(scope=scope)) if scope["type"] == "http" else None
        answer = problem_response(problem) if problem else self._app
        await answer(scope, receive, send)

    def _find_problem(self, scope: Scope, headers: Headers) -> Problem | None:
        if not self._is_known(headers.get("host")):
            return UnknownHost("the service does not have this host name; ALLOWED_HOSTS lists those it has")
        if scope["method"] not in _SAFE and not (_is_own(headers) or self._is_allowed(scope, headers)):
            return CrossOrigin("only pages of this service may do this from a browser")
        return None

    def _is_known(self, host: str | None) -> bool:
        if self._names is None or host is None:  # a browser always names the host
            return True
        name = host_name(host)
        # A public name has a dot. Without one, only this machine or its network gives a name.
        own = "." not in name or name.endswith(".localhost") or is_address(name)
        return bool(name) and (own or name in self._names)

    def _is_allowed(self, scope: Scope, headers: Headers) -> bool:
        given = headers.getlist("origin")
        return bool(given) and self._origins.issuperset(given) and not is_admin(scope)


def is_admin(scope: Scope) -> bool:
    """Whether a request is for an admin route."""
    path: str = scope["path"]
    return f"{path}/".startswith("/admin/")


def _is_own(headers: Headers) -> bool:
    # No page can set these headers. A browser that sends Sec-Fetch-Site knows better than we whether the
    # origin is ours: a proxy may have changed Host.
    if sites := headers.getlist("sec-fetch-site"):
        return _OWN_SITE.issuperset(sites)
    own = headers.get("host", "").lower()
    return all(_host_of(origin) == own != "" for origin in headers.getlist("origin"))


def _host_of(origin: str) -> str:
    scheme, _, host = origin.lower().partition("://")
    return host if scheme in ("http", "https") else ""
