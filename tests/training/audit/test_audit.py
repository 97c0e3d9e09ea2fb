import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from index import artifact
from index.alignment import Melody
from model.abc import Tune, read_tune, write
from model.abc.variation import cut, ornamented, transposed
from tests.support import KESH, SMALL, Silent
from training.audit.audit import Audit, audit, judge
from training.audit.report import ALIASES, CSV, LIST, PAGE, shift_told, write_report
from training.audit.resemblance import Resemblances
from training.corpora import Corpus, find_corpora
from training.corpora.aliases import read_aliases
from training.corpora.curate import curate
from training.corpora.exclusions import read_exclusions
from training.fitting.fit import fit
from training.lab.audit_check.check import agree, check, plant
from training.lab.audit_check.plot import draw

SETTINGS = 3  # of each title


@pytest.fixture(scope="module")
def tunes(small_corpus: Corpus) -> list[Tune]:
    """Sixty printed tunes that share no title, each as printed and twice varied, in the order of titles."""
    rng = np.random.default_rng(0)
    read = curate([small_corpus])
    firsts = np.unique(read.library.catalogue.title_of_setting, return_index=True)[1]
    printed = [read.library.tunes[i] for i in firsts]
    varied = []
    for tune in [tune for tune in printed if len(tune.notes) >= 40][:60]:
        varied += [
            tune,
            ornamented(transposed(tune, 5), 0.1, rng),
            ornamented(transposed(tune, -2), 0.1, rng),
        ]
    return varied


def named(path: Path, tunes: list[Tune], titles: list[str]) -> Path:
    texts = [write(replace(tune, titles=(title,))) for tune, title in zip(tunes, titles, strict=True)]
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def right_titles(tunes: list[Tune]) -> list[str]:
    return [f"Air {i // SETTINGS}" for i in range(len(tunes))]


def music(tune: Tune) -> str:
    """Its notes alone, in ABC."""
    return write(tune).partition("\nK:")[2].partition("\n")[2]


def audited(path: Path) -> Audit:
    read = curate(find_corpora([str(path)]))
    return audit(read.library.catalogue, read.library.tunes)


def proposed(found: Audit) -> set[frozenset[str]]:
    """The titles of each pair of aliases."""
    settings = found.catalogue.settings
    return {frozenset((settings[pair.one].title, settings[pair.other].title)) for pair in found.proposals}


def misfits(found: Audit) -> set[str]:
    """The titles under which misfits stand, with their places in the book."""
    settings = found.catalogue.settings
    return {settings[one.setting].reference for one in found.findings if one.kind == "misfit"}


def references(path: Path) -> list[str]:
    """In the order of the book."""
    settings = curate(find_corpora([str(path)])).catalogue.settings
    found = [setting.reference for setting in settings]
    return sorted(found, key=lambda reference: int(reference.rpartition(":")[2]))


def test_right_titles_give_hardly_an_alarm(tunes: list[Tune], tmp_path: Path) -> None:
    found = audited(named(tmp_path / "airs.abc", tunes, right_titles(tunes)))
    assert len(found.findings) <= 2
    assert found.shift is None


def test_planted_wrong_titles_are_found(tunes: list[Tune], tmp_path: Path) -> None:
    titles = right_titles(tunes)
    wrong = [1, 31, 62, 93, 124, 155]
    given = [titles[i] for i in wrong]
    for i, title in zip(wrong, [*given[1:], given[0]], strict=True):
        titles[i] = title
    path = named(tmp_path / "airs.abc", tunes, titles)
    book = references(path)
    found = audited(path)
    assert {book[i] for i in wrong} <= misfits(found)
    assert len(misfits(found)) <= len(wrong) + 2
    first = found.findings[0]
    assert first.own is not None
    assert first.elsewhere > 0.4 > 0.1 > first.own
    agreement = agree(found, {book[i] for i in wrong})
    assert (agreement[0].settings, agreement[0].listed, agreement[0].both) == (len(tunes), 6, 6)


def test_a_melody_under_two_titles_is_a_twin_and_stays(tunes: list[Tune], tmp_path: Path) -> None:
    titles = right_titles(tunes)
    path = named(tmp_path / "airs.abc", [*tunes, transposed(tunes[0], 3)], [*titles, "Nothing Alike"])
    found = audited(path)
    settings = found.catalogue.settings
    pairs = {
        (settings[one.setting].title, settings[one.nearest].title, one.own is None, one.elsewhere > 0.99)
        for one in found.findings
        if one.kind == "twin"
    }
    assert pairs & {("Air 0", "Nothing Alike", False, True), ("Nothing Alike", "Air 0", True, True)}
    write_report(found, tmp_path / "out")
    assert not read_exclusions(tmp_path / "out" / LIST)
    printed_twice = {frozenset(("Air 58", "Air 59"))}
    assert proposed(found) - printed_twice == {frozenset(("Air 0", "Nothing Alike"))}
    names = ["Lord Kelly", "Lord Kelly's Favourite", *right_titles(tunes)[SETTINGS:]]
    kept = [tunes[0], transposed(tunes[0], 3), *tunes[SETTINGS:]]
    related = audited(named(tmp_path / "related.abc", kept, names))
    assert not [one for one in related.findings if related.catalogue.settings[one.setting].title in names[:2]]
    assert proposed(related) - printed_twice == {frozenset(("Lord Kelly", "Lord Kelly's Favourite"))}, (
        "a word in common or not"
    )


def test_the_lead_tells_a_free_version_from_a_wrong_title(tunes: list[Tune]) -> None:
    printed, varied, other = (Melody.of(tune) for tune in (tunes[0], tunes[1], tunes[SETTINGS]))
    pairs = np.array([(a, b) for a in range(3) for b in range(3) if a != b]).T
    alike = Resemblances(3, pairs[0], pairs[1], np.full(6, 0.12))  # the cosines say nothing
    free = judge(alike, np.array([0, 0, 1]), [printed, varied, other])
    assert free.lead[1] < -0.15
    assert free.suspicion[1] < free.elsewhere[1] - 5 * free.own[1]
    wrong = judge(alike, np.array([0, 1, 1]), [printed, varied, other])
    assert wrong.lead[1] > 0.15
    assert wrong.suspicion[1] == pytest.approx(wrong.elsewhere[1] - 5 * wrong.own[1] + wrong.lead[1] / 2)
    assert wrong.lead[0] == 0, "an only setting goes along with nothing of its own"


def test_accepted_aliases_make_one_title(tunes: list[Tune], tmp_path: Path) -> None:
    titles = [*right_titles(tunes), "Nothing Alike", "Nor This"]
    titles[1], titles[31] = titles[31], titles[1]  # misfits, which nothing is proposed for
    path = named(tmp_path / "airs.abc", [*tunes, tunes[0], tunes[3]], titles)
    found = audited(path)
    write_report(found, tmp_path / "out")
    pairs = read_aliases(tmp_path / "out" / ALIASES)
    assert len(pairs) == len(found.proposals)
    new = {frozenset(("Air 0", "Nothing Alike")), frozenset(("Air 1", "Nor This"))}
    assert {pair for pair in proposed(found) if not pair <= set(right_titles(tunes))} == new
    order = [pair.cosine + pair.alignment for pair in found.proposals]
    assert order == sorted(order, reverse=True)
    remarks = (tmp_path / "out" / ALIASES).read_text(encoding="utf-8").splitlines()
    assert '# "Air 0" = "Nothing Alike", cosine 1.00, alignment 1.00' in remarks
    joined = curate(find_corpora([str(path)]), aliases=pairs)
    names = [set(title.names) for title in joined.catalogue.titles]
    assert {"Air 0", "Nothing Alike"} in names
    assert not joined.unmatched
    assert len(joined.catalogue) == len(found.catalogue) - len(pairs)
    assert not audit(joined.catalogue, joined.tunes).proposals


def test_parts_in_common_are_no_alias(tunes: list[Tune], tmp_path: Path) -> None:
    one, other, third = (cut(tunes[i], 0, 40) for i in (0, 3, 6))
    medley = [
        cut(tunes[0], 0, 40),
        read_tune(write(one).rstrip() + "\n" + music(other) + "\n"),
        read_tune(write(one).rstrip() + "\n" + music(third) + "\n"),
    ]
    path = named(tmp_path / "airs.abc", [*medley[1:], *tunes[9:]], ["One", "Other", *right_titles(tunes)[9:]])
    assert frozenset(("One", "Other")) not in proposed(audited(path))


@pytest.mark.parametrize("offset", [1, -1])
def test_a_bulk_shift_is_seen(tunes: list[Tune], tmp_path: Path, offset: int) -> None:
    titles = right_titles(tunes)
    titles[30:150] = titles[30 - offset : 150 - offset]
    path = named(tmp_path / "airs.abc", tunes, titles)
    shift = audited(path).shift
    assert shift is not None
    assert shift.offset == offset
    book = references(path)
    assert 25 <= book.index(shift.first) <= book.index(shift.last) <= 155
    assert ("further on" if offset > 0 else "before") in shift_told(audited(path))


def test_the_report_escapes_hostile_titles(tunes: list[Tune], tmp_path: Path) -> None:
    titles = right_titles(tunes)
    titles[1], titles[31] = titles[31], titles[1]
    hostile = '</pre><script>alert("x")</script> & Co'
    titles = [hostile if title == "Air 0" else title for title in titles]
    found = audited(named(tmp_path / "airs.abc", tunes, titles))
    write_report(found, tmp_path / "out")
    page = (tmp_path / "out" / PAGE).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;/pre&gt;&lt;script&gt;" in page
    assert page.count("<pre>") == page.count("</pre>") == 2 * len(found.findings)
    with (tmp_path / "out" / CSV).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(found.findings)
    assert any(hostile in (row["title"], row["nearest title"]) for row in rows)


def test_the_list_is_obeyed_by_curation(tunes: list[Tune], tmp_path: Path) -> None:
    titles = right_titles(tunes)
    titles[1], titles[31] = titles[31], titles[1]
    path = named(tmp_path / "airs.abc", [*tunes, tunes[1]], [*titles, titles[1]])
    found = audited(path)
    write_report(found, tmp_path / "out")
    excluded = read_exclusions(tmp_path / "out" / LIST)
    merged = {also for setting in found.catalogue.settings for also in setting.also}
    assert len(merged) == 1
    assert excluded == misfits(found) | merged, "or the same notes would stand under that title again"
    left = curate(find_corpora([str(path)]), excluded=excluded)
    assert {skipped.reference for skipped in left.skipped} == excluded
    assert {skipped.reason for skipped in left.skipped} == {"excluded"}
    assert not misfits(audit(left.catalogue, left.tunes))


def test_the_commands_write_measure_and_obey(tunes: list[Tune], tmp_path: Path) -> None:
    titles = right_titles(tunes)
    titles[1], titles[31] = titles[31], titles[1]
    path = named(tmp_path / "airs.abc", tunes, titles)

    def run(*arguments: str | Path) -> str:
        command = [sys.executable, "-m", "training", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        return done.stdout + done.stderr

    out = tmp_path / "out"
    assert "2 misfits" in run("audit", path, "--out", out)
    told = run("audit", path, "--out", out / "again", "--known", out / LIST)
    assert "180 settings, 2 listed, 2 found, 2 both" in told
    assert "0 misfits" in run("audit", path, "--out", out / "less", "--exclude", out / LIST)
    assert "R@P.80" in run("audit", path, "--out", out, "--measure")
    assert (out / "measure.csv").read_text().startswith("group,natural,suspicion")
    assert (out / "measure.png").read_bytes().startswith(b"\x89PNG")
    (tmp_path / "kesh.abc").write_text(KESH)
    (tmp_path / "list.txt").write_text("# a remark\nkesh/kesh.abc:1\n")
    for line in (
        run("fit", "--corpus", tmp_path / "kesh.abc", "--exclude", tmp_path / "list.txt", "--artifacts", out),
        run("audit", tmp_path / "kesh.abc", "--exclude", tmp_path / "list.txt", "--out", out),
    ):
        assert "Traceback" not in line
        assert "left out" in line
    (tmp_path / "more.txt").write_text("airs/gone.abc:1\n")
    lists = ("--exclude", out / LIST, "--exclude", tmp_path / "more.txt")
    told = run("audit", path, *lists, "--out", out / "both")
    assert "1 line of the lists matches nothing that was read: airs/gone.abc:1" in told
    assert "0 misfits" in told
    missing = run("audit", path, "--exclude", tmp_path / "none.txt", "--out", out)
    assert "none.txt is no exclusion list" in missing
    assert "Traceback" not in missing


def test_fit_takes_the_aliases_and_tells_what_matches_nothing(small_corpus: Corpus, tmp_path: Path) -> None:
    catalogue = curate([small_corpus]).library.catalogue
    one, other = catalogue.titles[0], catalogue.titles[1]
    pair = (other.settings[0].reference, one.settings[0].reference)
    report = Silent()
    version = fit(
        [small_corpus],
        SMALL,
        tmp_path / "out",
        torch.device("cpu"),
        report,
        excluded={"airs/gone.abc:7"},
        aliases={pair},
    )
    assert "1 line of the lists matches nothing that was read: airs/gone.abc:7" in report.said
    published = artifact.load(tmp_path / "out", torch.device("cpu"))
    assert published.version == version
    assert published.catalogue.titles[0].names[:2] == (one.title, other.title)
    assert len(published.catalogue) == len(catalogue) - 1
    broken = tmp_path / "broken.txt"
    broken.write_text("only one reference\n")
    command = [sys.executable, "-m", "training", "fit", "--corpus", str(small_corpus.path)]
    done = subprocess.run(
        [*command, "--aliases", str(broken), "--artifacts", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert "broken.txt, line 1: not two references with a tab between" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_the_picture_has_a_panel_for_each_way_of_counting(tunes: list[Tune], tmp_path: Path) -> None:
    read = curate(find_corpora([str(named(tmp_path / "airs.abc", tunes, right_titles(tunes)))]))
    measured = check(read.library.catalogue, read.library.tunes, 0)
    draw(measured, tmp_path / "measure.png")
    empty = replace(measured, curve=[])
    draw(empty, tmp_path / "empty.png")
    assert (tmp_path / "measure.png").stat().st_size > (tmp_path / "empty.png").stat().st_size + 1000
    for group in measured.settings:
        curve = measured.curve_of(group, "left out")
        assert [point.suspicion for point in curve] == sorted((p.suspicion for p in curve), reverse=True)


def test_the_check_plants_a_fifth_and_finds_it(tunes: list[Tune], tmp_path: Path) -> None:
    read = curate(find_corpora([str(named(tmp_path / "airs.abc", tunes, right_titles(tunes)))]))
    true = read.library.catalogue.title_of_setting
    planted = plant(true, np.random.default_rng(0))
    assert sorted(planted) == sorted(true), "every title keeps its number of settings"
    assert 0.18 * len(true) <= (planted != true).sum() <= 0.2 * len(true)
    measured = check(read.library.catalogue, read.library.tunes, 0)
    point = measured.at("3+", "left out", 0.8)
    assert point is not None
    assert point.recall > 0.9
    assert measured.settings["3+"] == len(tunes)
    audited = measured.as_audited("3+", "false alarms")
    assert audited is not None
    assert audited.flagged * audited.precision == pytest.approx(audited.planted * audited.recall)
