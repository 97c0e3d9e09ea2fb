import os
import shutil
from pathlib import Path

import pytest

from index import artifact
from index.artifact import ArtifactError, load
from index.manifest import Manifest
from index.publication import BusyError, kept_versions, link_files, locked, publish, roll_back, staging
from index.suggester import TITLES
from model.device import Device

CPU: Device = "cpu"


def publish_again(root: Path, keep: int = 5) -> str:
    """Publish the current artifact once more, and return the new version."""
    current = load(root, CPU)
    with staging(root) as staged:
        link_files(current.path, staged, without=())
        return publish(root, staged, current.manifest, keep=keep)


def versions(root: Path) -> set[str]:
    return {path.name for path in root.glob("[0-9]*")}


def test_failed_writing_keeps_the_old_artifact_and_leaves_nothing_behind(small_artifacts: Path) -> None:
    before = sorted(path.name for path in small_artifacts.iterdir())

    def write() -> None:
        with staging(small_artifacts) as staged:
            (staged / "half").write_text("written")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        write()
    assert sorted(path.name for path in small_artifacts.iterdir()) == before
    load(small_artifacts, CPU)


@pytest.mark.parametrize("moment", ["rename", "symlink_to", "replace"])
def test_failed_publishing_keeps_a_complete_artifact(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    old = load(small_artifacts, CPU)

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, moment, fail)
    with staging(small_artifacts) as staged:
        link_files(old.path, staged, without=())
        with pytest.raises(OSError, match="no space"):
            publish(small_artifacts, staged, old.manifest)
    assert load(small_artifacts, CPU).version == old.version
    assert not [*small_artifacts.glob(".current-*"), *small_artifacts.glob(".staging-*")]


def test_publishing_moves_current_and_keeps_the_old_artifact(small_artifacts: Path) -> None:
    old = load(small_artifacts, CPU)
    with staging(small_artifacts) as staged:
        link_files(old.path, staged, without=())
        version = publish(small_artifacts, staged, Manifest(**{**old.manifest.model_dump(), "seed": 7}))
    assert artifact.current_version(small_artifacts) == version != old.version
    assert old.path.exists()
    assert os.access(small_artifacts / version, os.R_OK | os.X_OK)
    assert load(small_artifacts, CPU).manifest.seed == 7


def test_an_artifact_that_cannot_be_loaded_is_not_published(small_artifacts: Path) -> None:
    old = load(small_artifacts, CPU)
    with staging(small_artifacts) as staged:
        link_files(old.path, staged, without=(TITLES,))
        with pytest.raises(ArtifactError, match="cannot be loaded"):
            publish(small_artifacts, staged, old.manifest)
    assert artifact.current_version(small_artifacts) == old.version


def test_an_artifact_published_in_the_meantime_is_not_replaced(small_artifacts: Path) -> None:
    old = load(small_artifacts, CPU)
    with staging(small_artifacts) as staged:
        link_files(old.path, staged, without=())
        with pytest.raises(
            ArtifactError, match=f"{old.version} was published in the meantime; expected another"
        ):
            publish(small_artifacts, staged, old.manifest, replaces="another")
    assert artifact.current_version(small_artifacts) == old.version


def test_the_last_five_are_kept_and_leftovers_removed(small_artifacts: Path) -> None:
    stale, fresh, removed = (small_artifacts / f".{name}" for name in ("staging-a", "staging-b", "removed-c"))
    for folder in (stale, fresh, removed):
        folder.mkdir()
    for folder in (stale, removed):
        os.utime(folder, (0, 0))
    published = [publish_again(small_artifacts) for _ in range(6)]
    assert versions(small_artifacts) == set(published[-5:])
    hidden = {path.name for path in small_artifacts.glob(".*") if path.suffix != ".lock"}
    assert hidden == {fresh.name}
    assert load(small_artifacts, CPU).version == published[-1]


def test_as_many_artifacts_stay_as_are_asked_for(small_artifacts: Path) -> None:
    first = load(small_artifacts, CPU).version
    second, third = publish_again(small_artifacts), publish_again(small_artifacts, keep=3)
    assert versions(small_artifacts) == {first, second, third}
    fourth = publish_again(small_artifacts, keep=1)
    assert versions(small_artifacts) == {third, fourth}, "the new one, and the one that it replaces"


def test_an_artifact_that_a_roll_back_made_current_stays(small_artifacts: Path) -> None:
    oldest = load(small_artifacts, CPU).version
    newer = [publish_again(small_artifacts) for _ in range(4)]
    roll_back(small_artifacts, oldest)
    newest = publish_again(small_artifacts, keep=3)
    assert versions(small_artifacts) == {oldest, newer[-1], newest}
    assert load(small_artifacts, CPU).version == newest


def test_the_new_artifact_stays_when_the_clock_was_put_back(small_artifacts: Path) -> None:
    current = load(small_artifacts, CPU)
    late = small_artifacts / "29991231T235959Z-00000000"
    current.path.resolve().rename(late)
    (small_artifacts / artifact.CURRENT).unlink()
    (small_artifacts / artifact.CURRENT).symlink_to(late.name)
    newest = publish_again(small_artifacts, keep=1)
    assert versions(small_artifacts) == {late.name, newest}
    assert load(small_artifacts, CPU).version == newest


def test_kept_versions_are_listed_newest_first(small_artifacts: Path) -> None:
    first = load(small_artifacts, CPU)
    second = publish_again(small_artifacts)
    third = publish_again(small_artifacts)
    shutil.copytree(small_artifacts / first.version, small_artifacts / "20200101T000000Z-00000000")
    (small_artifacts / second / artifact.MANIFEST).unlink()
    (small_artifacts / second / artifact.MANIFEST).write_text("[" * 100_000)
    listed = kept_versions(small_artifacts)
    assert [kept.version for kept in listed] == [third, first.version, "20200101T000000Z-00000000"]
    assert [kept.is_current for kept in listed] == [True, False, False]
    counts = (first.manifest.created, first.manifest.titles, first.manifest.settings)
    assert {(kept.created, kept.titles, kept.settings) for kept in listed} == {counts}
    assert kept_versions(small_artifacts / "none") == []


def test_a_version_whose_manifest_is_gone_disturbs_no_other(small_artifacts: Path) -> None:
    for number, target in enumerate((artifact.MANIFEST, "nothing")):
        folder = small_artifacts / f"20200101T00000{number}Z-00000000"
        folder.mkdir()
        (folder / artifact.MANIFEST).symlink_to(target)  # a link to itself, and one to nothing
    newest = publish_again(small_artifacts)
    assert artifact.current_version(small_artifacts) == newest
    assert kept_versions(small_artifacts)[0].version == newest


def test_a_roll_back_makes_a_kept_version_current(small_artifacts: Path) -> None:
    first = load(small_artifacts, CPU)
    second = publish_again(small_artifacts)
    roll_back(small_artifacts, first.version)
    assert load(small_artifacts, CPU).version == first.version
    assert [kept.version for kept in kept_versions(small_artifacts) if kept.is_current] == [first.version]
    roll_back(small_artifacts, first.version)
    roll_back(small_artifacts, second)
    assert load(small_artifacts, CPU).version == second


@pytest.mark.parametrize("version", ["", ".", "..", "current", "20200101T000000Z-00000000", "../artifacts"])
def test_a_roll_back_to_no_version_is_refused(small_artifacts: Path, version: str) -> None:
    before = artifact.current_version(small_artifacts)
    with pytest.raises(ArtifactError, match=f"there is no version '{version}'; kept: {before}"):
        roll_back(small_artifacts, version)
    assert artifact.current_version(small_artifacts) == before


def test_a_roll_back_to_a_damaged_version_is_refused(small_artifacts: Path) -> None:
    old = load(small_artifacts, CPU)
    newest = publish_again(small_artifacts)
    (old.path.resolve().parent / old.version / TITLES).unlink()
    with pytest.raises(ArtifactError, match=TITLES):
        roll_back(small_artifacts, old.version)
    assert artifact.current_version(small_artifacts) == newest


@pytest.mark.parametrize("moment", ["symlink_to", "replace"])
def test_a_failed_roll_back_leaves_current_as_it_was(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    old = load(small_artifacts, CPU).version
    newest = publish_again(small_artifacts)

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, moment, fail)
    with pytest.raises(OSError, match="no space"):
        roll_back(small_artifacts, old)
    assert load(small_artifacts, CPU).version == newest
    assert not list(small_artifacts.glob(".current-*"))


def test_only_one_process_holds_a_lock(tmp_path: Path) -> None:
    lock = tmp_path / "new" / "lock"
    with locked(lock), pytest.raises(BusyError, match="another process"), locked(lock, wait=False):
        pass
    with locked(lock, wait=False):
        pass
