"""Reading the corpora that are to be audited."""

from collections.abc import Sequence
from pathlib import Path

from index.library import Library
from training.corpora import Corpus
from training.corpora.curate import CurationError
from training.corpora.reading import read_corpora
from training.reporter import Reporter


def read_library(corpora: Sequence[Corpus], report: Reporter, exclude: Sequence[Path] | None) -> Library:
    """Read corpora as `read_corpora` does, and raise CurationError when no tune is left to audit."""
    curated = read_corpora(corpora, report, exclude)
    library = curated.library
    if not library.tunes:
        raise CurationError(f"there is no tune to audit (skipped: {len(curated.skipped)})")
    report.say(f"{len(library.catalogue)} titles, {len(library.tunes)} settings")
    return library
