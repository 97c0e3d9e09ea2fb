import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import index.duplicates
from gan_ainm_client.answers import DuplicatesResponse
from index.melodies import Melodies
from model.abc import Tune, write
from model.abc.variation import transposed
from model.grams import Floats, Ints
from service.settings import Settings
from tests.index.test_duplicates import walk
from tests.support import KESH, serve

DUPLICATES = "/duplicates"
ABC = {"Content-Type": "text/vnd.abc"}


@pytest.fixture(scope="module")
def client(published: Path) -> Iterator[httpx.Client]:
    with serve(Settings(artifacts=published, max_body_bytes=2**13)) as client:
        yield client


def abc(number: int, title: str, tune: Tune) -> str:
    return f"X:{number}\nT:{title}\n" + write(tune).partition("\n")[2]


def found(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    DuplicatesResponse.model_validate_json(response.content)
    return dict(response.json())


def book(count: int) -> list[str]:
    """Tunes, each third of them twice, in another key and under another name, and some without notes."""
    tunes = [abc(number, f"Tune {number}", walk(64, number)) for number in range(1, count + 1)]
    tunes += [
        abc(1000 + number, f"Other {number}", transposed(walk(64, number), 3))
        for number in range(1, count, 3)
    ]
    tunes[4] = "X:5\nT:Silent\nK:C\n%\n"
    return tunes


def test_tunes_are_found_in_any_key_and_under_any_name(client: httpx.Client) -> None:
    tunes = book(120)
    text = "\n".join(tunes)
    lines = text.split("\n")
    answer = found(client.post(DUPLICATES, content=text, headers=ABC))
    assert answer["tunes"] == len(tunes) == 160
    expected = [[f"{number}", f"{1000 + number}"] for number in range(1, 120, 3)]
    assert [[tune["reference"] for tune in group["tunes"]] for group in answer["groups"]] == expected
    for group in answer["groups"]:
        first, second = group["tunes"]
        assert (first["similarity"], first["transposition"]) == (1, 0)
        assert (second["similarity"], second["transposition"]) == (1, 3)
        assert second["bars"] == first["bars"] == [[bar, bar] for bar in range(1, 9)]
        assert first["title"] == f"Tune {first['number']}"
        assert second["title"].startswith("Other ")
        for tune in (first, second):
            assert lines[tune["line"] - 1] == f"X:{tune['reference']}"
            assert set(tune) == {
                "number", "line", "reference", "title", "similarity", "transposition", "bars"
            }  # fmt: skip
    (unread,) = answer["unread"]
    assert (unread["number"], unread["title"]) == (5, "Silent")
    assert unread["problem"]["type"] == "urn:gan-ainm:problem:no-notes"
    assert answer["took_ms"] > 0


def test_a_list_gives_the_same_groups(client: httpx.Client) -> None:
    tunes = book(30)
    whole = found(client.post(DUPLICATES, content="\n".join(tunes), headers=ABC))
    listed = found(client.post(DUPLICATES, json={"tunes": [{"abc": tune} for tune in tunes]}))

    def unplaced(answer: dict[str, Any]) -> list[list[dict[str, Any]]]:
        return [[{**tune, "line": 1} for tune in group["tunes"]] for group in answer["groups"]]

    assert unplaced(whole) == unplaced(listed) != []
    assert {tune["line"] for group in listed["groups"] for tune in group["tunes"]} == {1}


def test_bad_tunes_of_a_list_are_left_out(client: httpx.Client) -> None:
    items: list[object] = [{"abc": 3}, {"abc": KESH}, {"abc": "%" * 2**14}, {"abc": ""}, 7, {"abc": KESH}]
    answer = found(client.post(DUPLICATES, json={"tunes": items}))
    assert [[tune["number"] for tune in group["tunes"]] for group in answer["groups"]] == [[2, 6]]
    assert [(tune["number"], tune["problem"]["type"].rpartition(":")[2]) for tune in answer["unread"]] == [
        (1, "invalid-request"),
        (3, "tune-too-large"),
        (4, "no-notes"),
        (5, "invalid-request"),
    ]


def test_a_tunebook_without_duplicates_has_no_groups(client: httpx.Client) -> None:
    answer = found(client.post(DUPLICATES, content=KESH, headers=ABC))
    assert (answer["groups"], answer["tunes"], answer["unread"]) == ([], 1, [])


@pytest.mark.parametrize(
    "body", [{}, [], {"tunes": []}, {"tunes": 3}, {"tunes": [{"abc": KESH}], "top_k": 3}, {"abc": KESH}]
)
def test_json_that_is_not_a_list_of_tunes_is_an_error(client: httpx.Client, body: object) -> None:
    response = client.post(DUPLICATES, json=body)
    assert response.status_code == 422
    assert response.json()["type"] == "urn:gan-ainm:problem:invalid-request"


def slowly(monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[int]:
    compared: list[int] = []
    similarities = index.duplicates.similarities

    def slow(melodies: Melodies, number: int, others: Ints) -> Floats:
        compared.append(number)
        time.sleep(seconds)
        return similarities(melodies, number, others)

    monkeypatch.setattr("index.duplicates.similarities", slow)
    return compared


def test_the_limits(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(artifacts=published, max_batch_bytes=2**14, max_batch_tunes=30, batch_timeout_s=1)
    with serve(settings) as client:
        too_many = client.post(DUPLICATES, content="\n".join(book(30)), headers=ABC)
        assert (too_many.status_code, too_many.json()["limit_tunes"]) == (413, 30)
        too_large = client.post(DUPLICATES, content="%" * (2**14 + 1), headers=ABC)
        assert (too_large.status_code, too_large.json()["limit_bytes"]) == (413, 2**14)
        compared = slowly(monkeypatch, 0.1)
        late = client.post(DUPLICATES, content="\n".join([KESH] * 30), headers=ABC)
        assert (late.status_code, late.json()["limit_s"]) == (504, 1)
        assert late.json()["type"] == "urn:gan-ainm:problem:batch-timeout"
        assert 5 < len(compared) < 15


def test_a_client_that_hangs_up_stops_the_work(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = slowly(monkeypatch, 0.1)
    body = "\n".join([KESH] * 40).encode()
    head = f"POST {DUPLICATES} HTTP/1.1\r\nHost: x\r\nContent-Type: text/vnd.abc\r\n"
    with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        time.sleep(0.5)
    time.sleep(0.3)
    count = len(compared)
    time.sleep(0.5)
    assert 0 < len(compared) == count < 15


def test_the_api_describes_it(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()["paths"][DUPLICATES]["post"]
    assert described["operationId"] == "findDuplicates"
    content = described["requestBody"]["content"]
    assert set(content) == {"application/json", "text/vnd.abc", "text/plain"}
    assert {"200", "400", "413", "415", "422", "504"} <= set(described["responses"])
    (example,) = content["application/json"]["schema"]["examples"]
    assert len(found(client.post(DUPLICATES, json=example))["groups"]) == 1
