"""Reads the bodies of requests, up to a limit of bytes and of time."""

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect

from service.problems import RETRY, BodyTooLarge, Disconnected, Overloaded, SlowSender

# A client that is still sending sees our answer only after we have read what it sends. We read at most this
# much, for at most this long.
_DRAINED_BYTES = 2**24
_DRAINED_S = 2.0


class Bodies:
    """Reads bodies, and counts the bytes of those that are still arriving.

    Parameters
    ----------
    timeout_s : time from the first to the last byte of a body, in seconds
    most_bytes : bytes that all bodies that are still arriving may have together
    """

    def __init__(self, timeout_s: float, most_bytes: int) -> None:
        self._timeout_s, self._most_bytes = timeout_s, most_bytes
        self._arriving = 0  # bytes

    async def read(self, request: Request, limit: int) -> bytes:
        """The body of a request.

        Raises
        ------
        BodyTooLarge
            When it has more than `limit` bytes.
        SlowSender
            When it is not complete in time.
        Overloaded
            When the bodies of other requests have too many bytes.
        Disconnected
            When the client hangs up.
        """
        too_large = BodyTooLarge(f"a body may have at most {limit} bytes", {"limit_bytes": limit})
        if int(request.headers.get("content-length", "0")) > limit:
            if "expect" not in request.headers:  # a client that sends Expect waits before it sends the body
                await _drain(request)
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(self._timeout_s):
                async for chunk in request.stream():
                    body += chunk
                    self._arriving += len(chunk)
                    if len(body) > limit:
                        await _drain(request)
                        raise too_large
                    if self._arriving > self._most_bytes:
                        raise self._too_many()
        except ClientDisconnect as error:
            raise Disconnected("the client hung up while sending") from error
        except TimeoutError as error:
            detail = f"the body did not arrive within {self._timeout_s:g} s, which is the limit"
            raise SlowSender(detail, {"limit_s": self._timeout_s}, {"Connection": "close"}) from error
        finally:
            self._arriving -= len(body)
        return bytes(body)

    def _too_many(self) -> Overloaded:
        detail = f"bodies of {self._most_bytes} bytes are arriving, which is the limit; try again later"
        headers = {**RETRY, "Connection": "close"}
        return Overloaded(detail, {"limit_bytes": self._most_bytes}, headers)


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
