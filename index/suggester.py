"""The Suggester: a tune in, ranked titles out. It holds in memory everything that an answer needs.

tune -> vector -> candidates of the melody index -> probability of each ┐
               -> names near it in the title index ─────────────────────┴-> ranked titles -> evidence
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from index.alignment import Melody, similarity
from index.catalogue import Catalogue
from index.contents import Contents
from index.cosine_index import CosineIndex
from index.directory import Directory, load_shown, save_shown
from index.display import display_names
from index.explanation import Explanation
from index.filters import NO_FILTERS, Filters, Mask
from index.library import Library
from index.medley import Medley
from index.melody_index import FEATURES, MelodyIndex
from index.melody_pairs import MelodyPairs
from index.progress import OnStep, counted, ignore_steps
from index.ranking import STYLE_TITLES, RankedTitle, RankedTitles, RankingModel
from index.same_tunes import SameTunes
from index.suggestions import Suggestions, length_warnings, medley_warnings
from model.abc import Tune, read_tune
from model.deadline import check_deadline
from model.device import Device
from model.encoders import Encoders
from model.grams import Ints
from model.stopwatch import lap

CATALOGUE = "catalogue.jsonl"
DISPLAY = "display.json"
DIRECTORY = "directory.safetensors"
TITLES = "titles.faiss"
SETTINGS = "settings.faiss"
MELODIES = "melodies.safetensors"
SAME_TUNES = "same_tunes.safetensors"
RANKING = "ranking.json"
INDEX_FILES = (CATALOGUE, DISPLAY, DIRECTORY, TITLES, SETTINGS, MELODIES, SAME_TUNES)

_SIMILARITY = FEATURES.index("similarity")
# A tune is known when its three likeliest titles together have more than this probability. Three, because a
# tune can have several titles; not more, because many candidates with a little probability each do not make
# it known.
_KNOWN = 0.5
_LIKELIEST = 3
# A title with less probability than this gets no setting as evidence. The bound is higher for an unknown
# tune, because its best candidate among many resembles it by chance.
_EVIDENCE, _EVIDENCE_UNKNOWN = 0.01, 0.1


@dataclass(frozen=True)
class Suggester:
    """Suggests titles for tunes.

    Attributes
    ----------
    catalogue : the titles and their settings
    directory : the same by id and by name, and what people see for their names
    encoders : tune and title encoder
    title_index : a row for each name of the catalogue
    melody_index : a row for each setting of the catalogue
    same_tunes : which settings of the catalogue are one tune
    ranking : model that weighs the evidence
    """

    catalogue: Catalogue
    directory: Directory
    encoders: Encoders
    title_index: CosineIndex
    melody_index: MelodyIndex
    same_tunes: SameTunes
    ranking: RankingModel

    @classmethod
    def build(
        cls,
        library: Library,
        encoders: Encoders,
        ranking: RankingModel | None = None,
        on_step: OnStep = ignore_steps,
        find_same: bool = True,
    ) -> Self:
        """Index a library. Without a ranking model, all candidates are equally likely: see `with_ranking`.

        Only `find_same` looks for titles of one tune, which takes time quadratic in the number of settings.
        """
        catalogue, tunes = library.catalogue, library.tunes
        names = counted(catalogue.names, on_step("encoding names", len(catalogue.names)))
        title_index = CosineIndex(encoders.title.encode(names), catalogue.title_of_name)
        encoded = counted(tunes, on_step("encoding settings", len(tunes)))
        vectors = CosineIndex(encoders.tune.encode(encoded), catalogue.title_of_setting)
        contents = Contents.of(counted(tunes, on_step("indexing settings", len(tunes))))
        pairs = MelodyPairs.find(contents, on_step=on_step) if find_same else MelodyPairs.none()
        return cls(
            catalogue=catalogue,
            directory=Directory(catalogue, display_names(catalogue)),
            encoders=encoders,
            title_index=title_index,
            melody_index=MelodyIndex.of(contents, vectors),
            same_tunes=SameTunes.of(catalogue, pairs),
            ranking=ranking or RankingModel.unfitted(),
        )

    def with_ranking(self, ranking: RankingModel) -> Self:
        """The same indexes with another ranking model."""
        return replace(self, ranking=ranking)

    def save(self, folder: Path) -> None:
        """Write everything into an existing folder."""
        self.encoders.save(folder)
        self.ranking.save(folder / RANKING)
        self.save_indexes(folder)

    def save_indexes(self, folder: Path) -> None:
        """Write only the catalogue and its indexes: `INDEX_FILES`."""
        self.catalogue.save(folder / CATALOGUE)
        save_shown(self.directory.shown, folder / DISPLAY)
        self.directory.save(folder / DIRECTORY)
        self.title_index.save(folder / TITLES)
        self.melody_index.vectors.save(folder / SETTINGS)
        self.melody_index.save(folder / MELODIES)
        self.same_tunes.save(folder / SAME_TUNES)

    @classmethod
    def load(cls, folder: Path, device: Device) -> Self:
        """Read what `save` wrote, with the encoders on the device.

        Raises CheckpointError, OSError or ValueError when a file is missing, damaged, or does not fit the
        others.
        """
        # A worker loads while it serves, so requests go first in between.
        catalogue = Catalogue.load(folder / CATALOGUE)
        check_deadline()
        shown = load_shown(folder / DISPLAY)
        check_deadline()
        directory = Directory.load(folder / DIRECTORY, catalogue, shown)
        check_deadline()
        encoders = Encoders.load(folder, device)
        check_deadline()
        vectors = CosineIndex.load(folder / SETTINGS, catalogue.title_of_setting)
        suggester = cls(
            catalogue=catalogue,
            directory=directory,
            encoders=encoders,
            title_index=CosineIndex.load(folder / TITLES, catalogue.title_of_name),
            melody_index=MelodyIndex.load(folder / MELODIES, vectors),
            same_tunes=SameTunes.load(folder / SAME_TUNES, catalogue),
            ranking=RankingModel.load(folder / RANKING),
        )
        check_deadline()
        if len(set(suggester.dims.values())) > 1:
            raise ValueError(f"the vectors differ in length: {suggester.dims}")
        return suggester

    @property
    def dims(self) -> dict[str, int]:
        """Length of the vectors of each encoder and index; all are the same."""
        encoders = {"tune encoder": self.encoders.tune.dim, "title encoder": self.encoders.title.dim}
        return encoders | {TITLES: self.title_index.dim, SETTINGS: self.melody_index.vectors.dim}

    def rank(
        self,
        tune: Tune,
        top_k: int,
        matching: Mask | None = None,
        without: Ints | None = None,
        join: bool = False,
    ) -> RankedTitles:
        """The `top_k` most likely titles, by their numbers in the catalogue.

        A title's confidence is the probability of its settings, plus its share of the probability that the
        tune is unknown. The shares follow the title index: its r-th title gets 1/r of what its first gets.

        Parameters
        ----------
        matching : which settings match a filter, shape = (settings,). Only titles with such a setting are
            ranked, and only it is evidence. Confidences and `known` are those without a filter.
        without : numbers of settings to leave out, as if nobody had collected them; to measure the ranking
        join : whether titles that are one tune count as one, which has the confidence of all of them
        """
        vector = self.encoders.tune.encode([tune])
        lap("encode")
        likenesses = self.melody_index.compare(tune, vector, without)
        probabilities, none = self.ranking.probabilities(likenesses)
        names = {hit.title: hit for hit in self.title_index.search(vector, max(top_k, STYLE_TITLES))[0]}
        by_style = {title: none * self.ranking.style / rank for rank, title in enumerate(names, 1)}
        by_melody: dict[int, float] = {}
        best_row: dict[int, int] = {}
        title_of_row = self.melody_index.title_of_setting[likenesses.settings].tolist()
        rows, settings = np.argsort(-probabilities, kind="stable"), likenesses.settings.tolist()
        for row in rows.tolist():
            title = title_of_row[row]
            by_melody[title] = by_melody.get(title, 0) + float(probabilities[row])
            best_row.setdefault(title, row)
        known = sum(sorted(by_melody.values())[-_LIKELIEST:]) > _KNOWN
        least = _EVIDENCE if known else _EVIDENCE_UNKNOWN
        confidence = {
            title: by_melody.get(title, 0) + by_style.get(title, 0) for title in {**by_style, **by_melody}
        }

        setting_of = {title: settings[row] for title, row in best_row.items()} if join else {}
        also = self.same_tunes.also(confidence, setting_of)
        for title, others in also.items():
            confidence[title] += sum(confidence.pop(other, 0.0) for other in others)
            by_melody[title] = sum(by_melody.get(each, 0.0) for each in (title, *others))

        def ranked(title: int) -> RankedTitle:
            setting, likeness, transposition = None, 0.0, None
            if by_melody.get(title, 0) >= least:
                if title in best_row:
                    row = best_row[title]
                    setting, transposition = settings[row], int(likenesses.transpositions[row])
                    likeness = float(likenesses.features[row, _SIMILARITY])
                elif matching is not None:  # the settings that resemble the tune do not match
                    numbers = self.same_tunes.settings_of(title)
                    setting = int(numbers[matching[numbers]][0])
                    likeness = similarity(Melody.of(tune), self.melody_index.melody(setting))
            of_all, others = confidence.get(title, 0.0), tuple(also.get(title, ()))
            return RankedTitle(title, of_all, setting, likeness, transposition, names[title], others)

        order = sorted(confidence, key=lambda title: (-confidence[title], title))
        if matching is not None:
            rows = rows[matching[likenesses.settings[rows]]]
            best_row = {title_of_row[row]: row for row in reversed(rows.tolist())}
            wanted = set(self.catalogue.title_of_setting[matching].tolist())
            shown = []
            for title in order:
                tune_titles = [title, *also.get(title, ())]
                if kept := [each for each in tune_titles if each in wanted]:
                    first = kept[0]
                    confidence[first], by_melody[first] = confidence[title], by_melody.get(title, 0.0)
                    also[first] = [each for each in tune_titles if each != first]
                    shown.append(first)
            order = shown
            if len(order) < top_k:
                suggested = (title for first in order for title in (first, *also[first]))
                unranked = np.array(sorted(wanted.difference(suggested)), dtype=np.int64)
                nearest = self.title_index.nearest_of(unranked, vector, top_k - len(order))
                order += [hit.title for hit in nearest]
                names |= {hit.title: hit for hit in nearest}
        order = order[:top_k]
        unnamed = np.array([title for title in order if title not in names], dtype=np.int64)
        names |= {hit.title: hit for hit in self.title_index.nearest_of(unnamed, vector, len(unnamed))}
        titles = [ranked(title) for title in order]
        likeliest = int(likenesses.settings[rows[0]]) if len(rows) else None
        lap("rank")
        return RankedTitles(known, titles, likeliest)

    def suggest(self, tune: Tune | str, top_k: int = 10, filters: Filters = NO_FILTERS) -> Suggestions:
        """The `top_k` most likely titles of a tune, each with its evidence and the other titles of that tune.

        Parameters
        ----------
        tune : a tune, or ABC text; if the text has several tunes, the first counts
        top_k : number of suggestions, at least 1
        filters : only titles with a setting that matches; there may be fewer than `top_k`. Confidences are
            probabilities among all titles, so they do not change.

        Raises
        ------
        AbcError
            When the text has no notes.
        FilterError
            When no setting of the catalogue matches one of the filters.
        DeadlineError
            When it takes longer than `model.deadline.limited` allows.
        """
        matching = self.directory.facets.matching(filters)
        if isinstance(tune, str):
            tune = read_tune(tune)
            lap("read")
        ranked_titles = self.rank(tune, top_k, matching, join=True)
        melody_of = self.melody_index.melody
        explanation = Explanation(tune, self.catalogue, self.directory, melody_of)
        medley = Medley(tune, lambda passage: self.rank(passage, 1, matching, join=True), melody_of)
        best = ranked_titles.titles[0] if ranked_titles.titles else None
        notes = None
        if best and best.setting is not None:
            notes = explanation.align(best.setting, best.transposition).notes
        found = medley.parts(ranked_titles, notes)
        parts = tuple(map(explanation.part, found))
        titles = tuple(explanation.suggestion(title, bool(parts)) for title in ranked_titles.titles)
        lap("evidence")
        warnings = (*tune.warnings, *length_warnings(tune))
        if found and medley.unsearched is not None:
            warnings += medley_warnings(tune, medley.unsearched)
        return Suggestions(ranked_titles.known, titles, tune, warnings, parts)
