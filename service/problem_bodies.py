"""The bodies of errors: application/problem+json (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from model.abc import AbcError
from service.problems import InvalidRequest, NoNotes, Problem, shortened

MEDIA_TYPE = "application/problem+json"
OUR_FAULT = "The fault is ours; it has been logged."

_LISTED = 4  # invalid fields that an error lists at most


def problem_body(problem: Problem) -> dict[str, Any]:
    """The members of a problem's body."""
    return {
        "type": f"urn:gan-ainm:problem:{problem.type}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }


def blank_body(status: int, detail: str) -> dict[str, Any]:
    """The members of the body of an error without a type of its own."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def invalid_request(errors: Sequence[Any]) -> InvalidRequest:
    """pydantic's first errors as a problem: which field and why. It repeats names of fields, no values.

    The detail has the first of them, so that the body repeats few characters of the input in all.
    """
    listed: list[dict[str, str]] = [
        {"field": shortened(".".join(str(part) for part in error["loc"])), "message": _message(error)}
        for error in errors[:_LISTED]
    ]
    detail = ": ".join(filter(None, listed[0].values()))
    if len(errors) > 1:
        detail += f"; and {len(errors) - 1} more"
    return InvalidRequest(detail, {"errors": listed})


def _message(error: Any) -> str:
    """pydantic's message, without the names of our classes."""
    message: str = error["msg"]
    return "Input should be an object" if error["type"] == "model_type" else message


def no_notes(error: AbcError) -> NoNotes:
    """An error of the reader as a problem."""
    return NoNotes(error.message, {"line": error.line, "column": error.column})
