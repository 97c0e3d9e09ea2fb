"""Lets pages of allowed origins use the service (CORS), except the admin routes."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.guard import is_admin
from service.problem_handlers import problem_response
from service.problems import CrossOrigin


class Cors(CORSMiddleware):
    """ASGI middleware that answers preflights, and marks answers that pages of these origins may read.

    No page may send cookies or other credentials with its requests: the service uses none.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "HEAD", "POST"),
            allow_private_network=True,  # a public page may use a service in its visitor's network
            expose_headers=("Retry-After", "X-Request-ID"),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or pass the request on."""
        answer = self.app if scope["type"] == "http" and is_admin(scope) else super().__call__
        await answer(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """What a browser may do; a problem when that is not all that it asks for."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return response
        return problem_response(CrossOrigin("this page may not send this method or these headers"))
