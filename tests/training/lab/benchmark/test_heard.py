"""The protocols `heard`, with a dozen settings."""

import numpy as np
import pytest

from index.mrr import Place, reciprocal_rank
from index.progress import ignore_steps
from tests.training.lab.conftest import Untrained
from training.lab.benchmark.heard import HEARD, heard_tasks, recordings
from training.lab.benchmark.known_protocols import known_gallery
from training.lab.benchmark.protocols import PROTOCOLS, Task
from training.lab.benchmark.sampled_library import SampledLibrary
from training.lab.benchmark.systems import SYSTEMS

pytest.importorskip("swift_f0", reason="needs the extra listen")
_COUNT = 12


@pytest.fixture(scope="module")
def tasks(library: SampledLibrary) -> list[Task]:
    return list(heard_tasks(library, known_gallery(library, Untrained()), _COUNT, ignore_steps))


@pytest.mark.parametrize(("number", "at_least"), [(0, 0.85), (1, 0.85), (2, 0.75)])
def test_known_settings_are_recognised_by_their_sound(
    tasks: list[Task], number: int, at_least: float
) -> None:
    task = tasks[number]
    assert len(task.queries) == _COUNT
    system = SYSTEMS["ngram-edit"].build(task.gallery, ignore_steps)
    places = [Place.of(system.scores(query.item), query.right) for query in task.queries]
    assert np.mean([reciprocal_rank(place) for place in places]) >= at_least


def test_every_protocol_is_explained_and_the_instruments_share_the_queries(tasks: list[Task]) -> None:
    protocols = [protocol for task in tasks for protocol in task.protocols]
    assert sorted(protocols) == sorted(HEARD)
    assert set(HEARD) <= PROTOCOLS.keys()
    shares = list(tasks[-1].subsets.values())
    assert [len(share) for share in shares] == [_COUNT // 3] * 3
    assert len(frozenset[str]().union(*shares)) == _COUNT


def test_a_recording_depends_on_nothing_but_its_setting(library: SampledLibrary) -> None:
    tune = library.tunes[0]
    assert recordings(tune, "a", 0) == recordings(tune, "a", 0)
    assert recordings(tune, "a", 0) != recordings(tune, "b", 0)
