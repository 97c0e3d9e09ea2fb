"""All routes as a page in Markdown: `python -m service.reference_routes > docs/routes.md`."""

import inspect
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from index.markdown import anchor, table
from service.openapi import document
from service.problems import Problem

_ABOUT = """# Routes

Made from the OpenAPI document of the service by `make reference`. [openapi.json](openapi.json) is that
document. A running service shows it at `GET /openapi.json`, and at `GET /docs` as a page where you can try
each route. The [Python client](client.md) has a method for each. `/` is the [page for people](page.md).

A request may carry an `X-Request-ID` of 1 to 64 letters, digits, `.`, `_` and `-`; the answer and the log
repeat it. Every error is a [problem](#problems). Any request may get 400, 421 or 500, so the routes below
do not name these.
"""
_PROBLEMS = """## Problems

Every error is `application/problem+json` (RFC 9457). The body is a [ProblemDetails](#problemdetails): its
`type` is `urn:gan-ainm:problem:` and a name of this table. Errors without a name, such as a route that does
not exist (404), a method that is not allowed (405) or our own fault (500), have the type `about:blank`.
429, 503 and 504 may pass by themselves; with `Retry-After` the service says after how many seconds.
"""
_EVERYWHERE = ("400", "421", "500")  # errors that any request may get
_PROBLEM = "application/problem+json"
Json = Mapping[str, Any]


def reference() -> str:
    """The page."""
    api = document()
    routes = [
        (f"{method.upper()} {path}", route)
        for path, methods in api["paths"].items()
        for method, route in methods.items()
    ]
    return "\n".join(
        (_ABOUT, *_tags(api["tags"], routes), *_objects(api["components"]["schemas"]), *_problems())
    )


def _tags(tags: list[Json], routes: list[tuple[str, Json]]) -> Iterator[str]:
    for tag in tags:
        tagged = [(name, route) for name, route in routes if tag["name"] in route["tags"]]
        rows = ((f"[`{name}`](#{anchor(name)})", _first(route["description"])) for name, route in tagged)
        yield f"## {tag['name'].capitalize()}\n\n{tag['description']}\n"
        yield table(("route", "what it does"), rows) + "\n"
        for name, route in tagged:
            yield "\n\n".join(_route(name, route)) + "\n"


def _first(text: str) -> str:
    """The first paragraph of a text."""
    return text.partition("\n\n")[0]


def _route(name: str, route: Json) -> Iterator[str]:
    yield f"### {name}"
    yield _unwrapped(route["description"])
    if "security" in route:
        yield "Needs the header `Authorization: Bearer` with the admin key; else 401."
    if parameters := route.get("parameters"):
        rows = (
            (f"`{given['name']}`", given["in"], *_wanted(given, given["required"]), given["description"])
            for given in parameters
        )
        yield table(("parameter", "in", "type", "default", "meaning"), rows)
    if body := route.get("requestBody"):
        kinds: dict[str, list[str]] = {}
        for kind, content in body["content"].items():
            kinds.setdefault(_first(content["schema"]["description"]), []).append(f"`{kind}`")
        yield table(("body", "what it is"), ((", ".join(names), meaning) for meaning, names in kinds.items()))
        if json := body["content"].get("application/json"):
            yield "The members of the JSON:"
            yield _members(json["schema"])
    yield "\n".join(_answers(route["responses"]))


def _members(schema: Json) -> str:
    rows = (
        (
            f"`{name}`",
            *_wanted({"schema": member}, name in schema["required"]),
            member.get("description") or _inner(member),
        )
        for name, member in schema["properties"].items()
    )
    return table(("member", "type", "default", "meaning"), rows)


def _wanted(given: Json, is_required: bool) -> tuple[str, str]:
    """The type of something that a client sends, and its default."""
    schema = given["schema"]
    alternatives = [
        each for each in schema.get("anyOf", (schema,)) if is_required or each != {"type": "null"}
    ]
    default = schema.get("default", "")
    spelled = str(default).lower() if isinstance(default, bool) else f"{default}"
    return " or ".join(map(_type, alternatives)), "required" if is_required else f"`{spelled}`" * bool(
        spelled
    )


def _inner(schema: Json) -> str:
    """The description of the first alternative that has one."""
    return next((each["description"] for each in schema.get("anyOf", ()) if "description" in each), "")


def _answers(responses: Json) -> Iterator[str]:
    problems = []
    for status, response in responses.items():
        if _PROBLEM in response["content"]:
            problems.append(status)
            continue
        for kind, content in response["content"].items():
            schema = content.get("schema", {})
            said = _type(schema) if "$ref" in schema else schema.get("description", "")
            yield f"- {status}: `{kind}`" + f": {said}" * bool(said)
    if own := sorted(set(problems).difference(_EVERYWHERE)):
        yield f"- {', '.join(own)}: a [problem](#problems)"


def _objects(schemas: Json) -> Iterator[str]:
    yield "## Objects\n\nWhat the answers consist of.\n"
    for name, schema in sorted(schemas.items()):
        rows = (
            (f"`{member}`", _type(described), described["description"])
            for member, described in schema["properties"].items()
        )
        yield f"### {name}\n\n{_unwrapped(schema['description'])}\n"
        yield table(("member", "type", "meaning"), rows) + "\n"


def _type(schema: Json) -> str:
    """The type of a value in words: "integer, 1 to 100", "list of Job or null"."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{anchor(name)})"
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if words := schema.get("enum") or [schema[key] for key in ("const",) if key in schema]:
        return " or ".join(f"`{word}`" for word in words)
    if "prefixItems" in schema:
        return f"pair of {_type(schema['prefixItems'][0])}s"
    kind: str = schema["type"]
    if kind == "array":
        return f"list of {_type(schema['items'])}"
    low, high, longest = (schema.get(name) for name in ("minimum", "maximum", "maxLength"))
    if low is not None and high is not None:
        return f"{kind}, {int(low):,} to {int(high):,}"
    return f"{kind} of at most {longest:,} characters" if longest else kind


def _problems() -> Iterator[str]:
    ours = (kind for kind in Problem.__subclasses__() if kind.__module__ == Problem.__module__)
    kinds = sorted(ours, key=lambda kind: (kind.status, kind.type))
    rows = ((f"{kind.status:d}", f"`{kind.type}`", inspect.getdoc(kind) or "") for kind in kinds)
    yield f"{_PROBLEMS}\n{table(('status', 'type', 'when'), rows)}\n"


def _unwrapped(text: str) -> str:
    """The paragraphs of a text, each on one line."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


if __name__ == "__main__":
    sys.stdout.write(reference())
