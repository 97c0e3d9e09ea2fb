"""Tunes of the three books that go by several titles, and tunes that only have something in common."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from index.catalogue import Catalogue, Setting
from index.contents import Contents
from index.filters import Filters
from index.library import Library
from index.melody_index import FEATURES
from index.melody_pairs import MelodyPairs
from index.same_tunes import NamesOfTitles, SameTunes
from index.suggester import Suggester
from model.abc import Tune, read_tune, write
from model.abc.variation import cut, transposed, unnamed
from tests.nonsense import nonsense
from tests.support import untrained
from training.corpora import find_corpora

WEDDING, FELICITY = "ryansMammoth/HasteToTheWeddingJig.abc:1", "airdsAirs/book1.abc:1159"
SAILORS = "oneills1850/1556-1624.abc:340", "oneills1850/1556-1624.abc:355"
CAMERONS, RICKETTS = (
    "ryansMammoth/CameronsFavoriteLancashireClog.abc:1",
    "ryansMammoth/RickettsHornpipe.abc:1",
)
WESTMEATH, BLAST = "ryansMammoth/RakesOfWestmeathJig.abc:1", "oneills1850/1116-1135_mh.abc:106"
SEVERAL_TITLES = [
    (WEDDING, FELICITY),
    (WESTMEATH, BLAST),
    (SAILORS[1], RICKETTS),
    ("oneills1850/0501-0550.abc:426", "oneills1850/1001-1031.abc:219"),
    ("oneills1850/0401-0486.abc:1237", "oneills1850/1376-1475.abc:356"),
    ("ryansMammoth/IvyLeafReel.abc:1", "oneills1850/1625-1700.abc:158"),  # sixteenths and eighths
    ("ryansMammoth/JennysBabyReel.abc:1", "airdsAirs/book4.abc:972"),  # repeats written out or not
]
PRIEST, HIS_BOOTS = "oneills1850/0951-0981.abc:257", "ryansMammoth/PriestInHisBootsJig.abc:1"
MALLOW = "oneills1850/1801-1850.abc:200"


@cache
def printed(reference: str) -> Tune:
    """The tune of a book at a reference, its file and line."""
    name, line = reference.split(":")
    book, file = name.split("/")
    lines = (find_corpora([book])[0].path / file).read_text(encoding="latin-1").splitlines(keepends=True)
    first, rest = lines[int(line) - 1], "".join(lines[int(line) :])
    return read_tune(first + re.split(r"(?m)^X:", rest)[0])


def notes_of(reference: str) -> str:
    """The lines with the notes of a tune of a book."""
    return write(printed(reference)).partition("K:")[2].partition("\n")[2]


def library(*named: tuple[str, Tune]) -> Library:
    """A title for each name, with its tunes as settings."""
    settings = [
        Setting("book", f"book/a.abc:{number}", name, tune.rhythm, tune.meter, tune.key, write(tune))
        for number, (name, tune) in enumerate(named)
    ]
    catalogue = Catalogue.collect(((setting.title,), setting) for setting in settings)
    return Library.read(catalogue)


def same_tunes(*named: tuple[str, Tune]) -> SameTunes:
    read = library(*named)
    return SameTunes.of(read.catalogue, MelodyPairs.find(Contents.of(read.tunes)))


def are_one(first: Tune, second: Tune, names: tuple[str, str] = ("Alpha", "Omega")) -> bool:
    """Whether two tunes of these names are one tune, and are so whichever comes first."""
    found = same_tunes((names[0], first), (names[1], second))
    turned = same_tunes((names[1], second), (names[0], first))
    assert found.pairs.odds.tolist() == turned.pairs.odds.tolist()
    return bool((found.tune_of_setting == 0).all())


@pytest.mark.parametrize(("first", "second"), SEVERAL_TITLES)
def test_a_tune_with_two_titles_is_one_tune_in_any_key(first: str, second: str) -> None:
    assert are_one(printed(first), printed(second))
    assert are_one(printed(first), transposed(printed(second), 5))


def test_tunes_of_the_books_are_not_all_one_tune() -> None:
    tunes = [printed(first) for first, _ in SEVERAL_TITLES]
    found = same_tunes(*((f"Title {'ABCDEFG'[number]}", tune) for number, tune in enumerate(tunes)))
    assert found.tune_of_setting.tolist() == list(range(len(tunes)))
    assert not found.titles_of_tune


@pytest.mark.parametrize("reference", [WEDDING, FELICITY, MALLOW, PRIEST])
def test_a_part_of_a_tune_is_not_the_tune(reference: str) -> None:
    tune = printed(reference)
    assert are_one(tune, transposed(tune, 2))
    assert not are_one(tune, cut(tune, 0, len(tune.notes) // 2))


def test_a_medley_is_not_its_first_tune() -> None:
    first = write(unnamed(printed(WEDDING)))
    assert not are_one(read_tune(first), read_tune(first + notes_of(BLAST)))
    assert are_one(read_tune(first), read_tune(first + first.partition("K:")[2].partition("\n")[2]))


@pytest.mark.parametrize(
    ("names", "one"),
    [
        (("The Priest and His Boots", "THE PRIEST IN HIS BOOTS"), True),
        (("The Priest and His Boots", "Tivoli"), False),
        (("March 2", "March 3"), False),
        (("Jig", "Slow Reel"), False),
    ],
)
def test_nearly_the_same_name_counts_for_free_versions(names: tuple[str, str], one: bool) -> None:
    assert are_one(printed(PRIEST), printed(HIS_BOOTS), names) == one


@pytest.mark.parametrize(
    ("first", "second", "least", "most"),
    [
        ("The Priest in His Boots", "The Priest and His Boots", 1, 1),
        ("Fisher's Hornpipe (1st Setting)", "Fisher's Hornpipe (2nd Setting)", 0, 0),
        ("The Blooming Meadows", "The Flaming Meadows", 0.5, 1),
        ("Merrily Kiss the Quaker", "The Blooming Meadows", 0, 0.1),
        ("Hornpipe", "Slow Hornpipe", 0, 0),
        ("The Peeler's Jacket (or The Flannel Jacket)", "Flannel Jacket -- Reel", 1, 1),
    ],
)
def test_how_alike_names_are(first: str, second: str, least: float, most: float) -> None:
    tune = printed(MALLOW)
    names = NamesOfTitles(library((first, tune), (second, tune)).catalogue)
    assert least <= names.likeness(0, 1) <= most
    assert names.likeness(0, 1) == names.likeness(1, 0)


def test_one_title_of_two_tunes_does_not_make_their_other_titles_one() -> None:
    """O'Neill prints two Sailor's Hornpipes; Ryan prints one as Cameron's Favorite, one as Rickett's."""
    found = same_tunes(
        *(("Sailor's Hornpipe", printed(reference)) for reference in SAILORS),
        ("Cameron's Favorite", printed(CAMERONS)),
        ("Rickett's", printed(RICKETTS)),
    )
    assert found.titles_of_tune == {0: [0, 1], 1: [0, 2]}
    assert [found.also_called(title) for title in range(3)] == [[1, 2], [0], [0]]
    assert found.also({0: 0.9, 1: 0.06, 2: 0.01}, {0: 0, 1: 2, 2: 3}) == {0: [1], 2: []}
    assert found.also({1: 0.5, 2: 0.4, 0: 0.1}, {1: 2, 2: 3, 0: 1}) == {1: [], 2: [0]}
    assert found.also({2: 0.5}, {2: 3}) == {2: [0]}, "a title that is no candidate"
    assert not found.also({2: 0.5}, {}), "nothing says which tune is meant"


def test_pairs_do_not_depend_on_other_settings() -> None:
    """So a rebuild may compare only what is new."""
    tunes = [printed(reference) for pair in SEVERAL_TITLES for reference in pair]
    tunes += [transposed(tune, 1) for tune in tunes[:3]] + [tune for _, tune in nonsense(30, seed=0)]
    order = np.random.default_rng(0).permutation(len(tunes))
    every = MelodyPairs.find(Contents.of(tunes))
    assert len(every) > len(SEVERAL_TITLES)
    shuffled = MelodyPairs.find(Contents.of([tunes[i] for i in order])).renumbered(order)
    old, new = np.arange(9), np.arange(9, len(tunes))
    among_old = MelodyPairs.find(Contents.of(tunes[:9]))
    with_new = MelodyPairs.find(Contents.of(tunes), new)
    kept = MelodyPairs.joined([among_old, with_new])
    for other in (shuffled, kept):
        assert all(np.array_equal(ours, vars(other)[name]) for name, ours in vars(every).items())
    gone = np.where(np.isin(np.arange(len(tunes)), old), np.arange(len(tunes)), -1)
    assert every.renumbered(gone).odds.tolist() == among_old.odds.tolist()
    assert not len(MelodyPairs.find(Contents.of(tunes), np.zeros(0, np.int64)))


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    read = library(("A", printed(WEDDING)), ("B", printed(FELICITY)), ("C", printed(MALLOW)))
    found = SameTunes.of(read.catalogue, MelodyPairs.find(Contents.of(read.tunes)))
    found.save(tmp_path / "same")
    loaded = SameTunes.load(tmp_path / "same", read.catalogue)
    assert loaded.titles_of_tune == found.titles_of_tune == {0: [0, 1]}
    assert loaded.pairs.odds.tolist() == found.pairs.odds.tolist()
    with pytest.raises(ValueError, match="has 3 settings, the catalogue 2"):
        SameTunes.load(tmp_path / "same", Catalogue(read.catalogue.titles[:2]))


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    """A Suggester of a few tunes, for which the likeliest setting is the one with the most common notes."""
    tunes = (("Haste to the Wedding", WEDDING), ("Rural Felicity", FELICITY), ("The Rakes of Mallow", MALLOW))
    more = (("A Blast of Wind", BLAST), ("Cameron's Favorite", CAMERONS), ("Rickett's", RICKETTS))
    read = library(*((name, printed(reference)) for name, reference in (*tunes, *more)))
    built = Suggester.build(read, untrained())
    weights = tuple(40.0 if name == "similarity" else 0.0 for name in FEATURES)
    ranking = built.ranking.model_copy(update={"weights": weights, "none": (22.0, 0.0, 0.0, 0.0, 0.0, 0.0)})
    return built.with_ranking(ranking)


def test_titles_of_one_tune_are_one_suggestion(suggester: Suggester) -> None:
    query = unnamed(transposed(printed(FELICITY), 3))
    apart = {each.title: each.confidence for each in suggester.rank(query, 9).titles}
    assert list(apart)[:2] == [1, 0]
    answer = suggester.suggest(query, 2)
    first, second = answer.titles
    assert (first.title, [other.title for other in first.also_called]) == (
        "Rural Felicity",
        ["Haste to the Wedding"],
    )
    assert first.also_called[0].id == suggester.directory.title_ids[0]
    assert first.confidence == pytest.approx(apart[0] + apart[1])
    assert second.title not in {"Rural Felicity", "Haste to the Wedding"}, "top_k counts suggestions"
    assert not second.also_called
    assert sum(each.confidence for each in suggester.suggest(query, 9).titles) == pytest.approx(
        sum(apart.values())
    )


def test_a_filter_takes_titles_away_and_no_confidence(suggester: Suggester) -> None:
    query = unnamed(printed(FELICITY))
    everything = suggester.suggest(query, 1).titles[0]
    meters = {title.settings[0].meter for title in suggester.catalogue.titles}
    assert {"6/8", "2/4"} <= meters
    first = suggester.suggest(query, 1, Filters(meter="6/8")).titles[0]
    assert first == everything
    other = suggester.suggest(query, 9, Filters(meter="2/4")).titles
    assert not {each.title for each in other} & {"Rural Felicity", "Haste to the Wedding"}
