from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from model.abc import Tune, read_tune
from model.abc.variation import cut, transposed
from model.bags import Bags, damped
from model.checkpoint import CheckpointError, as_saved, load_encoder, save_encoder
from model.device import Device, DeviceError, pick_device
from model.encoder import Encoder
from model.grams import MAX_NOTES, Grams, melody_grams
from model.ngram_encoder import NgramTuneEncoder, _as_float32
from model.ngram_network import NgramTitleNetwork, NgramTuneNetwork
from model.ngram_titles import NgramTitleConfig
from model.ngram_tunes import NgramTuneConfig, NgramTuneFeaturizer
from model.registry import EncoderError, build_network
from model.vocabulary import as_rows, row_of_each
from tests.support import KESH

CPU: Device = "cpu"
CONFIG = NgramTuneConfig(vocabulary_size=2**12, dim=32)
REEL = "R:reel\nM:4/4\nK:C\nCEGc\n"
SCALE = "K:C\n" + "CDEFGABc" * 2 + "gfed" * 2 + "\n"


def knowing(network: NgramTuneNetwork, tunes: Sequence[str]) -> NgramTuneNetwork:
    """The network with the grams of these tunes as its vocabulary."""
    network.prepare([[network.featurizer.features(read_tune(abc))] for abc in tunes])
    return network


@pytest.fixture
def tune() -> Tune:
    return read_tune(KESH)


@pytest.fixture
def network() -> NgramTuneNetwork:
    torch.manual_seed(0)
    return knowing(NgramTuneNetwork(CONFIG), [KESH, REEL, SCALE])


@pytest.fixture
def encoder(network: NgramTuneNetwork) -> Encoder[Tune, Grams]:
    return as_saved("tune", network, CPU)


@pytest.fixture
def titles() -> Encoder[str, object]:
    torch.manual_seed(0)
    network = NgramTitleNetwork(NgramTitleConfig(vocabulary_size=2**12, dim=32))
    network.prepare([[network.featurizer.features(name)] for name in ("The Maid of Barra", "The Blackbird")])
    return as_saved("title", network, CPU)


def sum_of_rows(bags: Bags, table: torch.Tensor) -> torch.Tensor:
    """What a network must compute from rows, written with PyTorch's own operations."""
    owner = torch.repeat_interleave(torch.arange(len(bags)), torch.from_numpy(np.diff(bags.first)))
    rows = table[torch.from_numpy(bags.ids).long()] * torch.from_numpy(bags.weights)[:, None]
    return torch.zeros(len(bags), table.shape[1]).index_add(0, owner, rows)


def test_vectors_have_unit_length_and_float32(encoder: Encoder[Tune, Grams], tune: Tune) -> None:
    vectors = encoder.encode([tune, cut(tune, 0, 12)])
    assert vectors.shape == (2, 32)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_an_empty_list_has_no_vectors(encoder: Encoder[Tune, Grams]) -> None:
    assert encoder.encode([]).shape == (0, 32)


def test_a_vector_does_not_depend_on_the_rest_of_the_batch(encoder: Encoder[Tune, Grams], tune: Tune) -> None:
    alone = encoder.encode([tune])[0]
    among = encoder.encode([cut(tune, 0, 9), tune, transposed(tune, 3)])[1]
    assert among == pytest.approx(alone, abs=1e-6)


@pytest.mark.parametrize("semitones", [-7, -1, 2, 12])
def test_a_tune_has_the_same_vector_in_every_key(
    encoder: Encoder[Tune, Grams], tune: Tune, semitones: int
) -> None:
    same, moved = encoder.encode([tune, transposed(tune, semitones)])
    assert moved == pytest.approx(same, abs=1e-6)


def test_a_tune_has_the_same_vector_at_twice_the_note_length(encoder: Encoder[Tune, Grams]) -> None:
    same, doubled = encoder.encode([read_tune(KESH), read_tune(KESH.replace("L:1/8", "L:1/4"))])
    assert doubled == pytest.approx(same, abs=1e-6)


@pytest.mark.parametrize("letter", list("TNHSZCABDFGOWrw"))
def test_fields_that_could_name_the_tune_are_ignored(
    encoder: Encoder[Tune, Grams], tune: Tune, letter: str
) -> None:
    text = KESH.replace("R:jig\n", f"R:jig\n{letter}:The Kesh, also Kerrigan's Jig\n")
    assert np.array_equal(encoder.encode([read_tune(text)]), encoder.encode([tune]))


def test_the_title_does_not_change_the_vector(encoder: Encoder[Tune, Grams], tune: Tune) -> None:
    nameless = KESH.replace("T:The Kesh\n", "")
    assert np.array_equal(encoder.encode([read_tune(nameless)]), encoder.encode([tune]))


def test_the_header_is_read_and_can_be_masked(tune: Tune) -> None:
    masking = NgramTuneFeaturizer(replace(CONFIG, header_dropout=1.0, gram_dropout=0.0, crop=0.0))
    grams = masking.features(tune)
    assert (grams.stop == 0).tolist() == [True, True] + [False] * (len(grams) - 2)
    whole, masked = masking.batch([grams]), masking.views([grams], np.random.default_rng(0))
    assert len(masked.ids) == len(whole.ids) - 2
    assert whole.weights[:2].tolist() == [CONFIG.header_weight] * 2


def test_a_repeated_gram_weighs_little_more_than_a_single_one() -> None:
    ids, owner = np.array([3, 5, 3, 5, 5], np.int32), np.array([0, 0, 2, 2, 2], np.int32)
    bags = damped(ids, owner, 4)
    assert bags.ids.tolist() == [3, 5, 3, 5]
    assert bags.first.tolist() == [0, 2, 2, 4, 4], "the second and the last bag are empty"
    once, twice = bags.weights[:2], bags.weights[2:]
    assert once == pytest.approx([2**-0.5] * 2)
    assert twice[1] / twice[0] == pytest.approx(1 + np.log(2))
    assert twice @ twice == pytest.approx(1)


def test_a_header_has_its_own_weight_even_with_the_hash_of_a_note_s_gram() -> None:
    ids, owner = np.array([7, 7, 7, 9], np.int32), np.zeros(4, np.int32)
    bags = damped(ids, owner, 1, np.array([True, True, False, False]), 3.0)
    assert bags.ids.tolist() == [7, 7, 7, 9]
    assert bags.weights == pytest.approx([3, 3, 2**-0.5, 2**-0.5])


def test_a_part_written_out_twice_hardly_changes_the_vector(
    encoder: Encoder[Tune, Grams], tune: Tune
) -> None:
    repeated = read_tune(KESH.replace("G2:|", "G2|" + KESH.split("D|")[1].replace(":|", "|")))
    assert len(repeated.notes) > 1.9 * len(tune.notes)
    once, twice = encoder.encode([tune, repeated])
    assert once @ twice > 0.97


def test_header_weight_sets_the_influence_of_the_header(network: NgramTuneNetwork, tune: Tune) -> None:
    heavy = NgramTuneEncoder.restore(replace(CONFIG, header_weight=100.0), network.weights())
    reel = replace(tune, rhythm="reel", meter="4/4")
    jig, other, as_reel = heavy.encode([tune, cut(tune, 20, 20), reel])
    assert jig @ other > 0.99, "only the header counts"
    assert jig @ as_reel < 0.5


def test_a_cropped_view_holds_only_grams_of_its_fragment(tune: Tune) -> None:
    cropping = NgramTuneFeaturizer(replace(CONFIG, crop=1.0, gram_dropout=0.0, header_dropout=0.0))
    whole = cropping.features(tune)
    views = cropping.views([whole] * 50, np.random.default_rng(0))
    possible = [
        set(whole.ids[(whole.start >= first) & (whole.stop <= end) | (whole.stop == 0)].tolist())
        for first in range(len(tune.notes))
        for end in range(first + CONFIG.shortest_crop, len(tune.notes) + 1)
    ]
    fragments = [views.ids[first:end] for first, end in zip(views.first[:-1], views.first[1:], strict=True)]
    assert all(set(fragment.tolist()) in possible for fragment in fragments)
    assert min(map(len, fragments)) < len(set(whole.ids.tolist())) / 2
    assert len({tuple(fragment) for fragment in fragments}) > 10


def test_a_view_drops_grams_at_random_but_never_nearly_all(tune: Tune) -> None:
    dropping = NgramTuneFeaturizer(replace(CONFIG, crop=0.0, header_dropout=0.0))
    short, whole = dropping.features(cut(tune, 0, 4)), dropping.features(tune)
    views = dropping.views([whole, short] * 100, np.random.default_rng(0))
    sizes = np.diff(views.first)
    distinct = len(set(whole.ids.tolist()))
    assert 0.5 * distinct < sizes[::2].mean() < 0.75 * distinct, "some of the grams occur twice"
    assert sizes[1::2].min() >= 4
    assert len({tuple(views.ids[first : first + 9]) for first in views.first[:-1:2]}) > 50


def test_a_fragment_has_the_grams_that_lie_inside_it(tune: Tune) -> None:
    whole = melody_grams(tune)
    part = melody_grams(cut(tune, 10, 20))
    inside = (whole.start >= 10) & (whole.stop <= 30)
    # A fragment does not show how long its last note lasts, so the rhythm there may differ.
    missing = (
        set(part.ids.tolist()) - set(whole.ids[inside].tolist()) - set(whole.ids[whole.stop == 0].tolist())
    )
    assert len(missing) <= 2


@pytest.mark.parametrize("body", ["C", "C D", "CCCCCCCC", "C D E"])
def test_the_shortest_tunes_have_vectors(encoder: Encoder[Tune, Grams], body: str) -> None:
    assert np.isfinite(encoder.encode([read_tune(f"K:C\n{body}\n")])).all()


def test_notes_beyond_the_limit_are_ignored(encoder: Encoder[Tune, Grams]) -> None:
    longest = read_tune("K:C\n" + "CDEFGABc" * (MAX_NOTES // 8) + "\n")
    longer = read_tune("K:C\n" + "CDEFGABc" * (MAX_NOTES // 8) + "gfed" * 100 + "\n")
    at_limit, beyond_limit = encoder.encode([longest, longer])
    assert at_limit == pytest.approx(beyond_limit, abs=1e-2)


def test_two_spellings_of_a_title_have_the_same_vector(titles: Encoder[str, object]) -> None:
    a, b, other = titles.encode(["The Maid of Ḃarra", "Maid of Bharra, The", "The Blackbird"])
    assert a == pytest.approx(b)
    assert a @ other < 0.9


def test_a_title_without_letters_has_a_vector(titles: Encoder[str, object]) -> None:
    assert np.isfinite(titles.encode(["", "?!", "漢"])).all()


def test_checkpoints_restore_config_and_vectors(
    network: NgramTuneNetwork, encoder: Encoder[Tune, Grams], tune: Tune, tmp_path: Path
) -> None:
    save_encoder(network, tmp_path / "tune.safetensors")
    loaded = load_encoder("tune", tmp_path / "tune.safetensors", CPU)
    assert loaded.config == network.config
    assert np.array_equal(loaded.encode([tune]), encoder.encode([tune]))
    assert loaded.encode([tune])[0] @ network.encode([tune])[0] > 0.999, "half precision is enough"


def test_an_encoder_maps_its_table(network: NgramTuneNetwork, tmp_path: Path) -> None:
    save_encoder(network, tmp_path / "tune.safetensors")
    table = load_encoder("tune", tmp_path / "tune.safetensors", CPU).weights()["embedding.weight"]
    assert not table.flags.writeable
    assert not table.flags.owndata
    assert table.dtype == np.float16


def test_a_network_and_its_encoder_give_the_same_vectors(network: NgramTuneNetwork, tune: Tune) -> None:
    tunes = [tune, cut(tune, 0, 16), transposed(cut(tune, 8, 24), 5), read_tune("K:C\nC\n")]
    encoder = NgramTuneEncoder.restore(network.config, network.weights())
    assert encoder.encode(tunes) == pytest.approx(network.encode(tunes), abs=1e-6)


def test_the_gradient_of_the_table_is_that_of_pytorch(network: NgramTuneNetwork, tune: Tune) -> None:
    featurizer = network.featurizer
    bags = featurizer.batch([featurizer.features(each) for each in (tune, cut(tune, 0, 20), tune)])
    table, weights = network.embedding.weight, torch.randn(3, CONFIG.dim)
    (ours,) = torch.autograd.grad((network(bags) * weights).sum(), table)
    summed = network.linear(sum_of_rows(as_rows(bags, row_of_each(network.vocabulary.numpy())), table))
    normalised = torch.nn.functional.normalize(summed, dim=-1)
    (expected,) = torch.autograd.grad((normalised * weights).sum(), table)
    assert torch.allclose(ours, expected, atol=1e-5)
    assert ours.abs().max() > 1e-3


def test_a_checkpoint_of_the_wrong_kind_is_rejected(encoder: Encoder[Tune, Grams], tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(CheckpointError, match=r"x\.safetensors is not a checkpoint"):
        load_encoder("tune", path, CPU)
    save_encoder(encoder, path)
    with pytest.raises(CheckpointError, match="config of title encoder"):
        load_encoder("title", path, CPU)


def test_an_unknown_encoder_is_rejected_by_name() -> None:
    with pytest.raises(EncoderError, match="no tune encoder 'oracle'; choose one of ngram, rnn, cnn"):
        build_network("tune", {"name": "oracle"})
    with pytest.raises(EncoderError, match="choose one of ngram, sentence"):
        build_network("title", {})


def test_a_missing_device_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert pick_device("auto") == pick_device("cpu") == CPU
    with pytest.raises(DeviceError, match="DEVICE=cuda"):
        pick_device("cuda")


@pytest.mark.parametrize(("has_driver", "device"), [(True, "cuda"), (False, "cpu")])
def test_pytorch_is_asked_for_a_gpu_only_where_there_is_a_driver(
    monkeypatch: pytest.MonkeyPatch, has_driver: bool, device: Device
) -> None:
    monkeypatch.setattr("model.device._exists", lambda _library: has_driver)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert pick_device("auto") == device
    assert pick_device("cpu") == "cpu"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_both_devices_give_the_same_vectors(network: NgramTuneNetwork, tune: Tune) -> None:
    tunes = [tune, cut(tune, 0, 16), transposed(cut(tune, 8, 24), 5)]
    on_cpu, on_gpu = (as_saved("tune", network, device).encode(tunes) for device in ("cpu", "cuda"))
    assert on_gpu == pytest.approx(on_cpu, abs=1e-5)


def test_grams_that_training_never_saw_hardly_change_a_vector(
    encoder: Encoder[Tune, Grams], tune: Tune
) -> None:
    odd = read_tune(KESH.replace("G2:|", "^^g,2:|"))
    known, with_odd = encoder.featurizer.features(tune), encoder.featurizer.features(odd)
    assert set(with_odd.ids.tolist()) - set(known.ids.tolist()), "the last note makes unknown grams"
    is_known = np.isin(with_odd.ids, known.ids)
    without = Grams(with_odd.ids[is_known], with_odd.start[is_known], with_odd.stop[is_known], with_odd.notes)
    a, b = encoder.encode_features([with_odd, without])
    assert a @ b > 0.999


def test_halves_become_the_same_floats_as_in_numpy() -> None:
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)].reshape(2, -1)
    floats = _as_float32(finite)
    assert floats.dtype == np.float32
    assert np.array_equal(floats.view(np.uint32), finite.astype(np.float32).view(np.uint32)), "also -0"
    assert np.array_equal(_as_float32(floats), floats)


def test_a_network_looks_up_the_vocabulary_that_it_loads(network: NgramTuneNetwork, tune: Tune) -> None:
    other = NgramTuneNetwork(CONFIG)
    before = other.encode([tune])
    other.load_state_dict(network.state_dict())
    assert np.array_equal(other.encode([tune]), network.encode([tune]))
    assert not np.array_equal(other.encode([tune]), before)
