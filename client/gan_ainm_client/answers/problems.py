"""The body of an error: application/problem+json (RFC 9457)."""

from pydantic import BaseModel, Field


class ProblemDetails(BaseModel, extra="allow"):
    """The body of every error. Some types have further members."""

    type: str = Field(description="`urn:gan-ainm:problem:` and the name of the problem, or `about:blank`.")
    title: str = Field(description="What kind of problem it is; the same for all of this type.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong with this request, in a sentence.")
