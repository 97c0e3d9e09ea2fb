"""Errors in the OpenAPI document."""

import inspect
from http import HTTPStatus
from typing import Any

from gan_ainm_client.answers import ProblemDetails
from service.problem_bodies import MEDIA_TYPE, OUR_FAULT, blank_body, problem_body
from service.problems import Problem


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


# Each type, with its docstring as the detail.
_EXAMPLES = {
    **{kind.type: problem_body(kind(inspect.getdoc(kind) or "")) for kind in Problem.__subclasses__()},
    "internal-server-error": blank_body(HTTPStatus.INTERNAL_SERVER_ERROR, OUR_FAULT),
}
