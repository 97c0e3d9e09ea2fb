"""The command, on a small corpus, with every kind of what it is given."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.support import SMALL, Silent
from training.corpora import Corpus, find_corpora
from training.corpora.exclusions import read_exclusions
from training.fitting.fit import fit
from training.lab.benchmark.figures import Figure, load_figures
from training.lab.benchmark.protocols import PROTOCOLS


def evaluate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "training", "evaluate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def tunebook(small_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty tunes printed twice, the second time a little changed, and forty once."""
    book = small_corpus.path.read_text(encoding="utf-8").split("\nX:")[1:81]
    again = [tune.replace("2", "") for tune in book[:40]]
    path = tmp_path_factory.mktemp("books") / "airs.abc"
    path.write_text("".join(f"X:{tune}\n\n" for tune in (*book, *again)), encoding="utf-8")
    return path


def by_protocol(figures: list[Figure]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for figure in figures:
        found.setdefault(figure.protocol, set()).add(figure.system)
    return found


def test_baselines_are_measured_without_training_anything(tunebook: Path, tmp_path: Path) -> None:
    done = evaluate("ngram", "random", "--corpus", tunebook, "--out", tmp_path, "--artifacts", tmp_path / "a")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "epoch" not in done.stdout
    figures = load_figures(tmp_path / "results.json")
    found = by_protocol(figures)
    assert found.keys() == set(PROTOCOLS) - {"known-audited", "no-match-foreign", "cross", "cross-verified"}
    assert found["known"] == {"ngram", "random"}
    assert found["unseen"] == {"random"}
    assert {figure.corpus for figure in figures} == {"airs"}
    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    known = next(figure for figure in figures if (figure.protocol, figure.metric) == ("known", "mrr"))
    assert f"{known.value:.3f}".lstrip("0") in page
    assert (tmp_path / "results" / "airs-known.png").exists()
    with (tmp_path / "answers" / "airs.csv").open(encoding="utf-8") as file:
        asked = {row["query"] for row in csv.DictReader(file) if row["protocol"] == "known"}
    assert asked <= set((tmp_path / "answers" / "airs-held-out.txt").read_text().split("\n"))
    assert len(asked) == known.n


def test_an_artifact_that_lacks_what_is_held_out_is_measured(tunebook: Path, tmp_path: Path) -> None:
    arguments = ("--corpus", tunebook, "--out", tmp_path, "--protocol", "known")
    assert evaluate("random", *arguments).returncode == 0
    held_out = read_exclusions(tmp_path / "answers" / "airs-held-out.txt")
    corpora = find_corpora([str(tunebook)])
    fit(corpora, SMALL, tmp_path / "fitted", torch.device("cpu"), Silent(), excluded=held_out)
    done = evaluate(tmp_path / "fitted", "encoders", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert by_protocol(load_figures(tmp_path / "results.json"))["known"] == {"random", "encoders"}


def test_one_protocol_is_renewed_and_the_others_stay(tunebook: Path, tmp_path: Path) -> None:
    arguments = ("--corpus", tunebook, "--out", tmp_path, "--artifacts", tmp_path / "a")
    assert evaluate("random", "--name", "other", *arguments).returncode == 0
    before = load_figures(tmp_path / "results.json")
    assert evaluate("ngram", "--protocol", "known-32", "--name", "mine", *arguments).returncode == 0
    after = load_figures(tmp_path / "results.json")
    assert after[: len(before)] == before
    assert {(one.corpus, one.protocol) for one in after[len(before) :]} == {("mine", "known-32")}


def test_an_artifact_is_measured_where_it_learned_no_answer(
    small_artifacts: Path, tunebook: Path, tmp_path: Path
) -> None:
    done = evaluate(small_artifacts, "ngram", "--corpus", tunebook, "--out", tmp_path, "--protocol", "known")
    assert done.returncode == 1
    assert "the encoders have learned" in done.stdout
    assert by_protocol(load_figures(tmp_path / "results.json")) == {"known": {"ngram"}}


def test_mistakes_are_told(tunebook: Path, tmp_path: Path) -> None:
    for arguments, told in (
        (("--corpus", tunebook), "needs --out"),
        (("--out", tmp_path), "needs --corpus"),
        (("nonesuch", "--corpus", tunebook, "--out", tmp_path), "nonesuch has no current artifact"),
        (("--corpus", "nonesuch", "--out", tmp_path), "nonesuch is neither"),
        (("one", "two", "--corpus", tunebook, "--out", tmp_path), "only one can be an artifact"),
        (("--protocol", "knwon", "--corpus", tunebook, "--out", tmp_path), "knwon is no protocol"),
    ):
        done = evaluate(*arguments)
        assert done.returncode == 1
        assert told in " ".join(done.stdout.split())
