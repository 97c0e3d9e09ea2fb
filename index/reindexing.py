"""Reindexing: the indexes of another catalogue, from those of a Suggester and with its encoders."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index.catalogue import Catalogue
from index.contents import Contents
from index.cosine_index import CosineIndex
from index.directory import Directory
from index.display import display_names
from index.encoded import Encoded
from index.melody_index import MelodyIndex
from index.melody_pairs import MelodyPairs
from index.progress import OnStep, counted_step, ignore_steps
from index.same_tunes import SameTunes
from index.suggester import Suggester
from model.abc import read_tune
from model.grams import Ints


def reindexed(
    suggester: Suggester,
    catalogue: Catalogue,
    encoded: Sequence[Encoded] = (),
    reuse: bool = True,
    on_step: OnStep = ignore_steps,
) -> Suggester:
    """Index another catalogue. The result is the same as that of `Suggester.build`.

    Parameters
    ----------
    suggester : gives its encoders and its ranking
    catalogue : the titles and their settings
    encoded : settings that have been encoded already
    reuse : take the rows of names and settings that the Suggester has indexed, and read and encode only the
        others. Settings with the same ABC have the same row
    on_step : called when each step begins
    """
    known = suggester.catalogue if reuse and suggester.melody_index.has_contents else Catalogue(())
    names, new_names = _places(catalogue.names, known.names)
    name_vectors = suggester.encoders.title.encode(counted_step(new_names, "encoding names", on_step))
    known_vectors = suggester.title_index.vectors[: len(known.names)]
    title_index = CosineIndex(np.concatenate([known_vectors, name_vectors])[names], catalogue.title_of_name)
    melody_index, pairs = _melody_index(suggester, known, catalogue, encoded, on_step)
    return replace(
        suggester,
        catalogue=catalogue,
        directory=Directory(
            catalogue, display_names(catalogue, _display_forms(known, suggester.directory.shown))
        ),
        title_index=title_index,
        melody_index=melody_index,
        same_tunes=SameTunes.of(catalogue, pairs),
    )


def _melody_index(
    suggester: Suggester,
    known: Catalogue,
    catalogue: Catalogue,
    encoded: Sequence[Encoded],
    on_step: OnStep,
) -> tuple[MelodyIndex, MelodyPairs]:
    """The melody index of a catalogue, and its pairs of settings with nearly the same melody.

    They have rows and pairs of the known index, rows encoded already, and new ones.
    """
    indexed = [setting.abc for setting in known.settings]
    indexed += [abc for part in encoded for abc in part.abc]
    settings, new = _places([setting.abc for setting in catalogue.settings], indexed)
    read = counted_step(new, "reading settings", on_step)
    rest = Encoded.of(((abc, read_tune(abc)) for abc in read), suggester.encoders.tune)
    known_vectors = suggester.melody_index.vectors.vectors[: len(known.settings)]
    vectors = np.concatenate([known_vectors, *(part.vectors for part in encoded), rest.vectors])[settings]
    contents = suggester.melody_index.contents if known.titles else None
    parts = [*([contents] if contents else []), *(part.contents for part in encoded), rest.contents]
    taken = Contents.joined(parts).take(settings)
    del contents, parts, rest  # as large as the index
    melody_index = MelodyIndex.of(taken, CosineIndex(vectors, catalogue.title_of_setting))
    pairs = suggester.same_tunes.pairs if known.titles else MelodyPairs.none()
    return melody_index, _pairs(pairs, settings, len(known.settings), taken, on_step)


def _pairs(known: MelodyPairs, places: Ints, count: int, contents: Contents, on_step: OnStep) -> MelodyPairs:
    """The pairs of settings with nearly the same melody: known ones, and those with a new setting.

    Parameters
    ----------
    known : pairs among the `count` settings that are known
    places : of each setting the number among the known ones, or more
    contents : of each setting
    """
    number_of = np.full(count, -1, dtype=np.int64)
    places_known, first = np.unique(places, return_index=True)
    is_known = places_known < count
    number_of[places_known[is_known]] = first[is_known]
    new = np.setdiff1d(np.arange(len(places)), first[is_known])
    return MelodyPairs.joined([known.renumbered(number_of), MelodyPairs.find(contents, new, on_step)])


def _places(wanted: Sequence[str], known: Sequence[str]) -> tuple[Ints, list[str]]:
    """The place of each wanted text among the known texts and, after them, the new ones; and the new ones."""
    place = {text: number for number, text in enumerate(known)}
    new = [text for text in dict.fromkeys(wanted) if text not in place]
    place.update(zip(new, range(len(known), len(known) + len(new)), strict=True))
    return np.array([place[text] for text in wanted], dtype=np.int64), new


def _display_forms(known: Catalogue, shown: dict[str, str]) -> dict[str, str]:
    """The display forms of names, but for those that a rhythm in parentheses may follow."""
    printed = (*known.names, *(setting.title for setting in known.settings))
    forms = {name: shown.get(name, name) for name in printed}
    return {name: form for name, form in forms.items() if not form.endswith(")")}
