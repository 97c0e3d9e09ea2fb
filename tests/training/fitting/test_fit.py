import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import artifact
from index.publication import locked
from index.suggester import RANKING
from model.abc import read_tune
from model.abc.variation import cut, transposed, unnamed
from model.device import Device
from model.encoders import TUNE_ENCODER
from tests.support import KESH, SMALL, Silent
from training.corpora import Corpus, find_corpora
from training.corpora.curate import CurationError, curate
from training.fitting.evaluation import recompute_test
from training.fitting.fit import WORK, fit
from training.fitting.split import SplitError
from training.fitting.trainer import Trainer

CPU: Device = "cpu"


ROOT = Path(__file__).parents[3]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "tests.small_training", *map(str, arguments)]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )


def test_the_test_mrr_is_recomputed_from_the_evaluation_folder(small_artifacts: Path) -> None:
    loaded = artifact.load(small_artifacts, CPU)
    again = recompute_test(loaded, CPU)
    assert again == loaded.manifest.test
    split = json.loads((loaded.path / artifact.EVALUATION / "split.json").read_text())
    assert again.pool == len(split["test"])
    assert again.queries >= again.pool


def test_the_published_encoders_know_every_tune(small_artifacts: Path) -> None:
    loaded = artifact.load(small_artifacts, CPU)
    moved = [
        transposed(unnamed(read_tune(setting.abc)), 4) for setting in loaded.suggester.catalogue.settings
    ]
    for tunes, most_wrong in ((moved, 0), ([cut(tune, 0, 32) for tune in moved], 0.05 * len(moved))):
        answers = [loaded.suggester.rank(tune, 1) for tune in tunes]
        assert np.mean([answer.known for answer in answers]) > 0.9
        first = np.array([answer.titles[0].title for answer in answers])
        assert (first != loaded.suggester.catalogue.title_of_setting).sum() <= most_wrong
    assert loaded.manifest.probes.value > 0.8


def test_evaluate_measures_an_artifact_s_own_figures_again(small_artifacts: Path) -> None:
    done = run("evaluate", "--artifacts", small_artifacts)
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = artifact.load(small_artifacts, CPU).manifest
    for name, mrr in (("unseen", manifest.test), ("probes", manifest.probes)):
        row = next(line.split() for line in done.stdout.splitlines() if line.split()[:1] == [name])
        assert row[1] == row[-1] == f"{mrr.value:.4f}"
        assert row[2:6] == [
            f"{mrr.low:.4f}-{mrr.high:.4f}",
            f"{mrr.queries}",
            f"{mrr.pool}",
            f"{mrr.chance:.4f}",
        ]


def test_metrics_record_the_whole_training(small_artifacts: Path) -> None:
    loaded = artifact.load(small_artifacts, CPU)
    metrics = json.loads((loaded.path / artifact.METRICS).read_text())
    assert len(metrics["refit"]) == SMALL.refit_epochs
    assert metrics["test"] == loaded.manifest.test.model_dump()
    assert metrics["config"]["seed"] == 0
    assert metrics["split_training"][metrics["best_epoch"] - 1]["validation"] == max(
        record["validation"] for record in metrics["split_training"]
    )


def test_the_same_seed_publishes_the_same_figures(tiny_corpus: Corpus, tmp_path: Path) -> None:
    for name in ("first", "second"):
        fit(curate([tiny_corpus]), tmp_path / name, Trainer(SMALL, CPU, Silent()))
    first, second = (artifact.load(tmp_path / name, CPU) for name in ("first", "second"))
    assert first.version != second.version
    assert first.manifest.test == second.manifest.test
    assert first.manifest.probes == second.manifest.probes
    assert first.manifest.files[TUNE_ENCODER] == second.manifest.files[TUNE_ENCODER]
    assert first.manifest.files[RANKING] == second.manifest.files[RANKING]


def test_no_checkpoint_or_temporary_file_is_left(small_artifacts: Path) -> None:
    version = (small_artifacts / artifact.CURRENT).resolve().name
    assert sorted(path.name for path in small_artifacts.iterdir()) == [
        ".publish.lock",
        ".training.lock",
        version,
        artifact.CURRENT,
    ]


def test_too_few_titles_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "one.abc"
    path.write_text(KESH)
    with pytest.raises(CurationError, match="1 titles were read, 0 tunes skipped; training needs 30"):
        fit(curate(find_corpora([str(path)])), tmp_path / "out", Trainer(SMALL, CPU, Silent()))


def test_titles_that_form_one_group_are_refused_and_nothing_is_published(
    small_corpus: Corpus, small_artifacts: Path, tmp_path: Path
) -> None:
    version = artifact.current_version(small_artifacts)
    path = tmp_path / "reels.abc"
    path.write_text(small_corpus.path.read_text().replace("\nM:", "\nT:Reel\nM:"))
    with pytest.raises(SplitError, match="leave none for"):
        fit(curate(find_corpora([str(path)])), small_artifacts, Trainer(SMALL, CPU, Silent()))
    assert artifact.current_version(small_artifacts) == version


def test_two_trainings_do_not_share_a_folder(tiny_corpus: Corpus, tmp_path: Path) -> None:
    with locked(tmp_path / ".training.lock"):
        done = run("fit", "--corpus", tiny_corpus.path, "--artifacts", tmp_path)
    assert done.returncode == 1
    assert f"another process is working in {tmp_path}" in done.stderr


def test_a_missing_corpus_is_an_error_of_one_line(tmp_path: Path) -> None:
    done = run("fit", "--corpus", tmp_path / "none[/b]", "--artifacts", tmp_path)
    assert done.returncode == 1
    assert "none[/b] is neither a book nor a file or folder" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_evaluating_without_an_artifact_is_an_error_of_one_line(tmp_path: Path) -> None:
    done = run("evaluate", "--artifacts", tmp_path)
    assert done.returncode == 1
    assert "has no current artifact" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_if_needed_does_nothing_over_an_artifact_and_trains_over_an_unreadable_one(
    small_artifacts: Path, tiny_corpus: Corpus
) -> None:
    version = (small_artifacts / artifact.CURRENT).resolve().name
    done = run("fit", "--if-needed", "--artifacts", small_artifacts)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (small_artifacts / artifact.CURRENT).resolve().name == version

    manifest = small_artifacts / artifact.CURRENT / artifact.MANIFEST
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 0}))
    done = run("fit", "--if-needed", "--artifacts", small_artifacts, "--corpus", tiny_corpus.path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "has format 0" in done.stdout
    assert artifact.current_version(small_artifacts) != version


@pytest.fixture
def sigint_enabled() -> Iterator[None]:
    """Let child processes receive SIGINT. A shell's background job ignores it, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("sigint_enabled")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_killed_training_leaves_a_checkpoint_and_no_broken_artifact(
    tiny_corpus: Corpus, tmp_path: Path, how: signal.Signals
) -> None:
    root = tmp_path / "artifacts"
    arguments = command("fit", "--corpus", tiny_corpus.path, "--artifacts", root)
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (root / WORK / "split.safetensors").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, how)
    output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert ("run the same command again to resume" in output) == (how != signal.SIGKILL)
    with pytest.raises(artifact.ArtifactError, match="no current artifact"):
        artifact.load(root, CPU)

    if how == signal.SIGKILL:
        done = run("fit", "--corpus", tiny_corpus.path, "--artifacts", root)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "epoch 1:" not in done.stdout.split("unseen tunes")[0], "the first training must not run again"
        artifact.load(root, CPU)


def test_a_full_disk_is_an_error_that_names_the_file(tiny_corpus: Corpus, tmp_path: Path) -> None:
    arguments = command("fit", "--corpus", tiny_corpus.path, "--artifacts", tmp_path / "artifacts")
    limited = ["sh", "-c", 'ulimit -f 20; exec "$@"', "sh", *arguments]  # no file has more than 20 blocks
    done = subprocess.run(limited, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1
    assert f"error: {tmp_path}/artifacts/{WORK}/split.safetensors cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert not [
        path for path in (tmp_path / "artifacts").rglob("*") if path.is_file() and path.stat().st_size
    ]


def test_a_folder_that_cannot_be_written_is_an_error_before_anything_is_read(
    tiny_corpus: Corpus, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = run("fit", "--corpus", tiny_corpus.path, "--artifacts", tmp_path / "file" / "artifacts")
    assert done.returncode == 1
    assert f"Not a directory: '{tmp_path}/file/artifacts'" in done.stderr
    assert "Traceback" not in done.stderr
    assert "read 60 tunes" not in done.stdout


def test_another_config_does_not_resume_from_the_checkpoint(tiny_corpus: Corpus, tmp_path: Path) -> None:
    report = Silent()

    def stop(text: str) -> None:
        report.said.append(text)
        if text.startswith("unseen tunes"):
            raise KeyboardInterrupt

    interrupted = Silent()
    interrupted.say = stop  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        fit(curate([tiny_corpus]), tmp_path, Trainer(SMALL, CPU, interrupted))
    other = Silent()
    fit(curate([tiny_corpus]), tmp_path, Trainer(replace(SMALL, seed=3), CPU, other))
    assert any(text.startswith("epoch 1:") and "validation" in text for text in other.said)
