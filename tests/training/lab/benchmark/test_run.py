import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.mrr import Place
from tests.support import Silent
from tests.training.conftest import SEVERAL
from tests.training.lab.conftest import Untrained
from training.lab.benchmark.average_precision import chance_precision
from training.lab.benchmark.figures import BenchmarkError, Figure, load_figures, renewed, save_figures
from training.lab.benchmark.known_protocols import known_gallery, known_tasks
from training.lab.benchmark.measuring import figures
from training.lab.benchmark.no_match_protocols import no_match_tasks
from training.lab.benchmark.protocols import Task
from training.lab.benchmark.run import Result, check_leaks, run_tasks, save_results
from training.lab.benchmark.sampled_library import SampledLibrary
from training.lab.benchmark.systems import SYSTEMS
from training.lab.benchmark.unseen_protocols import unseen_tasks
from training.lab.leaks import LeakError


@pytest.fixture
def known_task(library: SampledLibrary, untrained: Untrained) -> Task:
    return next(known_tasks(library, known_gallery(library, untrained), frozenset()))


def by_key(measured: list[Figure]) -> dict[tuple[str, str, str], Figure]:
    return {(figure.protocol, figure.system, figure.metric): figure for figure in measured}


def planted(task: Task, names: str = "") -> Task:
    """The task with encoders that have learned its first query, under its own title or another."""
    query, learned = task.queries[0], task.gallery.trained_on
    titles = list(learned.catalogue.titles)
    title = int(query.right[0]) if len(query.right) and not names else 0
    at = int(np.searchsorted(learned.catalogue.title_of_setting, title))
    settings = titles[title].settings
    titles[title] = replace(titles[title], settings=(settings[0], *settings))
    tunes = [*learned.tunes[:at], query.tune, *learned.tunes[at:]]
    leaky = SampledLibrary(replace(learned.catalogue, titles=tuple(titles)), tunes)
    return replace(task, gallery=replace(task.gallery, trained_on=leaky))


def test_queries_that_the_encoders_learned_are_leaks(
    library: SampledLibrary, untrained: Untrained, known_task: Task
) -> None:
    check_leaks(known_task)
    with pytest.raises(LeakError, match="learned 1 of 40"):
        check_leaks(planted(known_task))
    unseen = next(unseen_tasks(library, untrained))
    check_leaks(unseen)
    with pytest.raises(LeakError, match="unseen: the encoders have learned 1 of"):
        check_leaks(planted(unseen, names="another title"))
    no_match = next(no_match_tasks(library, untrained))
    no_match = replace(no_match, queries=no_match.queries[::-1])  # those without a match first
    check_leaks(no_match)
    with pytest.raises(LeakError, match="learned 1 of"):
        check_leaks(planted(no_match, names="another title"))


def test_learned_titles_are_leaks_where_titles_are_unseen(
    library: SampledLibrary, untrained: Untrained
) -> None:
    unseen = next(unseen_tasks(library, untrained))
    leaky = replace(unseen.gallery, trained_on=library)
    with pytest.raises(LeakError, match=f"learned {len(unseen.queries)} of"):
        check_leaks(replace(unseen, gallery=leaky))


def test_a_leak_skips_only_the_systems_with_encoders(known_task: Task) -> None:
    results, leaks = run_tasks([planted(known_task)], ["ngram", "encoders", "gan-ainm"], (), Silent())
    assert {system for _, system in results} == {"ngram"}
    assert [str(leak) for leak in leaks] == ["known: the encoders have learned 1 of 40 queries"]
    results, leaks = run_tasks([known_task], ["ngram", "encoders"], (), Silent())
    assert {system for _, system in results} == {"ngram", "encoders"}
    assert not leaks


def test_every_system_answers_what_it_can(library: SampledLibrary, untrained: Untrained) -> None:
    tasks = [
        *known_tasks(library, known_gallery(library, untrained), frozenset()),
        *unseen_tasks(library, untrained),
    ]
    results, _ = run_tasks(tasks, list(SYSTEMS), (), Silent())
    assert {system for protocol, system in results if protocol == "known-verified"} == SYSTEMS.keys()
    by_names = {"random", "encoders", "gan-ainm"}
    assert {system for protocol, system in results if protocol == "unseen"} == by_names
    assert {system for protocol, system in results if protocol == "title-to-tune"} == {"random", "encoders"}


def test_only_the_wanted_protocols_are_run(library: SampledLibrary, untrained: Untrained) -> None:
    tasks = list(known_tasks(library, known_gallery(library, untrained), frozenset()))
    results, _ = run_tasks(tasks, ["ngram", "encoders"], ["known-32", "known-verified"], Silent())
    assert {protocol for protocol, _ in results} == {"known-32", "known-verified"}


def test_systems_that_compare_melodies_find_the_tune_and_random_stays_at_chance(known_task: Task) -> None:
    measured = by_key(list(figures("airs", run_tasks([known_task], list(SYSTEMS), (), Silent())[0])))
    pool = len(known_task.gallery.catalogue)
    for system in ("ngram", "ngram-edit"):
        assert measured["known", system, "mrr"].value > 0.95
    assert measured["known", "pitch-histogram", "mrr"].value > 0.3
    random = measured["known", "random", "mrr"]
    assert random.n == SEVERAL
    assert random.chance == pytest.approx(sum(1 / rank for rank in range(1, pool + 1)) / pool)
    assert random.value == pytest.approx(random.chance, abs=0.1)
    assert measured["known", "random", "hit@10"].chance == 10 / pool
    assert measured["known", "ngram", "ms"].chance is None
    assert ("known", "ngram", "lift") not in measured


def test_settings_of_a_title_are_found_and_random_stays_at_chance(
    library: SampledLibrary, untrained: Untrained
) -> None:
    tasks = known_tasks(library, known_gallery(library, untrained), frozenset())
    results, _ = run_tasks(tasks, list(SYSTEMS), ["families"], Silent())
    measured = by_key(list(figures("airs", results)))
    settings = len(library.tunes) - SEVERAL
    for system in SYSTEMS:
        precision, nearest = (measured["families", system, metric] for metric in ("map", "nearest"))
        assert (precision.n, nearest.n) == (SEVERAL, SEVERAL)
        assert nearest.chance == pytest.approx(2 / settings)
        assert precision.chance == pytest.approx(chance_precision(settings, 2))
        assert ("families", system, "mrr") not in measured
        if system in {"ngram", "ngram-edit"}:
            assert precision.value > 0.95
            assert nearest.value == 1
    assert measured["families", "random", "map"].value == pytest.approx(precision.chance, abs=0.05)
    assert measured["families", "gan-ainm", "map"].value > 0.5


def test_the_change_is_that_of_each_query() -> None:
    def result(query: str, above: int) -> Result:
        return Result(query, 10, Place(above, 0), 0.5, 1.0)

    known = [result("a", 0), result("b", 0), result("c", 3)]
    rewritten = [result("c", 0), result("b", 1), result("a", 0)]
    measured = by_key(
        list(figures("airs", {("known", "ngram"): known, ("known-rewritten", "ngram"): rewritten}))
    )
    assert measured["known-rewritten", "ngram", "change"].value == pytest.approx((0.75 - 0.5 + 0) / 3)
    assert ("known", "ngram", "change") not in measured
    alone = by_key(list(figures("airs", {("known-rewritten", "ngram"): rewritten})))
    assert ("known-rewritten", "ngram", "change") not in alone


def test_titles_of_the_right_tune_are_right_if_they_are_joined(known_task: Task) -> None:
    queries = [
        replace(query, also=(query.right + 1) % len(known_task.gallery.catalogue) if i < 2 else query.also)
        for i, query in enumerate(known_task.queries)
    ]
    others = [replace(query, right=query.also, also=query.right) for query in queries[:2]]
    of_others = by_key(
        list(figures("airs", run_tasks([replace(known_task, queries=others)], ["ngram"], (), Silent())[0]))
    )
    assert of_others["known", "ngram", "mrr"].value < 0.5
    assert of_others["known", "ngram", "joined"].value > 0.95
    results, _ = run_tasks([replace(known_task, queries=queries)], ["ngram"], (), Silent())
    assert sum(result.joined is not None for result in results["known", "ngram"]) == 2
    measured = by_key(list(figures("airs", results)))
    assert measured["known", "ngram", "joined"].n == SEVERAL
    assert measured["known", "ngram", "joined"].value >= measured["known", "ngram", "mrr"].value
    assert ("known", "ngram", "joined") not in by_key(
        list(figures("airs", run_tasks([known_task], ["ngram"], (), Silent())[0]))
    )


def test_calibration_is_measured_for_probabilities_alone() -> None:
    sure = [Result("a", 10, Place(0, 0), 0.9, 1.0)] * 6 + [Result("b", 10, None, 0.9, 1.0)] * 4
    measured = by_key(list(figures("airs", {("no-match", "gan-ainm"): sure, ("no-match", "ngram"): sure})))
    error = measured["no-match", "gan-ainm", "ece"]
    assert error.value == pytest.approx(0.3)
    assert error.n == 10
    assert error.low is not None
    assert error.high is not None
    assert error.low < 0.3 < error.high
    assert ("no-match", "ngram", "ece") not in measured


def test_unseen_tunes_have_a_lift(library: SampledLibrary, untrained: Untrained) -> None:
    measured = by_key(
        list(figures("airs", run_tasks(unseen_tasks(library, untrained), ["random"], (), Silent())[0]))
    )
    lift, mrr = measured["unseen", "random", "lift"], measured["unseen", "random", "mrr"]
    assert mrr.chance is not None
    assert lift.value == pytest.approx(mrr.value / mrr.chance, rel=0.02)
    assert lift.low is not None
    assert lift.high is not None
    assert lift.low < 1 < lift.high
    assert lift.n == sum(len(task.queries) for task in unseen_tasks(library, untrained)) / 3


def test_tunes_without_a_match_score_lower(library: SampledLibrary, untrained: Untrained) -> None:
    results, _ = run_tasks(
        [next(no_match_tasks(library, untrained))], ["ngram", "random", "popularity"], (), Silent()
    )
    measured = by_key(list(figures("airs", results)))
    assert measured["no-match", "ngram", "auroc"].value > 0.95
    assert measured["no-match", "popularity", "auroc"].value == 0.5
    assert measured["no-match", "random", "auroc"].chance == 0.5
    assert ("no-match", "ngram", "mrr") not in measured


def test_figures_can_be_computed_from_the_saved_results(known_task: Task, tmp_path: Path) -> None:
    results, _ = run_tasks([known_task], ["ngram", "popularity"], (), Silent())
    save_results(results, tmp_path / "results.csv")
    with (tmp_path / "results.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == "known"]
    for (_, system, metric), figure in by_key(list(figures("airs", results))).items():
        mine = [row for row in rows if row["system"] == system]
        ranks = [np.arange(int(row["above"]), int(row["above"]) + int(row["level"]) + 1) + 1 for row in mine]
        recomputed = {
            "mrr": np.mean([(1 / rank).mean() for rank in ranks]),
            "hit@1": np.mean([(rank <= 1).mean() for rank in ranks]),
            "ms": np.mean([float(row["ms"]) for row in mine]),
        }
        if metric in recomputed and figure.protocol == "known":
            assert figure.value == pytest.approx(recomputed[metric], abs=1e-3)


def test_figures_are_saved_one_per_line_and_renewed_in_place(known_task: Task, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    assert load_figures(path) == []
    measured = list(figures("airs", run_tasks([known_task], ["ngram", "random"], (), Silent())[0]))
    save_figures(measured, path)
    assert load_figures(path) == measured
    assert len(path.read_text().splitlines()) == len(measured) + 2
    newer = measured[3].model_copy(update={"value": 0.5})
    other = measured[0].model_copy(update={"corpus": "elsewhere"})
    assert renewed(measured, [newer, other]) == [*measured[:3], newer, *measured[4:], other]
    path.write_text('[{"corpus": "airs"}]')
    with pytest.raises(BenchmarkError, match="protocol"):
        load_figures(path)
