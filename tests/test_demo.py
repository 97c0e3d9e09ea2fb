"""The whole product as a new user sees it: the command that trains, and the service with its artifact."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from index import artifact
from index.artifact import Artifact
from index.catalogue import Setting
from index.display import display_titles
from model.abc import read_tune, write
from model.abc.variation import cut, transposed, unnamed
from model.device import Device
from service.settings import Settings
from tests.nonsense import nonsense
from tests.support import serve
from training.fitting.evaluation import recompute_test

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]
CPU: Device = "cpu"


@pytest.fixture(scope="module")
def demo(demo_artifacts: Path) -> Artifact:
    return artifact.load(demo_artifacts, CPU)


@pytest.fixture(scope="module")
def client(demo_artifacts: Path) -> Iterator[httpx.Client]:
    with serve(Settings(artifacts=demo_artifacts)) as client:
        yield client


def sample(demo: Artifact, corpus: str, count: int) -> list[tuple[str, Setting]]:
    """Settings of a corpus, each with its title as it is shown."""
    shown = display_titles(demo.suggester.catalogue)
    pairs = [
        (shown[setting.title], setting)
        for setting in demo.suggester.catalogue.settings
        if setting.corpus == corpus
    ]
    return [pairs[i] for i in np.random.default_rng(0).choice(len(pairs), count, replace=False)]


def names(client: httpx.Client, abc: str, top_k: int) -> list[str]:
    """Every title that is suggested, with its aliases and the other titles of its tune."""
    response = client.post("/suggest-titles", json={"abc": abc, "top_k": top_k})
    assert response.status_code == 200, response.text
    suggestions = response.json()["suggestions"]
    found = []
    for suggestion in suggestions:
        also = (other["title"] for other in suggestion["also_called"])
        found += [suggestion["title"], *suggestion["aliases"], *also]
    return found


def test_every_tune_of_the_books_is_known(demo: Artifact) -> None:
    assert {corpus.name: (corpus.tunes, corpus.merged) for corpus in demo.manifest.corpora} == {
        "oneills1850": (2009, 86),
        "ryansMammoth": (1059, 15),
        "airdsAirs": (1180, 1),
    }
    settings = demo.suggester.catalogue.settings
    assert len(settings) == demo.manifest.settings == 4146
    references = [reference for setting in settings for reference in (setting.reference, *setting.also)]
    assert len(set(references)) == len(references) == 4248
    assert len(demo.probes) == 300


def test_a_merged_setting_names_every_source(demo: Artifact, client: httpx.Client) -> None:
    setting = next(setting for setting in demo.suggester.catalogue.settings if setting.also)
    best = client.post("/suggest-titles", json={"abc": setting.abc, "top_k": 1}).json()["suggestions"][0]
    assert best["evidence"][0]["setting"]["also"] == list(setting.also)


def test_no_two_titles_are_shown_with_one_name(demo: Artifact) -> None:
    catalogue = demo.suggester.catalogue
    shown = display_titles(catalogue)
    titles = [shown[title.title].casefold() for title in catalogue.titles]
    assert len(set(titles)) == len(titles)
    title_of = dict(zip(titles, catalogue.titles, strict=True))
    for title in catalogue.titles:
        for setting in title.settings:
            assert title_of.get(shown[setting.title].casefold(), title) is title


@pytest.mark.parametrize("corpus", ["oneills1850", "ryansMammoth", "airdsAirs"])
def test_tunes_in_another_key_are_named_first(demo: Artifact, client: httpx.Client, corpus: str) -> None:
    first = 0
    for title, setting in sample(demo, corpus, 100):
        abc = write(unnamed(transposed(read_tune(setting.abc), 3)))
        first += names(client, abc, 1)[0] == title
    assert first >= 98, "two books print some melodies under two titles, note for note"


def test_the_title_is_among_five_for_the_first_32_notes(demo: Artifact, client: httpx.Client) -> None:
    among_five = 0
    for title, setting in sample(demo, "oneills1850", 100):
        abc = write(unnamed(transposed(cut(read_tune(setting.abc), 0, 32), -4)))
        among_five += title in names(client, abc, 5)
    assert among_five >= 99


def test_nonsense_is_unknown(demo: Artifact) -> None:
    known = [
        (kind, len(tune.notes)) for kind, tune in nonsense(1000, seed=0) if demo.suggester.rank(tune, 1).known
    ]
    assert len(known) <= 10, known


@pytest.mark.parametrize("letters", ["C", "CG", "CDEFGABcdefgab"])
def test_a_text_of_random_letters_as_long_as_the_service_takes_is_unknown(
    demo: Artifact, letters: str
) -> None:
    music = "".join(np.random.default_rng(0).choice([*letters], 2**18))
    assert not demo.suggester.suggest(f"K:C\n{music}\n").known


def test_a_thousand_posts_in_a_row(demo: Artifact, client: httpx.Client) -> None:
    posts = 0
    for _, setting in sample(demo, "airdsAirs", 1000):
        response = client.post(
            "/suggest-titles", content=setting.abc, headers={"Content-Type": "text/vnd.abc"}
        )
        posts += response.status_code == 200
    assert posts == 1000


def test_health_measures_the_recorded_mrr(client: httpx.Client) -> None:
    health = client.get("/health").json()
    assert health["status"] == "ok"
    assert health["mrr"]["measured"]["value"] == pytest.approx(health["mrr"]["recorded"]["value"], abs=0.01)
    assert health["mrr"]["recorded"]["value"] > 0.9


def test_the_test_mrr_is_recomputed_and_above_chance(demo: Artifact) -> None:
    again = recompute_test(demo, CPU)
    assert again == demo.manifest.test
    metrics = json.loads((demo.path / artifact.METRICS).read_text())
    assert again.low > 2 * again.chance
    assert again.low > metrics["untrained"]["value"]
