import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from gan_ainm_client.answers import BatchResponse
from index.suggester import Suggester
from index.suggestions import Suggestions
from model.abc import Tune, read_tune, write
from model.deadline import check_deadline
from service.problems import Problem
from service.settings import Settings
from tests.nonsense import nonsense
from tests.support import KESH, eventually, serve

BATCH = "/suggest-titles/batch"
ABC = {"Content-Type": "text/vnd.abc"}
LINES = {**ABC, "Accept": "application/x-ndjson"}
COUNTED = "gan_ainm_answers_total"
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
NOTES = "GABc dBAG|cBAG FDEF|"


@pytest.fixture(scope="module")
def client(published: Path) -> Iterator[httpx.Client]:
    with serve(Settings(artifacts=published, max_body_bytes=2**13)) as client:
        yield client


def answers(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    return list(response.json()["answers"])


def without_time(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name != "took_ms"}


def book_of(count: int, bad: set[int]) -> str:
    """A tunebook; the tunes with these numbers, counted from 0, have no notes."""
    tunes = []
    for number, (_, tune) in enumerate(nonsense(count, seed=3)):
        music = write(tune).partition("K:")[2].partition("\n")[2] if number not in bad else "%\n"
        tunes.append(f"X:{number + 1}\nT:Tune {number + 1}\nM:4/4\nL:1/8\nK:C\n{music[:500]}\n")
    return "\n".join(tunes)


def test_hundreds_of_tunes_are_answered_in_order_and_bad_ones_are_problems(client: httpx.Client) -> None:
    bad = {0, 7, 8, 150, 299}
    text = book_of(300, bad)
    response = client.post(f"{BATCH}?top_k=2", content=text, headers=ABC)
    found = answers(response)
    BatchResponse.model_validate_json(response.content)
    assert response.json()["artifact"] == client.get("/health").json()["artifact"]
    lines = text.split("\n")
    assert [answer["number"] for answer in found] == list(range(1, 301))
    for index, answer in enumerate(found):
        assert lines[answer["line"] - 1] == f"X:{index + 1}"
        assert (answer["reference"], answer["title"]) == (f"{index + 1}", f"Tune {index + 1}")
        assert (answer["result"] is None) == (index in bad)
        assert (answer["problem"] is None) == (index not in bad)
    for index in bad:
        problem = found[index]["problem"]
        assert problem["type"] == "urn:gan-ainm:problem:no-notes"
        assert (problem["line"], problem["status"]) == (found[index]["line"], 422)
    assert all(len(answer["result"]["suggestions"]) == 2 for answer in found if answer["result"])


def test_a_result_is_what_suggest_titles_answers(client: httpx.Client) -> None:
    texts = [KESH, KESH.replace("T:The Kesh\n", "").replace("GAG GAB", "GAG § GAB", 1)]
    alone = [client.post("/suggest-titles", json={"abc": text, "top_k": 3}).json() for text in texts]
    listed = {"tunes": [{"abc": text} for text in texts], "top_k": 3}
    for found in (
        answers(client.post(BATCH, json=listed)),
        answers(client.post(f"{BATCH}?top_k=3", content=texts[0], headers=ABC)),
    ):
        for answer, expected in zip(found, alone, strict=False):
            assert without_time(answer["result"]) == without_time(expected)
            assert answer["result"]["took_ms"] > 0
    book = answers(client.post(f"{BATCH}?top_k=3", content="\n".join(texts), headers=ABC))
    assert [answer["result"]["suggestions"] for answer in book] == [one["suggestions"] for one in alone]
    warning = alone[1]["warnings"][0]
    moved = len(texts[0].split("\n"))
    assert book[1]["result"]["warnings"] == [{**warning, "line": warning["line"] + moved}]


def test_each_tune_of_a_list_is_judged_by_itself(client: httpx.Client) -> None:
    items: list[object] = [
        {"abc": KESH},
        {"abc": 3},
        KESH,
        None,
        {"abc": KESH, "top_k": 1},
        {"abc": KESH, "top_k": 101},
        {"abc": ""},
        {"abc": "X:4\nT:Silence\nK:C\n"},
        {"abc": "%" + "x" * 2**13},
        {"abc": f"{KESH}\n{KESH}"},
        {"abc": KESH, "more": 1},
    ]
    found = answers(client.post(BATCH, json={"tunes": items, "top_k": 2}))
    kinds = [answer["problem"] and answer["problem"]["type"].rpartition(":")[2] for answer in found]
    invalid = "invalid-request"
    refused = ["no-notes", "no-notes", "tune-too-large"]
    assert kinds == [None, invalid, invalid, invalid, None, invalid, *refused, None, invalid]
    assert [len(found[index]["result"]["suggestions"]) for index in (0, 4, 9)] == [2, 1, 2]
    assert [found[index]["line"] for index in (0, 1, 6, 7)] == [1, None, None, 1]
    assert (found[7]["reference"], found[7]["title"]) == ("4", "Silence")
    assert "1 other tune" in found[9]["result"]["warnings"][0]["message"]


def test_a_tune_of_a_book_that_is_too_large_is_a_problem(client: httpx.Client) -> None:
    found = answers(
        client.post(BATCH, content=f"{KESH}\nX:2\nT:Big\nK:C\n%{'x' * 2**13}\nCDE\n", headers=ABC)
    )
    assert found[0]["result"]
    assert found[1]["problem"]["type"] == "urn:gan-ainm:problem:tune-too-large"
    assert found[1]["problem"]["limit_characters"] == 2**13
    assert (found[1]["line"], found[1]["title"]) == (9, "Big")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"tunes": []}, 422),
        ({"tunes": None}, 422),
        ({}, 422),
        ([], 422),
        ({"tunes": [{"abc": KESH}], "top_k": 0}, 422),
        ({"tunes": [{"abc": KESH}], "more": 0}, 422),
        ("", 422),
        ("free text, no tune", 422),
    ],
)
def test_a_body_without_tunes_is_an_error(client: httpx.Client, body: object, status: int) -> None:
    sent: dict[str, Any] = {"content": body, "headers": ABC} if isinstance(body, str) else {"json": body}
    response = client.post(BATCH, **sent)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_media_types_are_those_of_suggest_titles(client: httpx.Client) -> None:
    assert client.post(BATCH, content=KESH, headers={"Content-Type": "text/html"}).status_code == 415
    assert client.post(BATCH, content=KESH, headers={**ABC, "Content-Encoding": "gzip"}).status_code == 415
    body = KESH.replace("R:jig", "R:ceól").encode("latin-1")
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    (answer,) = answers(client.post(BATCH, content=body, headers=headers))
    assert answer["result"]["tune"]["rhythm"] == "ceól"
    assert "another encoding was guessed" in answer["result"]["warnings"][0]["message"]


def test_lines_are_the_same_answers(client: httpx.Client) -> None:
    text = book_of(20, {4})
    response = client.post(f"{BATCH}?top_k=1", content=text, headers=LINES)
    assert response.headers["content-type"].startswith("application/x-ndjson")
    assert response.content.endswith(b"\n")
    lines = [json.loads(line) for line in response.content.splitlines()]
    whole = answers(client.post(f"{BATCH}?top_k=1", content=text, headers=ABC))
    for line, answer in zip(lines, whole, strict=True):
        for each in (line, answer):
            if each["result"]:
                del each["result"]["took_ms"]
        assert line == answer


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html, application/xhtml+xml"])
def test_json_is_the_default(client: httpx.Client, accept: str) -> None:
    response = client.post(BATCH, content=KESH, headers={**ABC, "Accept": accept})
    assert response.headers["content-type"] == "application/json"


def slowly(monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[float]:
    """Make each tune take this long; the result grows by the time of each."""
    times: list[float] = []
    suggest = Suggester.suggest

    def slow(self: Suggester, tune: Tune | str, *others: Any) -> Suggestions:
        times.append(time.monotonic())
        time.sleep(seconds)
        return suggest(self, tune, *others)

    monkeypatch.setattr(Suggester, "suggest", slow)
    return times


def test_a_line_is_sent_as_soon_as_its_tune_is_done(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = slowly(monkeypatch, 0.2)
    with client.stream("POST", BATCH, content=book_of(6, set()), headers=LINES) as response:
        arrived = [(json.loads(line)["number"], len(started)) for line in response.iter_lines()]
    assert [number for number, _ in arrived] == [1, 2, 3, 4, 5, 6]
    assert all(done <= number + 1 for number, done in arrived)


@pytest.mark.parametrize("accept", ["application/x-ndjson", "application/json"])
def test_a_client_that_hangs_up_stops_the_work(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    started = slowly(monkeypatch, 0.1)
    body = book_of(40, set()).encode()
    head = f"POST {BATCH} HTTP/1.1\r\nHost: x\r\nContent-Type: text/vnd.abc\r\nAccept: {accept}\r\n"
    with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        connection.recv(100)
    time.sleep(0.3)
    count = len(started)
    time.sleep(0.5)
    assert len(started) == count < 10


def test_single_requests_have_their_turn_between_the_tunes_of_a_batch(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly(monkeypatch, 0.05)
    with ThreadPoolExecutor(1) as pool:
        batch = pool.submit(client.post, BATCH, content=book_of(40, set()), headers=ABC)
        time.sleep(0.3)
        start = time.monotonic()
        assert client.post("/suggest-titles", content=KESH, headers=ABC).status_code == 200
        took = time.monotonic() - start
        assert not batch.done()
        assert took < 1
        assert len(answers(batch.result())) == 40


class _Late(Problem):
    status, type, title = 504, "deadline-exceeded", "Too late"  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("error", "type", "status"),
    [
        (_Late("late"), "urn:gan-ainm:problem:deadline-exceeded", 504),
        (RuntimeError("the secret inside"), "about:blank", 500),
    ],
)
def test_what_goes_wrong_with_one_tune_is_a_problem_in_its_place(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, error: Exception, type: str, status: int
) -> None:
    suggest = Suggester.suggest

    def fail_for_two(self: Suggester, tune: Tune | str, *others: Any) -> Suggestions:
        if isinstance(tune, Tune) and tune.number == 2:
            raise error
        return suggest(self, tune, *others)

    monkeypatch.setattr(Suggester, "suggest", fail_for_two)
    found = answers(client.post(BATCH, content=book_of(4, set()), headers=ABC))
    assert [answer["problem"] is None for answer in found] == [True, False, True, True]
    assert (found[1]["problem"]["type"], found[1]["problem"]["status"]) == (type, status)
    assert (found[1]["line"], found[1]["title"]) == (found[1]["line"], "Tune 2")
    assert "secret" not in json.dumps(found)


def test_the_limits_of_a_batch(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(artifacts=published, max_batch_bytes=2**11, max_batch_tunes=3, batch_timeout_s=1)
    with serve(settings) as client:
        tunes = [f"X:{number}\nK:G\n{NOTES}\n" for number in range(1, 5)]
        too_many = client.post(BATCH, content="\n".join(tunes), headers=ABC)
        listed = client.post(BATCH, json={"tunes": [{"abc": tune} for tune in tunes]})
        for response in (too_many, listed):
            assert response.status_code == 413
            assert response.json()["type"] == "urn:gan-ainm:problem:too-many-tunes"
            assert response.json()["limit_tunes"] == 3
        too_large = client.post(BATCH, content="%" * (2**11 + 1), headers=ABC)
        assert (too_large.status_code, too_large.json()["limit_bytes"]) == (413, 2**11)
        slowly(monkeypatch, 0.7)
        found = answers(client.post(BATCH, content="\n".join(tunes[:3]), headers=ABC))
        assert [answer["problem"] is None for answer in found] == [True, False, False]
        for answer in found[1:]:
            assert answer["problem"]["type"] == "urn:gan-ainm:problem:batch-timeout"
            assert "1 s" in answer["problem"]["detail"]
        assert (found[2]["line"], found[2]["reference"]) == (9, "3")


BOOKS = {
    "line feeds": f"X:1\nK:G\n{NOTES}\n\nX:2\nM:4/4\nK:D\n{NOTES}\n",
    "CR LF": f"%abc\r\n\r\nX:1\r\nK:G\r\n{NOTES}\r\n\r\nX:2\r\nM:4/4\r\nK:D\r\n{NOTES}\r\n",
    "CR": f"X:1\rK:G\r{NOTES}\r\rX:2\rK:D\r{NOTES}\r",
    "byte order mark": f"\ufeff{NOTES}\r\n{NOTES}\r\n",
    "byte order mark and header": f"\ufeffX:1\r\nK:G\r\n{NOTES}\r\n",
    "several titles": f"X:1\nT:Old\nT:Older\nK:G\n{NOTES}\n\nX:2\nT:\nK:D\n{NOTES}\nT:Part\n{NOTES}\n",
    "a continued title": f"X:1\nT:Very\n+:old\nK:G\n{NOTES}\n\nX:2\nK:D\n{NOTES}\n",
    "no X:": f"T:One\nK:G\n{NOTES}\n\nT:\nK:D\n{NOTES}\n",
    "bare notes": f"{NOTES}\n{NOTES}",
    "a file header": f"M:6/8\nT:A collection\n\nfree text\n\nX:1\nK:G\n{NOTES}\n",
    "other line ends": f"X:1\nN:a\x0bb\x0cc\u2028d\x85e\nK:G\n{NOTES}\n\nX:2\nK:G\n{NOTES}\n",
    "one without notes": f"X:1\nK:G\n\nX:2\nK:D\n{NOTES}\n\nX:3\nK:A\n{NOTES}",
    "words for letters": f"X:1\nTitle: Old\nKey: G\n{NOTES}\n\nX:2\nKey: D\n{NOTES}\n",
    "text blocks": f"X:1\n%%begintext\nX:9\nT:No\n%%endtext\nK:G\n{NOTES}\n\nX:2\nK:D\n{NOTES}\n",
    "mixed line ends": f"X:1\r\nC:é \u2026\nK:G\r{NOTES}\n\r\nX:2\r\rK:D\n{NOTES}\n",
}


def fill_in(sent: bytes, found: list[dict[str, Any]], encoding: str) -> bytes:
    """The book with a title for each tune: in place of its first T: field, or else on a new line."""
    lines = LINE.findall(sent)
    assert b"".join(lines) == sent
    mark = b"\xef\xbb\xbf" if sent.startswith(b"\xef\xbb\xbf") else b""
    parts = [mark, lines[0].removeprefix(mark), *lines[1:]]  # part n is line n
    for answer in found:
        title = f"T:Título {answer['number']}".encode(encoding)
        if answer["titles"]:
            first, last = answer["titles"][0]["first_line"], answer["titles"][0]["last_line"]
            assert re.match(rb"T(?:itle)?:", parts[first])
            assert all(part.startswith(b"+:") for part in parts[first + 1 : last + 1])
            end = parts[last][len(parts[last].rstrip(b"\r\n")) :]
            parts[first : last + 1] = [title + end, *[b""] * (last - first)]
        else:
            parts[answer["insert_title_after"]] += title + b"\r\n"
    return b"".join(parts)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_titles_can_be_filled_in_and_every_other_byte_stays(
    client: httpx.Client, book: str, encoding: str
) -> None:
    sent = book.encode(encoding, "ignore")
    before = answers(client.post(BATCH, content=sent, headers=ABC))
    assert before
    filled = fill_in(sent, before, encoding)
    after = answers(client.post(BATCH, content=filled, headers=ABC))
    assert [answer["title"] for answer in after] == [f"Título {answer['number']}" for answer in before]
    for old, new in zip(before, after, strict=True):
        assert old["title"] is None or old["title"] in [title["text"] for title in old["titles"]]
        assert [title["text"] for title in old["titles"][1:]] == [
            title["text"] for title in new["titles"][1:]
        ]
        assert (old["reference"], old["problem"] is None) == (new["reference"], new["problem"] is None)
        assert (old["result"] or {}).get("suggestions") == (new["result"] or {}).get("suggestions")


def test_a_tune_on_one_line_has_no_place_for_a_line(client: httpx.Client) -> None:
    (answer,) = answers(client.post(BATCH, content=f"X:1 T:Old M:4/4 K:G {NOTES}", headers=ABC))
    assert (answer["title"], answer["insert_title_after"]) == ("Old", None)
    assert answer["result"]


def test_the_first_tune_of_a_text_in_a_list_has_its_place_in_that_text(client: httpx.Client) -> None:
    text = f"X:1\nT:Silent\nK:G\n\nX:2\nK:G\n{NOTES}\n"
    (answer,) = answers(client.post(BATCH, json={"tunes": [{"abc": text}]}))
    assert (answer["line"], answer["reference"], answer["insert_title_after"]) == (5, "2", 5)
    assert answer["result"]["tune"]["notes"] == len(read_tune(NOTES).notes)


def title_ids(answer: dict[str, Any]) -> list[str]:
    return [suggestion["id"] for suggestion in answer["result"]["suggestions"]]


def test_filters_are_those_of_suggest_titles(client: httpx.Client) -> None:
    one, other = ({"abc": KESH, "meter": meter, "top_k": 5} for meter in ("6/8", "4/4"))
    expected = [client.post("/suggest-titles", json=asked).json() for asked in (one, other)]
    ids = [[suggestion["id"] for suggestion in alone["suggestions"]] for alone in expected]
    assert ids[0] != ids[1]
    book = answers(client.post(f"{BATCH}?top_k=5&meter=4/4", content=KESH, headers=ABC))
    listed = answers(client.post(BATCH, json={"tunes": [{"abc": KESH}, one], "meter": "4/4", "top_k": 5}))
    assert [title_ids(answer) for answer in (*book, *listed)] == [ids[1], ids[1], ids[0]]


def test_an_item_that_is_no_object_is_named_without_our_classes(shared_client: httpx.Client) -> None:
    first, second = answers(shared_client.post(BATCH, json={"tunes": [KESH, {"abc": KESH}]}))
    assert first["problem"]["detail"] == "Input should be an object"
    assert second["result"]


def test_a_filter_that_nothing_matches_is_one_problem_for_all_or_for_its_tune(client: httpx.Client) -> None:
    tunes = [{"abc": KESH, "corpus": "none"}, {"abc": KESH}]
    alone = client.post("/suggest-titles", json=tunes[0])
    assert alone.status_code == 422
    whole = client.post(f"{BATCH}?corpus=none", content=KESH, headers=ABC)
    assert (whole.status_code, whole.json()) == (422, alone.json())
    assert client.post(BATCH, json={"tunes": tunes, "corpus": "none"}).json() == alone.json()
    first, second = answers(client.post(BATCH, json={"tunes": tunes}))
    assert first["problem"] == alone.json()
    assert second["result"]


def test_a_tune_that_takes_too_long_is_a_problem_in_its_place(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggest = Suggester.suggest

    def slow(self: Suggester, tune: Tune | str, *others: Any) -> Suggestions:
        if isinstance(tune, Tune) and tune.number in (1, 3):
            while True:
                check_deadline()
                if tune.number == 1:
                    time.sleep(0.01)
        return suggest(self, tune, *others)

    monkeypatch.setattr(Suggester, "suggest", slow)
    with serve(Settings(artifacts=published, timeout_s=1, max_cpu_s=0.5)) as client:
        found = answers(client.post(BATCH, content=book_of(4, set()), headers=ABC))
    kinds = [answer["problem"] and answer["problem"]["type"].rpartition(":")[2] for answer in found]
    assert kinds == ["deadline-exceeded", None, "too-complex", None]
    assert [answer["title"] for answer in found] == ["Tune 1", "Tune 2", "Tune 3", "Tune 4"]


@pytest.mark.parametrize("path", [BATCH, "/duplicates"])
def test_batches_at_a_time_are_limited(published: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    slowly(monkeypatch, 0.05)
    with serve(Settings(artifacts=published, max_batches=1)) as client:
        body = book_of(300, set())
        with client.stream("POST", BATCH, content=body, headers=LINES) as response:
            lines = response.iter_lines()
            next(lines)
            refused = client.post(path, content=KESH, headers=ABC)
            assert (refused.status_code, refused.json()["limit_requests"]) == (429, 1)
            assert refused.json()["type"] == "urn:gan-ainm:problem:overloaded"
            assert int(refused.headers["Retry-After"]) >= 1
            assert client.post("/suggest-titles", content=KESH, headers=ABC).status_code == 200
        # The client has hung up in the middle.
        eventually(
            lambda: client.post(path, content=KESH, headers=ABC).status_code == 200, "the batch goes on"
        )
        assert client.post(path, content=KESH, headers=ABC).status_code == 200
        assert client.post(path, content="", headers=ABC).status_code == 422
        assert client.post(path, content=KESH, headers=ABC).status_code == 200


def test_answers_are_counted_and_take_feedback(published: Path, tmp_path: Path) -> None:
    with serve(Settings(artifacts=published, feedback=tmp_path / "feedback.db")) as client:

        def count() -> float:
            time.sleep(1.1)  # the text of the metrics is kept for a second
            text = client.get("/metrics").text
            return sum(float(line.split()[1]) for line in text.splitlines() if line.startswith(COUNTED))

        before = count()
        found = answers(client.post(BATCH, content=book_of(4, {1}), headers=ABC))
        assert count() - before == 3
        result = found[0]["result"]
        given = {"suggestion_id": result["suggestion_id"], "title": result["suggestions"][1]["title"]}
        assert client.post("/feedback", json=given).json()["rank"] == 2


def test_the_api_describes_the_batch(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()["paths"][BATCH]["post"]
    assert described["operationId"] == "suggestTitlesBatch"
    content = described["requestBody"]["content"]
    assert set(content) == {"application/json", "text/vnd.abc", "text/plain"}
    item = content["application/json"]["schema"]["properties"]["tunes"]["items"]
    assert set(item["properties"]) == {"abc", "top_k", "rhythm", "meter", "corpus"}
    assert set(described["responses"]["200"]["content"]) == {"application/json", "application/x-ndjson"}
    assert {"400", "413", "415", "422", "504"} <= set(described["responses"])
    (example,) = content["application/json"]["schema"]["examples"]
    assert all(answer["result"] for answer in answers(client.post(BATCH, json=example)))
