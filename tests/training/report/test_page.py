import re
from dataclasses import replace

import pytest

from index.artifact import Artifact
from training.report.history import History
from training.report.measuring import Measured
from training.report.mistakes import worst_mistakes
from training.report.page import page
from training.report.reporting import Report
from training.report.tune_map import TuneMap

SECTIONS = ("learning", "ranking", "confidence", "map", "neighbours", "mistakes", "artifact")


def test_the_page_has_every_part_and_nothing_of_another_host(report: Report) -> None:
    text = page(report, "// abcjs")
    assert re.findall(r'<section id="(\w+)">', text) == list(SECTIONS)
    assert not re.search(r'(?:src|href)="(?!#)', text)
    assert not re.search(r"https?://|url\(|@import", text)
    assert text.count("<script>") == 2
    assert report.version in text


def test_each_chart_has_a_caption_and_a_table(report: Report) -> None:
    text = page(report, "")
    assert text.count("<figure>") == text.count("<figcaption>") == 6
    assert text.count("<details") == 6


def test_what_was_not_recorded_is_said(report: Report) -> None:
    text = page(replace(report, history=History([], [], [], None, None)), "")
    assert "was not recorded in this artifact" in text
    assert "untrained encoders" not in text


def test_a_report_without_figures_is_a_page(report: Report) -> None:
    bare = replace(
        report, measured=Measured([], [], []), tune_map=TuneMap([], []), neighbours=[], mistakes=[]
    )
    assert "There was nothing to measure" in page(bare, "")


@pytest.mark.parametrize("code", ["</script>", "</SCRIPT ", "a <!-- b"])
def test_code_that_would_end_its_script_is_refused(report: Report, code: str) -> None:
    with pytest.raises(ValueError, match="script"):
        page(report, code)


def test_neighbours_begin_with_the_title_itself(report: Report, loaded: Artifact) -> None:
    assert len(report.neighbours) == 5
    for row in report.neighbours:
        first, *others = row
        assert (first.cosine, first.similarity) == (1, 1)
        assert len(others) == 4
        assert first.name not in [near.name for near in others]
        cosines = [near.cosine for near in others]
        assert cosines == sorted(cosines, reverse=True)
    assert loaded.suggester.directory.display("x") == "x"


def test_the_worst_mistakes_come_first_and_are_wrong(report: Report, loaded: Artifact) -> None:
    titles = loaded.suggester.catalogue.title_of_setting
    answers = [
        answer._replace(title=int(titles[setting]), setting=setting)
        for setting, answer in enumerate(report.measured.answers)
    ]
    assert sum(not answer.is_right for answer in answers) > 20
    mistakes = worst_mistakes(answers, loaded)
    assert len(mistakes) > 1
    for kind in (True, False):
        confidences = [each.confidence for each in mistakes if each.is_same_melody is kind]
        assert confidences == sorted(confidences, reverse=True)
        assert len(confidences) <= 3
    assert mistakes[0].confidence == max(answer.confidence for answer in answers if not answer.is_right)
    assert all(mistake.said != mistake.right for mistake in mistakes)
