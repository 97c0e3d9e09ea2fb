from pathlib import Path

from model.abc import read_tune
from tests.support import KESH
from training.corpora import find_corpora
from training.corpora.curate import Curated, curate


def curate_text(tmp_path: Path, text: str) -> Curated:
    path = tmp_path / "mine.abc"
    path.write_text(text, encoding="utf-8")
    return curate(find_corpora([str(path)]))


def test_good_tunes_are_kept_and_bad_ones_listed_with_their_reason(tmp_path: Path) -> None:
    nameless = KESH.replace("The Kesh", "Gan Ainm")
    short = "X:3\nT:Too Short\nK:C\nCDEF\n"
    silent = "X:4\nT:Silence\nK:C\n"
    curated = curate_text(
        tmp_path, "\n".join([KESH, nameless, short, silent, KESH.replace("The Kesh", "Kesh, The")])
    )
    assert [title.names for title in curated.library.catalogue.titles] == [("The Kesh", "Kesh, The")]
    reasons = [skipped.reason for skipped in curated.skipped]
    assert reasons[0] == "no title"
    assert reasons[1] == "4 notes, fewer than 8"
    assert "no notes" in reasons[2]
    assert curated.skipped[0].reference.startswith("mine/mine.abc:")
    assert (curated.corpora[0].tunes, curated.corpora[0].skipped) == (2, 3)


def test_further_titles_are_aliases_and_a_placeholder_is_skipped(tmp_path: Path) -> None:
    curated = curate_text(tmp_path, KESH.replace("T:The Kesh", "T:Gan Ainm\nT:The Kesh\nT:Kerrigan's\nT:x"))
    assert curated.library.catalogue.titles[0].names == ("The Kesh", "Kerrigan's")


def test_tunes_are_in_the_order_of_the_catalogues_settings(tmp_path: Path) -> None:
    other = KESH.replace("The Kesh", "Another").replace("GAG", "GBG")
    third = KESH.replace("The Kesh", "Kesh, The").replace("GAG", "GcG")
    curated = curate_text(tmp_path, "\n".join([KESH, other, third]))
    titles = [tune.titles[0] for tune in curated.library.tunes]
    assert (
        titles
        == [setting.title for setting in curated.library.catalogue.settings]
        == ["The Kesh", "Kesh, The", "Another"]
    )


def test_a_setting_keeps_its_source_and_its_address(tmp_path: Path) -> None:
    curated = curate_text(tmp_path, KESH.replace("R:jig", "F:https://example.org/kesh"))
    setting = curated.library.catalogue.settings[0]
    assert (setting.reference, setting.url) == ("mine/mine.abc:1", "https://example.org/kesh")
    assert setting.corpus == curated.corpora[0].name
    assert curated.corpora[0].licence == "brought by the user; no licence stated"


def test_the_same_notes_under_the_same_title_are_one_setting(tmp_path: Path) -> None:
    again = (
        KESH.replace("The Kesh", "Kesh, The")
        .replace("L:1/8", "L:1/8\nN:printed twice")
        .replace("M:6/8", "M:12/8")
    )
    longer = KESH.replace("edd gdd", "ed2 gdd")
    moved = KESH.replace("K:G", "K:Gm")
    elsewhere = KESH.replace("The Kesh", "Kincora")
    curated = curate_text(tmp_path, "\n".join([KESH, again, longer, moved, elsewhere, KESH]))
    kesh, kincora = curated.library.catalogue.titles
    assert [len(setting.also) for setting in kesh.settings] == [2, 0, 0], "length and pitch of notes tell"
    assert kesh.names == ("The Kesh", "Kesh, The")
    assert [setting.also for setting in kincora.settings] == [()]
    references = [
        reference
        for setting in curated.library.catalogue.settings
        for reference in (setting.reference, *setting.also)
    ]
    assert len(set(references)) == 6
    assert (curated.corpora[0].tunes, curated.corpora[0].merged) == (6, 2)
    assert len(curated.library.tunes) == len(curated.library.catalogue.settings) == 4
    for tune, setting in zip(curated.library.tunes, curated.library.catalogue.settings, strict=True):
        assert read_tune(setting.abc).notes[8].duration == tune.notes[8].duration
    first, other = kesh.settings[0].reference, kesh.settings[0].also[0]
    left = curate(find_corpora([str(tmp_path / "mine.abc")]), excluded={first, other})
    assert left.library.catalogue.titles[0].settings[-1].also == (), "an excluded one is merged with nothing"
    assert {skipped.reference for skipped in left.skipped} == {first, other}
    assert left.corpora[0].merged == 0


def test_aliases_join_titles_and_merge_their_equal_settings(tmp_path: Path) -> None:
    text = KESH + "\n" + KESH.replace("The Kesh", "Kincora")
    first, second = (setting.reference for setting in curate_text(tmp_path, text).library.catalogue.settings)
    curated = curate(find_corpora([str(tmp_path / "mine.abc")]), aliases={(second, first)})
    assert [title.names for title in curated.library.catalogue.titles] == [("The Kesh", "Kincora")]
    assert [(setting.reference, setting.also) for setting in curated.library.catalogue.settings] == [
        (first, (second,))
    ]
    assert not curated.unmatched


def test_a_slip_in_a_title_is_one_title_if_the_tune_is_one(tmp_path: Path) -> None:
    other = (
        "X:9\nT:Flowers of Edinburg\nM:4/4\nL:1/8\nK:D\nd2fd Adfd|e2ge BAFA|dfaf gfed|cdec A2AG|FAdA FAdf|\n"
    )
    edinburgh = KESH.replace("The Kesh", "The Flowers of Edinburgh")
    edinburg = (
        KESH.replace("The Kesh", "Flowers of Edinburg").replace("K:G", "K:A").replace("GAG GAB", "G3 GAB")
    )
    one = curate_text(tmp_path, f"{edinburgh}\n{edinburg}").library
    assert [title.names for title in one.catalogue.titles] == [
        ("The Flowers of Edinburgh", "Flowers of Edinburg")
    ]
    assert [tune.titles for tune in one.tunes] == [("The Flowers of Edinburgh",), ("Flowers of Edinburg",)]
    two = curate_text(tmp_path, f"{edinburgh}\n{other}").library.catalogue
    assert [title.title for title in two.titles] == ["The Flowers of Edinburgh", "Flowers of Edinburg"]


def test_slips_join_the_pairs_of_an_alias_list(tmp_path: Path) -> None:
    texts = (KESH.replace("The Kesh", name) for name in ("Garryowen", "Garry Owen", "Kincora"))
    separate = curate_text(tmp_path, "\n".join(texts)).library.catalogue
    assert [len(title.names) for title in separate.titles] == [2, 1]
    pair = separate.titles[1].settings[0].reference, separate.titles[0].settings[0].also[0]
    curated = curate(find_corpora([str(tmp_path / "mine.abc")]), aliases={pair})
    assert [title.names for title in curated.library.catalogue.titles] == [
        ("Garryowen", "Garry Owen", "Kincora")
    ]
    assert not curated.unmatched


def test_names_in_a_title_are_aliases(tmp_path: Path) -> None:
    curated = curate_text(tmp_path, KESH.replace("The Kesh", "12. The Kesh, aka Kerrigan's"))
    assert curated.library.catalogue.titles[0].names == (
        "The Kesh",
        "Kerrigan's",
        "12. The Kesh, aka Kerrigan's",
        "12. The Kesh",
    )


def test_list_entries_that_match_nothing_are_reported(tmp_path: Path) -> None:
    text = KESH + "\n" + KESH.replace("The Kesh", "Kincora")
    first, second = (setting.reference for setting in curate_text(tmp_path, text).library.catalogue.settings)
    curated = curate(
        find_corpora([str(tmp_path / "mine.abc")]),
        excluded={first, "mine/gone.abc:1"},
        aliases={(first, second), (second, "mine/gone.abc:2"), (second, second)},
    )
    assert curated.unmatched == ["mine/gone.abc:1", f"{first}\t{second}", f"{second}\tmine/gone.abc:2"]
    assert [title.title for title in curated.library.catalogue.titles] == ["Kincora"]


def test_a_rhythm_after_the_title_is_the_rhythm_where_none_is_declared(tmp_path: Path) -> None:
    slip = KESH.replace("The Kesh", "Kincora -- Reel")
    undeclared = KESH.replace("The Kesh", "KESH -- JIG., THE").replace("R:jig\n", "")
    curated = curate_text(tmp_path, f"{undeclared}\n{slip}")
    assert [(setting.title, setting.rhythm) for setting in curated.library.catalogue.settings] == [
        ("KESH, THE", "JIG"),
        ("Kincora", "jig"),
    ]
