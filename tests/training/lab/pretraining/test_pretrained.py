from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from index.catalogue import Catalogue
from index.library import Library
from model.abc import read_tune
from model.abc.variation import cut, transposed
from model.checkpoint import CheckpointError, save_encoder
from model.device import Device
from model.experimental.rnn_tune_encoder import RnnTuneConfig, RnnTuneEncoder
from model.ngram_network import NgramTuneNetwork
from model.ngram_titles import NgramTitleConfig
from model.ngram_tunes import NgramTuneConfig
from tests.support import KESH, Silent
from training.fitting.config import preset
from training.fitting.train import Batches
from training.fitting.trainer import Trainer
from training.fitting.training_set import TrainingSet
from training.lab.leaks import LeakError
from training.lab.pretraining.next_note import NextNote, PretrainConfig, framed
from training.lab.pretraining.pretrained import Pretrained, load, save

CPU: Device = "cpu"


@pytest.fixture
def path(model: NextNote, tmp_path: Path) -> Path:
    save(model, [read_tune(KESH)], tmp_path / "pretrained.safetensors")
    return tmp_path / "pretrained.safetensors"


@pytest.fixture
def encoder(config: PretrainConfig) -> RnnTuneEncoder:
    return RnnTuneEncoder(RnnTuneConfig(widths=config.widths, hidden=config.hidden, top=8, dim=8))


def test_a_model_is_the_same_after_saving_and_loading(model: NextNote, path: Path) -> None:
    loaded = load(path, CPU).model
    assert loaded.config == model.config
    rows = [framed(read_tune(KESH), 256)]
    assert torch.equal(loaded.nats(rows).pitch, model.nats(rows).pitch)


def test_the_hierarchy_is_transferred_and_nothing_else(
    model: NextNote, path: Path, encoder: RnnTuneEncoder
) -> None:
    before = {name: weight.clone() for name, weight in encoder.state_dict().items()}
    load(path, CPU).apply(encoder)
    learned = model.state_dict()
    parts = set()
    for name, weight in encoder.state_dict().items():
        if name.startswith("hierarchy."):
            parts.add(name.split(".")[1])
            assert torch.equal(weight, learned[name]), name
        else:
            assert torch.equal(weight, before[name]), name
    assert parts == {"embedding", "note_rnn", "attention", "bar_rnn", "final_rnn"}
    assert not torch.equal(
        before["hierarchy.note_rnn.weight_ih_l0"], learned["hierarchy.note_rnn.weight_ih_l0"]
    )


def test_a_melody_that_is_not_trained_on_is_a_leak(path: Path) -> None:
    tune, pretrained = read_tune(KESH), load(path, CPU)
    pretrained.check_leaks([cut(tune, 0, 30), replace(tune, titles=("Another",), key="A major")])
    with pytest.raises(LeakError, match="was trained on 1 melodies that are not in the training part"):
        pretrained.check_leaks([transposed(tune, 2), cut(tune, 0, 30)])


def test_the_default_sizes_fit() -> None:
    config, encoder = PretrainConfig(), RnnTuneConfig()
    assert (config.widths, config.hidden) == (encoder.widths, encoder.hidden)


@pytest.mark.parametrize("other", [{"hidden": 20}, {"widths": (16, 4, 4, 2, 2, 2, 3)}])
def test_the_error_names_both_sizes_when_they_do_not_fit(
    path: Path, encoder: RnnTuneEncoder, other: dict[str, object]
) -> None:
    misfit = RnnTuneEncoder(replace(encoder.config, **other))  # type: ignore[arg-type]
    before = {name: weight.clone() for name, weight in misfit.state_dict().items()}
    with pytest.raises(CheckpointError) as raised:
        load(path, CPU).apply(misfit)
    for side in (load(path, CPU).model.config, misfit.config):
        assert f"{side.widths}" in str(raised.value)
        assert f"{side.hidden}" in str(raised.value)
    assert all(torch.equal(weight, before[name]) for name, weight in misfit.state_dict().items())


def test_other_files_are_refused(tmp_path: Path, encoder: RnnTuneEncoder) -> None:
    path = tmp_path / "other.safetensors"
    with pytest.raises(CheckpointError, match=r"other\.safetensors is not a checkpoint"):
        load(path, CPU)
    path.write_bytes(b"no safetensors" * 10)
    with pytest.raises(CheckpointError, match="is not a checkpoint"):
        load(path, CPU)
    save_encoder(encoder, path)
    with pytest.raises(CheckpointError, match="is not a checkpoint of this kind"):
        load(path, CPU)
    save_file({"weight": torch.zeros(1)}, path, {"pretraining": '{"melodies": []}'})
    with pytest.raises(CheckpointError, match=r"not the config of a pretrained model: KeyError\('widths'\)"):
        load(path, CPU)


def test_weights_that_do_not_fit_their_config_are_refused(path: Path) -> None:
    metadata = {"pretraining": '{"widths": [16, 4, 4, 2, 2, 2, 2], "hidden": 20, "melodies": []}'}
    save_file(load_file(path), path, metadata)
    with pytest.raises(CheckpointError, match="weights do not fit"):
        load(path, CPU)


def test_a_training_can_start_from_it(model: NextNote, path: Path, config: PretrainConfig) -> None:
    def weights(warm_start: Pretrained | None) -> torch.Tensor:
        tune = asdict(RnnTuneConfig(widths=config.widths, hidden=config.hidden, top=8, dim=16))
        title = asdict(NgramTitleConfig(dim=16, vocabulary_size=64))
        started = replace(preset("rnn"), tune_encoder=tune, title_encoder=title)
        trainer = Trainer(started, CPU, Silent(), warm_start)
        batches = Batches(TrainingSet.read(Library.read(Catalogue(())), started), [], started)
        return trainer.start("test", batches).model.tune.get_parameter("hierarchy.note_rnn.weight_ih_l0")

    learned = model.get_parameter("hierarchy.note_rnn.weight_ih_l0")
    assert torch.equal(weights(load(path, CPU)), learned)
    assert not torch.equal(weights(None), learned)


def test_only_a_recurrent_encoder_can_start_from_it(path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"pretrained\.safetensors is for the recurrent encoder"):
        load(path, CPU).apply(NgramTuneNetwork(NgramTuneConfig(vocabulary_size=64, dim=16)))
