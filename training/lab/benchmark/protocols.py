"""The protocols: which queries a system gets, which titles it ranks, and which of them are right.

`PROTOCOLS` lists and explains them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.catalogue import Catalogue, Title
from index.library import Library
from index.titles import without_rhythm_words
from model.abc import Tune
from model.abc.variation import cut, transposed, unnamed
from model.grams import interval_grams
from training.fitting.split import Split
from training.lab.benchmark.gallery import Fitted, Gallery
from training.lab.benchmark.sampled_library import POOL_SIZE, SampledLibrary

PROTOCOLS = {
    "known": "one setting of each tune that has several is held out and is the query; all titles are ranked",
    "known-verified": "the queries of known whose melody resembles another setting of the tune",
    "known-audited": "the queries of known that an audit does not object to",
    "known-32": "the first 32 notes of the queries of known",
    "known-16": "the first 16 notes",
    "known-8": "the first 8 notes",
    "known-middle": "four bars from the middle",
    "known-transposed": "the queries of known, transposed by a random interval, without their declared key",
    "known-32-transposed": "the first 32 notes of those",
    "known-16-transposed": "the first 16 notes of those",
    "known-title-index": "titles are ranked by name alone; the encoders learned them from other settings",
    "no-match-foreign": "held-out settings against tunes of another tradition",
    "no-match": "held-out settings against tunes that neither gallery nor training has",
    "cross": "settings of a second corpus with a name that the first has too; titles of the first are ranked",
    "cross-verified": "the queries of cross whose melody resembles a setting of a right title",
    "unseen": "five pools of titles that the encoders did not learn; the names of a pool are ranked",
    "unseen-no-rhythm-words": 'the same without "jig" and the like in the names',
    "title-to-tune": "the same pools: a title is the query, and tunes are ranked",
    "heard": "known settings, played by a synthesiser and heard by `model.sound`; all titles are ranked",
    "heard-20": "the same with noise, 20 dB below the sound",
    "heard-10": "with noise 10 dB below it",
    "heard-whistle": "the queries of heard-10 that a whistle plays",
    "heard-fiddle": "those of a fiddle",
    "heard-plucked": "those of a plucked string",
}
_SEED = 0  # of the intervals: fixed, so that figures can be compared
_MIDDLE = 4  # bars
_RESEMBLES = 0.25  # share of the smaller of two sets of interval 4-grams


@dataclass(frozen=True)
class Query:
    """A tune or a title to look up.

    Attributes
    ----------
    reference : of the setting that the query is made from, or that is right
    item : a tune without its titles, or a title
    right : numbers of the right titles in the gallery; empty if no title is right
    """

    reference: str
    item: Tune | str
    right: NDArray[np.int64]

    @property
    def tune(self) -> Tune:
        """The query as a tune. Raises TypeError for a title."""
        if isinstance(self.item, str):
            raise TypeError("the query is a title, not a tune")
        return self.item


@dataclass(frozen=True)
class Task:
    """The queries of a protocol, with the gallery that answers them.

    Attributes
    ----------
    protocol : its name in `PROTOCOLS`
    gallery : what is ranked
    queries : in the order in which they are answered
    subsets : further protocols over some of the queries, as references of these
    unseen : titles, with all their names, that the encoders must not have learned, neither name nor tune;
        None if they may know the titles
    """

    protocol: str
    gallery: Gallery
    queries: Sequence[Query]
    subsets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unseen: Catalogue | None = None

    @property
    def protocols(self) -> list[str]:
        """The names of all protocols that it measures."""
        return [self.protocol, *self.subsets]


class EncoderSource(Protocol):
    """Gives the encoders of a gallery."""

    def trained_on(self, library: Library) -> Library:
        """What the encoders that this source gives for a library were trained on."""

    def from_all(self, name: str, library: Library) -> Fitted:
        """Encoders for a whole library; `name` distinguishes the trainings of a benchmark."""

    def from_split(self, name: str, library: Library, split: Split) -> Fitted:
        """Encoders for the training part of a split."""


def known_tasks(library: SampledLibrary, gallery: Gallery, audited: frozenset[str]) -> Iterator[Task]:
    """All protocols that begin with "known". `audited` are references of queries that an audit objects to."""
    held_out = library.hold_out()
    queries = [_query(library, setting, [_title(library, setting)]) for setting in held_out]
    references = {query.reference for query in queries}
    subsets = {"known-verified": _resembling(queries, gallery.library)}
    if audited:
        subsets["known-audited"] = frozenset(references - audited)
    yield Task("known", gallery, queries, subsets)
    rng = np.random.default_rng(_SEED)
    intervals = rng.integers(1, 7, len(held_out)) * rng.choice([-1, 1], len(held_out))
    moved = [
        replace(query, item=transposed(query.tune, int(interval)))
        for query, interval in zip(queries, intervals, strict=True)
    ]
    for notes in (32, 16, 8):
        yield Task(f"known-{notes}", gallery, _first(queries, notes))
    yield Task("known-middle", gallery, [replace(query, item=_middle(query.tune)) for query in queries])
    yield Task("known-transposed", gallery, moved)
    for notes in (32, 16):
        yield Task(f"known-{notes}-transposed", gallery, _first(moved, notes))
    by_name = replace(gallery, library=_names_only(gallery.library), fit=lambda: gallery.fitted)
    yield Task("known-title-index", by_name, queries)


def unseen_tasks(library: SampledLibrary, encoders: EncoderSource) -> Iterator[Task]:
    """Titles and tunes that no encoder learned: tunes as queries, and titles as queries."""
    setting_of = library.draw_one_per_title()
    for number, split in enumerate(library.pools):
        trained_on = encoders.trained_on(library.only((*split.train, *split.validation)))

        def fit(number: int = number, split: Split = split) -> Fitted:
            return encoders.from_split(f"unseen-{number}", library, split)

        pool = library.keeping({setting_of[title] for title in split.test}).only(split.test)
        queries = [_query(pool, setting, [_title(pool, setting)]) for setting in range(len(pool.tunes))]
        names = _names_only(pool)
        gallery = Gallery(names, trained_on, fit)
        yield Task("unseen", gallery, queries, unseen=pool.catalogue)
        stripped = Library(Catalogue(tuple(map(_without_rhythm_words, names.catalogue.titles))), [])
        yield Task(
            "unseen-no-rhythm-words", replace(gallery, library=stripped), queries, unseen=pool.catalogue
        )
        titles = [
            replace(query, item=title.title)
            for query, title in zip(queries, pool.catalogue.titles, strict=True)
        ]
        yield Task("title-to-tune", replace(gallery, library=pool), titles, unseen=pool.catalogue)


def no_match_task(library: SampledLibrary, encoders: EncoderSource) -> Task:
    """Held-out settings, and tunes without a match.

    The latter are the tunes of the first pool, which gallery and training lack. A tune that shares a name or
    nearly a melody with one of them is in the pool too.
    """
    left_out = library.pools[0].test
    kept = sorted(set(range(len(library.catalogue))) - set(left_out))
    number = {title: i for i, title in enumerate(kept)}
    rest = library.keeping(_not_held_out(library)).only(kept)
    setting_of = library.draw_one_per_title()
    queries = [
        _query(library, setting, [number[_title(library, setting)]])
        for setting in library.hold_out()
        if _title(library, setting) in number
    ]
    queries += [_query(library, setting_of[title], []) for title in left_out]
    return Task("no-match", _gallery("no-match", rest, encoders), queries)


def foreign_task(library: SampledLibrary, gallery: Gallery, foreign: SampledLibrary) -> Task:
    """Held-out settings, and as many tunes of another tradition as a pool has.

    `gallery` is that of `known_gallery`.
    """
    queries = [_query(library, setting, [_title(library, setting)]) for setting in library.hold_out()]
    unmatched = sorted(foreign.draw_one_per_title().values(), key=foreign.draw_order)[:POOL_SIZE]
    return Task(
        "no-match-foreign", gallery, queries + [_query(foreign, setting, []) for setting in unmatched]
    )


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
            queries.append(_query(second, setting, right))
    subsets = {"cross-verified": _resembling(queries, first)}
    return Task("cross", _gallery("cross", first, encoders), queries, subsets)


def known_gallery(library: SampledLibrary, encoders: EncoderSource) -> Gallery:
    """All titles, without the settings that are held out."""
    return _gallery("known", library.keeping(_not_held_out(library)), encoders)


def _gallery(name: str, library: Library, encoders: EncoderSource) -> Gallery:
    return Gallery(library, encoders.trained_on(library), lambda: encoders.from_all(name, library))


def _not_held_out(library: SampledLibrary) -> frozenset[int]:
    return frozenset(range(len(library.tunes))) - frozenset(library.hold_out())


def _query(library: Library, setting: int, right: Sequence[int]) -> Query:
    reference = library.catalogue.settings[setting].reference
    return Query(reference, unnamed(library.tunes[setting]), np.array(right, dtype=np.int64))


def _title(library: Library, setting: int) -> int:
    return int(library.catalogue.title_of_setting[setting])


def _first(queries: Sequence[Query], notes: int) -> list[Query]:
    return [replace(query, item=cut(query.tune, 0, notes)) for query in queries]


def _middle(tune: Tune) -> Tune:
    """Four bars from the middle; the whole tune if it has fewer."""
    first = max((len(tune.bars) - _MIDDLE) // 2, 0)
    bars = tune.bars[first : first + _MIDDLE]
    begin, end = bars[0].first, bars[-1].last
    return cut(tune, begin, end - begin) if end > begin else tune


def _names_only(library: Library) -> Library:
    return library.keeping(frozenset())


def _without_rhythm_words(title: Title) -> Title:
    return replace(
        title,
        title=without_rhythm_words(title.title),
        aliases=tuple(without_rhythm_words(name) for name in title.aliases),
    )


def _resembling(queries: Sequence[Query], library: Library) -> frozenset[str]:
    """References of queries that share a quarter of their interval 4-grams with a right title's setting."""
    settings_of: dict[int, list[int]] = {}
    for setting, title in enumerate(library.catalogue.title_of_setting.tolist()):
        settings_of.setdefault(title, []).append(setting)

    def resembles(query: Query) -> bool:
        grams = _grams(query.tune)
        settings = (i for title in query.right.tolist() for i in settings_of.get(title, ()))
        return any(_overlap(grams, _grams(library.tunes[i])) >= _RESEMBLES for i in settings)

    return frozenset(query.reference for query in queries if resembles(query))


def _overlap(a: set[int], b: set[int]) -> float:
    """Share of the smaller set that is in the other."""
    return len(a & b) / max(min(len(a), len(b)), 1)


def _grams(tune: Tune) -> set[int]:
    return set(interval_grams(tune, 4).tolist())
