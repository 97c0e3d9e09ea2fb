"""Reads a body with many tunes: a tunebook as bare ABC, or a list in JSON.

A fault of one tune never concerns the others, so the tunes of a list are validated one by one, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema
from starlette.datastructures import Headers

from gan_ainm_client.answers import TuneHeading
from model.abc import AbcError, Book, Heading, Notice, Tune
from model.stopwatch import lap
from service.filters import TitlesRequest
from service.problem_bodies import invalid_request, no_notes
from service.problems import NoNotes, Problem, TooManyTunes, TuneTooLarge
from service.state import State
from service.suggestions import TuneRequest
from service.text import JSON, decode_text, media_type, read_json
from service.units import Units

Answer = TypeVar("Answer", bound=TuneHeading)


class TuneText(BaseModel, strict=True, extra="forbid"):
    """A tune."""

    abc: str = Field(description="The tune in ABC notation; if there are several, the first.")


def _listed(item: type[BaseModel]) -> WithJsonSchema:
    return WithJsonSchema({"type": "array", "minItems": 1, "items": item.model_json_schema()})


class BatchRequest(TitlesRequest):
    """Tunes, and what is wanted for each that does not say so itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "tunes": [
                        {"abc": "X:1\nM:6/8\nK:G\nGAG GAB|ABA ABd|edd gdd|edB dBA|"},
                        {"abc": "K:D\nfed cde", "top_k": 3},
                    ],
                    "top_k": 5,
                }
            ]
        }
    )

    tunes: Annotated[
        list[Any],
        Field(min_length=1, description="Each with its `abc`, and with `top_k` and filters of its own."),
        _listed(TuneRequest),
    ]


class DuplicatesRequest(BaseModel, strict=True, extra="forbid"):
    """Tunes to compare with each other."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "tunes": [
                        {"abc": "X:1\nT:One\nK:G\nGAG GAB|ABA ABd|"},
                        {"abc": "X:2\nT:Two\nK:A\nABA ABc|BcB Bce|"},
                    ]
                }
            ]
        }
    )

    tunes: Annotated[list[Any], Field(min_length=1, description="Each with its `abc`."), _listed(TuneText)]


@dataclass(frozen=True)
class PostedTune:
    """A tune of a body.

    Attributes
    ----------
    heading : None if its text was not read
    tune : the tune, or why it cannot be read
    wanted : how many titles, and which; only for a batch
    """

    heading: Heading | None
    tune: Tune | Problem
    wanted: TitlesRequest


class PostedTunes(Protocol):
    """The tunes of a body. Each is read when it is asked for.

    Attributes
    ----------
    warnings : concern all tunes
    wanted : how many titles, and which, for each tune that does not say so itself
    """

    warnings: tuple[Notice, ...]
    wanted: TitlesRequest

    def __len__(self) -> int: ...

    def text(self, index: int) -> str:
        """The text of a tune; empty if it has none."""

    def heading(self, index: int) -> Heading | None:
        """The heading of a tune that took too long to read; None if it takes long, too."""

    def read(self, index: int) -> PostedTune:
        """Read a tune."""


class PostedBook:
    """The tunes of a tunebook, each of at most `limit` characters."""

    def __init__(self, book: Book, limit: int, wanted: TitlesRequest, warnings: tuple[Notice, ...]) -> None:
        self._book, self._limit = book, limit
        self.wanted, self.warnings = wanted, warnings

    def __len__(self) -> int:
        return len(self._book)

    def text(self, index: int) -> str:
        """The text of a tune, after repairs."""
        return self._book.text(index)

    def heading(self, index: int) -> Heading:
        """The heading of a tune."""
        return self._book.heading(index)

    def read(self, index: int) -> PostedTune:
        """Read a tune."""
        tune: Tune | Problem
        try:
            _check_size(self._book.size(index), self._limit)
            tune = self._book.read(index)
        except AbcError as error:
            tune = no_notes(error)
        except TuneTooLarge as problem:
            tune = problem
        return PostedTune(self.heading(index), tune, self.wanted)


class PostedList:
    """The tunes of a list in JSON, each of at most `limit` characters.

    Parameters
    ----------
    model : of each item
    wanted : what an item of a batch wants, unless it says so itself
    """

    warnings: tuple[Notice, ...] = ()

    def __init__(
        self,
        items: Sequence[Any],
        model: type[TuneRequest] | type[TuneText],
        limit: int,
        wanted: TitlesRequest,
    ) -> None:
        self._items, self._model, self._limit = items, model, limit
        self.wanted = wanted

    def __len__(self) -> int:
        return len(self._items)

    def text(self, index: int) -> str:
        """The text of a tune; empty if it has none."""
        item = self._items[index]
        abc = item.get("abc") if isinstance(item, dict) else None
        return abc if isinstance(abc, str) else ""

    def heading(self, index: int) -> None:  # noqa: ARG002
        """None: the text of a tune is divided when the tune is read."""
        return

    def read(self, index: int) -> PostedTune:
        """Read a tune."""
        book: Book | None = None
        number, wanted = 0, self.wanted
        tune: Tune | Problem
        try:
            request = self._validate(self._items[index])
            if isinstance(request, TuneRequest):
                wanted = request
            _check_size(len(request.abc), self._limit)
            book = Book.at_beginning_of(request.abc)
            number, tune = book.read_first()
        except AbcError as error:
            tune = no_notes(error)
        except ValidationError as error:
            tune = invalid_request(error.errors(include_url=False, include_input=False))
        except TuneTooLarge as problem:
            tune = problem
        return PostedTune(book.heading(number) if book else None, tune, wanted)

    def _validate(self, item: object) -> TuneRequest | TuneText:
        if isinstance(item, dict) and self._model is TuneRequest:
            item = {**self.wanted.model_dump(exclude={"tunes"}), **item}
        return self._model.model_validate(item)


def with_heading(model: type[Answer], index: int, heading: Heading | None, **others: Any) -> Answer:
    """An answer that names the tune with this index, counted from 0, with the other members of its model."""
    return model(
        number=index + 1,
        line=heading.line if heading else None,
        reference=heading.reference if heading else None,
        title=heading.title if heading else None,
        **others,
    )


async def read_tunes(
    request: Request,
    state: State,
    units: Units,
    model: type[BatchRequest] | type[DuplicatesRequest],
    in_query: TitlesRequest,
) -> PostedTunes:
    """The tunes of a request's body, which have not been read yet.

    Parameters
    ----------
    model : what a body in JSON must be
    in_query : what is wanted for bare ABC

    Raises
    ------
    Problem
        When the body as a whole cannot be used, or the time is over.
    """
    settings = state.settings
    body = await state.bodies.read(request, settings.max_batch_bytes)
    lap("body")
    tunes = await units.run(_divide, request.headers, body, model, settings.max_body_bytes, in_query)
    if not len(tunes):
        raise NoNotes("the text has no tune", {"line": 1, "column": 1})
    if len(tunes) > settings.max_batch_tunes:
        detail = f"a request may have at most {settings.max_batch_tunes} tunes, this one has {len(tunes)}"
        raise TooManyTunes(detail, {"limit_tunes": settings.max_batch_tunes})
    return tunes


def _divide(
    headers: Headers,
    body: bytes,
    model: type[BatchRequest] | type[DuplicatesRequest],
    limit: int,
    in_query: TitlesRequest,
) -> PostedTunes:
    lap("queue")
    tunes: PostedTunes
    if media_type(headers) == JSON:
        posted = read_json(model, body)
        if isinstance(posted, BatchRequest):
            tunes = PostedList(posted.tunes, TuneRequest, limit, posted)
        else:
            tunes = PostedList(posted.tunes, TuneText, limit, in_query)
    else:
        text, warnings = decode_text(body, headers["content-type"])
        tunes = PostedBook(Book.of(text), limit, in_query, warnings)
    lap("read")
    return tunes


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise TuneTooLarge(f"a tune may have at most {limit} characters", {"limit_characters": limit})
