"""A small plan, run for good: read, interrupted, gone on with, and reported."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from index.catalogue import Catalogue
from tests.support import Silent
from training.__main__ import app
from training.ablation.ablate import Ablation
from training.ablation.cell import Outcome
from training.ablation.plan import PlanError, read_plan
from training.ablation.pool import pools_of_settings, pools_of_titles
from training.benchmark.figures import load_figures
from training.benchmark.gallery import Known
from training.corpora import Corpus

SMALL = """
seed = 3
pretraining = {{ max_epochs = 1 }}
arms.random = {{ corpus = "airs", sources = ["{path}"], split = "settings", pools = 1 }}
arms.fair = {{ corpus = "airs", sources = ["{path}"], pools = 2 }}

[systems.random-init]
arms = ["random", "fair"]
encoder = "cnn"
title_encoder = "ngram"
trained = false

[systems.cnn]
arms = ["random", "fair"]
pools = 2
encoder = "cnn"
title_encoder = "ngram"
fit = {{ max_epochs = 2, loss = "batch-hinge" }}
tune = {{ dim = 16, channels = 8 }}
title = {{ buckets = 512 }}

[systems.rnn-transfer]
arms = ["fair"]
encoder = "rnn"
title_encoder = "ngram"
transfer = true
fit = {{ max_epochs = 1 }}
tune = {{ dim = 16, hidden = 8, top = 4, widths = [4, 2, 2, 2, 2, 2, 2] }}
title = {{ buckets = 512 }}
"""


@pytest.fixture
def plan(small_corpus: Corpus, tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL.format(path=small_corpus.path.as_posix()), encoding="utf-8")
    return path


def test_the_published_plan_can_be_read() -> None:
    plan = read_plan(Path(__file__).parents[3] / "docs" / "ablation.toml")
    names = [cell.name for cell in plan.cells()]
    assert len(set(names)) == len(names)
    assert [cell.pool for cell in plan.cells()] == sorted(cell.pool for cell in plan.cells())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('arms = ["fair"]', 'arms = ["unfair"]'), "rnn-transfer: no arm is called unfair"),
        (("max_epochs = 2,", "epochs = 2,"), "epochs"),
        (("pools = 2\n", "pools = 6\n"), "less than or equal to 5"),
        (('encoder = "rnn"', 'encoder = "lstm"'), "encoder"),
        (("seed = 3", "seed ="), "line 2"),
        (("pools = 2", "pool = 2"), "Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_in_a_plan_is_told(plan: Path, change: tuple[str, str], told: str) -> None:
    plan.write_text(plan.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(PlanError, match=told):
        read_plan(plan)


def test_pools_of_titles_share_nothing(known: Known) -> None:
    titles = known.catalogue.title_of_setting
    for pool in pools_of_titles(known):
        learned = set(titles[list(pool.settings)].tolist())
        assert learned <= set(pool.titles)
        asked = {int(titles[i]) for i in (*pool.test, *pool.validation)}
        assert asked.isdisjoint(learned)
        assert len(asked) == len(pool.test) + len(pool.validation), "every title is asked once"
        assert set(titles[list(pool.training)].tolist()) <= learned


def test_pools_of_settings_share_titles_but_no_setting(known: Known) -> None:
    titles = known.catalogue.title_of_setting
    shared, tested = 0, list[int]()
    for pool in pools_of_settings(known):
        assert set(pool.settings).isdisjoint((*pool.test, *pool.validation))
        assert len({int(titles[i]) for i in pool.test}) == len(pool.test)
        assert len(pool.settings) + len(pool.test) + len(pool.validation) == len(known.tunes)
        assert set(titles[list(pool.settings)].tolist()) == set(pool.titles)
        shared += len({int(titles[i]) for i in pool.test} & set(pool.titles))
        tested += pool.test
    assert shared > 0, "that is what leaks"
    assert len(set(tested)) == len(tested)


def test_a_plan_is_run_interrupted_gone_on_with_and_reported(plan: Path, tmp_path: Path) -> None:
    command = ["ablate", str(plan), "--out", str(tmp_path / "out"), "--artifacts", str(tmp_path)]

    class Interrupted(Silent):
        def say(self, text: str) -> None:
            super().say(text)
            if "fair-0-cnn, epoch 1" in text:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Ablation(
            read_plan(plan),
            tmp_path / "out" / "ablation",
            tmp_path / ".ablation" / "small",
            torch.device("cpu"),
            Interrupted(),
            None,
        ).run()
    cells = tmp_path / "out" / "ablation" / "cells"
    before = {path.name: path.read_bytes() for path in cells.iterdir()}
    assert set(before) == {"random-0-random-init.json", "random-0-cnn.json", "fair-0-random-init.json"}

    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert {name: (cells / name).read_bytes() for name in before} == before, "what is done is not done again"
    assert len(list(cells.iterdir())) == 2 + 3 + 1
    outcome = Outcome.model_validate_json((cells / "fair-1-cnn.json").read_bytes())
    assert len(outcome.epochs) == 2
    assert 0 < outcome.epochs[-1].training <= 1
    assert outcome.config["loss"] == "batch-hinge"
    assert outcome.config["seed"] == 3
    assert outcome.map == [], "of the first pools only"

    figures = {figure.key: figure for figure in load_figures(tmp_path / "out" / "results.json")}
    pools = len(outcome.queries)
    assert figures["airs", "unseen", "cnn", "mrr@20"].n == 2 * pools
    assert figures["airs", "unseen-first", "cnn", "mrr@20"].n == pools
    random = figures["airs", "unseen-random-split", "cnn", "hit@20"]
    assert random.chance == pytest.approx(20 / random.n)
    assert ("airs", "unseen", "random-init", "mrr") not in figures, "it was asked one pool only"
    page = (tmp_path / "out" / "ablation.md").read_text(encoding="utf-8")
    assert "| rnn-transfer |" in page
    for link in ("random-bars", "random-curves", "random-map", "fair-bars", "fair-curves", "fair-map"):
        assert f"results/ablation-{link}.png" in page
        assert (tmp_path / "out" / "results" / f"ablation-{link}.png").stat().st_size > 5000


def test_a_cell_of_another_plan_is_done_again(plan: Path, tmp_path: Path) -> None:
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text[: text.index("[systems.cnn]")], encoding="utf-8")
    command = ["ablate", str(plan), "--out", str(tmp_path / "out"), "--artifacts", str(tmp_path)]
    assert CliRunner().invoke(app, command).exit_code == 0
    cell = tmp_path / "out" / "ablation" / "cells" / "fair-0-random-init.json"
    first = json.loads(cell.read_text(encoding="utf-8"))
    plan.write_text(plan.read_text(encoding="utf-8").replace("seed = 3", "seed = 4"), encoding="utf-8")
    assert CliRunner().invoke(app, command).exit_code == 0
    again = json.loads(cell.read_text(encoding="utf-8"))
    assert again["config"]["seed"] == 4
    assert not np.array_equal(first["places"], again["places"])


def test_a_corpus_that_is_not_there_is_told(plan: Path, tmp_path: Path) -> None:
    plan.write_text(plan.read_text(encoding="utf-8").replace("airs.abc", "no.abc"), encoding="utf-8")
    done = CliRunner().invoke(
        app, ["ablate", str(plan), "--out", str(tmp_path), "--artifacts", str(tmp_path)]
    )
    assert done.exit_code == 1
    assert "no.abc" in done.output


def test_titles_keep_their_numbers_when_settings_are_left_out(known: Known) -> None:
    """A cell's lessons have fewer settings than the catalogue whose names it was given."""
    pool = next(pools_of_settings(known))
    learned: Catalogue = known.keeping(frozenset(pool.settings)).catalogue
    assert learned.names == known.catalogue.names
