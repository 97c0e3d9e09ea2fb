from pathlib import Path

from model.abc import read_tune
from tests.support import KESH
from training.corpora import find_corpora
from training.corpora.curate import Curated, curate


def curated(tmp_path: Path, text: str) -> Curated:
    path = tmp_path / "mine.abc"
    path.write_text(text, encoding="utf-8")
    return curate(find_corpora([str(path)]))


def test_good_tunes_are_kept_and_bad_ones_named_with_their_reason(tmp_path: Path) -> None:
    nameless = KESH.replace("The Kesh", "Gan Ainm")
    short = "X:3\nT:Too Short\nK:C\nCDEF\n"
    silent = "X:4\nT:Silence\nK:C\n"
    found = curated(
        tmp_path, "\n".join([KESH, nameless, short, silent, KESH.replace("The Kesh", "Kesh, The")])
    )
    assert [title.names for title in found.catalogue.titles] == [("The Kesh", "Kesh, The")]
    reasons = [skipped.reason for skipped in found.skipped]
    assert reasons[0] == "no title"
    assert reasons[1] == "4 notes, fewer than 8"
    assert "no notes" in reasons[2]
    assert found.skipped[0].reference.startswith("mine/mine.abc:")
    assert (found.corpora[0].tunes, found.corpora[0].skipped) == (2, 3)


def test_further_titles_are_aliases_and_a_missing_first_title_is_passed_over(tmp_path: Path) -> None:
    found = curated(tmp_path, KESH.replace("T:The Kesh", "T:Gan Ainm\nT:The Kesh\nT:Kerrigan's\nT:x"))
    assert found.catalogue.titles[0].names == ("The Kesh", "Kerrigan's")


def test_tunes_stand_in_the_order_of_the_catalogues_settings(tmp_path: Path) -> None:
    other = KESH.replace("The Kesh", "Another").replace("GAG", "GBG")
    third = KESH.replace("The Kesh", "Kesh, The").replace("GAG", "GcG")
    found = curated(tmp_path, "\n".join([KESH, other, third]))
    titles = [tune.titles[0] for tune in found.tunes]
    assert (
        titles
        == [setting.title for setting in found.catalogue.settings]
        == ["The Kesh", "Kesh, The", "Another"]
    )


def test_a_setting_keeps_its_source_and_its_address(tmp_path: Path) -> None:
    found = curated(tmp_path, KESH.replace("R:jig", "F:https://example.org/kesh"))
    setting = found.catalogue.settings[0]
    assert (setting.reference, setting.url) == ("mine/mine.abc:1", "https://example.org/kesh")
    assert setting.corpus == found.corpora[0].name
    assert found.corpora[0].licence == "brought by the user; no licence stated"


def test_the_same_notes_under_the_same_title_are_one_setting(tmp_path: Path) -> None:
    again = (
        KESH.replace("The Kesh", "Kesh, The")
        .replace("L:1/8", "L:1/8\nN:printed twice")
        .replace("M:6/8", "M:12/8")
    )
    longer = KESH.replace("edd gdd", "ed2 gdd")
    moved = KESH.replace("K:G", "K:Gm")
    elsewhere = KESH.replace("The Kesh", "Kincora")
    found = curated(tmp_path, "\n".join([KESH, again, longer, moved, elsewhere, KESH]))
    kesh, kincora = found.catalogue.titles
    assert [len(setting.also) for setting in kesh.settings] == [2, 0, 0], "length and pitch of notes tell"
    assert kesh.names == ("The Kesh", "Kesh, The")
    assert [setting.also for setting in kincora.settings] == [()]
    references = [
        reference for setting in found.catalogue.settings for reference in (setting.reference, *setting.also)
    ]
    assert len(set(references)) == 6
    assert (found.corpora[0].tunes, found.corpora[0].merged) == (6, 2)
    assert len(found.tunes) == len(found.catalogue.settings) == 4
    for tune, setting in zip(found.tunes, found.catalogue.settings, strict=True):
        assert read_tune(setting.abc).notes[8].duration == tune.notes[8].duration
    first, other = kesh.settings[0].reference, kesh.settings[0].also[0]
    left = curate(find_corpora([str(tmp_path / "mine.abc")]), excluded={first, other})
    assert left.catalogue.titles[0].settings[-1].also == (), "an excluded one is merged with nothing"
    assert {skipped.reference for skipped in left.skipped} == {first, other}
    assert left.corpora[0].merged == 0


def test_aliases_join_titles_and_merge_what_is_then_the_same(tmp_path: Path) -> None:
    text = KESH + "\n" + KESH.replace("The Kesh", "Kincora")
    one, other = (setting.reference for setting in curated(tmp_path, text).catalogue.settings)
    found = curate(find_corpora([str(tmp_path / "mine.abc")]), aliases={(other, one)})
    assert [title.names for title in found.catalogue.titles] == [("The Kesh", "Kincora")]
    assert [(setting.reference, setting.also) for setting in found.catalogue.settings] == [(one, (other,))]
    assert not found.unmatched


def test_lines_of_lists_that_match_nothing_are_told(tmp_path: Path) -> None:
    text = KESH + "\n" + KESH.replace("The Kesh", "Kincora")
    one, other = (setting.reference for setting in curated(tmp_path, text).catalogue.settings)
    found = curate(
        find_corpora([str(tmp_path / "mine.abc")]),
        excluded={one, "mine/gone.abc:1"},
        aliases={(one, other), (other, "mine/gone.abc:2"), (other, other)},
    )
    assert found.unmatched == ["mine/gone.abc:1", f"{one}\t{other}", f"{other}\tmine/gone.abc:2"]
    assert [title.title for title in found.catalogue.titles] == ["Kincora"]


def test_a_rhythm_after_the_title_is_the_rhythm_where_none_is_declared(tmp_path: Path) -> None:
    slip = KESH.replace("The Kesh", "Kincora -- Reel")
    undeclared = KESH.replace("The Kesh", "KESH -- JIG., THE").replace("R:jig\n", "")
    found = curated(tmp_path, f"{undeclared}\n{slip}")
    assert [(setting.title, setting.rhythm) for setting in found.catalogue.settings] == [
        ("KESH, THE", "JIG"),
        ("Kincora", "jig"),
    ]
