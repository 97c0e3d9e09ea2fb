"""Disjoint sets, also called union-find (Galler and Fischer 1964)."""

from collections import defaultdict


class DisjointSets:
    """The numbers 0 to `size` - 1. Each number is alone in its set until sets are joined."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def join(self, a: int, b: int) -> None:
        """Merge the sets of `a` and `b`."""
        self._parent[self._root(a)] = self._root(b)

    def sets(self) -> list[list[int]]:
        """All sets in the order of their first numbers, each in rising order."""
        members: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self._parent)):
            members[self._root(number)].append(number)
        return list(members.values())

    def _root(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number
