from index.disjoint_sets import DisjointSets


def test_sets_are_joined_through_any_of_their_members() -> None:
    together = DisjointSets(7)
    for a, b in ((5, 1), (2, 3), (1, 6), (3, 3), (6, 5)):
        together.join(a, b)
    assert together.sets() == [[0], [1, 5, 6], [2, 3], [4]]
