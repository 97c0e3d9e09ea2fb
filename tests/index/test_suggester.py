from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from index import load
from index.alignment import Alignment, Melody, align, similarity
from index.catalogue import Catalogue
from index.display import display_title
from index.filters import FilterError, Filters
from index.library import Library
from index.ranking import RankingModel
from index.suggester import (
    CATALOGUE,
    DIRECTORY,
    INDEX_FILES,
    MELODIES,
    RANKING,
    SAME_TUNES,
    SETTINGS,
    TITLES,
    Suggester,
)
from index.tunebook import Entry
from model.abc import AbcError, Notice, Tune, read_tune, write
from model.abc.variation import cut, transposed, unnamed
from model.checkpoint import CheckpointError
from model.device import Device
from model.encoders import TITLE_ENCODER, TUNE_ENCODER
from model.grams import MAX_NOTES
from tests.nonsense import nonsense
from tests.support import KESH

CPU: Device = "cpu"
REEL = "M:4/4\nL:1/8\nK:D\nd2fd Adfd|e2ge BAFA|dfaf gfed|cdec A2AG|FAdA FAdf|gbag fded|cABc defg|afge d4|\n"


@pytest.fixture
def suggester(small_artifacts: Path) -> Suggester:
    return load(small_artifacts)


@pytest.fixture
def queries(suggester: Suggester) -> list[Tune]:
    """Tunes of the catalogue in another key, whole and as a fragment, and a tune that is not in it."""
    tunes = [unnamed(read_tune(setting.abc)) for setting in suggester.catalogue.settings[::60]]
    return [*(transposed(tune, 3) for tune in tunes), cut(tunes[0], 8, 24), read_tune(KESH)]


def test_a_saved_suggester_suggests_the_same_after_loading(
    suggester: Suggester, queries: list[Tune], tmp_path: Path
) -> None:
    built = Suggester.build(Library.read(suggester.catalogue), suggester.encoders, suggester.ranking)
    built.save(tmp_path)
    loaded = Suggester.load(tmp_path, CPU)
    for query in queries:
        assert loaded.suggest(query) == built.suggest(query) == suggester.suggest(query)
        assert loaded.rank(query, 20) == built.rank(query, 20)


def test_the_indexes_can_be_saved_alone(suggester: Suggester, tmp_path: Path) -> None:
    folder = tmp_path / "indexes"
    folder.mkdir()
    suggester.save_indexes(folder)
    assert {file.name for file in folder.iterdir()} == set(INDEX_FILES)


@pytest.mark.parametrize(
    "name",
    [CATALOGUE, DIRECTORY, TITLES, SETTINGS, MELODIES, SAME_TUNES, RANKING, TUNE_ENCODER, TITLE_ENCODER],
)
def test_missing_and_damaged_files_are_refused(suggester: Suggester, tmp_path: Path, name: str) -> None:
    suggester.save(tmp_path)
    (tmp_path / name).write_bytes(b"damaged")
    with pytest.raises((CheckpointError, ValueError)):
        Suggester.load(tmp_path, CPU)
    (tmp_path / name).unlink()
    with pytest.raises((CheckpointError, OSError, ValueError)):
        Suggester.load(tmp_path, CPU)


def test_without_a_ranking_model_all_candidates_are_equally_likely(suggester: Suggester) -> None:
    built = Suggester.build(Library.read(suggester.catalogue), suggester.encoders)
    assert built.ranking == RankingModel.unfitted()
    query = read_tune(KESH)
    vector = suggester.encoders.tune.encode([query])
    candidates = suggester.melody_index.compare(query, vector).settings
    settings = np.bincount(suggester.catalogue.title_of_setting[candidates])
    for ranked in built.rank(query, 5).titles:
        assert ranked.confidence == pytest.approx(settings[ranked.title] / (len(candidates) + 1))
    assert built.with_ranking(suggester.ranking).suggest(query) == suggester.suggest(query)


def test_a_tune_and_its_text_get_the_same_suggestions(suggester: Suggester) -> None:
    from_text = suggester.suggest(KESH)
    assert from_text == suggester.suggest(read_tune(KESH))
    assert from_text.tune == read_tune(KESH)
    assert len(from_text.titles) == 10
    assert suggester.suggest(KESH, 3).titles == from_text.titles[:3]


def test_the_first_of_several_tunes_counts(suggester: Suggester) -> None:
    both = suggester.suggest(f"{KESH}\nX:2\nT:Other\nK:D\nDEFGABcd\n")
    assert both.titles == suggester.suggest(KESH).titles
    assert len(both.warnings) == 1


def test_melody_evidence_is_what_the_alignment_finds(suggester: Suggester, queries: list[Tune]) -> None:
    with_melody = 0
    for query in queries:
        for suggestion in suggester.suggest(query).titles:
            if melody := suggestion.melody:
                tune = read_tune(melody.setting.abc)
                melodies = Melody.of(query), Melody.of(tune)
                assert Alignment(melody.transposition, melody.bars, melody.notes) == align(*melodies)
                assert melody.similarity == pytest.approx(similarity(*melodies))
                assert " ".join(melody.setting.printed.split()) == tune.titles[0]
                assert suggestion.title == melody.setting.title == display_title(melody.setting.printed)
                assert melody.setting.printed in (suggestion.title, *suggestion.aliases)
                with_melody += 1
    assert with_melody >= len(queries) - 1


@pytest.mark.parametrize("notes", ["C", "CD", "CDE", "CcCcC"])
def test_a_setting_without_anything_alike_is_no_evidence(
    suggester: Suggester, monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    monkeypatch.setattr("index.suggester._EVIDENCE_UNKNOWN", 0)
    text = f"M:2/4\nK:C\n{notes}\n"
    ranked = suggester.rank(read_tune(text), 20, join=True).titles
    assert any(title.setting is not None and not title.similarity for title in ranked)
    for title, found in zip(suggester.suggest(text, 20).titles, ranked, strict=True):
        assert (title.melody is not None) == (found.setting is not None and found.similarity > 0)


def test_a_known_tune_ranks_first_with_its_setting_as_evidence(suggester: Suggester) -> None:
    setting = suggester.catalogue.settings[9]
    suggestions = suggester.suggest(write(unnamed(transposed(read_tune(setting.abc), -4))))
    first = suggestions.titles[0]
    assert suggestions.known
    assert first.title == display_title(setting.title)
    assert first.melody is not None
    assert first.melody.transposition == -4
    assert first.melody.setting.printed == setting.title
    ids = {"id": suggester.directory.setting_ids[9], "title": first.title}
    assert asdict(first.melody.setting) == asdict(setting) | ids
    assert first.melody.similarity == 1
    assert first.confidence > 0.9


def test_a_suggestion_has_every_name_of_its_title_once(suggester: Suggester, queries: list[Tune]) -> None:
    names_of_titles = [
        {*title.names, *map(display_title, title.names)} for title in suggester.catalogue.titles
    ]
    for query in queries:
        for suggestion in suggester.suggest(query).titles:
            names = [suggestion.title, *suggestion.aliases]
            assert set(names) in names_of_titles
            assert len(set(names)) == len(names)
            assert suggestion.style.name == display_title(suggestion.style.printed)
            assert {suggestion.style.name, suggestion.style.printed} <= set(names)
            assert -1 <= suggestion.style.similarity <= 1
            assert 0 <= suggestion.confidence <= 1


def test_titles_that_differ_only_in_their_printed_rhythm_are_shown_with_it(suggester: Suggester) -> None:
    jig = KESH.replace("The Kesh", "RUSTIC -- JIG")
    reel = f"X:1\nT:RUSTIC -- REEL\n{REEL}"
    entries = [Entry(f"book.abc:{number}", read_tune(abc)) for number, abc in enumerate((jig, reel))]
    catalogue = Catalogue.collect((entry.names, entry.setting("mine")) for entry in entries).shorten()
    both = Suggester.build(Library.read(catalogue), suggester.encoders, suggester.ranking)
    shown = {suggestion.title: suggestion for suggestion in both.suggest(jig).titles}
    assert list(shown) == ["Rustic (Jig)", "Rustic (Reel)"]
    first = shown["Rustic (Jig)"]
    assert first.aliases == ("RUSTIC -- JIG",)
    assert first.melody is not None
    assert (first.melody.setting.title, first.melody.setting.printed) == ("Rustic (Jig)", "RUSTIC -- JIG")
    assert (first.style.name, first.style.printed) == ("Rustic (Jig)", "RUSTIC -- JIG")


def test_the_printed_spellings_follow_the_other_names(suggester: Suggester) -> None:
    abc = KESH.replace("T:The Kesh", "T:KESH -- JIG., THE\nT:kincora, the\nT:The Kincora")
    entry = Entry("book.abc:1", read_tune(abc))
    catalogue = Catalogue.collect([(entry.names, entry.setting("mine"))]).shorten()
    alone = Suggester.build(Library.read(catalogue), suggester.encoders, suggester.ranking)
    (suggestion,) = alone.suggest(abc).titles
    assert suggestion.title == "The Kesh"
    assert suggestion.aliases == ("The Kincora", "KESH, THE", "kincora, the", "KESH -- JIG., THE")
    assert suggestion.melody is not None
    assert suggestion.melody.setting.printed == "KESH -- JIG., THE"


@pytest.mark.parametrize(("notes", "words"), [("CDE", "3 notes"), ("C", "1 note")])
def test_too_few_notes_get_a_warning(suggester: Suggester, notes: str, words: str) -> None:
    assert suggester.suggest(f"K:C\n{notes}").warnings == (
        Notice(2, 1, f"only {words}: too few to tell tunes apart"),
    )


def test_too_many_notes_get_a_warning_after_those_of_the_reader(suggester: Suggester) -> None:
    abc = "K:C\n§" + ("CDEFGABc|" * (MAX_NOTES // 8)) + "\nCD\n"
    reader, length = suggester.suggest(abc).warnings
    assert (reader.line, reader.column) == (2, 1)
    assert length == Notice(3, 1, f"only the first {MAX_NOTES} notes, up to here, were compared")


def test_nonsense_is_unknown(suggester: Suggester) -> None:
    """From 32 notes on: 240 tunes are too few to fit the ranking well for shorter queries."""
    long = [(kind, tune) for kind, tune in nonsense(300, seed=0) if len(tune.notes) >= 32]
    known = [(kind, len(tune.notes)) for kind, tune in long if suggester.rank(tune, 1).known]
    assert len(long) > 200
    assert len(known) <= len(long) // 100, known


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "the text has no tune"), ("X:1\nT:Silence\nK:C\n", "the tune has no notes")],
)
def test_a_text_without_notes_is_an_error(suggester: Suggester, text: str, message: str) -> None:
    with pytest.raises(AbcError, match=message):
        suggester.suggest(text)


def test_a_filter_leaves_confidences_as_they_are(suggester: Suggester, queries: list[Tune]) -> None:
    catalogue = suggester.catalogue
    for query in queries:
        everything = suggester.suggest(query, 100)
        confidence = {each.id: each.confidence for each in everything.titles}
        for filters in (Filters(meter="6/8"), Filters(meter="C"), Filters(corpus="airs")):
            matching = suggester.directory.facets.matching(filters)
            wanted = {suggester.directory.title_ids[i] for i in catalogue.title_of_setting[matching]}
            filtered = suggester.suggest(query, 100, filters)
            assert filtered.known == everything.known
            assert len(filtered.titles) == min(100, len(wanted))
            assert {each.id for each in filtered.titles} <= wanted
            ranked = [each for each in everything.titles if each.id in wanted]
            assert [each.id for each in filtered.titles[: len(ranked)]] == [each.id for each in ranked]
            assert [each.confidence for each in filtered.titles[: len(ranked)]] == [
                confidence[each.id] for each in ranked
            ]
            least = everything.titles[-1].confidence
            assert all(each.confidence <= least for each in filtered.titles[len(ranked) :])


def test_the_evidence_is_a_setting_that_matches_the_filter(suggester: Suggester) -> None:
    jig = KESH.replace("R:jig", "R:slip jig")
    tunes = [(KESH, "one"), (jig.replace("GAB|", "GAc|"), "two")]
    entries = [(Entry("book.abc:1", read_tune(abc)), corpus) for abc, corpus in tunes]
    catalogue = Catalogue.collect((entry.names, entry.setting(corpus)) for entry, corpus in entries)
    both = Suggester.build(Library.read(catalogue), suggester.encoders, suggester.ranking)
    assert len(catalogue) == 1
    for corpus in ("one", "two"):
        (suggestion,) = both.suggest(KESH, filters=Filters(corpus=corpus)).titles
        assert suggestion.melody is not None
        assert suggestion.melody.setting.corpus == corpus
    (unfiltered,) = both.suggest(KESH).titles
    assert unfiltered.melody is not None
    assert unfiltered.melody.setting.corpus == "one"
    assert both.suggest(KESH, filters=Filters(rhythm="slip jig", corpus="one")).titles == ()
    with pytest.raises(FilterError):
        both.suggest(KESH, filters=Filters(rhythm="reel"))


def test_a_filter_shows_the_tunes_title_that_matches_with_its_setting_and_all_other_titles(
    suggester: Suggester,
) -> None:
    tunes = [(KESH, "one"), (KESH.replace("The Kesh", "The Castle").replace("GAB|", "GAc|"), "two")]
    entries = [(Entry("book.abc:1", read_tune(abc)), corpus) for abc, corpus in tunes]
    catalogue = Catalogue.collect((entry.names, entry.setting(corpus)) for entry, corpus in entries)
    both = Suggester.build(Library.read(catalogue), suggester.encoders, suggester.ranking)
    assert len(catalogue) == 2
    names = {"one": "The Kesh", "two": "The Castle"}
    for corpus, other in (("one", "two"), ("two", "one")):
        (suggestion,) = both.suggest(KESH, filters=Filters(corpus=corpus)).titles
        assert suggestion.title.startswith(names[corpus])
        assert [each.title.startswith(names[other]) for each in suggestion.also_called] == [True]
        assert suggestion.confidence == both.suggest(KESH).titles[0].confidence
        assert suggestion.melody is not None
        assert suggestion.melody.setting.corpus == corpus


def test_a_setting_that_is_left_out_is_as_if_nobody_had_collected_it(suggester: Suggester) -> None:
    tune = unnamed(read_tune(suggester.catalogue.settings[30].abc))
    assert suggester.rank(tune, 5).titles[0].setting == 30
    assert suggester.rank(tune, 5, without=np.array([], dtype=np.int64)) == suggester.rank(tune, 5)
    others = suggester.rank(tune, len(suggester.catalogue), without=np.array([30, 31]))
    assert not {30, 31} & {ranked.setting for ranked in others.titles}
    assert sum(ranked.confidence for ranked in others.titles) <= 1 + 1e-6
