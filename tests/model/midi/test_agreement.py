"""The MIDI reader and music21 read the same; `tests.model.midi.agreement` shows differences."""

import pytest

from tests.model.midi.agreement import difference, sample


def test_a_few_agree() -> None:
    found = {difference(each) for each in sample(5, seed=2)}
    assert found - {None} == {""}


@pytest.mark.slow
def test_nearly_all_of_a_sample_agree() -> None:
    found = [difference(each) for each in sample(60, seed=3)]
    compared = [each for each in found if each is not None]
    assert compared.count("") >= 0.96 * len(compared), [each for each in compared if each]
