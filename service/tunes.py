"""Reads a body with many tunes: a tunebook as bare ABC, or a list in JSON.

A fault of one tune never concerns the others, so the tunes of a list are validated one by one, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, Self

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field, ValidationError, WithJsonSchema

from model.abc import AbcError, Book, Heading, Notice, Tune
from service.body import read_body
from service.problems import NoNotes, TooManyTunes, TuneTooLarge, invalid_request
from service.settings import Settings
from service.slices import Clock, in_slices
from service.suggestions import SuggestRequest, TopK
from service.text import JSON, decode_text, media_type, read_json


class TuneText(BaseModel, strict=True, extra="forbid"):
    """A tune."""

    abc: str = Field(description="The tune in ABC notation; if there are several, the first.")


def _listed(item: type[BaseModel]) -> WithJsonSchema:
    return WithJsonSchema({"type": "array", "minItems": 1, "items": item.model_json_schema()})


class BatchRequest(BaseModel, strict=True, extra="forbid"):
    """Tunes, and how many titles to suggest for each that does not say so itself."""

    tunes: Annotated[list[Any], Field(min_length=1), _listed(SuggestRequest)]
    top_k: TopK = 10


class DuplicatesRequest(BaseModel, strict=True, extra="forbid"):
    """Tunes to compare with each other."""

    tunes: Annotated[list[Any], Field(min_length=1), _listed(TuneText)]


class TuneHeading(BaseModel):
    """Which tune of the request this is."""

    number: int = Field(description="Its place in the request, counted from 1.")
    line: int | None = Field(
        description="Its first line in the text, counted from 1; null if its text was not read. Lines end "
        "with CR LF, LF or CR."
    )
    reference: str | None = Field(description="The text of its X: field; null without one.")
    title: str | None = Field(description="The text of its first T: field; null if it has no title.")

    @classmethod
    def of(cls, index: int, heading: Heading | None, **others: Any) -> Self:
        """The heading of the tune with this index, counted from 0, with the other members of a subclass."""
        return cls(
            number=index + 1,
            line=heading.line if heading else None,
            reference=heading.reference if heading else None,
            title=heading.title if heading else None,
            **others,
        )


@dataclass(frozen=True)
class PostedTune:
    """A tune of a body, or why it cannot be read; its heading, None without one; and its `top_k`."""

    heading: Heading | None
    tune: Tune | AbcError
    top_k: int


class PostedTunes(Protocol):
    """The tunes of a body. Each is read when it is asked for.

    Attributes
    ----------
    warnings : concern all tunes
    """

    warnings: tuple[Notice, ...]

    def __len__(self) -> int: ...

    def heading(self, index: int) -> Heading | None:
        """The heading of a tune that could not be answered, None if its text has not been divided."""

    def read(self, index: int) -> PostedTune:
        """Read a tune. Raises TuneTooLarge or InvalidRequest."""


class PostedBook:
    """The tunes of a tunebook, each of at most `limit` characters."""

    def __init__(self, book: Book, limit: int, top_k: int, warnings: tuple[Notice, ...]) -> None:
        self._book, self._limit, self._top_k = book, limit, top_k
        self.warnings = warnings

    def __len__(self) -> int:
        return len(self._book)

    def heading(self, index: int) -> Heading:
        """The heading of a tune."""
        return self._book.heading(index)

    def read(self, index: int) -> PostedTune:
        """Read a tune. Raises TuneTooLarge."""
        _check_size(self._book.size(index), self._limit)
        return PostedTune(self.heading(index), _read(self._book, index), self._top_k)


class PostedList:
    """The tunes of a list in JSON, each of at most `limit` characters, and with these members by default."""

    warnings: tuple[Notice, ...] = ()

    def __init__(
        self,
        items: Sequence[Any],
        model: type[SuggestRequest] | type[TuneText],
        limit: int,
        defaults: dict[str, Any],
    ) -> None:
        self._items, self._model, self._limit, self._defaults = items, model, limit, defaults

    def __len__(self) -> int:
        return len(self._items)

    def heading(self, index: int) -> None:  # noqa: ARG002
        """None: the text of a tune is divided when the tune is read."""
        return

    def read(self, index: int) -> PostedTune:
        """Read a tune. Raises InvalidRequest or TuneTooLarge."""
        item = self._items[index]
        try:
            request = self._model.model_validate(
                {**self._defaults, **item} if isinstance(item, dict) else item
            )
        except ValidationError as error:
            raise invalid_request(error.errors(include_url=False, include_input=False)) from error
        _check_size(len(request.abc), self._limit)
        book = Book.of(request.abc)
        number: int = 0
        tune: Tune | AbcError
        try:
            number, tune = book.read_first()
        except AbcError as error:
            tune = error
        heading = book.heading(number) if len(book) else None
        return PostedTune(heading, tune, request.top_k if isinstance(request, SuggestRequest) else 0)


async def read_tunes(
    request: Request,
    settings: Settings,
    model: type[BatchRequest] | type[DuplicatesRequest],
    clock: Clock,
    top_k: int = 0,
) -> PostedTunes:
    """The tunes of a request's body, which have not been read yet.

    Parameters
    ----------
    model : what a body in JSON must be
    top_k : of the tunes in bare ABC

    Raises
    ------
    Problem
        When the body as a whole cannot be used, or the time is over.
    """
    body = await read_body(request, settings.max_batch_bytes)
    limit = settings.max_body_bytes
    tunes: PostedTunes
    if media_type(request.headers) == JSON:
        posted = await run_in_threadpool(read_json, model, body)
        if isinstance(posted, BatchRequest):
            tunes = PostedList(posted.tunes, SuggestRequest, limit, {"top_k": posted.top_k})
        else:
            tunes = PostedList(posted.tunes, TuneText, limit, {})
    else:
        text, warnings = await run_in_threadpool(decode_text, body, request.headers["content-type"])
        book = await in_slices(Book.in_steps(text), request, clock)
        tunes = PostedBook(book, limit, top_k, warnings)
    if not len(tunes):
        raise NoNotes("the text has no tune", {"line": 1, "column": 1})
    if len(tunes) > settings.max_batch_tunes:
        detail = f"a batch may have at most {settings.max_batch_tunes} tunes, this one has {len(tunes)}"
        raise TooManyTunes(detail, {"limit_tunes": settings.max_batch_tunes})
    return tunes


def _read(book: Book, index: int) -> Tune | AbcError:
    try:
        return book.read(index)
    except AbcError as error:
        return error


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise TuneTooLarge(f"a tune may have at most {limit} characters", {"limit_characters": limit})
