import math

import pytest
import torch

from training.fitting.loss import LOSSES, batch_hinge, cosine_embedding, euclidean_hinge, info_nce


def by_hand(tunes: torch.Tensor, names: torch.Tensor, positives: torch.Tensor, scale: float) -> float:
    """InfoNCE computed term by term."""
    total = 0.0
    for a, b, right in ((tunes, names, positives), (names, tunes, positives.T)):
        with_positives = [i for i in range(len(a)) if any(right[i])]
        for i in with_positives:
            logits = [scale * float(a[i] @ b[j]) for j in range(len(b))]
            log_sum = math.log(sum(math.exp(logit) for logit in logits))
            targets = [j for j in range(len(b)) if right[i, j]]
            total += sum(log_sum - logits[j] for j in targets) / len(targets) / len(with_positives)
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


@pytest.fixture
def batch(vectors: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Six tunes, six names; two tunes share a title, one has two names."""
    positives = torch.eye(6, dtype=torch.bool)
    positives[0, 3] = positives[3, 0] = positives[2, 5] = True
    return *vectors, positives


def wrong_pairs(
    batch: tuple[torch.Tensor, ...],
) -> list[tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]]:
    """Each tune with each wrong name, and with its own names."""
    tunes, names, positives = batch
    numbers = range(len(names))
    return [
        (tunes[i], names[j], [names[k] for k in numbers if positives[i, k]])
        for i in range(len(tunes))
        for j in numbers
        if not positives[i, j]
    ]


@pytest.mark.parametrize("margin", [0.0, 0.4, 2.0])
def test_value_of_the_batch_hinge(
    batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor], margin: float
) -> None:
    terms = [
        max(0.0, margin - sum(float(tune @ name) for name in own) / len(own) + float(tune @ other))
        for tune, other, own in wrong_pairs(batch)
    ]
    loss = batch_hinge(*batch, torch.tensor(margin))
    assert loss.shape == ()
    assert float(loss) == pytest.approx(sum(terms) / len(terms), rel=1e-5)


@pytest.mark.parametrize("margin", [0.0, 0.5, 2.0])
def test_value_of_the_euclidean_hinge(
    batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor], margin: float
) -> None:
    terms = [
        max(0.0, margin + sum(math.dist(tune, name) for name in own) / len(own) - math.dist(tune, other))
        for tune, other, own in wrong_pairs(batch)
    ]
    loss = euclidean_hinge(*batch, torch.tensor(margin))
    assert loss.shape == ()
    assert float(loss) == pytest.approx(sum(terms) / len(terms), rel=1e-4)


@pytest.mark.parametrize("margin", [-0.5, 0.0, 0.4])
def test_value_of_the_cosine_embedding_loss(
    batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor], margin: float
) -> None:
    tunes, names, positives = batch
    right = [1 - float(tunes[i] @ names[j]) for i, j in positives.nonzero().tolist()]
    wrong = [max(0.0, float(tune @ other) - margin) for tune, other, _ in wrong_pairs(batch)]
    loss = cosine_embedding(*batch, torch.tensor(margin))
    assert loss.shape == ()
    assert float(loss) == pytest.approx((sum(right) / len(right) + sum(wrong) / len(wrong)) / 2, rel=1e-5)
    theirs = torch.nn.CosineEmbeddingLoss(margin)
    halves = [
        theirs(tunes[pairs[:, 0]], names[pairs[:, 1]], torch.full((len(pairs),), sign))
        for pairs, sign in ((positives.nonzero(), 1), ((~positives).nonzero(), -1))
    ]
    assert float(loss) == pytest.approx(float(sum(halves)) / 2, rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_falls_as_right_pairs_get_closer(
    name: str, vectors: tuple[torch.Tensor, torch.Tensor]
) -> None:
    tunes, names = (vector.clone().requires_grad_() for vector in vectors)
    optimizer = torch.optim.SGD([tunes, names], lr=0.5)
    losses = []
    scalar = torch.tensor(5.0 if name == "info-nce" else 0.4)
    for _ in range(30):
        a, b = (torch.nn.functional.normalize(vector, dim=1) for vector in (tunes, names))
        loss = LOSSES[name](a, b, torch.eye(6, dtype=torch.bool), scalar)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
    cosines = (a @ b.T).detach()
    assert float(cosines.diag().mean()) > float(cosines.mean()) + 0.3


@pytest.mark.parametrize("name", LOSSES)
def test_a_batch_of_one_title_has_a_loss(name: str, vectors: tuple[torch.Tensor, torch.Tensor]) -> None:
    """The last batch of an epoch may be two settings of one title: no pair of it is wrong."""
    tunes = vectors[0][:2].clone().requires_grad_()
    loss = LOSSES[name](tunes, vectors[1][:2], torch.ones(2, 2, dtype=torch.bool), torch.tensor(0.4))
    torch.autograd.backward(loss)
    assert tunes.grad is not None
    assert bool(loss.isfinite())
    assert bool(tunes.grad.isfinite().all())


def test_distances_of_equal_vectors_have_a_gradient(vectors: tuple[torch.Tensor, torch.Tensor]) -> None:
    tunes = vectors[0].clone().requires_grad_()
    torch.autograd.backward(
        euclidean_hinge(tunes, vectors[0], torch.eye(6, dtype=torch.bool), torch.tensor(0.4))
    )
    assert tunes.grad is not None
    assert bool(tunes.grad.isfinite().all())
