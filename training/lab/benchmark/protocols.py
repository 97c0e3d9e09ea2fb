"""The protocols: what is asked of which gallery, and what is right.

known            one setting of each tune that has several is held out and asked for; every title is ranked
known-verified   those of its queries whose melody resembles a setting that is left
known-audited    those of its queries that an audit leaves
known-32 -16 -8  the first notes only
known-middle     four bars from the middle
...-transposed   moved by a random interval, without the declared key
known-title-index   ranked by names alone, with encoders that learned the titles from their other settings
unseen           neither tune nor title was learned; ranked against the names of its pool; five pools
unseen-no-rhythm-words   the same, "jig" and the like taken out of the names
title-to-tune    the same pools, the tunes ranked for a title
cross            one corpus learned, another asked, where a name is the same
cross-verified   those of its queries whose melody resembles a setting of a right title
no-match         tunes that are left out of gallery and training against held-out settings of those in it
no-match-foreign tunes of another tradition instead
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.catalogue import Catalogue, Title
from index.titles import without_rhythm_words
from model.abc import Tune
from model.abc.variation import cut, transposed, unnamed
from model.grams import interval_grams
from training.fitting.split import Split
from training.lab.benchmark.gallery import POOL, Encoders, Gallery, Known

PROTOCOLS = (
    *("known", "known-verified", "known-audited", "known-32", "known-16", "known-8", "known-middle"),
    *("known-transposed", "known-32-transposed", "known-16-transposed", "known-title-index"),
    *("no-match-foreign", "no-match", "cross", "cross-verified"),
    *("unseen", "unseen-no-rhythm-words", "title-to-tune"),
)
_SEED = 0  # of intervals: fixed, so that figures can be compared
_MIDDLE = 4  # bars
_RESEMBLES = 0.25  # share of the smaller of two sets of interval 4-grams


@dataclass(frozen=True)
class Query:
    """Something asked.

    Attributes
    ----------
    reference : of the setting that is asked for, or asked with
    asked : a tune without its titles, or a title
    right : numbers of the right titles in the gallery; none where nothing is right
    """

    reference: str
    asked: Tune | str
    right: NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """Queries to one gallery.

    Attributes
    ----------
    protocol : its name
    subsets : further protocols over some of the queries, named by their references
    fresh : the titles with all their names where neither these nor their tunes may have been learned
    """

    protocol: str
    gallery: Gallery
    queries: Sequence[Query]
    subsets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fresh: Catalogue | None = None

    @property
    def protocols(self) -> list[str]:
        """All that it measures."""
        return [self.protocol, *self.subsets]


class Learner(Protocol):
    """Gives encoders."""

    def learned(self, known: Known) -> Known:
        """What encoders have learned that were asked for with this catalogue."""

    def learn_all(self, name: str, known: Known) -> Encoders:
        """On all of a catalogue; `name` tells one training of a benchmark from another."""

    def learn_split(self, name: str, known: Known, split: Split) -> Encoders:
        """On the training part of a split."""


def known_tasks(known: Known, gallery: Gallery, audited: frozenset[str]) -> Iterator[Task]:
    """All protocols that begin with "known". `audited` are references of queries that an audit objects to."""
    held = known.held_out()
    queries = [_query(known, setting, [_title(known, setting)]) for setting in held]
    asked = {query.reference for query in queries}
    subsets = {"known-verified": _resembling(queries, gallery.known)}
    if audited:
        subsets["known-audited"] = frozenset(asked - audited)
    yield Task("known", gallery, queries, subsets)
    rng = np.random.default_rng(_SEED)
    intervals = rng.integers(1, 7, len(held)) * rng.choice([-1, 1], len(held))
    moved = [
        replace(query, asked=transposed(_tune(query), int(interval)))
        for query, interval in zip(queries, intervals, strict=True)
    ]
    for notes in (32, 16, 8):
        yield Task(f"known-{notes}", gallery, _first(queries, notes))
    yield Task("known-middle", gallery, [replace(query, asked=_middle(_tune(query))) for query in queries])
    yield Task("known-transposed", gallery, moved)
    for notes in (32, 16):
        yield Task(f"known-{notes}-transposed", gallery, _first(moved, notes))
    by_name = replace(gallery, known=_names_only(gallery.known), train=lambda: gallery.encoders)
    yield Task("known-title-index", by_name, queries)


def unseen_tasks(known: Known, learner: Learner) -> Iterator[Task]:
    """Titles and tunes that no encoder saw, both ways round."""
    drawn = known.drawn()
    for number, split in enumerate(known.pools):
        learned = learner.learned(known.only((*split.train, *split.validation)))

        def train(number: int = number, split: Split = split) -> Encoders:
            return learner.learn_split(f"unseen-{number}", known, split)

        pool = known.keeping({drawn[title] for title in split.test}).only(split.test)
        queries = [_query(pool, setting, [_title(pool, setting)]) for setting in range(len(pool.tunes))]
        names = _names_only(pool)
        gallery = Gallery(names, learned, train)
        yield Task("unseen", gallery, queries, fresh=pool.catalogue)
        stripped = Known(Catalogue(tuple(map(_without_rhythm_words, names.catalogue.titles))), [])
        yield Task("unseen-no-rhythm-words", replace(gallery, known=stripped), queries, fresh=pool.catalogue)
        asked = [
            replace(query, asked=title.title)
            for query, title in zip(queries, pool.catalogue.titles, strict=True)
        ]
        yield Task("title-to-tune", replace(gallery, known=pool), asked, fresh=pool.catalogue)


def no_match_task(known: Known, learner: Learner) -> Task:
    """Tunes of the first pool of unseen ones, whose relatives are in the pool with them, have no match."""
    left_out = known.pools[0].test
    kept = sorted(set(range(len(known.catalogue))) - set(left_out))
    number = {title: i for i, title in enumerate(kept)}
    held = known.held_out()
    rest = known.keeping(_rest(known)).only(kept)
    drawn = known.drawn()
    queries = [
        _query(known, setting, [number[_title(known, setting)]])
        for setting in held
        if _title(known, setting) in number
    ]
    queries += [_query(known, drawn[title], []) for title in left_out]
    return Task("no-match", _gallery("no-match", rest, learner), queries)


def foreign_task(known: Known, gallery: Gallery, foreign: Known) -> Task:
    """As many tunes of another tradition as a pool has, against the gallery of `known_gallery`."""
    queries = [_query(known, setting, [_title(known, setting)]) for setting in known.held_out()]
    strangers = sorted(foreign.drawn().values(), key=foreign.lot)[:POOL]
    return Task("no-match-foreign", gallery, queries + [_query(foreign, one, []) for one in strangers])


def cross_task(first: Known, second: Known, learner: Learner) -> Task:
    """One setting of each title of the second corpus that the first has too, under any of its names."""
    titles_with: dict[str, set[int]] = {}
    for number, title in enumerate(first.catalogue.titles):
        for key in title.keys:
            titles_with.setdefault(key, set()).add(number)
    queries = []
    for number, setting in second.drawn().items():
        keys = second.catalogue.titles[number].keys
        right = sorted({title for key in keys for title in titles_with.get(key, ())})
        if right:
            queries.append(_query(second, setting, right))
    return Task(
        "cross", _gallery("cross", first, learner), queries, {"cross-verified": _resembling(queries, first)}
    )


def known_gallery(known: Known, learner: Learner) -> Gallery:
    """All titles, without the settings that are held out."""
    return _gallery("known", known.keeping(_rest(known)), learner)


def _gallery(name: str, known: Known, learner: Learner) -> Gallery:
    return Gallery(known, learner.learned(known), lambda: learner.learn_all(name, known))


def _rest(known: Known) -> frozenset[int]:
    return frozenset(range(len(known.tunes))) - frozenset(known.held_out())


def _query(known: Known, setting: int, right: Sequence[int]) -> Query:
    reference = known.catalogue.settings[setting].reference
    return Query(reference, unnamed(known.tunes[setting]), np.array(right, dtype=np.int64))


def _title(known: Known, setting: int) -> int:
    return int(known.catalogue.title_of_setting[setting])


def _tune(query: Query) -> Tune:
    if isinstance(query.asked, str):
        raise TypeError("a title is asked, not a tune")
    return query.asked


def _first(queries: Sequence[Query], notes: int) -> list[Query]:
    return [replace(query, asked=cut(_tune(query), 0, notes)) for query in queries]


def _middle(tune: Tune) -> Tune:
    """Four bars from the middle; of a tune with fewer, all."""
    first = max((len(tune.bars) - _MIDDLE) // 2, 0)
    bars = tune.bars[first : first + _MIDDLE]
    begin, end = bars[0].first, bars[-1].last
    return cut(tune, begin, end - begin) if end > begin else tune


def _names_only(known: Known) -> Known:
    return known.keeping(frozenset())


def _without_rhythm_words(title: Title) -> Title:
    return replace(
        title,
        title=without_rhythm_words(title.title),
        aliases=tuple(without_rhythm_words(name) for name in title.aliases),
    )


def _resembling(queries: Sequence[Query], known: Known) -> frozenset[str]:
    """References of queries that share a quarter of their interval 4-grams with a right title's setting."""
    settings_of: dict[int, list[int]] = {}
    for setting, title in enumerate(known.catalogue.title_of_setting.tolist()):
        settings_of.setdefault(title, []).append(setting)

    def resembles(query: Query) -> bool:
        asked = _grams(_tune(query))
        settings = (i for title in query.right.tolist() for i in settings_of.get(title, ()))
        return any(_overlap(asked, _grams(known.tunes[i])) >= _RESEMBLES for i in settings)

    return frozenset(query.reference for query in queries if resembles(query))


def _overlap(a: set[int], b: set[int]) -> float:
    """Share of the smaller set that is in the other."""
    return len(a & b) / max(min(len(a), len(b)), 1)


def _grams(tune: Tune) -> set[int]:
    return set(interval_grams(tune, 4).tolist())
