from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from index import artifact
from index.display import display_title
from index.suggester import Suggester
from model.abc import read_tune
from model.names import fold
from service.settings import Settings
from tests.support import KESH, SECRET, reindexed, serve

BOATMAN = KESH.replace("The Kesh", "Port an Bhádóra").replace("GAG GAB", "dBd gba")


@pytest.fixture
def suggester(small_artifacts: Path) -> Suggester:
    return artifact.load(small_artifacts, "cpu").suggester


@pytest.fixture
def tunebooks(tmp_path: Path) -> Path:
    folder = tmp_path / "tunebooks"
    folder.mkdir()
    return folder


@pytest.fixture
def with_own(small_artifacts: Path, tunebooks: Path) -> Iterator[httpx.Client]:
    """A client of a server that has a folder of tunebooks."""
    settings = Settings(artifacts=small_artifacts, tunebooks=tunebooks, admin_api_key=SecretStr(SECRET))
    with serve(settings) as client:
        yield client


def browse(client: httpx.Client, **query: str | int) -> dict[str, Any]:
    response = client.get("/titles", params=query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def all_ids(client: httpx.Client) -> dict[str, list[str]]:
    """The id of every title with those of its settings."""
    ids = {}
    for offset in range(0, browse(client)["total"], 100):
        for title in browse(client, limit=100, offset=offset)["titles"]:
            details = client.get(f"/titles/{title['id']}").json()
            assert details["id"] == title["id"]
            assert len(details["settings"]) == title["setting_count"]
            ids[title["id"]] = [setting["id"] for setting in details["settings"]]
    return ids


def test_all_titles_can_be_browsed_in_alphabetical_order(client: httpx.Client, suggester: Suggester) -> None:
    pages = [browse(client, limit=30, offset=offset) for offset in range(0, 300, 30)]
    titles = [title for page in pages for title in page["titles"]]
    assert {page["total"] for page in pages} == {len(suggester.catalogue)} == {len(titles)}
    assert [page["offset"] for page in pages] == list(range(0, 300, 30))
    assert pages[-1]["titles"] == []
    names = [fold(title["title"]) for title in titles]
    assert names == sorted(names)
    assert {title["title"] for title in titles} == {
        suggester.directory.display(title.title) for title in suggester.catalogue.titles
    }
    assert len({title["id"] for title in titles}) == len(titles)
    assert all(title["matched"] is None for title in titles)
    assert browse(client)["titles"] == titles[:20] == browse(client, q=" ")["titles"]


def test_every_title_is_found_by_its_name(client: httpx.Client, suggester: Suggester) -> None:
    for number, title in enumerate(suggester.catalogue.titles[::5]):
        name = display_title(title.title)
        first = browse(client, q=name.upper() if number % 2 else name.lower(), limit=1)["titles"][0]
        assert first["matched"] == name
        assert name in (first["title"], *first["aliases"])
        assert set(first) == {"id", "title", "aliases", "rhythms", "setting_count", "matched"}


def test_pages_of_a_search_follow_each_other(client: httpx.Client) -> None:
    whole = browse(client, q="the", limit=100)
    first, second = (browse(client, q="the", limit=3, offset=offset) for offset in (0, 3))
    assert first["titles"] + second["titles"] == whole["titles"][:6]
    assert first["total"] == whole["total"] >= 6
    assert browse(client, q="zzzzzzz")["titles"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("offset=-1", "offset"),
        (f"offset={10**9}", "offset"),
        (f"q={'x' * 201}", "q"),
    ],
)
def test_a_query_out_of_range_is_a_problem(client: httpx.Client, query: str, field: str) -> None:
    response = client.get(f"/titles?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["field"] == f"query.{field}"
    assert len(response.content) < 500


@pytest.mark.parametrize("q", ["%00", "%ff%fe", "%F0%9F%8E%BB", "???", "%0a", "(((" * 60, "%ED%A0%80"])
def test_strange_queries_find_nothing_or_everything(client: httpx.Client, q: str) -> None:
    assert client.get(f"/titles?q={q}").status_code == 200


def test_a_title_has_its_names_settings_and_neighbours(client: httpx.Client, suggester: Suggester) -> None:
    number = max(
        range(len(suggester.catalogue)), key=lambda each: len(suggester.catalogue.titles[each].names)
    )
    title = suggester.catalogue.titles[number]
    response = client.get(f"/titles/{suggester.directory.title_ids[number]}")
    assert response.status_code == 200
    details = response.json()
    assert [details["title"], *details["aliases"]] == suggester.directory.names(title)
    assert details["artifact"] == client.get("/health").json()["artifact"]
    others = suggester.directory.also_called(suggester.same_tunes.also_called(number))
    assert details["also_called"] == [{"id": other.id, "title": other.title} for other in others]
    assert len(details["settings"]) == len(title.settings)
    for setting, stored in zip(details["settings"], title.settings, strict=True):
        for field in ("corpus", "reference", "url", "key", "meter", "rhythm", "printed"):
            assert setting[field] == getattr(stored, field)
        assert setting["also"] == list(stored.also)
        assert setting["licence"] == "brought by the user; no licence stated"
        assert read_tune(setting["abc"]).notes == read_tune(stored.abc).notes
    near = details["nearest"]
    assert len(near) == 10
    assert details["id"] not in {each["id"] for each in near}
    assert len({each["id"] for each in near}) == 10
    assert [each["similarity"] for each in near] == sorted(
        (each["similarity"] for each in near), reverse=True
    )
    assert client.get(f"/titles/{near[0]['id']}").json()["title"] == near[0]["title"]


def test_a_setting_is_a_file_in_abc(client: httpx.Client, suggester: Suggester) -> None:
    directory, settings = suggester.directory, suggester.catalogue.settings
    for number in range(0, len(settings), 7):
        response = client.get(f"/settings/{directory.setting_ids[number]}.abc")
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/vnd.abc; charset=utf-8"
        tune, stored = read_tune(response.text), read_tune(settings[number].abc)
        assert tune.notes == stored.notes
        assert tune.titles == (directory.display(settings[number].title), *stored.titles[1:])
        assert response.text.splitlines()[2:] == settings[number].abc.splitlines()[2:]
        name = response.headers["content-disposition"]
        assert name.startswith('inline; filename="')
        assert name.endswith('.abc"')
        assert fold(tune.titles[0]).replace(" ", "-") in name


@pytest.mark.parametrize(
    "given", ["x", "x" * 5000, "%00", "..%5c..", "kesh.abc", "%F0%9F%8E%BB", "%22%0d%0aX:%201"]
)
def test_an_unknown_id_is_a_problem(client: httpx.Client, given: str) -> None:
    for path, kind in ((f"/titles/{given}", "no-such-title"), (f"/settings/{given}.abc", "no-such-setting")):
        response = client.get(path)
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"] == f"urn:gan-ainm:problem:{kind}"
        assert len(response.content) < 500


def test_head_works_where_get_does(client: httpx.Client, suggester: Suggester) -> None:
    directory = suggester.directory
    for path in (
        "/titles?q=reel",
        f"/titles/{directory.title_ids[0]}",
        f"/settings/{directory.setting_ids[0]}.abc",
    ):
        got, head = client.get(path), client.head(path)
        assert got.status_code == head.status_code == 200, path
        assert head.content == b""
        for header in ("content-type", "content-length", "content-disposition"):
            assert got.headers.get(header) == head.headers.get(header)
    assert client.head("/titles/x").status_code == client.head("/settings/x.abc").status_code == 404


def test_a_suggestion_leads_to_its_title_and_setting(client: httpx.Client, suggester: Suggester) -> None:
    abc = suggester.catalogue.settings[5].abc
    first = client.post("/suggest-titles", json={"abc": abc}).json()["suggestions"][0]
    setting = first["evidence"][0]["setting"]
    details = client.get(f"/titles/{first['id']}").json()
    matched = next(each for each in details["settings"] if each["id"] == setting["id"])
    assert {key: matched[key] for key in setting} == setting
    assert client.get(f"/settings/{setting['id']}.abc").text == matched["abc"]


def test_own_tunes_are_in_the_catalogue_and_ids_survive(with_own: httpx.Client, tunebooks: Path) -> None:
    trained = all_ids(with_own)
    (tunebooks / "mine.abc").write_text(KESH, encoding="utf-8")
    reindexed(with_own)
    first = all_ids(with_own)
    assert first == trained | {"kesh": first["kesh"]}
    (tunebooks / "mine.abc").write_text(f"{BOATMAN}\n{KESH.replace('X:1', 'X:2')}", encoding="utf-8")
    (tunebooks / "also.abc").write_text(KESH.replace("The Kesh", "Kesh Jig, The"), encoding="utf-8")
    reindexed(with_own)
    second = all_ids(with_own)
    kesh = with_own.get("/titles/kesh").json()
    assert second.keys() == trained.keys() | {kesh["id"], "port-an-bhadora"}
    assert set(first["kesh"]) < set(second[kesh["id"]])
    assert second == trained | {key: second[key] for key in (kesh["id"], "port-an-bhadora")}
    assert {setting["licence"] for setting in kesh["settings"]} == {""}
    file = with_own.get(f"/settings/{second['port-an-bhadora'][0]}.abc")
    assert "T:Port an Bhádóra\n" in file.text
    assert file.headers["content-disposition"] == 'inline; filename="port-an-bhadora.abc"'
    assert browse(with_own, q="port an badora")["titles"][0]["matched"] == "Port an Bhádóra"


def test_the_routes_are_described(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path, name in (
        ("/titles", "titles"),
        ("/titles/{title_id}", "title"),
        ("/settings/{setting_id}.abc", "settingAbc"),
    ):
        get = paths[path]["get"]
        assert get["operationId"] == name
        assert get["description"]
        assert all(parameter["description"] for parameter in get.get("parameters", []))
    assert list(paths["/settings/{setting_id}.abc"]["get"]["responses"]["200"]["content"]) == ["text/vnd.abc"]
    assert {"404", "422"} <= set(paths["/titles/{title_id}"]["get"]["responses"])
