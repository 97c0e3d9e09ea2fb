"""The OpenAPI document: committed, complete, and true."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr, TypeAdapter

from gan_ainm_client.answers import ProblemDetails
from service.app import create_app
from service.openapi import document
from service.problem_bodies import MEDIA_TYPE
from service.settings import Settings
from tests.support import SECRET

DOCUMENT = document()
COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
every_operation = pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[f"{method} {path}" for method, path, _ in OPERATIONS]
)

every_route = pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in OPERATIONS])


def test_the_committed_document_is_that_of_the_app() -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == DOCUMENT, "run `make reference`"


def test_the_service_serves_it(shared_client: httpx.Client) -> None:
    assert shared_client.get("/openapi.json").json() == DOCUMENT


def test_it_names_itself_and_describes_every_tag() -> None:
    info = DOCUMENT["info"]
    assert info["license"] == {"name": "MIT", "identifier": "MIT"}
    assert "contact" not in info
    assert info["summary"]
    assert info["description"]
    described = {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]}
    assert described == {tag for *_, operation in OPERATIONS for tag in operation["tags"]}


def test_no_two_operations_have_one_id() -> None:
    ids = [operation["operationId"] for *_, operation in OPERATIONS]
    assert len(ids) == len(set(ids))
    assert all(name.isalnum() for name in ids), "an id that FastAPI made up has underscores"


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        resolve(reference)


@every_operation
def test_an_operation_is_described(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"], "the docstring of its function"
    assert all(parameter["description"] for parameter in operation.get("parameters", []))
    assert bool(operation.get("security")) == path.startswith("/admin/")
    assert {"400", "421", "500"} <= operation["responses"].keys()
    if method != "GET":
        assert "403" in operation["responses"], "the guard refuses pages of other origins"


@every_route
def test_405_lists_every_method_of_the_address(shared_client: httpx.Client, method: str, path: str) -> None:
    response = shared_client.patch(re.sub(r"\{\w+\}", "x", path))
    assert response.status_code == 405
    allowed = response.headers["allow"].split(", ")
    assert {method for method, other, _ in OPERATIONS if other == path} <= set(allowed)
    assert ("HEAD" in allowed) == (shared_client.head(path).status_code != 405), method
    assert len(set(allowed)) == len(allowed)


@every_operation
def test_every_response_has_examples_that_fit(method: str, path: str, operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        contents = response.get("content", {})
        if status >= "400":
            assert list(contents) == [MEDIA_TYPE]
        for kind, content in contents.items():
            found = examples(content)
            assert found, f"{method} {path} has no example of {status} as {kind}"
            if kind == MEDIA_TYPE:
                for example in found:
                    assert ProblemDetails.model_validate(example).status == int(status)
            elif kind == "application/json":
                expected = TypeAdapter(response_model(method, path))
                for example in found:
                    expected.validate_python(example)
    for content in operation.get("requestBody", {}).get("content", {}).values():
        assert examples(content)


@pytest.mark.parametrize("scheme", DOCUMENT["components"]["securitySchemes"].values())
def test_the_admin_key_is_a_bearer_token(scheme: dict[str, Any]) -> None:
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert scheme["description"]


def resolve(reference: str) -> Any:
    node: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        node = node[name]
    return node


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]
    return [found for value in node for found in references(value)] if isinstance(node, list) else []


def examples(content: dict[str, Any]) -> list[Any]:
    """The examples of a media type, its own or those of its schema."""
    named = content.get("examples", {}).values()
    own = [resolve(example["$ref"])["value"] if "$ref" in example else example["value"] for example in named]
    own += [content["example"]] if "example" in content else []
    schema = content.get("schema", {})
    schema = resolve(schema["$ref"]) if "$ref" in schema else schema
    return own or schema.get("examples", [])


def response_model(method: str, path: str) -> Any:
    routes = create_app(Settings(admin_api_key=SecretStr(SECRET), feedback=Path("feedback.db"))).routes
    return next(
        route.response_model
        for route in iter_route_contexts(routes)
        if route.path == path and method in (route.methods or ())
    )
