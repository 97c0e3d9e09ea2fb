"""Curation: from corpora to a catalogue, with every tune left out counted and named."""

from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction

from index.catalogue import Catalogue, Setting
from index.library import Library
from index.manifest import CorpusCount
from model.abc import Tune
from model.errors import GanAinmError
from training.corpora import Corpus
from training.corpora.aliases import Pair

Melody = tuple[tuple[int, Fraction], ...]


class CurationError(GanAinmError):
    """Corpora that hold too little to learn from."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A tune left out, where it stands, and why."""

    reference: str
    reason: str


@dataclass(frozen=True)
class Curated:
    """What training works on.

    Attributes
    ----------
    library : the titles and tunes
    corpora : what each corpus gave
    skipped : what was left out
    unmatched : lines of the lists, excluded references and pairs of aliases, that match nothing; sorted
    """

    library: Library
    corpora: list[CorpusCount]
    skipped: list[Skipped]
    unmatched: list[str]


def curate(
    corpora: Sequence[Corpus],
    on_tune: Callable[[], object] = lambda: None,
    excluded: Set[str] = frozenset(),
    aliases: Set[Pair] = frozenset(),
) -> Curated:
    """Read corpora and keep what has a title and at least eight notes; a bad tune never takes others with it.

    A name before which stands no better one is the title; names that are no titles ("Gan Ainm") are dropped.
    Settings of one title with the same notes, pitch and duration of each, are merged. `on_tune` is called
    after each tune read. `excluded` are references to leave out; `aliases` are pairs of references whose
    titles are one, which match nothing where one of the two is left out or is in no corpus.
    """
    kept: dict[Setting, tuple[tuple[str, ...], Tune]] = {}
    counts: list[CorpusCount] = []
    skipped: list[Skipped] = []
    for corpus in corpora:
        before_kept, before_skipped = len(kept), len(skipped)
        for entry in corpus.read():
            on_tune()
            reference = f"{corpus.name}/{entry.reference}"
            if reason := "excluded" if reference in excluded else entry.fault:
                skipped.append(Skipped(reference, reason))
            elif isinstance(entry.tune, Tune):
                kept[entry.setting(corpus.name)] = entry.names, entry.tune
        counts.append(
            CorpusCount(
                name=corpus.name,
                licence=corpus.licence,
                tunes=len(kept) - before_kept,
                skipped=len(skipped) - before_skipped,
                sha256=corpus.sha256(),
            )
        )
    found = Catalogue.collect(((names, setting) for setting, (names, _) in kept.items()), aliases)
    catalogue = found.merge(lambda setting: exact_melody(kept[setting][1]))
    tunes = [kept[replace(setting, also=())][1] for setting in catalogue.settings]
    merged = Counter(also.partition("/")[0] for setting in catalogue.settings for also in setting.also)
    references = {setting.reference for setting in kept}
    unmatched = excluded - {tune.reference for tune in skipped}
    unmatched |= {"\t".join(pair) for pair in aliases if not references.issuperset(pair)}
    return Curated(
        Library(catalogue.shorten(), tunes),
        [count.model_copy(update={"merged": merged[count.name]}) for count in counts],
        skipped,
        sorted(unmatched),
    )


def exact_melody(tune: Tune) -> Melody:
    """Pitch and duration of each note in order: what two settings share that are the same."""
    return tuple((note.pitch, note.duration) for note in tune.notes)
