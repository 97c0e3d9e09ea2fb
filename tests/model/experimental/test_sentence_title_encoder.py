import socket
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from model.checkpoint import CheckpointError, as_saved, load_encoder, save_encoder
from model.device import Device
from model.experimental import sentence_title_encoder
from model.experimental.sentence_title_encoder import SENTENCE_DIM, SentenceTitleConfig, SentenceTitleEncoder
from model.registry import EncoderError, build_network

CPU: Device = "cpu"
NAMES = ["The Kesh", "The Fisherman's Farewell", "Road to Lisdoonvarna"]


@pytest.fixture
def encoder() -> SentenceTitleEncoder:
    torch.manual_seed(0)
    return SentenceTitleEncoder(SentenceTitleConfig(dim=16, hidden=24))


def test_vectors_have_unit_length_and_float32(encoder: SentenceTitleEncoder) -> None:
    vectors = encoder.encode(NAMES)
    assert vectors.shape == (3, 16)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    embedding = encoder.featurizer.features(NAMES[0])
    assert embedding.shape == (SENTENCE_DIM,)
    assert embedding.dtype == np.float32
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)


def test_two_spellings_of_a_title_have_the_same_vector(encoder: SentenceTitleEncoder) -> None:
    a, b, other = encoder.encode(["The Maid of Ḃarra", "Maid of Bharra, The", "The Blackbird"])
    assert np.array_equal(a, b)
    assert not np.allclose(a, other, atol=1e-3)


def test_a_vector_does_not_depend_on_the_rest_of_the_batch(encoder: SentenceTitleEncoder) -> None:
    together = encoder.encode(NAMES)
    alone = np.concatenate([encoder.encode([name]) for name in NAMES])
    assert together == pytest.approx(alone, abs=1e-6)


def test_similar_meanings_have_similar_embeddings(encoder: SentenceTitleEncoder) -> None:
    farewell, goodbye, road = (
        encoder.featurizer.features(name)
        for name in ("The Fisherman's Farewell", "The Sailor's Goodbye", "Road to Lisdoonvarna")
    )
    assert farewell @ goodbye > 0.5
    assert max(farewell @ road, goodbye @ road) < 0.3


@pytest.mark.parametrize("name", ["", "?!", "漢", "\ufdfa" * 200])
def test_strange_names_have_vectors(encoder: SentenceTitleEncoder, name: str) -> None:
    """The last name is the longest after folding: each of its characters becomes 18."""
    assert np.isfinite(encoder.encode([name])).all()


def test_dropout_acts_only_in_training(encoder: SentenceTitleEncoder) -> None:
    features = encoder.featurizer.batch([encoder.featurizer.features(NAMES[0])])
    encoder.train()
    assert not torch.equal(encoder(features), encoder(features))
    encoder.eval()
    assert torch.equal(encoder(features), encoder(features))


def test_training_leaves_the_sentence_model_unchanged(encoder: SentenceTitleEncoder) -> None:
    before = encoder.featurizer.features(NAMES[0])
    learned = {id(weight) for weight in encoder.parameters()}
    _, model = sentence_title_encoder._sentence_model()
    assert not any(weight.requires_grad or id(weight) in learned for weight in model.parameters())
    encoder.train()
    assert not model.training
    bias = encoder.get_parameter("mlp.3.bias").detach().clone()
    optimizer = torch.optim.SGD(encoder.parameters(), lr=1.0)
    encoder(encoder.featurizer.batch([encoder.featurizer.features(name) for name in NAMES])).sum().backward()
    optimizer.step()
    assert not torch.equal(encoder.get_parameter("mlp.3.bias"), bias)
    assert np.array_equal(encoder.featurizer.features(NAMES[0]), before)


def test_other_computations_keep_their_threads(encoder: SentenceTitleEncoder) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)
    encoder.featurizer.features(NAMES[0])
    assert torch.get_num_threads() == threads + 1
    torch.set_num_threads(threads)


def test_the_sentence_model_loads_without_the_network(
    encoder: SentenceTitleEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses: list[object] = []

    def refuse(*address: object, **_: object) -> None:
        addresses.append(address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    sentence_title_encoder._sentence_model.cache_clear()
    encoder.featurizer.features(NAMES[0])
    assert not addresses


def test_checkpoints_restore_config_and_vectors_without_the_sentence_model(
    encoder: SentenceTitleEncoder, tmp_path: Path
) -> None:
    path = tmp_path / "title.safetensors"
    save_encoder(encoder, path)
    loaded = load_encoder("title", path, CPU)
    assert loaded.config == encoder.config
    assert np.array_equal(loaded.encode(NAMES), as_saved("title", encoder, CPU).encode(NAMES))
    with safe_open(path, framework="numpy") as file:
        assert sorted(file.keys()) == ["mlp.0.bias", "mlp.0.weight", "mlp.3.bias", "mlp.3.weight"]


def test_the_error_names_the_missing_extra(
    encoder: SentenceTitleEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "title.safetensors"
    save_encoder(encoder, path)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(EncoderError, match="'sentence' needs transformers; install the extra `sentence`"):
        build_network("title", {"name": "sentence"})
    with pytest.raises(CheckpointError, match="install the extra `sentence`"):
        load_encoder("title", path, CPU)
