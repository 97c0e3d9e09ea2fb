"""Reading the corpora that are to be audited."""

from collections.abc import Sequence, Set

from index.library import Library
from training.corpora import Corpus
from training.corpora.curate import CurationError, curate
from training.corpora.lists import describe_unmatched
from training.reporter import Reporter


def read_library(corpora: Sequence[Corpus], excluded: Set[str], report: Reporter) -> Library:
    """Read corpora, and report their size and the excluded references that match no setting.

    Raises CurationError when no tune is left to audit, and TunebookError when a corpus cannot be read.
    """
    curated = curate(corpora, report.step("reading"), excluded)
    library = curated.library
    if not library.tunes:
        raise CurationError(f"there is no tune to audit (skipped: {len(curated.skipped)})")
    if curated.unmatched:
        report.say(describe_unmatched(curated.unmatched))
    report.say(f"{len(library.catalogue)} titles, {len(library.tunes)} settings")
    return library
