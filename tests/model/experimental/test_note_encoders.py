import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model.abc import Tune, read_tune
from model.abc.variation import cut, transposed
from model.checkpoint import as_saved, load_encoder, save_encoder
from model.experimental.cnn_tune_encoder import CnnTuneConfig, CnnTuneEncoder
from model.experimental.hierarchy import BarAttention, Hierarchy
from model.experimental.note_encoder import NoteTuneEncoder
from model.experimental.notes import (
    BAR,
    DURATION,
    DURATIONS,
    MAX_TOKENS,
    METER,
    MODE,
    PITCH,
    PLACE,
    RHYTHM,
    SIZES,
    midi_pitch,
    note_tokens,
    padded,
    tonic_shift,
)
from model.experimental.rnn_tune_encoder import RnnTuneConfig, RnnTuneEncoder
from model.registry import EncoderError, build_network
from tests.support import KESH

CPU = torch.device("cpu")
RNN = RnnTuneConfig(dim=16, hidden=12, top=8, widths=(8, 4, 4, 2, 2, 2, 2))
CNN = CnnTuneConfig(dim=16, channels=12, widths=(80, 40, 40, 20, 20, 20, 20))


@pytest.fixture
def tune() -> Tune:
    return read_tune(KESH)


@pytest.fixture(params=["rnn", "cnn"])
def encoder(request: pytest.FixtureRequest) -> NoteTuneEncoder:
    torch.manual_seed(0)
    return RnnTuneEncoder(RNN) if request.param == "rnn" else CnnTuneEncoder(CNN)


def test_a_row_describes_a_note(tune: Tune) -> None:
    rows = note_tokens(tune)
    assert rows.shape == (len(tune.notes), len(SIZES))
    assert (rows > 0).all(), "this tune declares everything"
    assert (rows < np.array(SIZES)).all()
    pickup, first, second = rows[:3]
    assert first[PITCH] - second[PITCH] == -2, "G, A"
    assert DURATIONS[first[DURATION] - 1] == Fraction(1, 2)
    assert (pickup[BAR], first[BAR]) == (1, 2)
    assert (first[PLACE], second[PLACE]) == (1, 3), "an eighth note is two steps"
    assert len({tuple(row) for row in rows[:, MODE:]}) == 1


def test_undeclared_header_fields_are_0() -> None:
    rows = note_tokens(read_tune("K:none\nCDEF GABc\n"))
    assert (rows[:, [MODE, METER, RHYTHM]] == 0).all()


@pytest.mark.parametrize(
    ("key", "semitones"),
    [("C major", 0), ("D dorian", -2), ("G major", 5), ("F# minor", 6), ("Bb major", 2), ("", 0), ("^f", 0)],
)
def test_pitches_count_from_the_tonic(key: str, semitones: int) -> None:
    assert tonic_shift(key) == semitones


@pytest.mark.parametrize("key", ["C major", "F# minor", "Bb major", ""])
def test_a_row_converts_back_to_the_written_pitch(tune: Tune, key: str) -> None:
    keyed = replace(tune, key=key)
    assert [midi_pitch(int(row[PITCH]), key) for row in note_tokens(keyed)] == [
        note.pitch for note in tune.notes
    ]


def test_a_tune_has_the_same_vector_in_another_declared_key(encoder: NoteTuneEncoder) -> None:
    in_g = read_tune("K:G\nG2BG dGBd|g2fe dcBA|\n")
    in_a = read_tune("K:A\nA2cA eAce|a2gf edcB|\n")
    assert np.array_equal(encoder.featurizer.features(in_g), encoder.featurizer.features(in_a))


def test_vectors_have_unit_length(encoder: NoteTuneEncoder, tune: Tune) -> None:
    vectors = encoder.encode([tune, cut(tune, 0, 12)])
    assert vectors.shape == (2, 16)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_vector_does_not_depend_on_the_rest_of_the_batch(encoder: NoteTuneEncoder, tune: Tune) -> None:
    """Packing keeps the order of the batch, and padding changes nothing."""
    tunes = [cut(tune, 0, 9), tune, cut(tune, 5, 30), cut(tune, 20, 3)]
    together = encoder.encode(tunes)
    alone = np.concatenate([encoder.encode([single]) for single in tunes])
    assert together == pytest.approx(alone, abs=1e-6)
    assert together[0] @ together[2] < 1 - 1e-6, "the tunes differ"


@pytest.mark.parametrize("letter", list("TNHSZCABDFGOWrw"))
def test_fields_that_could_name_the_tune_are_ignored(
    encoder: NoteTuneEncoder, tune: Tune, letter: str
) -> None:
    text = KESH.replace("R:jig\n", f"R:jig\n{letter}:The Kesh, also Kerrigan's Jig\n")
    assert np.array_equal(encoder.encode([read_tune(text)]), encoder.encode([tune]))


@pytest.mark.parametrize("body", ["C", "C D", "CCCCCCCC", "c''' D,,,", "C1000 D/64", "C|D|E|F|G|A|B|c|" * 40])
def test_strange_tunes_have_vectors(encoder: NoteTuneEncoder, body: str) -> None:
    assert np.isfinite(encoder.encode([read_tune(f"K:C\n{body}\n")])).all()


def test_notes_beyond_the_limit_are_ignored(encoder: NoteTuneEncoder) -> None:
    longest = read_tune("K:C\n" + "CDEFGABc|" * (MAX_TOKENS // 8) + "\n")
    longer = read_tune("K:C\n" + "CDEFGABc|" * (MAX_TOKENS // 8) + "gfed|" * 100 + "\n")
    assert np.array_equal(encoder.encode([longest]), encoder.encode([longer]))


def test_views_are_random_passages_with_randomly_masked_headers(encoder: NoteTuneEncoder, tune: Tune) -> None:
    cropping = type(encoder)(replace(encoder.config, crop=10, header_dropout=0.5))
    rng = np.random.default_rng(0)
    whole = cropping.featurizer.features(tune)
    views = cropping.featurizer.views([whole] * 50, rng)
    assert {len(view) for view in views} == {10}
    assert len({tuple(view[:, PITCH]) for view in views}) > 10
    assert {bool(view[0, RHYTHM]) for view in views} == {True, False}
    assert (whole[:, RHYTHM] > 0).all(), "masking a view leaves the tune as it was"


def test_fixed_crop_always_uses_the_same_passage(encoder: NoteTuneEncoder, tune: Tune) -> None:
    fixed = type(encoder)(replace(encoder.config, crop=10, fixed_crop=True))
    whole = fixed.featurizer.features(tune)
    assert len(whole) == len(tune.notes), "evaluation and the service read the whole tune"
    rng = np.random.default_rng(0)
    views = [view[:, PITCH] for view in fixed.featurizer.views([whole] * 20, rng)]
    assert {len(view) for view in views} == {10}
    assert len({tuple(view) for view in views}) == 1


def test_a_tune_is_the_mean_of_its_passages(encoder: NoteTuneEncoder, tune: Tune) -> None:
    """Encoding reads all notes, although training reads ten at a time."""
    cropping = type(encoder)(replace(encoder.config, crop=10))
    rows = cropping.featurizer.features(tune)[:25]
    parts = cropping.encode_features([rows[:10], rows[10:20], rows[15:25]])
    mean = parts.mean(axis=0)
    assert cropping.encode_features([rows])[0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)


def test_a_bar_is_a_weighted_mean_of_its_own_notes() -> None:
    torch.manual_seed(0)
    attention = BarAttention(3)
    notes = torch.randn(1, 5, 3)
    summed = attention(notes, torch.tensor([[0, 0, 1, 2, 2]]), 2)  # the last two are padding
    assert summed.shape == (1, 2, 3)
    weights = attention.question(torch.tanh(attention.key(notes[0, :2])))[:, 0].softmax(dim=0)
    assert torch.allclose(summed[0, 0], weights @ notes[0, :2], atol=1e-6)
    assert torch.allclose(summed[0, 1], notes[0, 2], atol=1e-6)


def test_the_hierarchy_never_looks_ahead(tune: Tune) -> None:
    torch.manual_seed(0)
    hierarchy = Hierarchy(RNN.widths, 12).eval()
    rows = note_tokens(tune)
    changed = rows.copy()
    changed[20:, PITCH] += 1
    with torch.no_grad():
        before, after = (hierarchy(*padded([tokens], CPU))[0] for tokens in (rows, changed))
    assert torch.allclose(before[:20], after[:20], atol=1e-6)
    assert not torch.allclose(before[20:], after[20:], atol=1e-3)


def test_training_a_frozen_encoder_changes_only_the_projection() -> None:
    learned = [
        name
        for name, weight in RnnTuneEncoder(replace(RNN, frozen=True)).named_parameters()
        if weight.requires_grad
    ]
    assert learned == ["projection.weight", "projection.bias"]


def test_training_reaches_every_weight(encoder: NoteTuneEncoder, tune: Tune) -> None:
    """Except the biases of convolutions, which normalisation cancels."""
    reel = read_tune("R:reel\nM:4/4\nL:1/8\nK:A dorian\nA4 c2e>a|g3e d2Bd|e2 (3efg a/b/a ge|dBGB A4|\n")
    rows = [encoder.featurizer.features(item) for item in (tune, reel, cut(tune, 9, 20), cut(reel, 3, 16))]
    vectors = encoder.train()(rows)
    torch.autograd.backward((vectors * torch.randn_like(vectors)).sum())
    for name, weight in encoder.named_parameters():
        if not re.fullmatch(r"(first|blocks\.\d)\.bias", name):
            assert weight.grad is not None, name
            assert float(weight.grad.abs().max()) > 1e-5, name


def test_dropout_acts_only_in_training(encoder: NoteTuneEncoder, tune: Tune) -> None:
    config: Any = encoder.config
    without = type(encoder)(replace(config, dropout=0.0))
    for candidate, has_dropout in ((encoder, True), (without, False)):
        rows = [candidate.featurizer.features(tune)]
        candidate.train()
        for norm in getattr(candidate, "norms", ()):
            norm.eval()  # batch statistics would change the vectors, too
        with torch.no_grad():
            assert torch.allclose(candidate(rows), candidate.eval()(rows), atol=1e-6) != has_dropout


def test_the_last_states_of_all_layers_and_directions_are_projected(tune: Tune) -> None:
    torch.manual_seed(0)
    rnn = RnnTuneEncoder(RNN).eval()
    tunes = [note_tokens(cut(tune, 0, 9)), note_tokens(tune), note_tokens(cut(tune, 5, 20))]
    with torch.no_grad():
        packed = rnn.passages(*padded(tunes, CPU))
        for rows, vector in zip(tunes, packed, strict=True):
            states = rnn.hierarchy(*padded([rows], CPU))
            last = rnn.top(states)[1]
            assert last.shape == (4, 1, 8), "two layers, two directions"
            assert torch.allclose(rnn.projection(last.reshape(1, 32))[0], vector, atol=1e-6)


def test_the_convolutions_pool_pairs_and_then_the_whole_tune(tune: Tune) -> None:
    """Compare with a calculation by hand, for an odd number of notes."""
    torch.manual_seed(0)
    cnn = CnnTuneEncoder(replace(CNN, blocks=2)).eval()
    assert cnn.embedding.dim == 8 + 4 + 4 + 2 + 2 + 2 + 2, "a tenth of each width"
    rows, lengths = padded([note_tokens(cut(tune, 0, 7))], CPU)
    with torch.no_grad():
        signal = torch.relu(cnn.norms[0](cnn.first(cnn.embedding(rows).transpose(1, 2))))
        signal = torch.relu(cnn.norms[1](cnn.blocks[0](signal)))[0].T  # (7, channels)
        halved = torch.stack([signal[i : i + 2].amax(dim=0) for i in range(0, 7, 2)])
        last = torch.relu(cnn.norms[2](cnn.blocks[1](halved.T[None])))[0]
        expected = cnn.projection(last.amax(dim=1))
        assert torch.allclose(cnn.passages(rows, lengths)[0], expected, atol=1e-6)


def test_checkpoints_restore_config_and_vectors(encoder: NoteTuneEncoder, tune: Tune, tmp_path: Path) -> None:
    save_encoder(encoder, tmp_path / "tune.safetensors")
    loaded = load_encoder("tune", tmp_path / "tune.safetensors", "cpu")
    assert loaded.config == encoder.config
    assert np.array_equal(loaded.encode([tune]), as_saved("tune", encoder, "cpu").encode([tune]))
    assert loaded.encode([tune])[0] @ encoder.encode([tune])[0] > 0.999


def test_transposing_without_a_key_changes_the_rows(encoder: NoteTuneEncoder, tune: Tune) -> None:
    assert not np.array_equal(
        encoder.featurizer.features(transposed(tune, 3)), encoder.featurizer.features(tune)
    )


def test_normalisation_ignores_padding(tune: Tune) -> None:
    def statistics(*tunes: Tune) -> torch.Tensor:
        torch.manual_seed(0)
        cnn = CnnTuneEncoder(CNN).train()
        cnn([cnn.featurizer.features(item) for item in tunes])
        return cnn.norms[0].get_buffer("running_mean")

    short, long = cut(tune, 0, 8), cut(tune, 0, 40)
    rows = np.concatenate([note_tokens(short), note_tokens(long)])
    torch.manual_seed(0)
    cnn = CnnTuneEncoder(CNN)
    notes = cnn.first(cnn.embedding(torch.from_numpy(rows)).T[None])[0]
    assert statistics(short, long) == pytest.approx(0.1 * notes.mean(dim=1).detach(), abs=1e-6)


def test_an_invalid_config_is_rejected() -> None:
    for name in ("blocks", "channels", "ratio"):
        with pytest.raises(EncoderError, match=f"config of tune encoder 'cnn': {name} is 0"):
            build_network("tune", {"name": "cnn", name: 0})
    for invalid in ({"crop": -5}, {"dropout": 7.0}, {"widths": [1, 2]}, {"dim": -1}):
        with pytest.raises(EncoderError, match="config of tune encoder 'rnn'"):
            build_network("tune", {"name": "rnn", **invalid})
