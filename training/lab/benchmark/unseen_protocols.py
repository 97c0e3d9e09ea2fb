"""Protocols with titles that the encoders have never seen: only their names can be ranked."""

from collections.abc import Iterator
from dataclasses import replace

from index.catalogue import Catalogue, Title
from index.library import Library
from index.titles import without_rhythm_words
from training.fitting.split import Split
from training.lab.benchmark.gallery import Fitted, Gallery
from training.lab.benchmark.protocols import EncoderSource, Task, names_only
from training.lab.benchmark.queries import query_of, title_of
from training.lab.benchmark.sampled_library import SampledLibrary


def unseen_tasks(library: SampledLibrary, encoders: EncoderSource) -> Iterator[Task]:
    """Titles and tunes that no encoder learned: tunes as queries, and titles as queries."""
    setting_of = library.draw_one_per_title()
    for number, split in enumerate(library.pools):
        trained_on = encoders.trained_on(library.only((*split.train, *split.validation)))

        def fit(number: int = number, split: Split = split) -> Fitted:
            return encoders.from_split(f"unseen-{number}", library, split)

        pool = library.keeping({setting_of[title] for title in split.test}).only(split.test)
        queries = [query_of(pool, setting, [title_of(pool, setting)]) for setting in range(len(pool.tunes))]
        names = names_only(pool)
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


def _without_rhythm_words(title: Title) -> Title:
    return replace(
        title,
        title=without_rhythm_words(title.title),
        aliases=tuple(without_rhythm_words(name) for name in title.aliases),
    )
