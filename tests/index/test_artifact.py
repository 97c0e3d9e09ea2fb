import json
import os
import subprocess
import sys
from pathlib import Path

import faiss
import numpy as np
import pytest

from index import artifact
from index.artifact import ArtifactError, load
from index.digests import sha256
from index.manifest import FORMAT
from index.melody_index import MelodyIndex
from index.probes import load_probes, measure_probes
from index.suggester import CATALOGUE, MELODIES, SETTINGS, TITLES
from model.device import Device
from model.encoders import TITLE_ENCODER, TUNE_ENCODER
from tests.support import KESH

CPU: Device = "cpu"
ROOT = Path(__file__).parents[2]
MAPS = Path("/proc/self/maps")


def change_manifest(root: Path, **changes: object) -> None:
    path = root / artifact.CURRENT / artifact.MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_published_artifact_loads_with_everything(small_artifacts: Path) -> None:
    loaded = load(small_artifacts, CPU)
    assert loaded.version == (small_artifacts / artifact.CURRENT).resolve().name
    assert len(loaded.suggester.title_index) == len(loaded.suggester.catalogue.names)
    assert len(loaded.suggester.melody_index.vectors) == len(loaded.suggester.catalogue.settings)
    assert loaded.manifest.titles == len(loaded.suggester.catalogue)
    assert loaded.manifest.corpora[0].tunes == 240 - loaded.manifest.corpora[0].skipped
    assert load_probes(loaded.path / artifact.PROBES) == loaded.probes


def test_loading_builds_no_melody_index(small_artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("every tune would be read")

    monkeypatch.setattr(MelodyIndex, "__init__", fail)
    load(small_artifacts, CPU)


def test_the_recorded_mrr_is_measured_again(small_artifacts: Path) -> None:
    loaded = load(small_artifacts, CPU)
    measured = measure_probes(loaded.probes, loaded.suggester)
    assert measured == loaded.manifest.probes
    assert measured.pool == len(loaded.suggester.catalogue)
    assert measured.value > 50 * measured.chance


def test_probes_are_distinct_and_have_no_titles(small_artifacts: Path) -> None:
    loaded = load(small_artifacts, CPU)
    assert len({probe.abc for probe in loaded.probes}) == len(loaded.probes)
    assert not any("T:" in probe.abc for probe in loaded.probes)


def test_a_folder_without_an_artifact_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="gan-ainm fit"):
        load(tmp_path, CPU)


def test_another_format_is_refused_with_both_versions(small_artifacts: Path) -> None:
    change_manifest(small_artifacts, format=99)
    with pytest.raises(ArtifactError, match=rf"has format 99, this version reads {FORMAT}.*train again"):
        load(small_artifacts, CPU)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, f'{{"format": {FORMAT}}}'])
def test_a_broken_manifest_is_refused(small_artifacts: Path, text: str) -> None:
    (small_artifacts / artifact.CURRENT / artifact.MANIFEST).write_text(text)
    with pytest.raises(ArtifactError):
        load(small_artifacts, CPU)


@pytest.mark.parametrize("brackets", ["[", '{"a":'])
def test_a_manifest_of_many_brackets_is_named(small_artifacts: Path, brackets: str) -> None:
    (small_artifacts / artifact.CURRENT / artifact.MANIFEST).write_text(brackets * 100_000)
    with pytest.raises(ArtifactError, match=f"unreadable {artifact.MANIFEST}: maximum recursion depth"):
        load(small_artifacts, CPU)


def test_a_pipe_in_place_of_the_manifest_is_refused(small_artifacts: Path) -> None:
    manifest = small_artifacts / artifact.CURRENT / artifact.MANIFEST
    manifest.unlink()
    os.mkfifo(manifest)
    with pytest.raises(ArtifactError, match=f"{artifact.MANIFEST} is not a regular file"):
        load(small_artifacts, CPU)


def test_a_file_that_may_not_be_read_is_refused_by_name(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: Path) -> str:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(artifact, "sha256", refuse)
    with pytest.raises(ArtifactError, match=rf"{CATALOGUE} cannot be read: Permission denied"):
        load(small_artifacts, CPU)


@pytest.mark.parametrize("name", [TITLES, MELODIES, CATALOGUE, artifact.MANIFEST])
def test_a_truncated_file_is_refused_by_name(small_artifacts: Path, name: str) -> None:
    path = small_artifacts / artifact.CURRENT / name
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ArtifactError, match=name):
        load(small_artifacts, CPU)


@pytest.mark.parametrize("name", [TITLES, MELODIES, CATALOGUE, "evaluation/split.json"])
def test_a_changed_file_is_refused_by_name(small_artifacts: Path, name: str) -> None:
    path = small_artifacts / artifact.CURRENT / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArtifactError, match=name):
        load(small_artifacts, CPU)


def test_missing_and_extra_files_are_refused(small_artifacts: Path) -> None:
    current = small_artifacts / artifact.CURRENT
    (current / "extra").write_text("")
    with pytest.raises(ArtifactError, match="extra"):
        load(small_artifacts, CPU)
    (current / "extra").unlink()
    (current / artifact.PROBES).unlink()
    with pytest.raises(ArtifactError, match="probes"):
        load(small_artifacts, CPU)


def test_files_that_do_not_fit_together_are_refused(small_artifacts: Path) -> None:
    current = small_artifacts / artifact.CURRENT
    index = faiss.IndexFlatIP(7)
    index.add(np.zeros((len(load(small_artifacts, CPU).suggester.catalogue.names), 7), np.float32))
    faiss.write_index(index, str(current / TITLES))
    files = json.loads((current / artifact.MANIFEST).read_text())["files"]
    change_manifest(small_artifacts, files={**files, TITLES: sha256(current / TITLES)})
    with pytest.raises(ArtifactError, match=r"differ in length.*7"):
        load(small_artifacts, CPU)


def test_an_artifact_answers_without_torch(small_artifacts: Path) -> None:
    code = """
import sys
from index import load
assert load(sys.argv[1]).suggest(sys.argv[2]).titles
assert "torch" not in sys.modules, "torch was imported"
"""
    command = [sys.executable, "-c", code, str(small_artifacts), KESH]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not MAPS.exists(), reason="needs Linux")
def test_encoders_and_indexes_are_mapped(small_artifacts: Path) -> None:
    loaded = load(small_artifacts, CPU)
    mapped = MAPS.read_text()
    for name in (TUNE_ENCODER, TITLE_ENCODER, TITLES, SETTINGS, MELODIES):
        assert f"{loaded.path.resolve() / name}\n" in mapped
