"""The body of an error: application/problem+json (RFC 9457)."""

from pydantic import BaseModel


class ProblemDetails(BaseModel, extra="allow"):
    """The body of every error."""

    type: str
    title: str
    status: int
    detail: str
