from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import artifact
from index.artifact import Artifact, ArtifactError
from index.cosine_index import CosineIndex
from index.library import Library
from index.own_tunebooks import NAME as OWN
from index.publication import link_files, publish, staging
from index.rebuild import RebuildError, Rebuilt, rebuild
from index.tunebook import TunebookError
from model.abc import read_tune, write
from model.device import Device
from model.encoder import Vectors
from tests.support import KESH, Silent

CPU: Device = "cpu"

JIG = """R:jig
M:6/8
L:1/8
K:Em
EGB gfe|dBG AFD|EGB bge|dBA G2E|EGB gfe|dBG AFD|GBd gdB|AFD E3||
"""


def load(root: Path) -> Artifact:
    return artifact.load(root, CPU)


def test_a_rebuild_changes_the_version_and_no_suggestion(small_artifacts: Path) -> None:
    before = load(small_artifacts)
    rebuilt = rebuild(small_artifacts, CPU)
    after = load(small_artifacts)
    assert rebuilt == Rebuilt(after.version, 0, [])
    assert after.version != before.version
    assert after.suggester.suggest(KESH) == before.suggester.suggest(KESH)
    assert after.manifest.rebuilt_from == before.version
    changed = {"created", "rebuilt_from", "files"}
    assert after.manifest.model_dump(exclude=changed) == before.manifest.model_dump(exclude=changed)


def test_own_tunes_follow_the_trained_titles_until_their_file_is_gone(
    small_artifacts: Path, tmp_path: Path
) -> None:
    trained = load(small_artifacts)
    book = tmp_path / "mine.abc"
    book.write_text(f"X:1\nT:The Ungrateful Test\n{JIG}\nX:2\nT:Too Short\nK:D\nDE\n\nX:3\nK:D\nDEFGABcd\n")
    rebuilt = rebuild(small_artifacts, CPU, tmp_path)
    assert (rebuilt.tunes, len(rebuilt.skipped)) == (1, 2)
    assert rebuilt.skipped[0].endswith("2 notes, fewer than 8")
    assert rebuilt.skipped[1].endswith("no title")
    added = load(small_artifacts)
    assert added.suggester.catalogue.titles[:-1] == trained.suggester.catalogue.titles
    assert added.suggester.catalogue.titles[-1].title == "The Ungrateful Test"
    assert added.manifest.titles == len(added.suggester.catalogue) == added.manifest.probes.pool
    assert [corpus.name for corpus in added.manifest.corpora][-1] == OWN

    book.unlink()
    assert rebuild(small_artifacts, CPU, tmp_path).tunes == 0
    assert load(small_artifacts).suggester.catalogue == trained.suggester.catalogue


def test_a_rebuild_says_how_far_it_is(small_artifacts: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.abc").write_text(f"X:1\nT:The Ungrateful Test\n{JIG}\nX:2\nT:Too Short\nK:D\nDE\n")
    report = Silent()
    rebuild(small_artifacts, CPU, tmp_path, report.step)
    catalogue = load(small_artifacts).suggester.catalogue
    assert {step.description: (step.done, step.total) for step in report.steps} == {
        "reading tunebooks": (2, 2),
        "reading settings": (len(catalogue.settings),) * 2,
        "encoding names": (len(catalogue.names),) * 2,
        "encoding settings": (len(catalogue.settings),) * 2,
        "indexing settings": (len(catalogue.settings),) * 2,
        "checking and publishing": (3, 3),
    }


def test_an_own_tune_joins_the_title_with_its_name(small_artifacts: Path, tmp_path: Path) -> None:
    trained = load(small_artifacts).suggester.catalogue.titles[5]
    (tmp_path / "mine.abc").write_text(f"X:1\nT:{trained.title.upper()}\nT:My Own Name For It\n{JIG}")
    assert rebuild(small_artifacts, CPU, tmp_path).tunes == 1
    joined = load(small_artifacts).suggester.catalogue.titles[5]
    assert joined.title == trained.title
    assert "My Own Name For It" in joined.aliases
    assert joined.settings[: len(trained.settings)] == trained.settings
    assert joined.settings[-1].corpus == OWN


def test_own_titles_are_curated_as_the_trained_ones(small_artifacts: Path, tmp_path: Path) -> None:
    trained = load(small_artifacts).suggester.catalogue
    number, title = next(
        (number, title) for number, title in enumerate(trained.titles) if len(title.title.split()) > 2
    )
    tune = read_tune(title.settings[0].abc)
    same = replace(tune, titles=("".join(title.title.rsplit(" ", 1)),))
    other = replace(read_tune("X:1\nT:Other\n" + JIG), titles=(title.title.rstrip(".") + "s",))
    (tmp_path / "mine.abc").write_text(
        f"{write(same)}\n{write(other)}\nX:3\nT:7. My Own Wide Gate -- Jig\n{JIG}"
    )
    assert rebuild(small_artifacts, CPU, tmp_path).tunes == 3
    rebuilt = load(small_artifacts).suggester.catalogue
    assert rebuilt.titles[number].settings == (*title.settings, *rebuilt.titles[number].settings[-1:])
    assert rebuilt.titles[number].settings[-1].title == same.titles[0], "a slip, and the same tune"
    assert [title.title for title in rebuilt.titles[len(trained) :]] == [other.titles[0], "My Own Wide Gate"]
    assert rebuilt.titles[:number] == trained.titles[:number]
    assert rebuilt.titles[number + 1 : len(trained)] == trained.titles[number + 1 :]


def shuffled(vectors: Vectors) -> Vectors:
    return np.random.default_rng(0).permutation(vectors)


def too_long(vectors: Vectors) -> Vectors:
    return vectors * np.float32(1.1)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [(shuffled, "the MRR of the probes is"), (too_long, "names do not have unit length")],
)
def test_a_bad_index_is_not_published(
    small_artifacts: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Vectors], Vectors],
    message: str,
) -> None:
    before = artifact.current_version(small_artifacts)
    build = CosineIndex.__init__

    def build_spoiled(index: CosineIndex, vectors: Vectors, titles: Any) -> None:
        build(index, spoil(vectors), titles)

    monkeypatch.setattr(CosineIndex, "__init__", build_spoiled)
    with pytest.raises(RebuildError, match=message):
        rebuild(small_artifacts, CPU)
    assert artifact.current_version(small_artifacts) == before


def test_a_missing_tunebook_folder_publishes_nothing(small_artifacts: Path, tmp_path: Path) -> None:
    before = artifact.current_version(small_artifacts)
    with pytest.raises(TunebookError, match="no such file or folder"):
        rebuild(small_artifacts, CPU, tmp_path / "none")
    assert artifact.current_version(small_artifacts) == before


def test_without_an_artifact_there_is_nothing_to_rebuild(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no current artifact"):
        rebuild(tmp_path, CPU)


def test_an_artifact_trained_in_the_meantime_is_not_replaced(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = load(small_artifacts)
    read = Library.read
    trained = []

    def train_meanwhile(catalogue: Any, *_: Any) -> Library:
        with staging(small_artifacts) as staged:
            link_files(old.path, staged, without=())
            trained.append(publish(small_artifacts, staged, old.manifest))
        return read(catalogue)

    monkeypatch.setattr(Library, "read", train_meanwhile)
    with pytest.raises(ArtifactError, match="in the meantime"):
        rebuild(small_artifacts, CPU)
    assert artifact.current_version(small_artifacts) == trained[0]
