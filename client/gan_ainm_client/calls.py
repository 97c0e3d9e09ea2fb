"""A call as data: the request to send, and how to read its answer. Nothing here sends anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from typing import Any, Generic, TypeVar, cast

from pydantic import TypeAdapter

Answer = TypeVar("Answer")


class Repeat(Enum):
    """When a call may be sent again.

    Attributes
    ----------
    ALWAYS : sending it twice does what sending it once does
    IF_REFUSED : only when the service cannot have done anything
    NEVER : its first answer is what the caller wants to know
    """

    ALWAYS = auto()
    IF_REFUSED = auto()
    NEVER = auto()


@dataclass(frozen=True)
class Call(Generic[Answer]):
    """A request, and the type of its answer.

    Attributes
    ----------
    answer : a model; `str` for a text
    path : of the route, with its parameters filled in
    query, headers : of the request
    body : of the request
    repeat : when it may be sent again
    takes_long : whether the service may work for minutes before it answers
    """

    answer: type[Answer]
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    repeat: Repeat = Repeat.ALWAYS
    takes_long: bool = False

    def read(self, body: bytes) -> Answer:
        """The answer in the body of a response. Raises ValueError when it is none."""
        answer: Any = self.answer
        if answer is str:
            return cast(Answer, body.decode())
        return cast(Answer, _adapter(answer).validate_json(body))


@dataclass(frozen=True)
class Reply:
    """A response that has arrived.

    Attributes
    ----------
    headers : names in lower case
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Lines:
    """Divides a stream of bytes into lines. Only a line feed ends one: titles may have other line ends."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that end in this chunk."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return lines

    @property
    def is_complete(self) -> bool:
        """Whether the last line has ended."""
        return not self._rest


@cache
def _adapter(answer: Any) -> TypeAdapter[Any]:
    return TypeAdapter(answer)
