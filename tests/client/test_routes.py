"""Each route of the OpenAPI document has a method in both clients, with its parameters and its schema."""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from gan_ainm_client import AsyncClient, Client, answers, routes
from gan_ainm_client.calls import Call

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "docs" / "openapi.json").read_text(encoding="utf-8")
)
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
TUNE = "K:D\nfed cde"
OPTIONS = {"top_k": 3, "rhythm": "jig", "meter": "6/8", "corpus": "airs"}
# A call of each operation, with all of its parameters.
CALLS: dict[str, Callable[[], Call[Any]]] = {
    "suggestTitles": lambda: routes.suggest(TUNE, **OPTIONS, notes=True),  # type: ignore[arg-type]
    "suggestTitlesBatch": lambda: routes.suggest_batch(TUNE, **OPTIONS),  # type: ignore[arg-type]
    "findDuplicates": lambda: routes.duplicates(TUNE),
    "convert": lambda: routes.convert(b"MThd", media_type="audio/midi"),
    "titles": lambda: routes.titles("kesh", limit=5, offset=10),
    "title": lambda: routes.title("{title_id}"),
    "settingAbc": lambda: routes.setting_abc("{setting_id}"),
    "feedback": lambda: routes.feedback("1.x", "The Kesh"),
    "health": routes.health,
    "livez": routes.livez,
    "readyz": routes.readyz,
    "info": routes.info,
    "metrics": routes.metrics,
    "reindex": lambda: routes.reindex(force=True, idempotency_key="one"),
    "jobs": routes.jobs,
    "job": lambda: routes.job("{job_id}"),
    "cancelJob": lambda: routes.cancel("{job_id}"),
    "artifacts": routes.artifacts,
    "rollback": lambda: routes.rollback("20261122T230001Z-c8ae4d33"),
}
ROUTES = [
    function
    for name, function in inspect.getmembers(routes, inspect.isfunction)
    if function.__module__ == routes.__name__ and not name.startswith("_")
]
every_operation = pytest.mark.parametrize("name", OPERATIONS)
every_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.__name__)


def without_nulls(node: Any) -> Any:
    """JSON as FastAPI writes it into the document, which leaves out members that are null."""
    if isinstance(node, dict):
        return {name: without_nulls(value) for name, value in node.items() if value is not None}
    return [without_nulls(value) for value in node] if isinstance(node, list) else node


def schemas_of(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model as the document has it, and those that it refers to."""
    schema = model.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    definitions: dict[str, Any] = schema.pop("$defs", {})
    return {name: without_nulls(each) for name, each in {model.__name__: schema, **definitions}.items()}


def test_every_operation_has_a_call_and_no_other() -> None:
    assert CALLS.keys() == OPERATIONS.keys()


@every_operation
def test_a_call_goes_where_the_document_says(name: str) -> None:
    method, path, operation = OPERATIONS[name]
    call = CALLS[name]()
    parameters = operation.get("parameters", [])
    assert call.method == method
    assert call.path.replace("%7B", "{").replace("%7D", "}") == path
    assert call.query.keys() == {each["name"] for each in parameters if each["in"] == "query"}
    headers = {header.lower() for header in call.headers} - {"content-type"}
    assert headers == {each["name"] for each in parameters if each["in"] == "header"}
    accepted = operation.get("requestBody", {}).get("content", {})
    assert bool(call.body) == bool(accepted)
    if call.body:
        assert call.headers["Content-Type"].partition(";")[0] in accepted


@every_operation
def test_an_answer_has_the_schema_of_the_document(name: str) -> None:
    responses = OPERATIONS[name][2]["responses"]
    (content,) = (response["content"] for status, response in responses.items() if status < "300")
    call = CALLS[name]()
    if "application/json" in content:
        reference = f"#/components/schemas/{call.answer.__name__}"
        assert content["application/json"]["schema"] == {"$ref": reference}
        for model, schema in schemas_of(call.answer).items():
            assert SCHEMAS[model] == schema, model
    else:
        assert call.answer is str


def test_every_schema_of_the_document_is_a_model_here() -> None:
    for name, schema in SCHEMAS.items():
        assert schemas_of(getattr(answers, name))[name] == schema


def test_a_stream_has_the_answers_of_a_batch() -> None:
    stream, batch = routes.stream_batch(TUNE), routes.suggest_batch(TUNE)
    assert (stream.path, stream.query, stream.body) == (batch.path, batch.query, batch.body)
    content = OPERATIONS["suggestTitlesBatch"][2]["responses"]["200"]["content"]
    assert stream.headers["Accept"] in content
    (example,) = content[stream.headers["Accept"]]["schema"]["examples"]
    assert stream.read(example.encode()).result is not None


@every_route
@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_both_clients_have_a_method_for_every_route(route: Callable[..., Any], client: type) -> None:
    method = getattr(client, route.__name__)
    assert method.__doc__ == route.__doc__
    own, *others = inspect.signature(method).parameters.values()
    assert own.name == "self"
    assert others == list(inspect.signature(route).parameters.values())


def test_both_clients_have_the_same_methods() -> None:
    names = [{name for name in vars(client) if not name.startswith("_")} for client in (Client, AsyncClient)]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("title_id", "segment"),
    [
        ("kesh", "kesh"),
        ("a/b", "a%2Fb"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("ó?#", "%C3%B3%3F%23"),
        ("a.b", "a.b"),
    ],
)
def test_an_id_stays_one_part_of_the_path(title_id: str, segment: str) -> None:
    assert routes.title(title_id).path == f"/titles/{segment}"


def test_a_list_of_tunes_says_what_is_wanted_in_its_body() -> None:
    call = routes.suggest_batch(iter(["K:D\nfed", "K:G\nGAB"]), top_k=2, rhythm="jig")
    assert call.query == {}
    assert json.loads(call.body or b"") == {
        "tunes": [{"abc": "K:D\nfed"}, {"abc": "K:G\nGAB"}],
        "top_k": 2,
        "rhythm": "jig",
    }


def test_bytes_are_sent_as_they_are() -> None:
    call = routes.suggest(b"\xff\xfe\x00", media_type="audio/midi")
    assert (call.body, call.headers["Content-Type"]) == (b"\xff\xfe\x00", "audio/midi")


def test_each_reindex_has_a_key_of_its_own() -> None:
    first, second = (routes.reindex().headers["Idempotency-Key"] for _ in range(2))
    assert first != second
