"""Protocols that tell tunes that the gallery has from tunes that it does not have."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from training.lab.benchmark.gallery import Gallery
from training.lab.benchmark.protocols import EncoderSource, Task, gallery_of
from training.lab.benchmark.queries import (
    first_notes,
    held_out_queries,
    not_held_out,
    query_of,
    resembling,
)
from training.lab.benchmark.sampled_library import POOL_SIZE, SampledLibrary

_NOTES = 16


def no_match_tasks(library: SampledLibrary, encoders: EncoderSource) -> Iterator[Task]:
    """Held-out settings, and tunes without a match: all protocols that begin with "no-match" but the foreign.

    The latter are the tunes of the first pool, which gallery and training lack. A tune that shares a name or
    nearly a melody with one of them is in the pool too.
    """
    left_out = library.pools[0].test
    kept = sorted(set(range(len(library.catalogue))) - set(left_out))
    number = {title: i for i, title in enumerate(kept)}
    rest = library.keeping(not_held_out(library)).only(kept)
    gallery = gallery_of("no-match", rest, encoders)
    setting_of = library.draw_one_per_title()
    matched = [
        replace(query, right=np.array([number[title]]))
        for query in held_out_queries(library)
        if (title := int(query.right[0])) in number
    ]
    unmatched = [query_of(library, setting_of[title], []) for title in left_out]
    verified = resembling(matched, rest).union(query.reference for query in unmatched)
    queries = [*matched, *unmatched]
    yield Task("no-match", gallery, queries, {"no-match-verified": verified})
    subsets = {f"no-match-{_NOTES}-verified": verified}
    yield Task(f"no-match-{_NOTES}", gallery, first_notes(queries, _NOTES), subsets)


def foreign_task(library: SampledLibrary, gallery: Gallery, foreign: SampledLibrary) -> Task:
    """Held-out settings, and as many tunes of another tradition as a pool has.

    `gallery` is that of `known_gallery`.
    """
    drawn = sorted(foreign.draw_one_per_title().values(), key=foreign.draw_order)[:POOL_SIZE]
    unmatched = [query_of(foreign, setting, []) for setting in drawn]
    return Task("no-match-foreign", gallery, held_out_queries(library) + unmatched)
