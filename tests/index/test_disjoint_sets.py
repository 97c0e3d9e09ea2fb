from index.disjoint_sets import DisjointSets


def test_sets_are_merged_through_any_of_their_members() -> None:
    groups = DisjointSets(7)
    for a, b in ((5, 1), (2, 3), (1, 6), (3, 3), (6, 5)):
        groups.join(a, b)
    assert groups.sets() == [[0], [1, 5, 6], [2, 3], [4]]
