"""Suggestions: ranked titles for a tune, each with its evidence."""

from dataclasses import dataclass

from index.catalogue import Setting
from model.abc import Notice, Tune


@dataclass(frozen=True, slots=True)
class MelodyEvidence:
    """The tune resembles a setting in the catalogue.

    Attributes
    ----------
    setting : the setting
    similarity : longest common subsequence of both melodies over their mean length, 0 to 1
    transposition : semitones by which the tune is higher than the setting
    bars : bars that match: number in the tune, number in the setting; 0 is an upbeat
    """

    setting: Setting
    similarity: float
    transposition: int
    bars: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class StyleEvidence:
    """Tunes like this one have names like this one.

    Attributes
    ----------
    name : the title's name nearest to the tune
    similarity : cosine of the vectors of tune and name, -1 to 1
    """

    name: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title and the evidence for it.

    Attributes
    ----------
    title : as spelled in the matching setting, or else in the catalogue
    aliases : the title's other names and spellings in the catalogue
    confidence : probability that the title is right, 0 to 1
    melody : the setting that the tune resembles, None when no setting is likely enough
    style : the title's name that fits the tune's style best
    """

    title: str
    aliases: tuple[str, ...]
    confidence: float
    melody: MelodyEvidence | None
    style: StyleEvidence


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The answer for one tune.

    Attributes
    ----------
    known : whether the tune is probably in the catalogue; if not, titles are guessed from its style
    titles : the most likely title first, no title twice
    tune : the tune as it was read
    warnings : what was skipped or guessed in the text, and where
    """

    known: bool
    titles: tuple[Suggestion, ...]
    tune: Tune
    warnings: tuple[Notice, ...]
