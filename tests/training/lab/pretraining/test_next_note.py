from dataclasses import replace

import numpy as np
import pytest
import torch

from model.abc import Tune, read_tune
from model.experimental.notes import BAR, DURATION, MODE, PITCH, PLACE, SIZES, note_tokens, padded
from tests.support import KESH
from training.lab.pretraining.next_note import END, NextNote, framed

SHORT = "K:G\nM:6/8\nGAG GAB|c3 d3|\n"


@pytest.fixture
def tune() -> Tune:
    return read_tune(KESH)


def test_the_first_row_has_only_the_header_and_the_last_marks_the_end(tune: Tune) -> None:
    rows = framed(tune, 256)
    assert rows.shape == (len(tune.notes) + 2, len(SIZES))
    assert np.array_equal(rows[1:-1], note_tokens(tune))
    assert (rows[0, [PITCH, DURATION, PLACE]] == 0).all()
    assert rows[0, BAR] == rows[1, BAR] == 1
    assert np.array_equal(rows[0, MODE:], rows[1, MODE:])
    assert (rows[-1] == END).all()


def test_a_tune_that_is_cut_has_no_end_row(tune: Tune) -> None:
    assert np.array_equal(framed(tune, 10), framed(tune, 256)[:11])
    assert len(framed(tune, len(tune.notes))) == len(tune.notes) + 2


def test_a_tune_without_notes_is_its_header_and_its_end(tune: Tune) -> None:
    rows = framed(replace(tune, notes=(), bars=()), 256)
    assert np.array_equal(rows, framed(tune, 256)[[0, -1]])


def test_fields_that_could_name_the_tune_are_ignored(tune: Tune) -> None:
    other = read_tune(KESH.replace("T:The Kesh", "T:The Lark\nC:Nobody\nN:none"))
    assert np.array_equal(framed(tune, 256), framed(other, 256))


def test_nats_equal_those_of_a_plain_loop(model: NextNote, tune: Tune) -> None:
    """The loop predicts one note of one tune at a time, only from the rows before it."""
    batch = [framed(read_tune(SHORT), 256), framed(tune, 20), framed(tune, 256)]
    pitches, durations = [], []
    with torch.no_grad():
        nats = model.nats(batch)
        for rows in batch:
            for i, row in enumerate(rows[1:], 1):
                state = model.hierarchy(*padded([rows[:i]], model.device))[0, -1]
                pitches.append(-model.pitch(state).log_softmax(dim=0)[row[PITCH]])
                if row[PITCH] != END:
                    logits = model.duration_logits(state, torch.tensor(row[PITCH]))
                    durations.append(-logits.log_softmax(dim=0)[row[DURATION] - 1])
    assert nats.pitch.shape == (8 + 1 + 20 + len(tune.notes) + 1,)
    assert nats.duration.shape == (8 + 20 + len(tune.notes),)
    assert torch.allclose(nats.pitch, torch.stack(pitches), atol=1e-5)
    assert torch.allclose(nats.duration, torch.stack(durations), atol=1e-5)
    assert nats.loss.item() == pytest.approx(float(np.mean(pitches) + np.mean(durations)), rel=1e-5)
    assert nats.perplexity.pitch == pytest.approx(np.exp(np.mean(pitches)), rel=1e-5)
    assert nats.perplexity.both == pytest.approx(nats.loss.exp().item(), rel=1e-5)


def test_later_notes_do_not_change_a_prediction(model: NextNote, tune: Tune) -> None:
    rows = framed(tune, 256)
    changed = rows.copy()
    changed[20:-1, PITCH] += 1
    changed[20:-1, [PLACE, BAR]] += 1
    with torch.no_grad():
        before, after = model.nats([rows]), model.nats([changed])
    assert torch.allclose(before.pitch[:19], after.pitch[:19], atol=1e-6)
    assert torch.allclose(before.duration[:19], after.duration[:19], atol=1e-6)
    assert not torch.allclose(before.pitch[19:40], after.pitch[19:40], atol=1e-3)


def test_the_loss_reaches_every_weight(model: NextNote, tune: Tune) -> None:
    torch.autograd.backward(model.nats([framed(tune, 256)]).loss)
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name
