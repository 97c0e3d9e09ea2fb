import math

import pytest
import torch

from training.loss import info_nce


def by_hand(tunes: torch.Tensor, names: torch.Tensor, positives: torch.Tensor, scale: float) -> float:
    """The same, term by term."""
    total = 0.0
    for a, b, right in ((tunes, names, positives), (names, tunes, positives.T)):
        asked = [i for i in range(len(a)) if any(right[i])]
        for i in asked:
            logits = [scale * float(a[i] @ b[j]) for j in range(len(b))]
            log_sum = math.log(sum(math.exp(logit) for logit in logits))
            wanted = [j for j in range(len(b)) if right[i, j]]
            total += sum(log_sum - logits[j] for j in wanted) / len(wanted) / len(asked)
    return total / 2


@pytest.fixture
def vectors() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return tuple(torch.nn.functional.normalize(torch.randn(6, 8), dim=1) for _ in range(2))  # type: ignore[return-value]


def test_value_with_several_positives(vectors: tuple[torch.Tensor, torch.Tensor]) -> None:
    positives = torch.eye(6, dtype=torch.bool)
    positives[0, 3] = positives[3, 0] = positives[2, 5] = True
    loss = info_nce(*vectors, positives, torch.tensor(7.0))
    assert float(loss) == pytest.approx(by_hand(*vectors, positives, 7.0), rel=1e-5)


def test_names_of_no_tune_are_negatives_only(vectors: tuple[torch.Tensor, torch.Tensor]) -> None:
    tunes, names = vectors
    positives = torch.eye(4, 6, dtype=torch.bool)
    positives[2, 5] = True
    loss = info_nce(tunes[:4], names, positives, torch.tensor(7.0))
    assert float(loss) == pytest.approx(by_hand(tunes[:4], names, positives, 7.0), rel=1e-5)


def test_without_shared_titles_it_is_cross_entropy(vectors: tuple[torch.Tensor, torch.Tensor]) -> None:
    tunes, names = vectors
    logits, target = 5 * tunes @ names.T, torch.arange(6)
    cross_entropy = torch.nn.functional.cross_entropy
    expected = (cross_entropy(logits, target) + cross_entropy(logits.T, target)) / 2
    loss = info_nce(tunes, names, torch.eye(6, dtype=torch.bool), torch.tensor(5.0))
    assert float(loss) == pytest.approx(float(expected), rel=1e-5)


def test_settings_of_one_title_do_not_push_each_other_away() -> None:
    same = torch.nn.functional.normalize(torch.ones(2, 4), dim=1)
    scale = torch.tensor(10.0)
    as_positives = info_nce(same, same, torch.ones(2, 2, dtype=torch.bool), scale)
    tunes = same.clone().requires_grad_()
    info_nce(tunes, same, torch.ones(2, 2, dtype=torch.bool), scale).backward()  # type: ignore[no-untyped-call]
    assert float(as_positives) == pytest.approx(math.log(2), rel=1e-5)
    assert tunes.grad is not None
    assert float(tunes.grad.abs().max()) < 1e-6
