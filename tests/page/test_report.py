"""The page of `gan-ainm report` in a real browser, from the disk, with names that want to be markup."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from index.catalogue import Catalogue, Setting
from index.library import Library
from model.abc import read_tune, write
from model.abc.variation import noisy, transposed
from tests.page.conftest import watch
from tests.support import SMALL, Silent
from training.corpora.curate import Curated
from training.fitting.fit import fit
from training.fitting.trainer import Trainer

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

expect = sync_api.expect

HOSTILE = (
    '<img src="https://example.org/x" onerror="window.hurt = 1">',
    "</script><script>window.hurt = 1</script>",
    "'\"><svg onload=window.hurt=1>",
    "<b onmouseover=window.hurt=1>{{ 7 * 7 }}</b>",
    "]]></title></svg><script>window.hurt = 1</script>",
    "<!-- <script>",
    "<style>* { display: none }</style>",
)
_TITLES, _SEVERAL = 60, 30  # titles, and those with a second setting
_WRONG = 8  # titles whose second setting is the tune of another title, with some notes changed


def hostile(curated: Curated) -> Curated:
    """Sixty tunes whose every word is hostile; some titles have another's tune, for the report's mistakes."""
    settings, tunes = [], []
    rng = np.random.default_rng(0)
    for number, printed in enumerate(curated.library.tunes[:_TITLES]):
        title = f"{HOSTILE[number % len(HOSTILE)]} {number}"
        for semitones in (0, 2) if number < _SEVERAL else (0,):
            if semitones and number < _WRONG:
                printed = noisy(curated.library.tunes[number + _SEVERAL], 0.1, rng)
            tune = transposed(replace(printed, titles=(title,), rhythm=HOSTILE[0]), semitones)
            abc, word = write(tune), HOSTILE[number % len(HOSTILE)]
            reference = f"{word}/{number}/{semitones}"
            settings.append(Setting(word, reference, title, word, tune.meter, tune.key, abc, url=word))
            tunes.append(read_tune(abc))
    named = [((setting.title,), setting) for setting in settings]
    catalogue = Catalogue.collect(named)
    assert len(catalogue) == _TITLES
    tune_of = dict(zip(settings, tunes, strict=True))
    update = {"name": HOSTILE[1], "licence": HOSTILE[0]}
    corpora = [corpus.model_copy(update=update) for corpus in curated.corpora]
    library = Library(catalogue, [tune_of[setting] for setting in catalogue.settings])
    return replace(curated, library=library, corpora=corpora)


@pytest.fixture(scope="module")
def report(small_curated: Curated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page that the command writes."""
    folder = tmp_path_factory.mktemp("report")
    fit(hostile(small_curated), folder / "artifacts", Trainer(SMALL, "cpu", Silent()))
    words = ["report", "--artifacts", str(folder / "artifacts"), "--out", str(folder / "report.html")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return folder / "report.html"


def opened(browser: "Browser", report: Path, width: int, scheme: Literal["light", "dark"]) -> "Page":
    """The page, read from its top to its end, without a fault."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    watched = watch(context, "file:")
    watched.page.goto(report.as_uri())
    for score in watched.page.locator(".score").all():
        score.scroll_into_view_if_needed()
        expect(score.locator("svg").first).to_be_visible()
    watched.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    watched.check()
    return watched.page


@pytest.mark.parametrize(("width", "scheme"), [(1100, "light"), (320, "dark")])
def test_it_opens_from_the_disk_without_a_fault(
    browser: "Browser", report: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = opened(browser, report, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = axe.Axe().run(page).response["violations"]
    assert [f"{each['id']}: {[node['html'][:200] for node in each['nodes']]}" for each in found] == []
    page.context.close()


def test_hostile_names_stay_names(browser: "Browser", report: Path) -> None:
    page = opened(browser, report, 1100, "light")
    assert page.evaluate("window.hurt") is None
    assert page.locator("script").count() == 2
    assert page.locator("img, b[onmouseover], svg[onload], main style:not(svg style)").count() == 0
    names = page.locator(".neighbours h3, .neighbours h4").all_text_contents()
    assert sum("<" in name for name in names) > len(names) / 2, names
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.hurt=1>')")
    page.wait_for_timeout(200)
    assert page.evaluate("window.hurt") is None, "the policy allows what is written into the page"
    page.context.close()


def test_the_map_names_what_is_pointed_at_and_shows_one_kind_alone(browser: "Browser", report: Path) -> None:
    page = opened(browser, report, 1100, "light")
    mark = page.locator(".map circle").last
    mark.scroll_into_view_if_needed()
    mark.hover(force=True)
    expect(page.locator(".pointed")).to_contain_text(" (t")
    button = page.get_by_role("button", name="titles")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.locator(".map circle:not(.dim)").count() == 0
    assert page.locator(".map path.dim").count() == 0
    button.click()
    assert page.locator(".map .dim").count() == 0
    page.context.close()


def test_notes_that_differ_are_coloured(browser: "Browser", report: Path) -> None:
    page = opened(browser, report, 1100, "light")
    drawn = page.locator(".mistake .differs").count()
    marked = page.evaluate(
        "[...document.querySelectorAll('.mistake .score')].flatMap((each) => JSON.parse(each.dataset.score))"
        ".flatMap((voice) => voice.bars).reduce((sum, bar) => sum + bar.marked.length, 0)"
    )
    assert drawn == marked > 0
    page.context.close()
