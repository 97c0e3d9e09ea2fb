"""Curation: turns corpora into a library and records every tune that it skips."""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction

from index.alignment import Melody
from index.catalogue import Catalogue, Setting
from index.library import Library
from index.manifest import CorpusCount
from index.progress import OnStep, counted, ignore_steps
from index.slips import find_slips
from model.abc import Tune
from model.errors import GanAinmError
from training.corpora import Corpus
from training.corpora.aliases import Pair

ExactMelody = tuple[tuple[int, Fraction], ...]  # pitch and duration of each note


class CurationError(GanAinmError):
    """Corpora that hold too little to learn from."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A skipped tune: its reference and the reason."""

    reference: str
    reason: str


@dataclass(frozen=True)
class Curated:
    """The result of curation.

    Attributes
    ----------
    library : the titles and tunes
    corpora : counts for each corpus
    skipped : the skipped tunes
    unmatched : list entries (excluded references and pairs of aliases) that match no setting; sorted
    """

    library: Library
    corpora: list[CorpusCount]
    skipped: list[Skipped]
    unmatched: list[str]

    def require_tunes(self) -> None:
        """Raise CurationError when no tune is left."""
        if not self.library.tunes:
            raise CurationError(f"there is no tune to use (skipped: {len(self.skipped)})")


def curate(
    corpora: Sequence[Corpus],
    on_step: OnStep = ignore_steps,
    excluded: Set[str] = frozenset(),
    aliases: Set[Pair] = frozenset(),
) -> Curated:
    """Read corpora and keep every tune that has a title and at least eight notes.

    Other tunes are skipped; a bad tune does not affect the rest. The first valid name of a tune becomes its
    title. Placeholders such as "Gan Ainm" are not valid names and are dropped. Titles that differ by a slip
    and have one tune are one title (`index.slips.find_slips`). Settings of one title with the same notes
    (pitch and duration of each) are merged.

    Parameters
    ----------
    corpora : what to read
    on_step : called when each step begins
    excluded : references of settings to skip
    aliases : pairs of references whose titles name one tune; a pair is unmatched when one of its settings was
        skipped or is in no corpus
    """
    kept: dict[Setting, tuple[tuple[str, ...], Tune]] = {}
    counts: list[CorpusCount] = []
    skipped: list[Skipped] = []
    advance = on_step("reading", sum(corpus.count() for corpus in corpora))
    for corpus in corpora:
        before_kept, before_skipped = len(kept), len(skipped)
        for entry in counted(corpus.read(), advance):
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
    named = [(names, setting) for setting, (names, _) in kept.items()]
    advance = on_step("joining titles", 4)
    slips = find_slips(Catalogue.collect(named, aliases), lambda setting: Melody.of(kept[setting][1]))
    advance()
    catalogue = Catalogue.collect(named, (*aliases, *slips))
    advance()
    catalogue = catalogue.merge(lambda setting: exact_melody(kept[setting][1]))
    advance()
    tunes = [kept[replace(setting, also=())][1] for setting in catalogue.settings]
    merged = Counter(also.partition("/")[0] for setting in catalogue.settings for also in setting.also)
    references = {setting.reference for setting in kept}
    unmatched = excluded - {tune.reference for tune in skipped}
    unmatched |= {"\t".join(pair) for pair in aliases if not references.issuperset(pair)}
    library = Library(catalogue.shorten(), tunes)
    advance()
    return Curated(
        library,
        [count.model_copy(update={"merged": merged[count.name]}) for count in counts],
        skipped,
        sorted(unmatched),
    )


def exact_melody(tune: Tune) -> ExactMelody:
    """Pitch and duration of each note in order. Two settings of a title that share them are merged."""
    return tuple((note.pitch, note.duration) for note in tune.notes)
