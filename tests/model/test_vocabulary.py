import numpy as np

from model.bags import damped
from model.grams import HASHES, GramIds
from model.vocabulary import as_rows, most_common, row_of_each


def grams(*ids: int) -> GramIds:
    return np.array(ids, np.int32)


def test_the_grams_of_most_titles_are_kept_in_rising_order() -> None:
    titles = [[grams(9, 9, 7), grams(9, 3)], [grams(5, 9)], [grams(3, 5, 5)], [grams(9)]]
    assert most_common(titles, 3).tolist() == [3, 5, 9]
    assert most_common(titles, 1).tolist() == [9]


def test_a_gram_counts_once_for_each_title() -> None:
    often_in_one, once_in_two = [grams(1, 1, 1), grams(1, 2)], [grams(2)]
    assert most_common([often_in_one, once_in_two], 1).tolist() == [2]


def test_a_vocabulary_has_its_size_even_if_there_are_fewer_grams() -> None:
    assert most_common([[grams(4, 2)]], 4).tolist() == [2, 4, HASHES, HASHES]
    assert most_common([], 2).tolist() == [HASHES, HASHES]


def test_bags_lose_the_grams_that_the_vocabulary_lacks() -> None:
    bags = damped(grams(2, 5, 8, 9, 5, 5, 7), np.array([0, 0, 0, 0, 2, 2, 3], np.int32), 5)
    rows = as_rows(bags, row_of_each(grams(2, 5, 8, HASHES)))
    assert rows.ids.tolist() == [0, 1, 2, 1]
    assert rows.first.tolist() == [0, 3, 3, 4, 4, 4]
    assert rows.weights.tolist() == bags.weights[[0, 1, 2, 4]].tolist()
    assert rows.ids.dtype == np.int32
