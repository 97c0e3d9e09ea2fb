from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from model.abc import Tune, read_tune
from model.abc.variation import cut, transposed
from model.bag import damped
from model.checkpoint import CheckpointError, load_encoder, save_encoder
from model.device import DeviceError, pick_device
from model.grams import MAX_NOTES, melody_grams
from model.ngram_title_encoder import NgramTitleConfig, NgramTitleEncoder
from model.ngram_tune_encoder import NgramTuneConfig, NgramTuneEncoder
from model.registry import EncoderError, build_encoder
from tests.support import KESH

CPU = torch.device("cpu")


@pytest.fixture
def tune() -> Tune:
    return read_tune(KESH)


@pytest.fixture
def encoder() -> NgramTuneEncoder:
    torch.manual_seed(0)
    return NgramTuneEncoder(NgramTuneConfig(buckets=2**12, dim=32))


def test_vectors_have_unit_length_and_float32(encoder: NgramTuneEncoder, tune: Tune) -> None:
    vectors = encoder.encode([tune, cut(tune, 0, 12)])
    assert vectors.shape == (2, 32)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_an_empty_list_has_no_vectors(encoder: NgramTuneEncoder) -> None:
    assert encoder.encode([]).shape == (0, 32)


def test_a_vector_does_not_depend_on_the_rest_of_the_batch(encoder: NgramTuneEncoder, tune: Tune) -> None:
    alone = encoder.encode([tune])[0]
    among = encoder.encode([cut(tune, 0, 9), tune, transposed(tune, 3)])[1]
    assert among == pytest.approx(alone, abs=1e-6)


@pytest.mark.parametrize("semitones", [-7, -1, 2, 12])
def test_a_tune_has_the_same_vector_in_every_key(
    encoder: NgramTuneEncoder, tune: Tune, semitones: int
) -> None:
    same, moved = encoder.encode([tune, transposed(tune, semitones)])
    assert moved == pytest.approx(same, abs=1e-6)


def test_a_tune_has_the_same_vector_at_twice_the_note_length(encoder: NgramTuneEncoder) -> None:
    same, doubled = encoder.encode([read_tune(KESH), read_tune(KESH.replace("L:1/8", "L:1/4"))])
    assert doubled == pytest.approx(same, abs=1e-6)


@pytest.mark.parametrize("letter", list("TNHSZCABDFGOWrw"))
def test_fields_that_could_name_the_tune_are_ignored(
    encoder: NgramTuneEncoder, tune: Tune, letter: str
) -> None:
    text = KESH.replace("R:jig\n", f"R:jig\n{letter}:The Kesh, also Kerrigan's Jig\n")
    assert np.array_equal(encoder.encode([read_tune(text)]), encoder.encode([tune]))


def test_the_title_does_not_change_the_vector(encoder: NgramTuneEncoder, tune: Tune) -> None:
    nameless = KESH.replace("T:The Kesh\n", "")
    assert np.array_equal(encoder.encode([read_tune(nameless)]), encoder.encode([tune]))


def test_the_header_is_read_and_can_be_masked(encoder: NgramTuneEncoder, tune: Tune) -> None:
    grams = encoder.featurizer.features(tune)
    assert grams.header == 2
    masked = NgramTuneEncoder(replace(encoder.config, header_dropout=1.0, gram_dropout=0.0, crop=0.0))
    assert len(masked.featurizer.view(grams, np.random.default_rng(0))) == len(grams) - 2


def test_a_repeated_gram_weighs_little_more_than_a_single_one() -> None:
    once, twice = damped(np.array([3, 5])), damped(np.array([5, 3, 5]))
    assert once == pytest.approx([2**-0.5] * 2)
    assert twice[0] == twice[2]
    assert 2 * twice[0] / twice[1] == pytest.approx(1 + np.log(2))
    assert (2 * twice[0]) ** 2 + twice[1] ** 2 == pytest.approx(1)
    assert len(damped(np.zeros(0, np.int64))) == 0


def test_a_part_written_out_twice_hardly_changes_the_vector(encoder: NgramTuneEncoder, tune: Tune) -> None:
    repeated = read_tune(KESH.replace("G2:|", "G2|" + KESH.split("D|")[1].replace(":|", "|")))
    assert len(repeated.notes) > 1.9 * len(tune.notes)
    once, twice = encoder.encode([tune, repeated])
    assert once @ twice > 0.97


def test_header_weight_sets_the_influence_of_the_header(encoder: NgramTuneEncoder, tune: Tune) -> None:
    heavy = NgramTuneEncoder(replace(encoder.config, header_weight=100.0))
    heavy.load_state_dict(encoder.state_dict())
    reel = replace(tune, rhythm="reel", meter="4/4")
    jig, other, as_reel = heavy.encode([tune, cut(tune, 20, 20), reel])
    assert jig @ other > 0.99, "only the header counts"
    assert jig @ as_reel < 0.5


def test_a_cropped_view_holds_only_grams_of_its_fragment(encoder: NgramTuneEncoder, tune: Tune) -> None:
    cropping = NgramTuneEncoder(replace(encoder.config, crop=1.0, gram_dropout=0.0, shortest_crop=16))
    rng = np.random.default_rng(0)
    whole = cropping.featurizer.features(tune)
    views = [cropping.featurizer.view(whole, rng) for _ in range(50)]
    assert all(view.stop.max() - view.start[view.header :].min() <= len(tune.notes) for view in views)
    assert min(len(view) for view in views) < len(whole) / 2


def test_a_fragment_has_the_grams_that_lie_inside_it(tune: Tune) -> None:
    whole = melody_grams(tune, 2**12)
    part = melody_grams(cut(tune, 10, 20), 2**12)
    inside = (whole.start >= 10) & (whole.stop <= 30)
    # A fragment does not show how long its last note lasts, so the rhythm there may differ.
    missing = (
        set(part.ids.tolist()) - set(whole.ids[inside].tolist()) - set(whole.ids[: whole.header].tolist())
    )
    assert len(missing) <= 2


@pytest.mark.parametrize("body", ["C", "C D", "CCCCCCCC", "C D E"])
def test_the_shortest_tunes_have_vectors(encoder: NgramTuneEncoder, body: str) -> None:
    assert np.isfinite(encoder.encode([read_tune(f"K:C\n{body}\n")])).all()


def test_notes_beyond_the_limit_are_ignored(encoder: NgramTuneEncoder) -> None:
    longest = read_tune("K:C\n" + "CDEFGABc" * (MAX_NOTES // 8) + "\n")
    longer = read_tune("K:C\n" + "CDEFGABc" * (MAX_NOTES // 8) + "gfed" * 100 + "\n")
    at_limit, beyond_limit = encoder.encode([longest, longer])
    assert at_limit == pytest.approx(beyond_limit, abs=1e-2)


def test_two_spellings_of_a_title_have_the_same_vector() -> None:
    torch.manual_seed(0)
    encoder = NgramTitleEncoder(NgramTitleConfig(buckets=2**12, dim=32))
    a, b, other = encoder.encode(["The Maid of Ḃarra", "Maid of Bharra, The", "The Blackbird"])
    assert a == pytest.approx(b)
    assert a @ other < 0.9


def test_a_title_without_letters_has_a_vector() -> None:
    encoder = NgramTitleEncoder(NgramTitleConfig(buckets=2**12, dim=32))
    assert np.isfinite(encoder.encode(["", "?!", "漢"])).all()


def test_checkpoints_restore_config_and_vectors(
    encoder: NgramTuneEncoder, tune: Tune, tmp_path: Path
) -> None:
    save_encoder(encoder, tmp_path / "tune.safetensors")
    loaded = load_encoder("tune", tmp_path / "tune.safetensors", CPU)
    assert loaded.config == encoder.config
    assert np.array_equal(loaded.encode([tune]), encoder.encode([tune]))


def test_a_checkpoint_of_the_wrong_kind_is_rejected(encoder: NgramTuneEncoder, tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(CheckpointError, match=r"x\.safetensors is not a checkpoint"):
        load_encoder("tune", path, CPU)
    save_encoder(encoder, path)
    with pytest.raises(CheckpointError, match="config of title encoder"):
        load_encoder("title", path, CPU)


def test_an_unknown_encoder_is_rejected_by_name() -> None:
    with pytest.raises(EncoderError, match="no tune encoder 'oracle'; choose one of ngram, rnn, cnn"):
        build_encoder("tune", {"name": "oracle"})
    with pytest.raises(EncoderError, match="choose one of ngram, sentence"):
        build_encoder("title", {})


def test_a_missing_device_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert pick_device("auto") == pick_device("cpu") == CPU
    with pytest.raises(DeviceError, match="DEVICE=cuda"):
        pick_device("cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_both_devices_give_the_same_vectors(encoder: NgramTuneEncoder, tune: Tune) -> None:
    tunes = [tune, cut(tune, 0, 16), transposed(cut(tune, 8, 24), 5)]
    on_cpu = encoder.encode(tunes)
    assert encoder.to("cuda").encode(tunes) == pytest.approx(on_cpu, abs=1e-5)
