from pathlib import Path

from tests.support import KESH
from training.corpora import find_corpora
from training.curate import Curated, curate


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
