"""Reads the body of a request, up to a limit."""

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect

from service.problems import BodyTooLarge, Disconnected

# A client that is still sending sees our answer only after we have read what it sends. We read at most this
# much, for at most this long.
_DRAINED_BYTES = 2**24
_DRAINED_S = 2.0


async def read_body(request: Request, limit: int) -> bytes:
    """The body of a request.

    Raises BodyTooLarge when it has more than `limit` bytes, Disconnected when the client hangs up.
    """
    too_large = BodyTooLarge(f"a body may have at most {limit} bytes", {"limit_bytes": limit})
    if int(request.headers.get("content-length", "0")) > limit:
        if "expect" not in request.headers:  # a client that sends Expect waits before it sends the body
            await _drain(request)
        raise too_large
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                await _drain(request)
                raise too_large
    except ClientDisconnect as error:
        raise Disconnected("the client hung up while sending") from error
    return bytes(body)


async def _drain(request: Request) -> None:
    size = 0
    try:
        async with asyncio.timeout(_DRAINED_S):
            while size < _DRAINED_BYTES:
                message = await request.receive()
                size += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return
