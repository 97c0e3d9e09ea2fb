import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import artifact
from index.artifact import MANIFEST, Artifact, ArtifactError
from index.cosine_index import CosineIndex
from index.own_sources import TUNEBOOKS as OWN
from index.publication import link_files, publish, roll_back, staging
from index.rebuild import RebuildError, Rebuilt, rebuild
from index.reindexing import reindexed
from index.suggester import INDEX_FILES, MELODIES, Suggester
from index.tunebook import TunebookError
from model.abc import AbcError, Tune, read_tune, read_tunebook, write
from model.abc.variation import transposed
from model.arrays import map_arrays, save_arrays
from model.device import Device
from model.encoder import Vectors
from model.grams import Grams
from model.ngram_tunes import NgramTuneFeaturizer
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


def load_version(root: Path, version: str) -> Artifact:
    return artifact.read_folder(root / version, CPU)


def forget(root: Path) -> None:
    """Let the next rebuild read, encode and index everything, because another version wrote the artifact."""
    manifest = root / artifact.CURRENT / artifact.MANIFEST
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**content, "version": "0.0.0"}))


def index_files(root: Path) -> dict[str, bytes]:
    return {
        name: (root / artifact.CURRENT / name).read_bytes() for name in (*INDEX_FILES, artifact.OWN_BOOKS)
    }


def book(*numbers: int) -> str:
    """A tunebook of tunes that differ in title and melody."""
    scale = "CDEFGABcdefgab"
    return "".join(
        f"X:{number}\nT:Own Tune {'ABCDEFGHIJ'[number]} of Mine\nR:reel\nM:4/4\nL:1/8\nK:D\n"
        + "".join(scale[(number * i * i + i) % len(scale)] for i in range(40))
        + "|\n\n"
        for number in numbers
    )


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


def test_a_trained_corpus_stays_whatever_its_name(small_artifacts: Path, tmp_path: Path) -> None:
    path = small_artifacts / "current" / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["corpora"][0]["name"] = OWN  # as after a training on a folder of this name
    path.write_text(json.dumps(manifest), encoding="utf-8")
    before = load(small_artifacts).manifest.corpora
    rebuild(small_artifacts, CPU)
    assert load(small_artifacts).manifest.corpora == before
    (tmp_path / "mine.abc").write_text(f"X:1\nT:The Ungrateful Test\n{JIG}\n")
    for _ in range(2):
        rebuild(small_artifacts, CPU, tmp_path)
        assert load(small_artifacts).manifest.corpora[:-1] == before


def test_a_rebuild_says_how_far_it_is(small_artifacts: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.abc").write_text(f"X:1\nT:The Ungrateful Test\n{JIG}\nX:2\nT:Too Short\nK:D\nDE\n")
    trained = load(small_artifacts).suggester.catalogue
    report = Silent()
    rebuild(small_artifacts, CPU, tmp_path, report.step)
    catalogue = load(small_artifacts).suggester.catalogue
    assert {step.description: (step.done, step.total) for step in report.steps} == {
        "reading tunebooks": (2, 2),
        "encoding names": (1, 1),
        "finding shared n-grams": (1, 1),
        "checking and publishing": (3, 3),
    }
    again = Silent()
    rebuild(small_artifacts, CPU, tmp_path, again.step)
    assert [step.description for step in again.steps] == ["checking and publishing"]

    forget(small_artifacts)
    everything = Silent()
    rebuild(small_artifacts, CPU, tmp_path, everything.step)
    aligning = next(step for step in everything.steps if step.description == "aligning melodies")
    assert 0 < aligning.done == aligning.total
    assert {step.description: (step.done, step.total) for step in everything.steps if step != aligning} == {
        "reading tunebooks": (2, 2),
        "encoding names": (len(set(catalogue.names)),) * 2,
        "reading settings": (len(trained.settings),) * 2,
        "finding shared n-grams": (len(catalogue.settings),) * 2,
        "checking and publishing": (3, 3),
    }


def test_what_has_changed_is_indexed_as_by_a_rebuild_of_everything(
    small_artifacts: Path, tmp_path: Path
) -> None:
    """Files are added, changed, renamed and removed; each time the indexes are the same, byte for byte."""
    fresh = tmp_path / "fresh"
    shutil.copytree(small_artifacts, fresh, symlinks=True)
    books = tmp_path / "books"
    (books / "deep").mkdir(parents=True)
    trained = load(small_artifacts).suggester.catalogue
    a, b, c = books / "a.abc", books / "b.abc", books / "deep" / "c.abc"

    def add() -> None:
        a.write_text(book(0, 1, 2))
        b.write_text(book(3, 4) + "X:1\nT:Too Short\nK:D\nDE\n")

    def join_trained_titles() -> None:
        tunes = [
            replace(read_tune(title.settings[0].abc), titles=title.names) for title in trained.titles[:4]
        ]
        renamed = replace(read_tune(JIG), titles=(trained.titles[9].title, "A Name of My Own"))
        c.write_text("\n".join(map(write, [*tunes, renamed])))

    def change() -> None:
        b.write_text(book(3, 5, 6))

    def repeat() -> None:
        (books / "d.abc").write_text(book(0, 7))

    def rename() -> None:
        a.rename(books / "z.abc")

    def remove() -> None:
        b.unlink()

    for step in (add, join_trained_titles, change, repeat, rename, remove, a.touch):
        step()
        rebuilt = rebuild(small_artifacts, CPU, books)
        forget(fresh)
        expected = rebuild(fresh, CPU, books)
        assert (rebuilt.tunes, rebuilt.skipped) == (expected.tunes, expected.skipped), step
        assert index_files(small_artifacts) == index_files(fresh), step


def test_a_tune_of_the_books_under_another_name_is_also_called_by_it(
    small_artifacts: Path, tmp_path: Path
) -> None:
    trained = load(small_artifacts).suggester
    printed = read_tune(trained.catalogue.settings[3].abc)
    mine = transposed(replace(printed, titles=("A Name of My Own",)), 3)
    (tmp_path / "mine.abc").write_text(write(mine))
    rebuild(small_artifacts, CPU, tmp_path)
    suggester = load(small_artifacts).suggester
    before, after = (each.suggest(mine, 3).titles[0] for each in (trained, suggester))
    names = {"A Name of My Own", before.title}
    assert {after.title, *(other.title for other in after.also_called)} >= names
    assert after.confidence >= before.confidence
    assert [title.title for title in suggester.suggest(mine, 20).titles if title.title in names] == [
        after.title
    ]
    (tmp_path / "mine.abc").unlink()
    rebuild(small_artifacts, CPU, tmp_path)
    assert load(small_artifacts).suggester.suggest(mine, 3).titles[0] == before


def test_what_has_not_changed_is_not_read_again(
    small_artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = tmp_path / "books"
    books.mkdir()
    (books / "a.abc").write_text(book(0, 1, 2))
    (books / "b.abc").write_text(book(3))
    rebuild(small_artifacts, CPU, books)
    read, encoded = [], []
    features = NgramTuneFeaturizer.features

    def noting_read(text: str) -> Iterator[Tune | AbcError]:
        read.append(text)
        return read_tunebook(text)

    def noting_features(featurizer: NgramTuneFeaturizer, tune: Tune) -> Grams:
        encoded.append(tune.titles)
        return features(featurizer, tune)

    monkeypatch.setattr("index.own_sources.read_tunebook", noting_read)
    monkeypatch.setattr(NgramTuneFeaturizer, "features", noting_features)

    def unwanted(*_: object) -> None:
        raise AssertionError("a setting was read")

    monkeypatch.setattr("index.reindexing.read_tune", unwanted)
    (books / "b.abc").write_text(book(3, 4))
    assert rebuild(small_artifacts, CPU, books).tunes == 5
    assert read == [book(3, 4)]
    assert encoded == [("Own Tune E of Mine",)]


def test_an_artifact_without_occurrences_is_indexed_anew(small_artifacts: Path, tmp_path: Path) -> None:
    """An artifact of an earlier revision does not say how often a setting has an n-gram."""
    (tmp_path / "a.abc").write_text(book(0, 1))
    current = load(small_artifacts)
    arrays, _ = map_arrays(current.path / MELODIES)
    kept = {name: array for name, array in arrays.items() if not name.endswith("/occurrences")}
    with staging(small_artifacts) as staged:
        link_files(current.path, staged, without=(MELODIES,))
        save_arrays(kept, staged / MELODIES)
        publish(small_artifacts, staged, current.manifest)
    assert load(small_artifacts).suggester.melody_index.contents is None
    rebuild(small_artifacts, CPU)
    assert (load(small_artifacts).path / MELODIES).read_bytes() == (current.path / MELODIES).read_bytes()


def test_bad_tunebooks_do_not_fail_the_rest(small_artifacts: Path, tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text(book(0))
    (tmp_path / "noise.abc").write_bytes(np.random.default_rng(0).bytes(3000))
    (tmp_path / "titles.abc").write_text(f"X:1\nT:a\x01\x02b\n{JIG}\nX:2\nT:Silence\nK:C\n")
    os.mkfifo(tmp_path / "pipe.abc")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / os.fsdecode(b"m\xe9.abc")).write_text(book(1))
    rebuilt = rebuild(small_artifacts, CPU, tmp_path)
    assert rebuilt.tunes == 1
    assert sorted(rebuilt.skipped) == [
        "loop: is a link to a folder that it is in",
        "m\\xe9.abc: has a name that is not UTF-8",
        "noise.abc: is not text",
        "pipe.abc: is not a regular file",
        "titles.abc:1: the title has control characters",
        f"titles.abc:{JIG.count(chr(10)) + 4}: the tune has no notes",
    ]
    assert load(small_artifacts).manifest.corpora[-1].skipped == 6
    (tmp_path / "a.abc").write_text(book(0, 2))
    assert rebuild(small_artifacts, CPU, tmp_path) == replace(
        rebuilt, version=artifact.current_version(small_artifacts), tunes=2
    )


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


def test_force_publishes_an_index_in_which_the_probes_do_worse(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load(small_artifacts).manifest.probes.value
    build = CosineIndex.__init__

    def build_shuffled(index: CosineIndex, vectors: Vectors, titles: Any) -> None:
        build(index, shuffled(vectors), titles)

    monkeypatch.setattr(CosineIndex, "__init__", build_shuffled)
    rebuilt = rebuild(small_artifacts, CPU, force=True)
    after = load(small_artifacts)
    assert after.version == rebuilt.version
    assert after.manifest.probes.value < 0.5 * before


def test_as_many_artifacts_stay_as_are_asked_for(small_artifacts: Path) -> None:
    versions = [artifact.current_version(small_artifacts)]
    versions += [rebuild(small_artifacts, CPU, keep=2).version for _ in range(3)]
    assert {path.name for path in small_artifacts.glob("[0-9]*")} == set(versions[-2:])


def test_a_rebuild_after_a_roll_back_takes_the_version_that_is_current(
    small_artifacts: Path, tmp_path: Path
) -> None:
    first = artifact.current_version(small_artifacts)
    (tmp_path / "a.abc").write_text(book(0))
    rebuild(small_artifacts, CPU, tmp_path)
    roll_back(small_artifacts, first)
    rebuild(small_artifacts, CPU)
    after = load(small_artifacts)
    assert after.manifest.rebuilt_from == first
    assert after.suggester.catalogue == load_version(small_artifacts, first).suggester.catalogue


def test_a_full_disk_leaves_the_artifact_as_it_was(small_artifacts: Path, tmp_path: Path) -> None:
    """Each file in turn is the one that cannot be written; the error names it, or the folder it is in."""
    (tmp_path / "a.abc").write_text(book(0, 1))
    before = load(small_artifacts).path
    names = (artifact.MANIFEST, *INDEX_FILES)
    sizes = sorted({(before / name).stat().st_size - 1 for name in names} | {0})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for size in sizes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            with pytest.raises(OSError, match=f"{small_artifacts}/.staging-"):
                rebuild(small_artifacts, CPU, tmp_path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert not list(small_artifacts.glob(".staging-*"))
    assert load(small_artifacts).path == before


@pytest.mark.slow
def test_a_rebuild_that_is_killed_leaves_a_whole_artifact(small_artifacts: Path, tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text(book(0, 1))
    code = """
import sys
from pathlib import Path
from index.rebuild import rebuild
print("started", flush=True)
while True:
    rebuild(Path(sys.argv[1]), "cpu", Path(sys.argv[2]), keep=2)
"""
    seconds = np.random.default_rng(0).uniform(0, 1.5, 12)
    for delay in seconds:
        command = [sys.executable, "-c", code, str(small_artifacts), str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stdout.readline() == b"started\n"
            time.sleep(delay)
            process.kill()
        load(small_artifacts)
    rebuild(small_artifacts, CPU, tmp_path)


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
    trained = []

    def train_meanwhile(*arguments: Any) -> Suggester:
        with staging(small_artifacts) as staged:
            link_files(old.path, staged, without=())
            trained.append(publish(small_artifacts, staged, old.manifest))
        return reindexed(*arguments)

    monkeypatch.setattr("index.rebuild.reindexed", train_meanwhile)
    with pytest.raises(ArtifactError, match="in the meantime"):
        rebuild(small_artifacts, CPU)
    assert artifact.current_version(small_artifacts) == trained[0]
