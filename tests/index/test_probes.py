from pathlib import Path

import numpy as np
import pytest
import torch

from index import artifact
from index.catalogue import Catalogue, Setting
from index.mrr import K
from index.probes import (
    COUNT,
    encode_probes,
    load_probe_vectors,
    load_probes,
    make_probes,
    measure_probes,
    save_probe_vectors,
    save_probes,
)
from model.abc import read_tune
from model.device import Device
from tests.support import KESH

SHORT = "K:D\nDEFGABcd|\n"


def catalogue(*texts: str) -> Catalogue:
    return Catalogue.collect(
        ((f"Tune {n}",), Setting("book", f"{n}", f"Tune {n}", "", "", "", abc)) for n, abc in enumerate(texts)
    )


def test_a_small_catalogue_is_sampled_repeatedly_with_different_changes() -> None:
    probes = make_probes(catalogue(KESH, KESH.replace("GAG", "GBG")), seed=0)
    assert len(probes) == COUNT >= 200
    assert len({probe.abc for probe in probes}) > 0.9 * COUNT
    assert {probe.title for probe in probes} == {0, 1}


def test_probes_are_in_another_key_cut_and_ornamented() -> None:
    original = [note.pitch for note in read_tune(KESH).notes]
    for probe in make_probes(catalogue(KESH), seed=0, count=30):
        pitches = [note.pitch for note in read_tune(probe.abc).notes]
        assert 32 <= len(pitches) <= 64 + 3 * 64
        assert pitches != original[: len(pitches)]


def test_short_tunes_stay_whole() -> None:
    for probe in make_probes(catalogue(SHORT), seed=0, count=20):
        assert len(read_tune(probe.abc).notes) >= 8


def test_probes_depend_on_the_seed_and_are_the_same_after_loading(tmp_path: Path) -> None:
    probes = make_probes(catalogue(KESH, SHORT), seed=3, count=10)
    assert probes == make_probes(catalogue(KESH, SHORT), seed=3, count=10)
    assert probes != make_probes(catalogue(KESH, SHORT), seed=4, count=10)
    save_probes(probes, tmp_path / "probes.jsonl")
    assert load_probes(tmp_path / "probes.jsonl") == probes


def test_measuring_without_probes_is_an_error(small_artifacts: Path) -> None:
    loaded = artifact.load(small_artifacts, "cpu")
    with pytest.raises(ValueError, match="no queries"):
        measure_probes([], loaded.suggester)


def test_the_artifact_has_the_vectors_of_its_probes(small_artifacts: Path) -> None:
    loaded = artifact.load(small_artifacts, "cpu")
    vectors = encode_probes(loaded.probes, loaded.suggester.encoders)
    assert np.array_equal(loaded.probe_vectors, vectors)


@pytest.mark.parametrize("shape", [(2, 4), (3, 5), (12,)])
def test_vectors_that_do_not_fit_the_probes_are_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    save_probe_vectors(np.zeros(shape, np.float32), tmp_path / "probes.safetensors")
    with pytest.raises(ValueError, match="does not have 3 vectors of 4 numbers"):
        load_probe_vectors(tmp_path / "probes.safetensors", 3, 4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cpu_and_gpu_rank_the_same(small_artifacts: Path) -> None:
    titles = []
    devices: tuple[Device, ...] = ("cpu", "cuda")
    for device in devices:
        loaded = artifact.load(small_artifacts, device)
        ranked = [loaded.suggester.rank(read_tune(probe.abc), K) for probe in loaded.probes]
        titles.append(np.array([[title.title for title in ranking.titles] for ranking in ranked]))
    assert np.array_equal(titles[0], titles[1])
