"""Errors as a client sees them: application/problem+json (RFC 9457).

    Problem                     status  type
    ├── AmbiguousLength         400     ambiguous-length
    ├── BadHttp                 400     bad-http
    ├── Disconnected            400     disconnected
    ├── NotUtf8                 400     not-utf-8
    ├── Unauthorized            401     unauthorized
    ├── CrossOrigin             403     cross-origin
    ├── NoSuchJob               404     no-such-job
    ├── NoSuchArtifact          404     no-such-artifact
    ├── NoSuchSetting           404     no-such-setting       (service/titles.py)
    ├── NoSuchTitle             404     no-such-title         (service/titles.py)
    ├── SlowSender              408     slow-sender
    ├── AlreadyRunning          409     already-running
    ├── AlreadyEnded            409     already-ended
    ├── UnusableArtifact        409     unusable-artifact
    ├── BodyTooLarge            413     body-too-large
    ├── UnknownMediaType        415     unknown-media-type
    ├── UnknownHost             421     unknown-host
    ├── NoNotes                 422     no-notes
    ├── KeyReused               422     idempotency-key-reused
    ├── TooComplex              422     too-complex
    ├── InvalidRequest          422     invalid-request
    ├── Overloaded              429     overloaded
    ├── StorageFailed           503     storage-failed
    ├── NotReady                503     not-ready
    └── DeadlineExceeded        504     deadline-exceeded

All other errors (no such route, a method that is not allowed, our own faults) have the type about:blank.
"""

import inspect
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from model.errors import GanAinmError

MEDIA_TYPE = "application/problem+json"

_ECHOED = 40  # characters of a client's text that an error repeats at most
_LISTED = 4  # invalid fields that an error lists at most
_OUR_FAULT = "The fault is ours; it has been logged."
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


class BadHttp(Problem):
    """Bytes that are not an HTTP request."""

    status, type, title = HTTPStatus.BAD_REQUEST, "bad-http", "The request is not HTTP"


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


class NoSuchArtifact(Problem):
    """A version of the artifact that is not kept."""

    status, type, title = HTTPStatus.NOT_FOUND, "no-such-artifact", "There is no such artifact"


class SlowSender(Problem):
    """A client that takes too long to send its request."""

    status, type, title = HTTPStatus.REQUEST_TIMEOUT, "slow-sender", "The request took too long to arrive"


class AlreadyRunning(Problem):
    """Another job is running, and only one may run at a time; the body has the member job."""

    status, type, title = HTTPStatus.CONFLICT, "already-running", "A job is already running"


class AlreadyEnded(Problem):
    """A job that can no longer be cancelled; the body has the member job."""

    status, type, title = HTTPStatus.CONFLICT, "already-ended", "The job has already ended"


class UnusableArtifact(Problem):
    """A kept version of the artifact that cannot be loaded."""

    status, type, title = HTTPStatus.CONFLICT, "unusable-artifact", "The artifact cannot be used"


class BodyTooLarge(Problem):
    """A body over the size limit."""

    status, type, title = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", "The body is too large"


class UnknownMediaType(Problem):
    """A body that is compressed, or neither JSON nor ABC."""

    status, type, title = (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unknown-media-type",
        "The body has an unknown media type",
    )


class UnknownHost(Problem):
    """A host name that is not one of this service."""

    status, type, title = HTTPStatus.MISDIRECTED_REQUEST, "unknown-host", "The host name is unknown"


class NoNotes(Problem):
    """A text without a single note; the body has the members line and column."""

    status, type, title = HTTPStatus.UNPROCESSABLE_ENTITY, "no-notes", "The text has no notes"


class KeyReused(Problem):
    """An Idempotency-Key that came with another request before."""

    status, type, title = (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "idempotency-key-reused",
        "The Idempotency-Key belongs to another request",
    )


class TooComplex(Problem):
    """A tune that takes too much CPU time."""

    status, type, title = HTTPStatus.UNPROCESSABLE_ENTITY, "too-complex", "The tune takes too long to compute"


class InvalidRequest(Problem):
    """A request with a field that is missing, unknown or out of range; the body has the member errors."""

    status, type, title = HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", "The request is not valid"


class StorageFailed(Problem):
    """The folder of artifacts cannot be read or written now."""

    status, type, title = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "storage-failed",
        "The folder of artifacts cannot be used",
    )


class Overloaded(Problem):
    """More requests than the service can answer in time."""

    status, type, title = HTTPStatus.TOO_MANY_REQUESTS, "overloaded", "The service has too much to do"


class NotReady(Problem):
    """A worker that cannot answer: it is stuck, or about to stop."""

    status, type, title = HTTPStatus.SERVICE_UNAVAILABLE, "not-ready", "The service is not ready"


class DeadlineExceeded(Problem):
    """A request that could not be answered in time."""

    status, type, title = HTTPStatus.GATEWAY_TIMEOUT, "deadline-exceeded", "The answer took too long"


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
    """OpenAPI descriptions of these errors for a route. They refer to `problem_components`."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/ProblemDetails"},
                    "examples": {
                        name: {"$ref": f"#/components/examples/{name}"}
                        for name, example in _EXAMPLES.items()
                        if example["status"] == status
                    },
                }
            },
        }
        for status in statuses
    }


def problem_components() -> dict[str, dict[str, Any]]:
    """The schema of a problem and an example of each type, as components of an OpenAPI document."""
    return {
        "schemas": {"ProblemDetails": ProblemDetails.model_json_schema()},
        "examples": {name: {"value": example} for name, example in _EXAMPLES.items()},
    }


def invalid_request(errors: Sequence[Any]) -> InvalidRequest:
    """pydantic's first errors as a problem: which field and why. It repeats names of fields, no values.

    The detail has the first of them, so that the body repeats few characters of the input in all.
    """
    listed: list[dict[str, str]] = [
        {"field": shortened(".".join(str(part) for part in error["loc"])), "message": error["msg"]}
        for error in errors[:_LISTED]
    ]
    detail = ": ".join(filter(None, listed[0].values()))
    if len(errors) > 1:
        detail += f"; and {len(errors) - 1} more"
    return InvalidRequest(detail, {"errors": listed})


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

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            # Starlette lists the methods of the first route with this path.
            headers["Allow"] = _methods(request) or headers.get("Allow", "")
        return _response(_blank(error.status_code, str(error.detail)), headers)

    async def on_invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return _response(problem_body(invalid_request(error.errors())))

    async def on_fault(request: Request, error: Exception) -> JSONResponse:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return _response(_blank(HTTPStatus.INTERNAL_SERVER_ERROR, _OUR_FAULT))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(Exception, on_fault)


def _methods(request: Request) -> str:
    """The methods of all routes with the path of a request."""
    routes = iter_route_contexts(request.app.routes)
    found = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return ", ".join(sorted({method for route in found for method in route.methods or ()}))


def _blank(status: int, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def _response(body: dict[str, Any], headers: Mapping[str, str] | None = None) -> JSONResponse:
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return JSONResponse(body, body["status"], headers, media_type=MEDIA_TYPE)


# Each type, with its docstring as the detail.
_EXAMPLES = {
    **{kind.type: problem_body(kind(inspect.getdoc(kind) or "")) for kind in Problem.__subclasses__()},
    "internal-server-error": _blank(HTTPStatus.INTERNAL_SERVER_ERROR, _OUR_FAULT),
}
