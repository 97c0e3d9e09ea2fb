"""No error of any route repeats more than 200 characters of a request, and no request makes a route fail."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.service.test_openapi import every_operation, every_route
from tests.support import KESH, KEY

MARK = "~"  # in no text of ours
LONG = MARK * 20_000
JSON = {"Content-Type": "application/json"}
HEADERS = [
    "Accept",
    "Authorization",
    "Content-Type",
    "Content-Encoding",
    "Expect",
    "Host",
    "Idempotency-Key",
    "If-None-Match",
    "Origin",
    "Range",
    "Sec-Fetch-Site",
    "User-Agent",
    "X-Request-ID",
]


def check(response: httpx.Response) -> None:
    assert response.status_code < 500
    if response.status_code >= 400:
        assert response.text.count(MARK) <= 200
        assert len(response.content) < 1500
        assert response.headers["content-type"] == "application/problem+json"
    assert len(str(response.headers)) < 4000


def address(path: str, filling: str, query: str = "") -> str:
    """The address of a route, with this text in its path, and in the named query parameter."""
    filled = re.sub(r"\{\w+\}", filling, path)
    return f"{filled}?{query}={filling}" if query else filled


@every_operation
@pytest.mark.parametrize("filling", [LONG, "%00" * 200, "%ff" * 200, "%F0%9F%8E%BB" * 200, "%22" * 200, MARK])
def test_in_addresses(
    shared_client: httpx.Client, method: str, path: str, operation: dict[str, Any], filling: str
) -> None:
    names = [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    for name in ["", filling[:2000], *names]:
        for headers in ({}, KEY):
            check(shared_client.request(method, address(path, filling, name), headers=headers))
    check(shared_client.request(method, f"{address(path, MARK)}/{filling}", headers=KEY))
    many = "&".join(f"{i}{MARK}={MARK}" for i in range(2000))
    check(shared_client.request(method, f"{address(path, MARK)}?{many}", headers=KEY))


@every_route
@pytest.mark.parametrize("header", HEADERS)
def test_in_headers(shared_client: httpx.Client, method: str, path: str, header: str) -> None:
    for value in (
        LONG,
        f"{LONG}; charset={LONG}",
        f"text/plain; charset={LONG}",
        f"Bearer {LONG}",
        "\xff" * 500,
    ):
        headers = httpx.Headers({**KEY, **JSON, header: value}, encoding="latin-1")
        check(shared_client.request(method, address(path, MARK), content=b"{}", headers=headers))


def bodies(fields: list[str]) -> list[str]:
    """Broken JSON of every kind, and wrong values of every kind for these fields."""
    values = [
        json.dumps(LONG),
        json.dumps({LONG: LONG}),
        json.dumps([MARK] * 5000),
        "[" * 20_000,
        "[" * 20_000 + "]" * 20_000,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        "9" * 5000,
        "-" + "9" * 5000 + ".5",
        "1e999",
        "1e-999",
        "NaN",
        "-Infinity",
        "null",
        "true",
        "[]",
        "{}",
        '""',
        r'"\ud800"',
        r'"\udc00\ud800"',
        r'"\u0000"',
        json.dumps("\x00" * 5000),
    ]
    unknown = ", ".join(f'"{i}{MARK * 50}": 1' for i in range(900))
    whole = [
        *values,
        "",
        LONG,
        f'{{"{LONG}": 1}}',
        f"{{{unknown}}}",
        r'{"\ud800": 1}',
        '{"\x00": 1}',
        "\ufeff{}",
        "\ufeff\ufeff{}",
    ]
    return whole + [
        body
        for field in fields
        for value in values
        for body in (
            f'{{"{field}": {value}}}',
            f'{{"abc": {json.dumps(KESH)}, "{field}": {value}}}',
            f'{{"{field}": 1, "{field}": {value}}}',
        )
    ]


@every_operation
def test_in_bodies(shared_client: httpx.Client, method: str, path: str, operation: dict[str, Any]) -> None:
    content = operation.get("requestBody", {}).get("content", {})
    fields = list(content.get("application/json", {}).get("schema", {}).get("properties", {}))
    for body in bodies(fields):
        for headers in ({}, JSON, *({"Content-Type": kind} for kind in content)):
            check(
                shared_client.request(
                    method, address(path, MARK), content=body.encode(), headers={**KEY, **headers}
                )
            )


@pytest.mark.parametrize(
    "body", [b"\xff" * 5000, b'{"abc": "\xed\xa0\x80"}', b'{"abc": "\xc0\x80"}', b"\x00" * 5000]
)
def test_in_bytes_that_are_no_text(shared_client: httpx.Client, body: bytes) -> None:
    for kind in (
        "application/json",
        "text/plain",
        f"text/plain; charset={MARK * 500}",
        "text/plain; charset=utf-16",
    ):
        check(shared_client.post("/suggest-titles", content=body, headers={"Content-Type": kind}))


def test_in_methods(shared_client: httpx.Client) -> None:
    for path in ("/suggest-titles", "/health", f"/{MARK * 5000}"):
        check(shared_client.request(MARK * 5000, path))
