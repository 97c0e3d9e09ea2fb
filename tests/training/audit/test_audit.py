import csv
from pathlib import Path

import numpy as np
import pytest

from index.alignment import Melody
from model.abc import Tune, read_tune, write
from model.abc.variation import cut, transposed
from tests.training.titled_airs import SETTINGS, read_book, right_titles, varied_airs, write_book
from training.audit.agreement import agree
from training.audit.audit import Audit, audit, judge
from training.audit.report import ALIASES, CSV, EXCLUSIONS, PAGE, describe_shift, write_report
from training.audit.resemblance import Resemblances
from training.corpora import Corpus, find_corpora
from training.corpora.aliases import read_aliases
from training.corpora.curate import curate
from training.corpora.exclusions import read_exclusions


@pytest.fixture(scope="module")
def tunes(small_corpus: Corpus) -> list[Tune]:
    return varied_airs(small_corpus)


def music(tune: Tune) -> str:
    """The notes of a tune in ABC, without its header."""
    return write(tune).partition("\nK:")[2].partition("\n")[2]


def audited(path: Path) -> Audit:
    return audit(read_book(path))


def proposed(result: Audit) -> set[frozenset[str]]:
    """The titles of each pair of aliases."""
    settings = result.catalogue.settings
    return {
        frozenset((settings[proposal.first].title, settings[proposal.second].title))
        for proposal in result.proposals
    }


def misfits(result: Audit) -> set[str]:
    """The references of the misfits."""
    settings = result.catalogue.settings
    return {settings[finding.setting].reference for finding in result.findings if finding.kind == "misfit"}


def references(path: Path) -> list[str]:
    """References in the order of the book."""
    references = [setting.reference for setting in read_book(path).catalogue.settings]
    return sorted(references, key=lambda reference: int(reference.rpartition(":")[2]))


def test_right_titles_give_at_most_two_findings(tunes: list[Tune], tmp_path: Path) -> None:
    result = audited(write_book(tmp_path / "airs.abc", tunes, right_titles(tunes)))
    assert len(result.findings) <= 2
    assert result.shift is None


def test_planted_wrong_titles_are_found(tunes: list[Tune], tmp_path: Path) -> None:
    titles = right_titles(tunes)
    wrong = [1, 31, 62, 93, 124, 155]
    original = [titles[i] for i in wrong]
    for i, title in zip(wrong, [*original[1:], original[0]], strict=True):
        titles[i] = title
    path = write_book(tmp_path / "airs.abc", tunes, titles)
    book = references(path)
    result = audited(path)
    assert {book[i] for i in wrong} <= misfits(result)
    assert len(misfits(result)) <= len(wrong) + 2
    first = result.findings[0]
    assert first.own is not None
    assert first.elsewhere > 0.4 > 0.1 > first.own
    agreement = agree(result, {book[i] for i in wrong})
    assert (agreement[0].settings, agreement[0].listed, agreement[0].both) == (len(tunes), 6, 6)


def test_a_melody_under_two_titles_is_a_twin_and_stays(tunes: list[Tune], tmp_path: Path) -> None:
    titles = right_titles(tunes)
    path = write_book(tmp_path / "airs.abc", [*tunes, transposed(tunes[0], 3)], [*titles, "Nothing Alike"])
    result = audited(path)
    settings = result.catalogue.settings
    pairs = {
        (
            settings[finding.setting].title,
            settings[finding.nearest].title,
            finding.own is None,
            finding.elsewhere > 0.99,
        )
        for finding in result.findings
        if finding.kind == "twin"
    }
    assert pairs & {("Air 0", "Nothing Alike", False, True), ("Nothing Alike", "Air 0", True, True)}
    write_report(result, tmp_path / "out")
    assert not read_exclusions(tmp_path / "out" / EXCLUSIONS)
    printed_twice = {frozenset(("Air 58", "Air 59"))}
    assert proposed(result) - printed_twice == {frozenset(("Air 0", "Nothing Alike"))}
    names = ["Lord Kelly", "Lord Kelly's Favourite", *right_titles(tunes)[SETTINGS:]]
    kept = [tunes[0], transposed(tunes[0], 3), *tunes[SETTINGS:]]
    related = audited(write_book(tmp_path / "related.abc", kept, names))
    assert not [
        finding
        for finding in related.findings
        if related.catalogue.settings[finding.setting].title in names[:2]
    ]
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
    assert wrong.lead[0] == 0, "its title has no other setting to align with"


def test_accepted_aliases_make_one_title(tunes: list[Tune], tmp_path: Path) -> None:
    titles = [*right_titles(tunes), "Nothing Alike", "Nor This"]
    titles[1], titles[31] = titles[31], titles[1]  # misfits, for which the audit proposes no alias
    path = write_book(tmp_path / "airs.abc", [*tunes, tunes[0], tunes[3]], titles)
    result = audited(path)
    write_report(result, tmp_path / "out")
    pairs = read_aliases(tmp_path / "out" / ALIASES)
    assert len(pairs) == len(result.proposals)
    new = {frozenset(("Air 0", "Nothing Alike")), frozenset(("Air 1", "Nor This"))}
    assert {pair for pair in proposed(result) if not pair <= set(right_titles(tunes))} == new
    order = [pair.odds for pair in result.proposals]
    assert order == sorted(order, reverse=True)
    comments = (tmp_path / "out" / ALIASES).read_text(encoding="utf-8").splitlines()
    assert any(line.startswith('# "Air 0" = "Nothing Alike", log odds 1') for line in comments)
    joined = curate(find_corpora([str(path)]), aliases=pairs)
    names = [set(title.names) for title in joined.library.catalogue.titles]
    assert {"Air 0", "Nothing Alike"} in names
    assert not joined.unmatched
    assert len(joined.library.catalogue) == len(result.catalogue) - len(pairs)
    assert not audit(joined.library).proposals


def test_tunes_with_one_part_in_common_are_not_aliases(tunes: list[Tune], tmp_path: Path) -> None:
    first, second, third = (cut(tunes[i], 0, 40) for i in (0, 3, 6))
    medley = [
        cut(tunes[0], 0, 40),
        read_tune(write(first).rstrip() + "\n" + music(second) + "\n"),
        read_tune(write(first).rstrip() + "\n" + music(third) + "\n"),
    ]
    path = write_book(
        tmp_path / "airs.abc", [*medley[1:], *tunes[9:]], ["One", "Other", *right_titles(tunes)[9:]]
    )
    assert frozenset(("One", "Other")) not in proposed(audited(path))


@pytest.mark.parametrize("offset", [1, -1])
def test_a_bulk_shift_is_detected(tunes: list[Tune], tmp_path: Path, offset: int) -> None:
    titles = right_titles(tunes)
    titles[30:150] = titles[30 - offset : 150 - offset]
    path = write_book(tmp_path / "airs.abc", tunes, titles)
    shift = audited(path).shift
    assert shift is not None
    assert shift.offset == offset
    book = references(path)
    assert 25 <= book.index(shift.first) <= book.index(shift.last) <= 155
    assert ("after" if offset > 0 else "before") in describe_shift(audited(path))


def test_the_report_escapes_hostile_titles(tunes: list[Tune], tmp_path: Path) -> None:
    titles = right_titles(tunes)
    titles[1], titles[31] = titles[31], titles[1]
    hostile = '</pre><script>alert("x")</script> & Co'
    titles = [hostile if title == "Air 0" else title for title in titles]
    result = audited(write_book(tmp_path / "airs.abc", tunes, titles))
    write_report(result, tmp_path / "out")
    page = (tmp_path / "out" / PAGE).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;/pre&gt;&lt;script&gt;" in page
    assert page.count("<pre>") == page.count("</pre>") == 2 * len(result.findings)
    with (tmp_path / "out" / CSV).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(result.findings)
    assert any(hostile in (row["title"], row["nearest title"]) for row in rows)


def test_curation_skips_the_listed_settings(tunes: list[Tune], tmp_path: Path) -> None:
    titles = right_titles(tunes)
    titles[1], titles[31] = titles[31], titles[1]
    path = write_book(tmp_path / "airs.abc", [*tunes, tunes[1]], [*titles, titles[1]])
    result = audited(path)
    write_report(result, tmp_path / "out")
    excluded = read_exclusions(tmp_path / "out" / EXCLUSIONS)
    merged = {also for setting in result.catalogue.settings for also in setting.also}
    assert len(merged) == 1
    assert excluded == misfits(result) | merged, "otherwise the same notes would stay under that title"
    left = curate(find_corpora([str(path)]), excluded=excluded)
    assert {skipped.reference for skipped in left.skipped} == excluded
    assert {skipped.reason for skipped in left.skipped} == {"excluded"}
    assert not misfits(audit(left.library))
