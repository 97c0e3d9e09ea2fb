"""Diffs: what would change in a tunebook, in the format of `diff -u`."""

from collections.abc import Iterator, Sequence

from index.retitle import Change
from model.abc import decode
from model.abc.text import split_lines

_CONTEXT = 3  # lines before and after a change


def unified_diff(name: str, old: bytes, changes: Sequence[Change]) -> Iterator[str]:
    """The lines of a diff. Python's difflib has to find the changes, and takes minutes for a large book.

    Parameters
    ----------
    name : of the file
    old : its bytes before the changes
    changes : in the order of the lines
    """
    lines = split_lines(decode(old))
    if not lines[-1]:
        lines.pop()  # what follows the last line end
    if changes:
        yield from (f"--- {name}", f"+++ {name}")
    shift = 0  # by how many lines the new text is longer so far
    for hunk in _hunks(changes):
        start = max(hunk[0].start - _CONTEXT, 0)
        stop = min(hunk[-1].stop + _CONTEXT, len(lines))
        grown = sum(1 - (change.stop - change.start) for change in hunk)
        size = stop - start
        yield f"@@ -{_range(start, size)} +{_range(start + shift, size + grown)} @@"
        done = start
        for change in hunk:
            yield from (f" {line}" for line in lines[done : change.start])
            yield from (f"-{line}" for line in lines[change.start : change.stop])
            yield f"+{change.text}"
            done = change.stop
        yield from (f" {line}" for line in lines[done:stop])
        shift += grown


def _hunks(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Changes whose context would overlap or touch, together."""
    hunk: list[Change] = []
    for change in changes:
        if hunk and change.start - hunk[-1].stop > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _range(start: int, size: int) -> str:
    """Lines as a diff names them: the first, counted from 1, and how many; or the line above none."""
    return f"{start + 1 if size else start},{size}"
