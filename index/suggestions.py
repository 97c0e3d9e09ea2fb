"""Suggestions: ranked titles for a tune, each with its evidence."""

from dataclasses import dataclass

from model.abc import Notice, Tune
from model.grams import FEWEST_NOTES, MAX_NOTES
from model.nouns import with_noun


@dataclass(frozen=True, slots=True)
class MatchedSetting:
    """A setting of the catalogue.

    Attributes
    ----------
    id : see `index.identifiers`
    title : as people write it
    printed : the title as printed in the corpus
    corpus, reference, also : see `index.catalogue.Setting`
    rhythm, meter, key, abc, url : see `index.catalogue.Setting`
    """

    id: str
    title: str
    printed: str
    corpus: str
    reference: str
    also: tuple[str, ...]
    url: str
    rhythm: str
    meter: str
    key: str
    abc: str


@dataclass(frozen=True, slots=True)
class MelodyEvidence:
    """The tune resembles a setting in the catalogue.

    Attributes
    ----------
    setting : the setting
    similarity : longest common subsequence of both melodies over their mean length, 0 to 1
    transposition : semitones by which the tune is higher than the setting
    bars : bars that match: number in the tune, number in the setting; 0 is an upbeat
    notes : notes that match: index in `Tune.notes` of the tune, index in those of the setting
    difference : how the setting differs from the tune, in words: see `index.difference`
    """

    setting: MatchedSetting
    similarity: float
    transposition: int
    bars: tuple[tuple[int, int], ...]
    notes: tuple[tuple[int, int], ...]
    difference: str


@dataclass(frozen=True, slots=True)
class StyleEvidence:
    """Tunes like this one have names like this one.

    Attributes
    ----------
    name : the title's name nearest to the tune, as people write it
    printed : that name as the catalogue spells it
    similarity : cosine of the vectors of tune and name, -1 to 1
    """

    name: str
    printed: str
    similarity: float


@dataclass(frozen=True, slots=True)
class AlsoCalled:
    """Another title of the same tune.

    Attributes
    ----------
    id : see `index.identifiers`
    title : as people write it
    """

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title and the evidence for it.

    Attributes
    ----------
    id : see `index.identifiers`
    title : that of the matching setting, or else of the catalogue, as people write it
    aliases : the title's other names as people write them, then the printed spellings that differ from these;
        no name twice
    also_called : the other titles of the catalogue that are the same tune (`index.same_tunes`), the likeliest
        first
    confidence : probability that it is right, or one of `also_called`, 0 to 1
    melody : the setting that the tune resembles, None when no setting is likely enough
    style : the title's name that fits the tune's style best
    """

    id: str
    title: str
    aliases: tuple[str, ...]
    also_called: tuple[AlsoCalled, ...]
    confidence: float
    melody: MelodyEvidence | None
    style: StyleEvidence


@dataclass(frozen=True, slots=True)
class Part:
    """A tune of a medley.

    Attributes
    ----------
    first_bar, last_bar : the numbers (`Bar.number`) of the bars where it begins and ends in the medley
    id, title : as in `Suggestion`
    confidence : probability that the title is right for this part, 0 to 1
    setting : the setting that this part resembles
    """

    first_bar: int
    last_bar: int
    id: str
    title: str
    confidence: float
    setting: MatchedSetting


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The answer for one tune.

    Attributes
    ----------
    known : whether the tune is probably in the catalogue; if not, titles are guessed from its style
    titles : the most likely title first, no title twice
    tune : the tune as it was read
    warnings : what was skipped or guessed in the text, and where
    parts : the known tunes of a medley, in its order; empty for a single tune
    """

    known: bool
    titles: tuple[Suggestion, ...]
    tune: Tune
    warnings: tuple[Notice, ...]
    parts: tuple[Part, ...]


def length_warnings(tune: Tune) -> tuple[Notice, ...]:
    """What a tune that is too short or too long to be compared as a whole is warned of."""
    count = len(tune.notes)
    if count < FEWEST_NOTES:
        first = tune.notes[0]
        message = f"only {with_noun(count, 'note')}: too few to tell tunes apart"
        return (Notice(first.line, first.column, message),)
    if count > MAX_NOTES:
        first = tune.notes[MAX_NOTES]
        text = f"only the first {MAX_NOTES} notes, up to here, were compared"
        return (Notice(first.line, first.column, text),)
    return ()


def medley_warnings(tune: Tune, unsearched: int) -> tuple[Notice, ...]:
    """What a medley is warned of that is too long to be searched as a whole; `unsearched`: see `Medley`."""
    first = tune.notes[unsearched]
    return (Notice(first.line, first.column, "a long medley: from here on, not every tune was looked for"),)
