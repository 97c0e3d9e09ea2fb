"""The protocols: which queries a system gets, what it ranks, and what is right.

`PROTOCOLS` lists and explains them. The modules `..._protocols.py` make their tasks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from index.catalogue import Catalogue
from index.library import Library
from training.fitting.split import Split
from training.lab.benchmark.gallery import Fitted, Gallery
from training.lab.benchmark.queries import Query

PROTOCOLS = {
    "known": "one setting of each tune that has several is held out and is the query; all titles are ranked",
    "known-verified": "the queries of known whose melody resembles another setting of the tune",
    "known-audited": "the queries of known that an audit does not object to",
    "known-32": "the first 32 notes of the queries of known",
    "known-16": "the first 16 notes",
    "known-8": "the first 8 notes",
    "known-middle": "four bars from the middle",
    "known-noisy": "the first 32 notes, a fifth of them inserted, deleted or changed",
    "known-rewritten": "the queries of known with other lengths, parts, repeats or pickups",
    "known-transposed": "the queries of known, transposed by a random interval, without their declared key",
    "known-32-transposed": "the first 32 notes of those",
    "known-16-transposed": "the first 16 notes of those",
    "families": "the queries of known whose title has two other settings; settings are ranked",
    "known-title-index": "titles are ranked by name alone; the encoders learned them from other settings",
    "no-match-foreign": "held-out settings against tunes of another tradition",
    "no-match": "held-out settings against tunes that neither gallery nor training has",
    "no-match-verified": "the same with only the settings of known-verified",
    "no-match-16": "the first 16 notes of the queries of no-match",
    "no-match-16-verified": "the first 16 notes of those of no-match-verified",
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


@dataclass(frozen=True)
class Task:
    """The queries of a protocol, with the gallery that answers them.

    Attributes
    ----------
    protocol : its name in `PROTOCOLS`
    gallery : what is ranked
    queries : in the order in which they are answered
    subsets : further protocols over some of the queries, as references of these
    ranks_settings : whether settings are ranked, not titles
    unseen : titles, with all their names, that the encoders must not have learned, neither name nor tune;
        None if they may know the titles
    """

    protocol: str
    gallery: Gallery
    queries: Sequence[Query]
    subsets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ranks_settings: bool = False
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


def gallery_of(name: str, library: Library, encoders: EncoderSource) -> Gallery:
    """A whole library to rank; `name` distinguishes the trainings of its encoders."""
    return Gallery(library, encoders.trained_on(library), lambda: encoders.from_all(name, library))


def names_only(library: Library) -> Library:
    """The titles of a library without settings."""
    return library.keeping(frozenset())
