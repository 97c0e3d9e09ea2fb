"""Errors as a client sees them: application/problem+json (RFC 9457).

    Problem                     status  type
    ├── AmbiguousLength         400     ambiguous-length
    ├── Disconnected            400     disconnected
    ├── NotUtf8                 400     not-utf-8
    ├── Unauthorized            401     unauthorized
    ├── CrossOrigin             403     cross-origin
    ├── NoSuchJob               404     no-such-job
    ├── AlreadyRunning          409     already-running
    ├── BodyTooLarge            413     body-too-large
    ├── TooManyTunes            413     too-many-tunes
    ├── TuneTooLarge            413     tune-too-large
    ├── UnknownMediaType        415     unknown-media-type
    ├── NoNotes                 422     no-notes
    ├── InvalidRequest          422     invalid-request
    └── BatchTimeout            504     batch-timeout

All other errors (no such route, a method that is not allowed, our own faults) have the type about:blank.
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from model.abc import AbcError
from model.errors import GanAinmError

MEDIA_TYPE = "application/problem+json"

_ECHOED = 40  # characters of a client's text that an error repeats at most
_LISTED = 4  # invalid fields that an error lists at most
_log = logging.getLogger("uvicorn.error")


class ProblemDetails(BaseModel, extra="allow"):
    """The body of every error."""

    type: str
    title: str
    status: int
    detail: str


class Problem(GanAinmError):
    """An HTTP error with its own type.

    Parameters
    ----------
    detail : what is wrong with this request, in a sentence
    members : further members of the body
    headers : of the response
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    type = ""
    title = ""

    def __init__(
        self, detail: str, members: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members or {}
        self.headers = headers or {}


class AmbiguousLength(Problem):
    """A request that gives the length of its body in two ways."""

    status, type, title = HTTPStatus.BAD_REQUEST, "ambiguous-length", "The length of the body is ambiguous"


class Disconnected(Problem):
    """The client hung up before it had sent its whole request; it never sees this answer."""

    status, type, title = HTTPStatus.BAD_REQUEST, "disconnected", "The client hung up"


class NotUtf8(Problem):
    """JSON that is not UTF-8."""

    status, type, title = HTTPStatus.BAD_REQUEST, "not-utf-8", "The body is not UTF-8"


class Unauthorized(Problem):
    """A missing or wrong key."""

    status, type, title = HTTPStatus.UNAUTHORIZED, "unauthorized", "The admin key is missing or wrong"


class CrossOrigin(Problem):
    """A request that a browser sends for a page of another origin."""

    status, type, title = HTTPStatus.FORBIDDEN, "cross-origin", "The request comes from another origin"


class NoSuchJob(Problem):
    """A job id that the service does not remember."""

    status, type, title = HTTPStatus.NOT_FOUND, "no-such-job", "There is no such job"


class AlreadyRunning(Problem):
    """Another job is running, and only one may run at a time."""

    status, type, title = HTTPStatus.CONFLICT, "already-running", "A job is already running"


class BodyTooLarge(Problem):
    """A body over the size limit."""

    status, type, title = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", "The body is too large"


class TooManyTunes(Problem):
    """A batch over the limit of tunes."""

    status, type, title = (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-many-tunes",
        "The batch has too many tunes",
    )


class TuneTooLarge(Problem):
    """A tune of a batch over the size limit of a tune."""

    status, type, title = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "tune-too-large", "The tune is too large"


class UnknownMediaType(Problem):
    """A body that is compressed, or neither JSON nor ABC."""

    status, type, title = (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unknown-media-type",
        "The body has an unknown media type",
    )


class NoNotes(Problem):
    """A text without a single note; the body has the members line and column."""

    status, type, title = HTTPStatus.UNPROCESSABLE_ENTITY, "no-notes", "The text has no notes"


class InvalidRequest(Problem):
    """A request with a field that is missing, unknown or out of range; the body has the member errors."""

    status, type, title = HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", "The request is not valid"


class BatchTimeout(Problem):
    """A batch whose time is over."""

    status, type, title = HTTPStatus.GATEWAY_TIMEOUT, "batch-timeout", "The time of the batch is over"


def problem_body(problem: Problem) -> dict[str, Any]:
    """The members of a problem's body."""
    return {
        "type": f"urn:gan-ainm:problem:{problem.type}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI descriptions of these errors for a route."""
    content = {MEDIA_TYPE: {"schema": ProblemDetails.model_json_schema()}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def invalid_request(errors: Sequence[Any]) -> InvalidRequest:
    """pydantic's first errors as a problem: which field and why. It repeats names of fields, no values."""
    listed: list[dict[str, str]] = [
        {"field": shortened(".".join(str(part) for part in error["loc"])), "message": error["msg"]}
        for error in errors[:_LISTED]
    ]
    told = [": ".join(filter(None, error.values())) for error in listed]
    if len(errors) > _LISTED:
        told.append(f"and {len(errors) - _LISTED} more")
    return InvalidRequest("; ".join(told), {"errors": listed})


def no_notes(error: AbcError) -> NoNotes:
    """The reader's error as a problem."""
    return NoNotes(error.message, {"line": error.line, "column": error.column})


def shortened(text: str) -> str:
    """Text of a client as an error may repeat it: its beginning."""
    return text if len(text) <= _ECHOED else text[: _ECHOED - 3] + "..."


def problem_response(problem: Problem) -> JSONResponse:
    """The response to a request with this problem."""
    return _response(problem_body(problem), problem.headers)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the app with problem+json."""

    async def on_problem(_: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, Problem)
        return problem_response(problem)

    async def on_http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return _response(_blank(error.status_code, str(error.detail)), error.headers)

    async def on_invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return _response(problem_body(invalid_request(error.errors())))

    async def on_fault(request: Request, error: Exception) -> JSONResponse:
        return _response(fault_body(request, error))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(Exception, on_fault)


def fault_body(request: Request, error: Exception) -> dict[str, Any]:
    """Log a fault of ours, and return the body of a problem that reveals nothing about it."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _blank(HTTPStatus.INTERNAL_SERVER_ERROR, "The fault is ours; it has been logged.")


def _blank(status: int, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def _response(body: dict[str, Any], headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body, body["status"], dict(headers or {}), media_type=MEDIA_TYPE)
