"""Security headers for every response.

Strict-Transport-Security is missing: the service speaks HTTP, and the proxy that adds TLS adds that header.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What a Content-Security-Policy says besides sources.
ALONE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

# A page that needs more than this sets its own Content-Security-Policy.
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; {ALONE}",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
}

_ENCODED = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class SecurityHeaders:
    """ASGI middleware that adds the headers which a response does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers to its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] += [header for header in _ENCODED if header[0] not in given]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
