"""Reading for commands: exclusion and alias lists, curation, and a report of what was kept."""

from collections.abc import Sequence
from pathlib import Path

from training.corpora.aliases import read_aliases
from training.corpora.corpus import Corpus
from training.corpora.curate import Curated, curate
from training.corpora.exclusions import read_exclusions
from training.corpora.lists import describe_unmatched
from training.reporter import Reporter


def read_corpora(
    corpora: Sequence[Corpus],
    report: Reporter,
    exclude: Sequence[Path] | None = None,
    aliases: Path | None = None,
) -> Curated:
    """Curate corpora, and report their licences, how many tunes were kept, and unmatched list entries.

    Parameters
    ----------
    corpora : what to read
    report : shows the progress
    exclude : exclusion lists
    aliases : an alias list

    Raises
    ------
    TunebookError
        When a corpus cannot be read.
    ListError
        When a list cannot be read.
    CurationError
        When no tune is left.
    """
    for corpus in corpora:
        report.say(f"{corpus.name}: {corpus.licence}")
    excluded = read_exclusions(*exclude or ())
    pairs = read_aliases(aliases) if aliases else frozenset()
    curated = curate(corpora, report.step, excluded, pairs)
    merged = sum(corpus.merged for corpus in curated.corpora)
    report.say(
        f"read {len(curated.library.tunes) + merged} tunes, skipped {len(curated.skipped)}; merged {merged} "
        "with a setting that has the same title and notes"
    )
    if curated.unmatched:
        report.say(describe_unmatched(curated.unmatched))
    curated.require_tunes()
    return curated
