"""The class of the app: security headers on all responses, and the frame of the OpenAPI document."""

import json
from functools import cached_property
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from model.version import VERSION
from service.cors import Cors
from service.headers import SecurityHeaders
from service.problem_docs import problem_components, problem_responses

_DESCRIPTION = (
    "Post a tune in ABC notation, in any key, whole or in part, and get ranked titles with reasons.\n\n"
    "Every error is `application/problem+json` (RFC 9457). Its `type` is `urn:gan-ainm:problem:` with a "
    "name, or `about:blank`; its `detail` says what is wrong with this request."
)
_TAGS = {
    "suggestions": "Titles for a tune.",
    "catalogue": "What is in the catalogue: titles, settings, and what resembles them.",
    "service": "Is the service alive, can it answer, does it answer well, and what are its limits?",
    "admin": "Indexing again. These routes exist only if the service has an admin key.",
}


class PlainRoute(APIRoute):
    """A route whose function takes the request alone, and returns the response.

    FastAPI then has nothing to collect for it. Collecting what `/suggest-titles` needs took 0.1 ms.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; one with another method gets 405."""
        if scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        response: Response = await self.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


class Api(FastAPI):
    """A FastAPI app with security headers on every response, also when the app fails.

    Parameters
    ----------
    origins : origins of pages that may read the answers
    options : of FastAPI
    """

    def __init__(self, origins: frozenset[str], **options: Any) -> None:
        super().__init__(
            title="Gan Ainm",
            summary="Suggests titles for folk tunes.",
            description=_DESCRIPTION,
            version=VERSION,
            license_info={"name": "MIT", "identifier": "MIT"},
            openapi_tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
            responses=problem_responses(400, 421, 500),
            redirect_slashes=False,  # a redirect would repeat the host that the request names
            openapi_url=None,  # service/docs.py serves the document, and a page that needs no other host
            docs_url=None,
            redoc_url=None,
            telemetry={"tracing": False, "metrics": False, "logs": False},
            **options,
        )
        self._origins = origins

    def build_middleware_stack(self) -> ASGIApp:
        """The app inside its middleware."""
        # Starlette answers our own faults outside of all middleware that is added to an app.
        stack = super().build_middleware_stack()
        return SecurityHeaders(Cors(stack, self._origins) if self._origins else stack)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            components = super().openapi().setdefault("components", {})
            for kind, added in problem_components().items():
                components.setdefault(kind, {}).update(added)
        return super().openapi()

    @cached_property
    def openapi_json(self) -> bytes:
        """The OpenAPI document as JSON. Making it takes milliseconds, in which nothing else is answered."""
        return json.dumps(self.openapi(), ensure_ascii=False, separators=(",", ":")).encode()
