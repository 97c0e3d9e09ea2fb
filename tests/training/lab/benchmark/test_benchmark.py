"""The command on a small corpus, with every kind of argument."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.support import SMALL, Silent
from training.__main__ import app
from training.corpora import Corpus, find_corpora
from training.corpora.curate import curate
from training.corpora.exclusions import read_exclusions
from training.fitting.fit import fit
from training.fitting.trainer import Trainer
from training.lab.benchmark.figures import Figure, load_figures
from training.lab.benchmark.heard import HEARD
from training.lab.benchmark.protocols import PROTOCOLS


def benchmark(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["benchmark", *map(str, arguments)])


@pytest.fixture(scope="module")
def tunebook(small_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty tunes printed twice, ten of them three times, each time a little changed, and forty once."""
    book = small_corpus.path.read_text(encoding="utf-8").split("\nX:")[1:81]
    again = [tune.replace("2", "") for tune in book[:40]] + [tune.replace("2", "3") for tune in book[:10]]
    path = tmp_path_factory.mktemp("books") / "airs.abc"
    path.write_text("".join(f"X:{tune}\n\n" for tune in (*book, *again)), encoding="utf-8")
    return path


def by_protocol(figures: list[Figure]) -> dict[str, set[str]]:
    systems: dict[str, set[str]] = {}
    for figure in figures:
        systems.setdefault(figure.protocol, set()).add(figure.system)
    return systems


def test_baselines_are_measured_without_training_anything(tunebook: Path, tmp_path: Path) -> None:
    done = benchmark(
        "ngram", "random", "--corpus", tunebook, "--out", tmp_path, "--artifacts", tmp_path / "a"
    )
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "epoch" not in done.stdout
    figures = load_figures(tmp_path / "results.json")
    systems = by_protocol(figures)
    only_on_request = {"known-audited", "no-match-foreign", "cross", "cross-verified", *HEARD}
    assert systems.keys() == set(PROTOCOLS) - only_on_request
    assert systems["known"] == {"ngram", "random"}
    assert systems["unseen"] == {"random"}
    assert {figure.corpus for figure in figures} == {"airs"}
    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    known = next(figure for figure in figures if (figure.protocol, figure.metric) == ("known", "mrr"))
    assert f"{known.value:.3f}".lstrip("0") in page
    assert (tmp_path / "results" / "airs-known.png").exists()
    with (tmp_path / "answers" / "airs.csv").open(encoding="utf-8") as file:
        queries = {row["query"] for row in csv.DictReader(file) if row["protocol"] == "known"}
    assert queries <= set((tmp_path / "answers" / "airs-held-out.txt").read_text().split("\n"))
    assert len(queries) == known.n


def test_an_artifact_without_the_held_out_settings_is_measured(tunebook: Path, tmp_path: Path) -> None:
    arguments = ("--corpus", tunebook, "--out", tmp_path, "--protocol", "known")
    assert benchmark("random", *arguments).exit_code == 0
    held_out = read_exclusions(tmp_path / "answers" / "airs-held-out.txt")
    corpora = find_corpora([str(tunebook)])
    trainer = Trainer(SMALL, "cpu", Silent())
    fit(curate(corpora, excluded=held_out), tmp_path / "fitted", trainer)
    done = benchmark("encoders", "--artifact", tmp_path / "fitted", *arguments)
    assert done.exit_code == 0, done.stdout + done.stderr
    assert by_protocol(load_figures(tmp_path / "results.json"))["known"] == {"random", "encoders"}


def test_one_protocol_is_renewed_and_the_others_stay(tunebook: Path, tmp_path: Path) -> None:
    arguments = ("--corpus", tunebook, "--out", tmp_path, "--artifacts", tmp_path / "a")
    assert benchmark("random", "--name", "other", *arguments).exit_code == 0
    before = load_figures(tmp_path / "results.json")
    assert benchmark("ngram", "--protocol", "known-32", "--name", "mine", *arguments).exit_code == 0
    after = load_figures(tmp_path / "results.json")
    assert after[: len(before)] == before
    assert {(figure.corpus, figure.protocol) for figure in after[len(before) :]} == {("mine", "known-32")}


def test_an_artifact_is_measured_only_where_it_learned_no_answer(
    small_artifacts: Path, tunebook: Path, tmp_path: Path
) -> None:
    arguments = ("--corpus", tunebook, "--out", tmp_path, "--protocol", "known")
    done = benchmark("ngram", "--artifact", small_artifacts, *arguments)
    assert done.exit_code == 1
    assert "the encoders have learned" in done.stdout
    assert "error: not everything was measured: known: the encoders have learned" in done.stderr
    assert by_protocol(load_figures(tmp_path / "results.json")) == {"known": {"ngram"}}


def test_mistakes_are_reported(tunebook: Path, tmp_path: Path) -> None:
    corpus, out = ("--corpus", tunebook), ("--out", tmp_path)
    for arguments, status, message in (
        (corpus, 2, "Missing option '--out'"),
        (out, 2, "Missing option '--corpus'"),
        (("nonesuch", *corpus, *out), 2, "'nonesuch' is not one of random"),
        (("--protocol", "knwon", *corpus, *out), 2, "'knwon' is not one of known"),
        (("--artifact", "nonesuch", *corpus, *out), 1, "error: nonesuch has no current artifact"),
        (("--corpus", "nonesuch", *out), 1, "error: nonesuch is neither"),
    ):
        done = benchmark(*arguments)
        assert done.exit_code == status
        assert message in " ".join(done.stderr.split()), done.stderr


def test_a_corpus_without_tunes_is_an_error(tmp_path: Path) -> None:
    book = tmp_path / "silent.abc"
    book.write_text("X:1\nT:Too short\nK:C\nCDE\n", encoding="utf-8")
    done = benchmark("random", "--corpus", book, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert done.stderr == "error: there is no tune to use (skipped: 1)\n"


def test_a_folder_with_other_results_is_refused(tunebook: Path, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("{}", encoding="utf-8")
    done = benchmark("random", "--corpus", tunebook, "--out", tmp_path)
    assert done.exit_code == 1
    assert "results.json is not a list of figures" in done.stderr
