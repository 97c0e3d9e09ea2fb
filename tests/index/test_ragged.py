import numpy as np

from index.ragged import highest_of_each, laid_end_to_end


def test_runs_are_laid_end_to_end() -> None:
    assert laid_end_to_end(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert laid_end_to_end(np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []


def test_the_highest_of_each_group_is_the_first_of_equal_ones() -> None:
    group, score = np.array([2, 0, 2, 0, 5, 0]), np.array([0.1, 0.5, 0.4, 0.7, 0.0, 0.7])
    assert highest_of_each(group, score).tolist() == [3, 2, 4]
    assert highest_of_each(group[:0], score[:0]).tolist() == []
