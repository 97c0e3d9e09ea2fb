"""Pools: what a cell may learn, and the three sets of tunes that it is measured on."""

from collections.abc import Iterator
from dataclasses import dataclass

from index.titles import title_key
from training.corpora.curate import exact_melody
from training.fitting.split import Split
from training.lab.benchmark.sampled_library import POOL_SIZE, SampledLibrary
from training.lab.leaks import LeakError


@dataclass(frozen=True)
class Pool:
    """Settings by their numbers in a library.

    Attributes
    ----------
    library : all titles and tunes
    settings : may be learned
    training, validation, test : learned settings, settings that decide when to stop, and settings that are
        measured; at most `POOL_SIZE` each. In each part, every query has a different title and is ranked
        against the names of the titles of that part
    """

    library: SampledLibrary
    settings: tuple[int, ...]
    training: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]

    @property
    def titles(self) -> tuple[int, ...]:
        """Numbers of the titles that may be learned, in rising order."""
        title_of = self.library.catalogue.title_of_setting
        return tuple(sorted({int(title_of[setting]) for setting in self.settings}))

    @property
    def leaks(self) -> int:
        """The number of test tunes whose title is learned or shares a group with a learned title.

        See `SampledLibrary.groups`.
        """
        learned = frozenset(self.titles)
        close = {title for group in self.library.groups if not learned.isdisjoint(group) for title in group}
        return sum(int(self.library.catalogue.title_of_setting[setting]) in close for setting in self.test)


def pools_of_titles(library: SampledLibrary) -> Iterator[Pool]:
    """The pools of the protocol `unseen`: no name, and hardly any melody, is on both sides of the split.

    Raises LeakError if a name, or a melody note for note, is on both sides.
    """
    for split in library.pools:
        pool = _pool(library, split)
        _check_leaks(pool)
        yield pool


def pool_of_exact_titles(library: SampledLibrary) -> Pool:
    """Random titles, each with all its settings on one side; the queries are those of `pool_of_settings`.

    Nothing else is kept apart: a melody with two titles may be a query under one and learned under the other.
    """
    test, validation = _at_random(library)
    title_of = library.catalogue.title_of_setting
    test_titles, validation_titles = (
        tuple(int(title_of[setting]) for setting in settings) for settings in (test, validation)
    )
    held_out = {*test_titles, *validation_titles}
    learned = tuple(sorted(library.draw_one_per_title().keys() - held_out))
    return _pool(library, Split(learned, validation_titles, test_titles))


def pool_of_settings(library: SampledLibrary) -> Pool:
    """Random settings: the title of a query may be learned from another setting."""
    test, validation = _at_random(library)
    held_out = frozenset((*test, *validation))
    settings = tuple(i for i in range(len(library.tunes)) if i not in held_out)
    of_title = {int(library.catalogue.title_of_setting[i]): i for i in reversed(settings)}
    return Pool(library, settings, _first(library, list(of_title.values())), validation, test)


def _at_random(library: SampledLibrary) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Settings for test and for validation, each with a different title."""
    order = sorted(library.draw_one_per_title().values(), key=library.draw_order)
    size = min(POOL_SIZE, len(order) // 3)
    return tuple(order[:size]), tuple(order[size : 2 * size])


def _pool(library: SampledLibrary, split: Split) -> Pool:
    setting_of, learned = library.draw_one_per_title(), frozenset(split.train)
    title_of = library.catalogue.title_of_setting.tolist()
    return Pool(
        library,
        settings=tuple(i for i, title in enumerate(title_of) if title in learned),
        training=_first(library, [setting_of[title] for title in split.train if title in setting_of]),
        validation=_first(library, [setting_of[title] for title in split.validation if title in setting_of]),
        test=tuple(setting_of[title] for title in split.test if title in setting_of),
    )


def _check_leaks(pool: Pool) -> None:
    tunes, catalogue = pool.library.tunes, pool.library.catalogue
    title_of = catalogue.title_of_setting

    def names(settings: tuple[int, ...]) -> set[str]:
        titles = {int(title_of[setting]) for setting in settings}
        return {title_key(name) for title in titles for name in catalogue.titles[title].names}

    queries = (*pool.test, *pool.validation)
    melodies = {exact_melody(tunes[setting]) for setting in pool.settings}
    if leaks := sum(exact_melody(tunes[setting]) in melodies for setting in queries):
        raise LeakError(f"the melodies of {leaks} of {len(queries)} queries are learned")
    if shared := names(queries) & names(pool.settings):
        raise LeakError(f"{len(shared)} names are both in queries and learned")


def _first(library: SampledLibrary, settings: list[int]) -> tuple[int, ...]:
    return tuple(sorted(settings, key=library.draw_order)[:POOL_SIZE])
