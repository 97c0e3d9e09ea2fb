"""Protocols whose queries are settings of tunes that the gallery has, whole or changed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from index.contents import Contents
from index.library import Library
from index.melody_pairs import MelodyPairs
from index.progress import OnStep
from index.same_tunes import SameTunes
from model.abc import Tune
from model.abc.rewriting import rewritten
from model.abc.variation import cut, noisy, transposed
from training.lab.benchmark.gallery import Gallery
from training.lab.benchmark.protocols import EncoderSource, Task, gallery_of, names_only
from training.lab.benchmark.queries import (
    Query,
    draw_order,
    first_notes,
    held_out_queries,
    not_held_out,
    query_of,
    resembling,
    rng_of,
)
from training.lab.benchmark.sampled_library import SampledLibrary

_SEED = 0  # of the intervals: fixed, so that figures can be compared
_MIDDLE = 4  # bars
_NOISE = 0.2  # share of the notes
_FAMILY = 2  # settings that the gallery has of a title: the fewest that make a family
_MOST = 1000  # queries of families


def known_gallery(library: SampledLibrary, encoders: EncoderSource) -> Gallery:
    """All titles, without the settings that are held out."""
    return gallery_of("known", library.keeping(not_held_out(library)), encoders)


def known_tasks(library: SampledLibrary, gallery: Gallery, audited: frozenset[str]) -> Iterator[Task]:
    """All protocols that begin with "known", and families.

    Parameters
    ----------
    gallery : that of `known_gallery`
    audited : references of queries that an audit objects to
    """
    queries = _with_same_tunes(held_out_queries(library), gallery.library, library.on_step)
    references = {query.reference for query in queries}
    subsets = {"known-verified": resembling(queries, gallery.library)}
    if audited:
        subsets["known-audited"] = frozenset(references - audited)
    yield Task("known", gallery, queries, subsets)
    for notes in (32, 16, 8):
        yield Task(f"known-{notes}", gallery, first_notes(queries, notes))
    yield Task("known-middle", gallery, [replace(query, item=_middle(query.tune)) for query in queries])
    yield Task("known-noisy", gallery, [_noisy(query) for query in first_notes(queries, 32)])
    yield Task("known-rewritten", gallery, [_rewritten(query) for query in queries])
    moved = _transposed(queries)
    yield Task("known-transposed", gallery, moved)
    for notes in (32, 16):
        yield Task(f"known-{notes}-transposed", gallery, first_notes(moved, notes))
    yield Task("families", gallery, _families(queries, gallery.library), ranks_settings=True)
    by_name = replace(gallery, library=names_only(gallery.library), fit=lambda: gallery.fitted)
    yield Task("known-title-index", by_name, queries)


def cross_task(first: SampledLibrary, second: SampledLibrary, encoders: EncoderSource) -> Task:
    """One setting of each title of the second corpus that the first has too, under any of its names."""
    titles_with: dict[str, set[int]] = {}
    for number, title in enumerate(first.catalogue.titles):
        for key in title.keys:
            titles_with.setdefault(key, set()).add(number)
    queries = []
    for number, setting in second.draw_one_per_title().items():
        keys = second.catalogue.titles[number].keys
        right = sorted({title for key in keys for title in titles_with.get(key, ())})
        if right:
            queries.append(query_of(second, setting, right))
    subsets = {"cross-verified": resembling(queries, first)}
    return Task("cross", gallery_of("cross", first, encoders), queries, subsets)


def _with_same_tunes(queries: Sequence[Query], library: Library, on_step: OnStep) -> list[Query]:
    """The queries with the other titles of their tunes."""
    pairs = MelodyPairs.find(Contents.of(library.tunes), on_step=on_step)
    same = SameTunes.of(library.catalogue, pairs)
    return [
        replace(query, also=np.array(same.also_called(int(query.right[0])), dtype=np.int64))
        for query in queries
    ]


def _middle(tune: Tune) -> Tune:
    """Four bars from the middle; the whole tune if it has fewer."""
    first = max((len(tune.bars) - _MIDDLE) // 2, 0)
    bars = tune.bars[first : first + _MIDDLE]
    begin, end = bars[0].first, bars[-1].last
    return cut(tune, begin, end - begin) if end > begin else tune


def _noisy(query: Query) -> Query:
    return replace(query, item=noisy(query.tune, _NOISE, rng_of(query.reference)))


def _rewritten(query: Query) -> Query:
    return replace(query, item=rewritten(query.tune, rng_of(query.reference)))


def _transposed(queries: Sequence[Query]) -> list[Query]:
    """The queries, up to six semitones higher or lower."""
    rng = np.random.default_rng(_SEED)
    intervals = rng.integers(1, 7, len(queries)) * rng.choice([-1, 1], len(queries))
    return [
        replace(query, item=transposed(query.tune, int(interval)))
        for query, interval in zip(queries, intervals, strict=True)
    ]


def _families(queries: Sequence[Query], library: Library) -> list[Query]:
    """The queries whose title has several settings in the library, which are all right; at most `_MOST`."""
    titles = library.catalogue.title_of_setting
    families = [
        replace(query, right=np.flatnonzero(np.isin(titles, query.right)))
        for query in sorted(queries, key=lambda query: draw_order(query.reference))
    ]
    return [query for query in families if len(query.right) >= _FAMILY][:_MOST]
