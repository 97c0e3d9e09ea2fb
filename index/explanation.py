"""Explanation: what the ranking found for a tune, looked up for people, with the evidence for it."""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache

from index.alignment import Alignment, Melody, align
from index.catalogue import Catalogue
from index.difference import difference
from index.directory import Directory
from index.medley import FoundPart
from index.outline import Outline
from index.ranking import RankedTitle
from index.suggestions import MatchedSetting, MelodyEvidence, Part, StyleEvidence, Suggestion
from model.abc import Tune
from model.deadline import check_deadline


class Explanation:
    """Explains what was found for one tune.

    Parameters
    ----------
    tune : the query
    catalogue, directory : where titles and settings are looked up
    melody_of : the melody of a setting, by its number

    Attributes
    ----------
    align : the alignment of the tune with a setting, by its number and its transposition, as a `RankedTitle`
        has them; each is made once
    """

    def __init__(
        self, tune: Tune, catalogue: Catalogue, directory: Directory, melody_of: Callable[[int], Melody]
    ) -> None:
        self._tune = tune
        self._catalogue, self._directory, self._melody_of = catalogue, directory, melody_of
        self._melody, self._outline = Melody.of(tune), Outline.of(tune)
        self.align = cache(self._align)

    def suggestion(self, ranked: RankedTitle, is_medley: bool) -> Suggestion:
        """A ranked title with its evidence. Raises DeadlineError when the time is over.

        The parts of a medley are tunes, so its strains are not called parts.
        """
        check_deadline()
        title, name = self._catalogue.titles[ranked.title], self._catalogue.names[ranked.name.row]
        display = self._directory.display
        melody = None
        if ranked.setting is not None and ranked.similarity > 0:
            alignment = self.align(ranked.setting, ranked.transposition)
            melody = self._evidence(ranked.setting, ranked.similarity, alignment, is_medley)
        shown = melody.setting.title if melody else display(title.title)
        # Rounding in float32 may exceed the bounds of a cosine or a probability.
        cosine = min(max(ranked.name.score, -1.0), 1.0)
        return Suggestion(
            id=self._directory.title_ids[ranked.title],
            title=shown,
            aliases=tuple(name for name in self._directory.names(title) if name != shown),
            also_called=self._directory.also_called(ranked.also),
            confidence=min(ranked.confidence, 1.0),
            melody=melody,
            style=StyleEvidence(display(name), name, cosine),
        )

    def part(self, found: FoundPart) -> Part:
        """A part of a medley with its bars and its setting."""
        setting, notes = self._setting(found.setting), self._tune.notes
        first, last = (self._tune.bars[notes[note].bar].number for note in (found.first, found.last - 1))
        title = self._directory.title_ids[found.title]
        return Part(first, last, title, setting.title, found.confidence, setting)

    def _align(self, setting: int, transposition: int | None) -> Alignment:
        return align(self._melody, self._melody_of(setting), transposition)

    def _evidence(
        self, number: int, similarity: float, alignment: Alignment, is_medley: bool
    ) -> MelodyEvidence:
        setting = self._setting(number)
        outline = self._outline._replace(parts=()) if is_medley else self._outline
        return MelodyEvidence(
            setting=setting,
            similarity=min(max(similarity, 0.0), 1.0),
            transposition=alignment.transposition,
            bars=alignment.bars,
            notes=alignment.notes,
            difference=difference(outline, self._melody, self._melody_of(number), setting.meter, alignment),
        )

    def _setting(self, number: int) -> MatchedSetting:
        setting, setting_id = self._catalogue.settings[number], self._directory.setting_ids[number]
        shown = self._directory.display(setting.title)
        return MatchedSetting(**{**asdict(setting), "id": setting_id, "title": shown})
