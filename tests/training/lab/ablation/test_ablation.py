"""Runs a small plan: reads, interrupts, resumes and reports it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from index.catalogue import Catalogue
from index.mrr import Place
from model.abc import Tune
from tests.support import SMALL as ENCODERS
from tests.support import Silent
from training.__main__ import app
from training.corpora import Corpus
from training.fitting.config import FitConfig
from training.fitting.towers import Towers
from training.fitting.train import Batches
from training.fitting.training_set import TrainingSet
from training.lab.ablation.ablate import Ablation
from training.lab.ablation.cell import Outcome, _mrr, _places, _scores, run_cell
from training.lab.ablation.plan import Cell, PlanError, read_plan
from training.lab.ablation.pool import _check_leaks, pool_of_exact_titles, pool_of_settings, pools_of_titles
from training.lab.ablation.report import FIRST, PROTOCOL, report
from training.lab.benchmark.figures import load_figures
from training.lab.benchmark.report import of_benchmark
from training.lab.benchmark.sampled_library import SampledLibrary
from training.lab.leaks import LeakError
from training.lab.pretraining.pretrain import pretrain
from training.lab.workspace import Workspace

SMALL = """
seed = 3
pretraining = {{ max_epochs = 1 }}
arms.random = {{ corpus = "airs", sources = ["{path}"], split = "settings" }}
arms.fair = {{ corpus = "airs", sources = ["{path}"] }}

[systems.random-init]
arms = ["random", "fair"]
encoder = "cnn"
title_encoder = "ngram"
trained = false

[systems.cnn]
arms = ["random", "fair"]
full = true
encoder = "cnn"
title_encoder = "ngram"
fit = {{ max_epochs = 3, loss = "batch-hinge" }}
tune = {{ dim = 16, channels = 8 }}
title = {{ vocabulary_size = 512 }}

[systems.rnn-transfer]
arms = ["fair"]
encoder = "rnn"
title_encoder = "ngram"
transfer = true
fit = {{ max_epochs = 1 }}
tune = {{ dim = 16, hidden = 8, top = 4, widths = [4, 2, 2, 2, 2, 2, 2] }}
title = {{ vocabulary_size = 512 }}
"""


@pytest.fixture
def plan(small_corpus: Corpus, tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL.format(path=small_corpus.path.as_posix()), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["ablation.toml", "ablation-books.toml"])
def test_the_published_plans_can_be_read(name: str) -> None:
    plan = read_plan(Path(__file__).parents[4] / "docs" / name)
    names = [cell.name for cell in plan.cells()]
    assert len(set(names)) == len(names)
    assert [cell.pool for cell in plan.cells()] == sorted(cell.pool for cell in plan.cells())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('arms = ["fair"]', 'arms = ["unfair"]'), "rnn-transfer: there is no arm unfair"),
        (("max_epochs = 3,", "epochs = 3,"), "epochs"),
        (('corpus = "airs", sources', 'pools = 3, corpus = "airs", sources'), "pools"),
        ((', split = "settings"', ""), "two arms have the same corpus and split"),
        (("max_epochs = 1 }", "hidden = 4 }"), "pretraining cannot set hidden"),
        (("max_epochs = 1 }", "rate = -1.0 }"), "rate"),
        (("channels = 8 }", "channels = 8, crop = 0, fixed_crop = true }"), "fixed_crop needs a crop"),
        (("channels = 8 }", "channels = 8, blocks = 0 }"), "blocks is 0"),
        (('encoder = "rnn"', 'encoder = "lstm"'), "encoder"),
        (("seed = 3", "seed ="), "line 2"),
        (('"batch-hinge"', '"hinge"'), "there is no loss 'hinge'"),
        (("channels = 8", "chanels = 8"), "chanels"),
        (("max_epochs = 1 }", "epochs = 1 }"), "epochs"),
        (("[systems.rnn-transfer]", "[systems.'rnn/transfer']"), "pattern"),
        (('encoder = "rnn"', 'encoder = "cnn"'), "only a recurrent encoder"),
        (("title = { vocabulary_size", "title = { dim = 8, vocabulary_size"), "set tune.dim"),
        (("full = true", "pools = 2"), "Extra inputs are not permitted"),
    ],
)
def test_mistakes_in_a_plan_are_reported(plan: Path, change: tuple[str, str], message: str) -> None:
    plan.write_text(plan.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(PlanError, match=message):
        read_plan(plan)


def test_pools_of_titles_share_nothing(library: SampledLibrary) -> None:
    titles = library.catalogue.title_of_setting
    for pool in pools_of_titles(library):
        learned = set(titles[list(pool.settings)].tolist())
        assert learned <= set(pool.titles)
        held_out = {int(titles[i]) for i in (*pool.test, *pool.validation)}
        assert held_out.isdisjoint(learned)
        assert len(held_out) == len(pool.test) + len(pool.validation), "every title has one query"
        assert set(titles[list(pool.training)].tolist()) <= learned
        assert pool.leaks == 0


def test_a_pool_of_settings_shares_titles_but_no_setting(library: SampledLibrary) -> None:
    titles = library.catalogue.title_of_setting
    pool = pool_of_settings(library)
    assert set(pool.settings).isdisjoint((*pool.test, *pool.validation))
    assert set(pool.test).isdisjoint(pool.validation)
    assert len({int(titles[i]) for i in pool.test}) == len(pool.test)
    assert len(pool.settings) + len(pool.test) + len(pool.validation) == len(library.tunes)
    assert set(titles[list(pool.settings)].tolist()) == set(pool.titles)
    shared = sum(int(titles[i]) in pool.titles for i in pool.test)
    assert 0 < shared <= pool.leaks < len(pool.test)


def test_a_pool_of_exact_titles_has_the_same_queries_and_learns_no_setting_of_their_titles(
    library: SampledLibrary,
) -> None:
    """But a learned setting of another title may have the melody of a query."""
    titles = library.catalogue.title_of_setting
    by_setting = pool_of_settings(library)
    held_out = {int(titles[i]) for i in (*by_setting.test, *by_setting.validation)}
    others = sorted(set(titles.tolist()) - held_out)
    assert pool_of_exact_titles(library).leaks == 0
    alone = next(i for i in by_setting.test if [int(titles[i])] in library.groups)
    twin = next(i for i, title in enumerate(titles) if title == others[0])
    library = SampledLibrary(
        library.catalogue,
        [library.tunes[alone] if i == twin else tune for i, tune in enumerate(library.tunes)],
    )
    pool = pool_of_exact_titles(library)
    assert pool.leaks == 1
    assert (pool.test, pool.validation) == (by_setting.test, by_setting.validation)
    assert pool.titles == tuple(others)
    assert pool.settings == tuple(i for i, title in enumerate(titles) if int(title) not in held_out)
    assert set(pool.training) <= set(pool.settings)
    with pytest.raises(LeakError, match="melodies of 1 of"):
        _check_leaks(pool)


class Interrupted(Silent):
    """Interrupts a cell in its second epoch."""

    def say(self, text: str) -> None:
        super().say(text)
        if "fair.0.cnn, epoch 2" in text:
            raise KeyboardInterrupt


def ablate(plan: Path, folder: Path) -> str:
    """Run the command, and return its output."""
    done = CliRunner().invoke(
        app, ["ablate", str(plan), "--out", str(folder / "out"), "--artifacts", str(folder)]
    )
    assert done.exit_code == 0, done.output
    return done.output


def outcome(folder: Path, name: str) -> Outcome:
    return Outcome.model_validate_json((folder / "out" / "ablation" / "cells" / f"{name}.json").read_bytes())


def test_a_plan_is_run_interrupted_resumed_and_reported(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.fitting.checkpoints._SECONDS_BETWEEN_SAVES", -1.0)
    ablate(plan, tmp_path / "whole")
    parts = tmp_path / "parts"
    work, cells = parts / ".ablation" / "small", parts / "out" / "ablation" / "cells"
    workspace = Workspace(work, "cpu", Interrupted())
    halted = Ablation(read_plan(plan), cells.parent, workspace, None)
    with pytest.raises(KeyboardInterrupt):
        list(halted.outcomes())
    before = {path.name: path.read_bytes() for path in cells.iterdir()}
    assert set(before) == {"random.0.random-init.json", "random.0.cnn.json", "fair.0.random-init.json"}
    assert (work / "fair.0.cnn.safetensors").exists()

    assert "fair: 0 of " in " ".join(ablate(plan, parts).split())
    assert {name: (cells / name).read_bytes() for name in before} == before, (
        "finished cells are not run again"
    )
    assert len(list(cells.iterdir())) == 2 + 1 + 5 + 1
    whole, resumed = (outcome(folder, "fair.0.cnn") for folder in (tmp_path / "whole", parts))
    assert resumed.places == whole.places
    assert [epoch.model_copy(update={"seconds": 0}) for epoch in resumed.epochs] == [
        epoch.model_copy(update={"seconds": 0}) for epoch in whole.epochs
    ]
    assert len(whole.epochs) == 3
    for epoch in whole.epochs:
        assert 0 < epoch.validation <= epoch.validation_hit <= 1
        assert 0 < epoch.training <= 1
    assert whole.config["loss"] == "batch-hinge"
    assert whole.config["seed"] == 3
    assert outcome(parts, "fair.1.cnn").map == [], "of the first pools only"

    figures = {figure.key: figure for figure in load_figures(parts / "out" / "results.json")}
    assert figures["airs", "unseen-first", "cnn", "mrr@20"].n == len(whole.places)
    assert figures["airs", "unseen", "cnn", "mrr@20"].n == sum(
        len(outcome(parts, f"fair.{pool}.cnn").places) for pool in range(5)
    )
    random = figures["airs", "unseen-random-split", "cnn", "hit@20"]
    assert random.chance == pytest.approx(20 / random.n)
    assert ("airs", "unseen", "random-init", "mrr") not in figures, "it was measured on one pool only"
    page = (parts / "out" / "ablation.md").read_text(encoding="utf-8")
    assert "| rnn-transfer |" in page
    for link in ("random-bars", "random-curves", "random-map", "fair-bars", "fair-curves", "fair-map"):
        assert (f"results/ablation-{link}.png" in page) == (not link.endswith("map"))
        assert (parts / "out" / "results" / f"ablation-{link}.png").stat().st_size > 5000


def test_only_cells_that_the_plan_changes_are_run_again(plan: Path, tmp_path: Path) -> None:
    text = plan.read_text(encoding="utf-8").replace("full = true\n", "")
    plan.write_text(text, encoding="utf-8")
    ablate(plan, tmp_path)
    names = ("random.0.random-init", "fair.0.cnn", "fair.0.rnn-transfer")
    first = {name: outcome(tmp_path, name) for name in names}
    longer = text.replace("pretraining = { max_epochs = 1 }", "pretraining = { max_epochs = 2 }")
    assert longer != text
    plan.write_text(longer, encoding="utf-8")
    ablate(plan, tmp_path)
    changed = [name for name in names if outcome(tmp_path, name) != first[name]]
    assert changed == ["fair.0.rnn-transfer"]
    plan.write_text(longer.replace("seed = 3", "seed = 4"), encoding="utf-8")
    ablate(plan, tmp_path)
    changed = [name for name in names if outcome(tmp_path, name).places != first[name].places]
    assert changed == list(names)


def test_figures_of_the_benchmarks_systems_are_in_its_tables(plan: Path, tmp_path: Path) -> None:
    text = plan.read_text(encoding="utf-8").replace("systems.cnn", "systems.gan-ainm")
    plan.write_text(text, encoding="utf-8")
    ablate(plan, tmp_path)
    keys = {figure.key[1:3] for figure in load_figures(tmp_path / "out" / "results.json")}
    assert {("unseen-first", "gan-ainm"), ("unseen", "gan-ainm"), ("unseen", "random-init")} & keys == {
        ("unseen-first", "gan-ainm"),
        ("unseen", "gan-ainm"),
    }
    page = (tmp_path / "out" / "results-tables.md").read_text(encoding="utf-8")
    assert "<!-- tables: airs -->" in page
    assert "| `unseen` |" in page
    assert "unseen-first" not in page


def test_leaks_are_detected(library: SampledLibrary) -> None:
    pool = next(pools_of_titles(library))
    title_of = library.catalogue.title_of_setting
    tested = {int(title_of[i]) for i in pool.test}
    others = [i for i, title in enumerate(title_of) if int(title) in tested and i not in pool.test]
    with pytest.raises(LeakError, match="melodies of 1 of"):
        _check_leaks(replace(pool, settings=(*pool.settings, pool.test[0])))
    with pytest.raises(LeakError, match="1 names"):
        _check_leaks(replace(pool, settings=(*pool.settings, others[0])))


def test_a_cell_trains_only_on_its_pool(plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks titles and tunes of its encoders, and tunes of the note model that it starts from."""
    begin, _, end = plan.read_text(encoding="utf-8").partition("[systems.random-init]")
    plan.write_text(begin + end[end.index("[systems.rnn-transfer]") :], encoding="utf-8")
    ablation = Ablation(read_plan(plan), tmp_path, Workspace(tmp_path, "cpu", Silent()), None)
    pretrained: list[Tune] = []
    offered: dict[str, set[object]] = {}

    def pretrain_spied(tunes: list[Tune], validation: list[Tune], *rest: Any) -> Any:
        pretrained.extend((*tunes, *validation))
        return pretrain(tunes, validation, *rest)

    class Spied(Batches):
        def __init__(self, training_set: TrainingSet, titles: Sequence[int], config: FitConfig) -> None:
            offered["abc"] = {setting.abc for setting in training_set.catalogue.settings}
            offered["titles"] = set(titles)
            super().__init__(training_set, titles, config)

    monkeypatch.setattr("training.lab.ablation.ablate.pretrain", pretrain_spied)
    monkeypatch.setattr("training.lab.ablation.cell.Batches", Spied)
    (outcome,) = ablation.outcomes()
    assert outcome.pretraining is not None
    assert outcome.pretraining["max_epochs"] == 1
    pool = next(pools_of_titles(ablation._library(read_plan(plan).arms["fair"])))
    library = pool.library
    assert set(pretrained) == {library.tunes[i] for i in pool.settings}
    assert offered == {
        "abc": {library.catalogue.settings[i].abc for i in pool.settings},
        "titles": set(pool.titles),
    }


def test_a_title_counts_by_the_best_of_its_names(library: SampledLibrary) -> None:
    """Compares with a plain loop."""
    titles = library.catalogue.titles
    named = Catalogue((replace(titles[0], aliases=("The Other",)), *titles[1:]))
    library = SampledLibrary(named, library.tunes)
    pool = next(pools_of_titles(library))
    settings = [*dict.fromkeys([int(np.argmax(named.title_of_setting == 0)), *pool.test])]
    torch.manual_seed(0)
    towers = Towers(ENCODERS).eval()
    features = TrainingSet.read(library, ENCODERS)
    Batches(features, range(len(titles)), ENCODERS).prepare(towers)
    scores, tunes, _ = _scores(towers, pool, features, settings)
    assert scores.shape == (len(settings), len(settings))
    for i, setting in enumerate(settings):
        tune = towers.tune.encode([library.tunes[setting]])[0]
        assert tunes[i] == pytest.approx(tune, abs=1e-5)
        for j, other in enumerate(settings):
            names = titles_of(named, other)
            best = max(float(tune @ vector) for vector in towers.title.encode(names))
            assert scores[i, j] == pytest.approx(best, abs=1e-5)
    assert len(titles_of(named, settings[0])) == 2
    above = [int((row > row[i]).sum()) for i, row in enumerate(scores)]
    assert _places(scores) == [Place(count, 0) for count in above]
    assert _mrr(_places(scores)) == pytest.approx(np.mean([1 / (i + 1) if i < 20 else 0 for i in above]))


def titles_of(catalogue: Catalogue, setting: int) -> tuple[str, ...]:
    return catalogue.titles[int(catalogue.title_of_setting[setting])].names


def test_an_interrupted_ablation_reports_what_is_finished(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(cell: Cell, *rest: Any) -> Outcome:
        if cell.spec.trained:
            raise KeyboardInterrupt
        return run_cell(cell, *rest)

    monkeypatch.setattr("training.lab.ablation.ablate.run_cell", interrupted)
    command = ["ablate", str(plan), "--out", str(tmp_path), "--artifacts", str(tmp_path)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 130
    assert "cell 1 of 9: random.0.random-init" in done.output
    assert "run the same command again to resume" in done.output
    assert "| random-init |" in (tmp_path / "ablation.md").read_text(encoding="utf-8")


def table_cells(page: str) -> dict[tuple[str, str, str], str]:
    """The cells of a page's tables by section, system and column."""
    cells: dict[tuple[str, str, str], str] = {}
    for section in page.split("\n## ")[1:]:
        heading, *lines = section.splitlines()
        table = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")]
        for system, *row in table[2:]:
            cells |= {(heading, system, column): cell for column, cell in zip(table[0][1:], row, strict=True)}
    return {key: cell for key, cell in cells.items() if cell != "-"}


def test_the_published_page_follows_from_the_cells(tmp_path: Path) -> None:
    """A few cells of docs/ablation.toml, `cells/`, are rows of the published page and figures."""
    docs = Path(__file__).parents[4] / "docs"
    plan = read_plan(docs / "ablation.toml")
    files = {cell.name: Path(__file__).with_name("cells") / f"{cell.name}.json" for cell in plan.cells()}
    outcomes = [Outcome.model_validate_json(path.read_bytes()) for path in files.values() if path.exists()]
    assert len(outcomes) == len(list(Path(__file__).with_name("cells").iterdir()))
    configs = {(cell.arm, cell.pool, cell.system): asdict(cell.config) for cell in plan.cells()}
    for outcome in outcomes:
        key = (outcome.arm, outcome.pool, outcome.system)
        assert outcome.config == json.loads(json.dumps(configs[key]))
    report(plan, outcomes, tmp_path)
    page, published_page = ((folder / "ablation.md").read_text("utf-8") for folder in (tmp_path, docs))
    assert page.partition("\n## ")[0] == published_page.partition("\n## ")[0]
    assert {system for _, system, _ in table_cells(page)} == {"random-init", "cnn-crop-100", "diary-rnn"}
    assert table_cells(page).items() <= table_cells(published_page).items()
    published = {figure.key: figure for figure in load_figures(docs / "results.json")}
    measured = {figure.key: figure for figure in load_figures(tmp_path / "results.json")}
    assert {key[1] for key in measured} == {"unseen", "unseen-first", "unseen-exact-titles"}
    assert measured.items() <= published.items()
    protocols = {(arm.corpus, PROTOCOL[arm.split] + end) for arm in plan.arms.values() for end in ("", FIRST)}
    others = [
        figure
        for figure in published.values()
        if figure.system not in plan.systems or (figure.corpus, figure.protocol) not in protocols
    ]
    assert sorted(of_benchmark(others), key=lambda figure: figure.key) == sorted(
        others, key=lambda figure: figure.key
    )


def test_a_missing_corpus_is_an_error(plan: Path, tmp_path: Path) -> None:
    plan.write_text(plan.read_text(encoding="utf-8").replace("airs.abc", "no.abc"), encoding="utf-8")
    done = CliRunner().invoke(
        app, ["ablate", str(plan), "--out", str(tmp_path), "--artifacts", str(tmp_path)]
    )
    assert done.exit_code == 1
    assert "no.abc" in done.output


def test_titles_keep_their_numbers_when_settings_are_left_out(library: SampledLibrary) -> None:
    """The training set of a cell has fewer settings than the catalogue, and all its names."""
    pool = pool_of_settings(library)
    learned: Catalogue = library.keeping(frozenset(pool.settings)).catalogue
    assert learned.names == library.catalogue.names
