import gzip
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest

from gan_ainm_client.answers import SuggestResponse
from index import artifact
from index.display import display_title
from model.abc import Tune, read_tune, write
from model.abc.variation import cut, transposed, unnamed
from model.abc.written import read_note
from model.grams import MAX_NOTES
from tests.medleys import medley
from tests.model.midi.files import midi
from tests.support import KESH

ABC = {"Content-Type": "text/vnd.abc"}


@pytest.fixture
def catalogue_tunes(small_artifacts: Path) -> list[tuple[str, Tune]]:
    """Every fourth title of the catalogue, as people write it, with its first setting."""
    catalogue = artifact.load(small_artifacts, "cpu").suggester.catalogue
    return [(display_title(title.title), read_tune(title.settings[0].abc)) for title in catalogue.titles[::4]]


def titles(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [suggestion["title"] for suggestion in response.json()["suggestions"]]


@pytest.mark.parametrize("query", ["?top_k=10", "?top_k=3&notes=true"])
def test_an_answer_is_what_its_model_says(
    client: httpx.Client, catalogue_tunes: list[tuple[str, Tune]], query: str
) -> None:
    """The service makes answers without the model, which would only check them."""
    kinds = [("application/json", json.dumps({"abc": KESH, "notes": "notes" in query}).encode())]
    kinds += [(ABC["Content-Type"], write(tune).encode()) for _, tune in catalogue_tunes]
    kinds += [("audio/midi", midi(read_tune(KESH), meter=(6, 8)))]
    kinds += [(ABC["Content-Type"], b"K:Q\nCDE[V:2] ?FG")]
    for kind, body in kinds:
        response = client.post(f"/suggest-titles{query}", content=body, headers={"Content-Type": kind})
        answer = SuggestResponse.model_validate_json(response.content, strict=True)
        assert answer.suggestions
        assert json.loads(answer.model_dump_json()) == response.json()


def test_of_a_query_the_last_value_counts_and_others_are_ignored(client: httpx.Client) -> None:
    for path in ("/suggest-titles", "/suggest-titles/batch"):
        response = client.post(f"{path}?top_k=x&abc=y&top_k=2", content=KESH, headers=ABC)
        answer = response.json()
        assert len((answer["answers"][0]["result"] if "answers" in answer else answer)["suggestions"]) == 2
        invalid = client.post(f"{path}?top_k=0&rhythm=", content=KESH, headers=ABC)
        assert invalid.status_code == 422
        assert [error["field"] for error in invalid.json()["errors"]] == ["query.top_k", "query.rhythm"]


def test_catalogue_tunes_rank_first_in_another_key(
    client: httpx.Client, catalogue_tunes: list[tuple[str, Tune]]
) -> None:
    hits = 0
    for title, tune in catalogue_tunes:
        abc = write(unnamed(transposed(tune, 5)))
        hits += titles(client.post("/suggest-titles", json={"abc": abc, "top_k": 1})) == [title]
    assert hits == len(catalogue_tunes)


def test_the_first_32_notes_are_enough_for_the_top_five(
    client: httpx.Client, catalogue_tunes: list[tuple[str, Tune]]
) -> None:
    hits = 0
    for title, tune in catalogue_tunes:
        abc = write(unnamed(transposed(cut(tune, 0, 32), -2)))
        hits += title in titles(client.post("/suggest-titles?top_k=5", content=abc, headers=ABC))
    assert hits == len(catalogue_tunes)


def test_a_medley_has_parts(client: httpx.Client, catalogue_tunes: list[tuple[str, Tune]]) -> None:
    chosen = [(title, tune) for title, tune in catalogue_tunes if len(tune.notes) >= 65][:3]
    text, bars = medley(*(transposed(tune, move) for move, (_, tune) in enumerate(chosen)))
    answer = client.post("/suggest-titles", json={"abc": text}).json()
    parts = SuggestResponse.model_validate(answer).parts
    assert [part.title for part in parts] == [title for title, _ in chosen]
    assert [(part.first_bar, part.last_bar) for part in parts] == bars
    assert all(part.setting.title == part.title and part.setting.abc is None for part in parts)
    with_notes = client.post("/suggest-titles", json={"abc": text, "notes": True}).json()["parts"]
    assert all(part["setting"]["abc"] and part["setting"]["ranges"] for part in with_notes)


def test_the_whole_response(client: httpx.Client, catalogue_tunes: list[tuple[str, Tune]]) -> None:
    title, tune = catalogue_tunes[3]
    response = client.post("/suggest-titles", json={"abc": write(tune)}).json()
    assert set(response) == {"known", "suggestions", "parts", "tune", "warnings", "artifact", "took_ms"}
    assert response["parts"] == []
    assert response["tune"] == {
        "notes": len(tune.notes),
        "bars": len(tune.bars),
        "key": tune.key,
        "meter": tune.meter,
        "rhythm": tune.rhythm,
    }
    assert response["artifact"] == client.get("/health").json()["artifact"]
    assert response["took_ms"] > 0
    first = response["suggestions"][0]
    assert set(first) == {"id", "title", "aliases", "also_called", "confidence", "evidence"}
    melody, style = first["evidence"]
    assert (melody["kind"], style["kind"]) == ("melody", "style")
    assert melody["similarity"] == pytest.approx(1, abs=1e-3)
    assert melody["setting"]["title"] == first["title"] == title
    assert melody["setting"]["printed"] == tune.titles[0]
    assert melody["setting"]["key"] == tune.key
    assert melody["setting"]["licence"] == "brought by the user; no licence stated"
    assert style["name"] == display_title(style["printed"])
    assert {style["name"], style["printed"]} <= {title, *first["aliases"]}
    assert response["known"] is True
    assert first["confidence"] > 0.9
    assert melody["transposition"] == 0
    assert len(melody["bars"]) >= 0.9 * len(tune.bars)
    assert all(bar == matched for bar, matched in melody["bars"])


def test_the_matched_bars_are_shown_in_any_key(
    client: httpx.Client, catalogue_tunes: list[tuple[str, Tune]]
) -> None:
    title, tune = catalogue_tunes[3]
    response = client.post("/suggest-titles", content=write(unnamed(transposed(tune, 5))), headers=ABC).json()
    melody = response["suggestions"][0]["evidence"][0]
    assert melody["setting"]["title"] == title
    assert melody["transposition"] == 5
    assert len(melody["bars"]) >= 0.9 * len(tune.bars)


def test_the_matched_notes_are_shown_with_their_places_in_both_texts(
    client: httpx.Client, catalogue_tunes: list[tuple[str, Tune]]
) -> None:
    _, tune = catalogue_tunes[3]
    abc = write(unnamed(transposed(cut(tune, 8, 32), 2)))
    plain = client.post("/suggest-titles", content=abc, headers=ABC).json()
    answer = client.post("/suggest-titles?notes=true", content=abc, headers=ABC).json()
    as_json = client.post("/suggest-titles", json={"abc": abc, "notes": True}).json()
    assert as_json["suggestions"] == answer["suggestions"] != plain["suggestions"]

    melody = answer["suggestions"][0]["evidence"][0]
    setting = melody["setting"]
    asked = read_tune(abc).notes
    known = read_tune(setting["abc"]).notes
    places, other_places = answer["tune"]["ranges"], setting["ranges"]
    assert (len(places), len(other_places)) == (len(asked), len(known))
    assert len(melody["notes"]) >= 28
    for mine, theirs in melody["notes"]:
        assert asked[mine].pitch - known[theirs].pitch == melody["transposition"] == 2
        for text, (start, end), pitch in (
            (abc, places[mine], asked[mine].pitch),
            (setting["abc"], other_places[theirs], known[theirs].pitch),
        ):
            assert abs(read_note(text[start:end]).height - pitch) <= 1, text[start:end]
    del answer["tune"]["ranges"], melody["notes"], setting["abc"], setting["ranges"]
    assert answer["tune"] == plain["tune"]
    assert melody == plain["suggestions"][0]["evidence"][0]


def test_nothing_is_certain(client: httpx.Client, catalogue_tunes: list[tuple[str, Tune]]) -> None:
    answers = (client.post("/suggest-titles", json={"abc": write(tune)}) for _, tune in catalogue_tunes[:40])
    assert max(answer.json()["suggestions"][0]["confidence"] for answer in answers) == 0.9999


def test_an_unknown_tune_is_reported_as_unknown(client: httpx.Client) -> None:
    """Random notes are not a known tune, however many tunes are known."""
    rng = np.random.default_rng(0)
    bars = ["".join(rng.choice(list("DEFGABcdefg"), 6)) for _ in range(16)]
    abc = "X:1\nM:6/8\nL:1/8\nK:D\n" + "|".join(bars)
    response = client.post("/suggest-titles", json={"abc": abc}).json()
    assert response["known"] is False
    assert len(response["suggestions"]) == 10
    assert response["suggestions"][0]["confidence"] < 0.5
    for suggestion in response["suggestions"]:
        kinds = [evidence["kind"] for evidence in suggestion["evidence"]]
        assert kinds == (["melody"] if suggestion["confidence"] >= 0.1 else []) + ["style"]


def test_there_are_top_k_titles_the_best_first_and_none_twice(client: httpx.Client) -> None:
    for top_k in (1, 10, 100):
        suggestions = client.post("/suggest-titles", json={"abc": KESH, "top_k": top_k}).json()["suggestions"]
        confidences = [suggestion["confidence"] for suggestion in suggestions]
        assert confidences == sorted(confidences, reverse=True)
        assert sum(confidences) <= 1.001
        assert len({suggestion["title"] for suggestion in suggestions}) == len(suggestions) == top_k


def test_json_and_bare_bodies_get_the_same_suggestions(client: httpx.Client) -> None:
    as_json = client.post("/suggest-titles", json={"abc": KESH, "top_k": 7}).json()["suggestions"]
    for kind in ("text/vnd.abc", "text/plain", "text/plain; charset=utf-8", "Text/VND.abc"):
        headers = {"Content-Type": kind}
        bare = client.post("/suggest-titles?top_k=7", content=KESH, headers=headers)
        assert bare.json()["suggestions"] == as_json


def test_the_default_is_ten_titles(client: httpx.Client) -> None:
    assert len(titles(client.post("/suggest-titles", json={"abc": KESH}))) == 10
    assert len(titles(client.post("/suggest-titles", content=KESH, headers=ABC))) == 10


def test_names_in_the_tune_do_not_change_the_suggestions(client: httpx.Client) -> None:
    named = KESH.replace("T:The Kesh", "T:Quick Step\nN:Quick Step\nH:Quick Step\nS:x\nZ:y")
    suggestions = [
        client.post("/suggest-titles", json={"abc": abc}).json()["suggestions"] for abc in (KESH, named)
    ]
    assert suggestions[0] == suggestions[1]


def test_a_bare_body_may_be_latin_1(client: httpx.Client) -> None:
    body = KESH.replace("The Kesh", "Sí Bheag").encode("latin-1")
    assert len(titles(client.post("/suggest-titles", content=body, headers=ABC))) == 10


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [
        ("utf-8", "UTF-8"),
        ("iso-8859-2", "iso-8859-2"),
        ("cp1251", '"windows-1251"'),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16be"),
    ],
)
def test_the_content_type_names_the_charset(client: httpx.Client, encoding: str, charset: str) -> None:
    rhythm = {"cp1251": "полька", "iso-8859-2": "csárdás, erdő"}.get(encoding, "ceól")
    headers = {"Content-Type": f"text/plain; charset={charset}"}
    body = KESH.replace("R:jig", f"R:{rhythm}").encode(encoding)
    response = client.post("/suggest-titles", content=body, headers=headers).json()
    assert response["tune"]["rhythm"] == rhythm
    assert response["warnings"] == []


def test_a_wrong_charset_is_said(client: httpx.Client) -> None:
    body = KESH.replace("R:jig", "R:ceól").encode("latin-1")
    headers = {"Content-Type": "text/vnd.abc; charset=utf-8"}
    response = client.post("/suggest-titles", content=body, headers=headers).json()
    assert response["tune"]["rhythm"] == "ceól"
    assert [warning["message"] for warning in response["warnings"]] == [
        "the body is not utf-8, which its Content-Type names; another encoding was guessed"
    ]
    unknown = client.post(
        "/suggest-titles", content=body, headers={"Content-Type": "text/plain; charset=klingon"}
    )
    assert unknown.status_code == 415
    assert "'klingon'" in unknown.json()["detail"]


def test_the_first_of_several_tunes_is_answered_and_the_others_are_counted(client: httpx.Client) -> None:
    second = "X:2\nT:Other\nK:D\nDEFGABcd\n"
    response = client.post("/suggest-titles", json={"abc": f"{KESH}\n{second}\n{second}"}).json()
    alone = client.post("/suggest-titles", json={"abc": KESH}).json()
    assert response["suggestions"] == alone["suggestions"]
    assert any("2" in warning["message"] for warning in response["warnings"])
    assert alone["warnings"] == []


def test_warnings_have_line_and_column(client: httpx.Client) -> None:
    response = client.post("/suggest-titles", json={"abc": KESH.replace("GAG GAB", "GAG § GAB", 1)}).json()
    assert [(warning["line"], warning["column"]) for warning in response["warnings"]] == [(7, 7)]


def test_a_tune_with_too_many_notes_gets_a_warning(client: httpx.Client) -> None:
    abc = "K:C\n" + ("CDEFGABc|" * (MAX_NOTES // 8)) + "C\n"
    response = client.post("/suggest-titles", json={"abc": abc}).json()
    assert response["tune"]["notes"] == MAX_NOTES + 1
    assert [warning["line"] for warning in response["warnings"]] == [2]
    assert f"first {MAX_NOTES} notes" in response["warnings"][0]["message"]


@pytest.mark.parametrize("top_k", [0, -1, 101, 10**30, 1.5, "many", None])
def test_a_top_k_out_of_range_is_an_error(client: httpx.Client, top_k: object) -> None:
    in_json = client.post("/suggest-titles", content=json.dumps({"abc": KESH, "top_k": top_k}), headers=JSON)
    in_query = client.post(f"/suggest-titles?top_k={top_k}", content=KESH, headers=ABC)
    for response in (in_json, in_query):
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"
        assert "top_k" in response.json()["errors"][0]["field"]


JSON = {"Content-Type": "application/json"}


NOT_REQUESTS = [b"", b"{", b"[]", b"null", b"{}", b'{"abc": 3}', b'{"abc": null}']
UNKNOWN_MEMBERS = [b'{"abc": "C", "topk": 3}', b'{"abc": "C", "top_k": true}', b'{"abc": "C", "top_k": "3"}']


@pytest.mark.parametrize("body", NOT_REQUESTS + UNKNOWN_MEMBERS)
def test_json_that_is_not_a_request_is_an_error(client: httpx.Client, body: bytes) -> None:
    response = client.post("/suggest-titles", content=body, headers=JSON)
    assert response.status_code == 422
    assert response.json()["type"] == "urn:gan-ainm:problem:invalid-request"


def test_json_that_is_not_utf_8_is_an_error(client: httpx.Client) -> None:
    response = client.post(
        "/suggest-titles", content='{"abc": "T:Sí\\nK:G\\nGAB"}'.encode("latin-1"), headers=JSON
    )
    assert response.status_code == 400
    assert response.json()["detail"] == "JSON must be UTF-8: byte 12 of the body is not"


@pytest.mark.parametrize(("abc", "line"), [("X:1\nT:Silence\nK:C\n", 1), ("", 1), ("\n\nhello\n", 1)])
def test_no_notes_is_an_error_with_line_and_column(client: httpx.Client, abc: str, line: int) -> None:
    for response in (
        client.post("/suggest-titles", json={"abc": abc}),
        client.post("/suggest-titles", content=abc, headers=ABC),
    ):
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem["type"] == "urn:gan-ainm:problem:no-notes"
        assert problem["line"] >= line
        assert problem["column"] >= 1


@pytest.mark.parametrize(
    "kind", ["", "text/html", "application/x-www-form-urlencoded", "application/json5", "x"]
)
def test_another_media_type_is_an_error_that_lists_the_accepted_ones(client: httpx.Client, kind: str) -> None:
    response = client.post("/suggest-titles", content=KESH, headers={"Content-Type": kind})
    assert response.status_code == 415
    assert "application/json, text/vnd.abc, text/plain" in response.json()["detail"]


def test_a_compressed_body_is_an_error(client: httpx.Client) -> None:
    headers = {**ABC, "Content-Encoding": "gzip"}
    response = client.post("/suggest-titles", content=gzip.compress(KESH.encode()), headers=headers)
    assert response.status_code == 415
    assert "gzip" in response.json()["detail"]


def test_json_may_start_with_a_byte_order_mark(client: httpx.Client) -> None:
    body = "\ufeff" + json.dumps({"abc": KESH})
    assert len(titles(client.post("/suggest-titles", content=body, headers=JSON))) == 10


def test_too_few_notes_get_a_warning(client: httpx.Client) -> None:
    warnings = client.post("/suggest-titles", json={"abc": "K:C\nCDE"}).json()["warnings"]
    assert [warning["message"] for warning in warnings] == ["only 3 notes: too few to tell tunes apart"]


@pytest.mark.parametrize("size", [2**16 + 1, 2**18, 2**22])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_an_error(client: httpx.Client, size: int, chunked: bool) -> None:
    content = (b"C" * 1000 for _ in range(size // 1000 + 1)) if chunked else b"C" * size
    response = client.post("/suggest-titles", content=content, headers=ABC)
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["limit_bytes"] == 2**16


def test_a_body_at_the_limit_is_read(client: httpx.Client) -> None:
    body = KESH + "%" * (2**16 - len(KESH) - 1) + "\n"
    assert len(titles(client.post("/suggest-titles", content=body, headers=ABC))) == 10


@pytest.mark.parametrize(
    "abc",
    [
        "\0" * 1000 + "CDEFG",
        "(" * 30_000 + "C",
        "[" * 30_000 + "C",
        "C9999999999999999999999999999999/0 D",
        "K:C\nC" + "'" * 20_000 + "D",
        "K:C\nC" + "," * 20_000 + "D",
        "L:1/0\nM:0/0\nK:C\nCDEF",
        "\ud83c\udfbb CDEF 🎻",
        "T:" + "x" * 60_000 + "\nK:C\nCDEF",
    ],
)
def test_strange_tunes_never_cause_a_server_error(client: httpx.Client, abc: str) -> None:
    response = client.post("/suggest-titles", content=abc.encode("utf-8", "surrogatepass"), headers=ABC)
    assert response.status_code in (200, 422)


def in_json(client: httpx.Client, abc: str, **members: object) -> httpx.Response:
    return client.post("/suggest-titles", json={"abc": abc, **members})


def in_query(client: httpx.Client, abc: str, **members: str | int) -> httpx.Response:
    return client.post("/suggest-titles", content=abc, params=members, headers=ABC)


@pytest.mark.parametrize("post", [in_json, in_query])
def test_filters_keep_titles_with_a_setting_that_matches(
    client: httpx.Client, catalogue_tunes: list[tuple[str, Tune]], post: Callable[..., httpx.Response]
) -> None:
    tune = next(tune for _, tune in catalogue_tunes if tune.meter == "6/8")
    everything = post(client, write(tune), top_k=100).json()
    confidence = {each["id"]: each["confidence"] for each in everything["suggestions"]}
    for meter in ("6/8", "C", "2/4"):
        answer = post(client, write(tune), meter=meter, corpus="AIRS", top_k=5).json()
        assert answer["known"] == everything["known"]
        assert len(answer["suggestions"]) == 5
        for each in answer["suggestions"]:
            assert each["confidence"] == confidence.get(each["id"], 0)
            settings = client.get(f"/titles/{each['id']}").json()["settings"]
            assert meter.replace("C", "4/4") in {setting["meter"] for setting in settings}
    assert post(client, write(tune), meter="6/8").json()["suggestions"][0] == everything["suggestions"][0]


@pytest.mark.parametrize("post", [in_json, in_query])
@pytest.mark.parametrize(
    ("members", "known"), [({"rhythm": "tango"}, ""), ({"meter": "17/8"}, "6/8"), ({"corpus": "x"}, "airs")]
)
def test_a_filter_that_nothing_matches_is_a_problem_that_lists_what_there_is(
    client: httpx.Client, members: dict[str, str], known: str, post: Callable[..., httpx.Response]
) -> None:
    response = post(client, KESH, **members)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:gan-ainm:problem:invalid-request"
    (error,) = response.json()["errors"]
    assert [error["field"]] == list(members)
    assert known in error["message"]


@pytest.mark.parametrize("post", [in_json, in_query])
@pytest.mark.parametrize("name", ["rhythm", "meter", "corpus"])
def test_an_empty_or_long_filter_is_a_problem(
    client: httpx.Client, name: str, post: Callable[..., httpx.Response]
) -> None:
    for value in ("", "x" * 61):
        response = post(client, KESH, **{name: value})
        assert response.status_code == 422
        assert name in response.json()["errors"][0]["field"]
