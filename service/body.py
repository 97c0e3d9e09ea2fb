"""Reading a request's body, never more of it than allowed."""

from fastapi import Request

from service.problems import BodyTooLarge

_DRAINED = (
    16  # times the limit that is read and thrown away, so that a client that still sends hears the answer
)


async def read_body(request: Request, limit: int) -> bytes:
    """The body. Raises BodyTooLarge when it has more than `limit` bytes."""
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            body += chunk
        elif size > _DRAINED * limit:
            break
    if size > limit:
        raise BodyTooLarge(f"a body may have {limit} bytes", {"limit_bytes": limit})
    return bytes(body)
