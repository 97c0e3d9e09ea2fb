"""Pools: what a cell may learn, and three sets of tunes that it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from index.titles import title_key
from training.corpora.curate import exact_melody
from training.fitting.split import Split
from training.lab.benchmark.gallery import POOL, Known
from training.lab.benchmark.run import LeakError


@dataclass(frozen=True)
class Pool:
    """Settings and titles by their numbers in `known`.

    Attributes
    ----------
    known : everything
    settings, titles : what may be learned: these settings, of these titles
    training, validation, test : settings of different titles, to be told by those titles' names: of what is
        learned, of what says when to stop, and of what is measured. At most `POOL` each
    """

    known: Known
    settings: tuple[int, ...]
    titles: tuple[int, ...]
    training: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]

    @property
    def leaks(self) -> int:
        """Tunes of the test whose title is learned, or is in a group (`Known.groups`) with one that is."""
        learned = frozenset(self.titles)
        close = {title for group in self.known.groups if not learned.isdisjoint(group) for title in group}
        return sum(int(self.known.catalogue.title_of_setting[setting]) in close for setting in self.test)


def pools_of_titles(known: Known) -> Iterator[Pool]:
    """Those of the protocol `unseen`: nothing that shares a name, or nearly a melody, is on two sides.

    Raises LeakError if a name or a melody, note for note, is.
    """
    for split in known.pools:
        pool = _pool(known, split)
        _check_leaks(pool)
        yield pool


def pool_of_exact_titles(known: Known) -> Pool:
    """Titles at random, each on one side with all its settings, and asked the same as `pool_of_settings`.

    Nothing else is kept apart: a melody that has two titles may be asked by one and learned by the other.
    """
    test, validation = _at_random(known)
    title_of = known.catalogue.title_of_setting
    asked = [tuple(int(title_of[i]) for i in settings) for settings in (validation, test)]
    learned = sorted(known.drawn().keys() - {title for titles in asked for title in titles})
    return _pool(known, Split(tuple(learned), *asked))


def pool_of_settings(known: Known) -> Pool:
    """Settings at random, whatever they have in common: what is asked may be learned by another setting."""
    test, validation = _at_random(known)
    held_out = frozenset((*test, *validation))
    settings = tuple(i for i in range(len(known.tunes)) if i not in held_out)
    learned = {int(known.catalogue.title_of_setting[i]): i for i in reversed(settings)}
    return Pool(
        known, settings, tuple(sorted(learned)), _first(known, list(learned.values())), validation, test
    )


def _at_random(known: Known) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Settings to test and to validate with, each of another title."""
    order = sorted(known.drawn().values(), key=known.lot)
    size = min(POOL, len(order) // 3)
    return tuple(order[:size]), tuple(order[size : 2 * size])


def _pool(known: Known, split: Split) -> Pool:
    drawn, learned = known.drawn(), frozenset(split.train)
    title_of = known.catalogue.title_of_setting.tolist()
    return Pool(
        known,
        settings=tuple(i for i, title in enumerate(title_of) if title in learned),
        titles=split.train,
        training=_first(known, [drawn[title] for title in split.train if title in drawn]),
        validation=_first(known, [drawn[title] for title in split.validation if title in drawn]),
        test=tuple(drawn[title] for title in split.test if title in drawn),
    )


def _check_leaks(pool: Pool) -> None:
    tunes, catalogue = pool.known.tunes, pool.known.catalogue
    title_of = catalogue.title_of_setting

    def names(settings: tuple[int, ...]) -> set[str]:
        titles = {int(title_of[setting]) for setting in settings}
        return {title_key(name) for title in titles for name in catalogue.titles[title].names}

    asked = (*pool.test, *pool.validation)
    melodies = {exact_melody(tunes[setting]) for setting in pool.settings}
    if leaks := sum(exact_melody(tunes[setting]) in melodies for setting in asked):
        raise LeakError(f"the melodies of {leaks} of {len(asked)} queries are learned")
    if shared := names(asked) & names(pool.settings):
        raise LeakError(f"{len(shared)} names are asked and learned")


def _first(known: Known, settings: list[int]) -> tuple[int, ...]:
    return tuple(sorted(settings, key=known.lot)[:POOL])
