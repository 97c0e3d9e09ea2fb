from pathlib import Path

import pytest

from training.lab.benchmark.figures import BenchmarkError, Figure, Metric
from training.lab.benchmark.plots import draw
from training.lab.benchmark.report import (
    main_table,
    of_benchmark,
    report,
    tables,
    write_main_tables,
    write_tables,
)

PNG = b"\x89PNG\r\n\x1a\n"


def figure(
    protocol: str,
    system: str,
    value: float,
    metric: Metric = "mrr",
    half: float | None = 0.01,
    n: int = 1200,
    chance: float | None = 0.5,
    corpus: str = "books",
) -> Figure:
    low, high = (None, None) if half is None else (value - half, value + half)
    return Figure(
        corpus=corpus,
        protocol=protocol,
        system=system,
        metric=metric,
        value=value,
        low=low,
        high=high,
        n=n,
        chance=chance,
    )


FIGURES = [
    figure("known", "random", 0.01, chance=0.00153),
    figure("known", "ngram", 0.9, chance=0.00153),
    figure("known", "gan-ainm", 0.912, chance=0.00153),
    figure("known-8", "random", 0.01, n=900, chance=0.25),
    figure("known-8", "gan-ainm", 1.0, half=None, n=900, chance=0.25),
    figure("known", "ngram", 0.5, "hit@1", chance=1 / 4000),
    figure("known", "ngram", 0.75, "hit@10"),
    figure("unseen", "ngram", 0.02),
    figure("unseen", "ngram", 0.9, "lift", chance=1.0),
    figure("unseen", "gan-ainm", 6.31, "lift", half=0.45, chance=1.0),
    figure("no-match", "ngram", 0.8, "auroc"),
    figure("known", "ngram", 0.0432, "ms", half=None, chance=None),
    figure("known", "gan-ainm", 1234.5, "ms", half=None, chance=None),
]


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table that follows the heading."""
    lines = text[text.index(heading) :].splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith("| "))
    table = []
    for line in lines[begin:]:
        if not line.startswith("| "):
            break
        table.append(line.removeprefix("| ").removesuffix(" |").split(" | "))
    return table


def test_each_value_is_in_its_cell() -> None:
    assert rows(tables(FIGURES), "### MRR") == [
        ["protocol", "n", "pool", "chance", "random", "ngram", "gan-ainm"],
        ["---", "---:", "---:", "---:", "---:", "---:", "---:"],
        [
            "`known`",
            "1,200",
            "4,000",
            ".0015",
            ".010 (.000-.020)",
            ".900 (.890-.910)",
            "**.912** (.902-.922)",
        ],
        ["`known-8`", "900", "-", ".250", ".010 (.000-.020)", "-", "**1.000**"],
        ["`unseen`", "1,200", "-", ".500", "-", ".020 (.010-.030)", "-"],
    ]


def test_each_metric_has_a_table_and_its_digits() -> None:
    text = tables(FIGURES)
    assert rows(text, "### hit@1")[2] == ["`known`", "1,200", "4,000", ".00025", ".500 (.490-.510)"]
    assert rows(text, "<summary>hit@10")[2][4] == ".750 (.740-.760)"
    assert rows(text, "### Lift")[2][2:] == ["1.00", ".90 (.89-.91)", "**6.31** (5.86-6.76)"]
    assert rows(text, "### AUROC")[2][2:] == [".500", ".800 (.790-.810)"]
    assert "MRR@20" not in text


def test_no_system_is_best_in_time() -> None:
    assert rows(tables(FIGURES), "### Milliseconds") == [
        ["protocol", "n", "ngram", "gan-ainm"],
        ["---", "---:", "---:", "---:"],
        ["`known`", "1,200", ".043", "1,234"],
    ]


def test_all_values_that_print_like_the_best_are_bold() -> None:
    alike = [figure("known", system, value, half=None) for system, value in (("a", 0.9001), ("b", 0.9002))]
    assert rows(tables(alike), "### MRR")[2][3:] == ["**.900**", "**.900**"]


@pytest.mark.parametrize(("n", "chance"), [(1199, 0.5), (1200, 0.49), (1200, None)])
def test_systems_with_different_queries_are_an_error(n: int, chance: float | None, tmp_path: Path) -> None:
    unequal = [figure("known", "ngram", 0.9), figure("known", "gan-ainm", 0.9, n=n, chance=chance)]
    with pytest.raises(BenchmarkError, match=r"known, mrr: n and chance differ .*gan-ainm"):
        write_tables(unequal, tmp_path / "results.md")
    assert not (tmp_path / "results.md").exists()


def test_a_missing_page_is_created(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "results.md"
    write_tables(FIGURES, page)
    assert page.read_text().startswith("# Results\n\n## books\n\n<!-- tables: books -->\n\nBrackets hold")
    assert page.read_text().endswith("|\n\n<!-- end -->\n")


def test_the_main_table_has_one_metric_for_each_protocol() -> None:
    assert rows(main_table(FIGURES), "") == [
        ["protocol", "metric", "n", "pool", "chance", "ngram", "gan-ainm"],
        ["---", "---", "---:", "---:", "---:", "---:", "---:"],
        ["`known`", "MRR", "1,200", "4,000", ".0015", ".900 (.890-.910)", "**.912** (.902-.922)"],
        ["`known-8`", "MRR", "900", "-", ".250", "-", "1.000"],
        ["`unseen`", "Lift", "1,200", "-", "1.00", ".90 (.89-.91)", "**6.31** (5.86-6.76)"],
        ["`no-match`", "AUROC", "1,200", "-", ".500", ".800 (.790-.810)", "-"],
    ]


def test_the_main_table_ends_with_the_calibration_error() -> None:
    measured = [*FIGURES, figure("known", "gan-ainm", 0.05, "ece", chance=None)]
    table = rows(main_table(measured), "")
    assert table[0][-2:] == ["gan-ainm", "error"]
    assert table[1] == ["---", "---", *["---:"] * 6]
    assert [row[-1] for row in table[2:]] == [".050 (.040-.060)", "-", "-", "-"]
    assert rows(tables(measured), "### Calibration error")[2] == ["`known`", "1,200", ".050 (.040-.060)"]


def test_rows_are_in_the_order_of_the_protocols() -> None:
    mixed = [figure(name, "ngram", 0.5) for name in ("known", "known-8", "unseen", "known-noisy", "nonesuch")]
    assert [row.protocol for row in of_benchmark(mixed)] == ["known", "known-8", "known-noisy", "unseen"]


def test_a_difference_below_0_has_its_sign() -> None:
    change = figure("known-rewritten", "gan-ainm", -0.0123, "change", half=0.02, chance=None)
    assert rows(tables([change]), "### Change of MRR")[2][2] == "-.012 (-.032 to .008)"


def test_the_main_page_explains_itself_and_leaves_out_corpora_without_main_figures(tmp_path: Path) -> None:
    page = tmp_path / "results.md"
    write_main_tables([*FIGURES, figure("known", "random", 0.1, corpus="guesses")], page)
    text = page.read_text()
    assert text.startswith("# Results\n\nThe main figures of each corpus: MRR is")
    assert text.endswith(
        f"## books\n\n<!-- tables: books -->\n\n{main_table(of_benchmark(FIGURES))}\n\n<!-- end -->\n"
    )
    assert "[results-tables.md](results-tables.md)" in text
    assert "guesses" not in text


def test_prose_and_the_regions_of_other_corpora_stay_as_they_are(tmp_path: Path) -> None:
    page = tmp_path / "results.md"
    before = "# How good?\r\n\r\n  tabs\tand spaces  \n<!-- tables: books -->\r\n"
    after = "<!-- end -->\r\n\nBetween.\n\n<!-- tables: session -->\nold\n<!-- end -->\nNo line break after é"
    page.write_bytes(f"{before}old tables\n{after}".encode())
    write_tables(FIGURES, page)
    text = page.read_bytes().decode()
    assert text.startswith(before)
    assert text.endswith(after)
    assert text.removeprefix(before).removesuffix(after) == f"\n{tables(FIGURES)}\n\n"


def test_a_corpus_without_a_region_is_appended(tmp_path: Path) -> None:
    page = tmp_path / "results.md"
    write_tables(FIGURES, page)
    before = page.read_text().removesuffix("\n")
    page.write_text(before)
    write_tables([figure("cross", "ngram", 0.25, corpus="session 2")], page)
    added = page.read_text().removeprefix(before)
    assert added.startswith("\n\n## session 2\n\n<!-- tables: session 2 -->\n")
    assert rows(added, "### MRR")[2] == ["`cross`", "1,200", ".500", ".250 (.240-.260)"]


@pytest.mark.parametrize("region", ["", "<!-- tables: session -->\n<!-- end -->\n"])
def test_a_region_without_end_is_an_error_and_no_prose_is_lost(tmp_path: Path, region: str) -> None:
    page = tmp_path / "results.md"
    text = f"<!-- tables: books -->\nprose\n{region}"
    page.write_text(text)
    with pytest.raises(BenchmarkError, match="without its <!-- end -->"):
        write_tables(FIGURES, page)
    assert page.read_text() == text


def test_a_second_report_changes_nothing(tmp_path: Path) -> None:
    both = [*FIGURES, figure("known", "ngram", 0.8, corpus="session 2")]
    report(both, tmp_path)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    report(both, tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == first
    assert {path.name for path in first} == {
        "results.md",
        "results-tables.md",
        "books-known.png",
        "books-unseen.png",
        "books-no-match.png",
        "books-time.png",
        "session 2-known.png",
    }


def test_the_page_links_the_plots_of_its_corpora(tmp_path: Path) -> None:
    report([FIGURES[0], figure("known", "ngram", 0.8, corpus="session 2")], tmp_path)
    images = [line for line in (tmp_path / "results-tables.md").read_text().splitlines() if line[:1] == "!"]
    assert images == [
        "![books-known](results/books-known.png)",
        "![session 2-known](results/session%202-known.png)",
    ]


def test_plots_are_png_of_a_readable_width(tmp_path: Path) -> None:
    many = [figure(f"known-{i}", f"system {j}", 0.5) for i in range(6) for j in range(20)]
    [few_path] = draw([FIGURES[0]], tmp_path / "few")
    [many_path] = draw(many, tmp_path / "many")
    heights = []
    for path in (few_path, many_path):
        start = path.read_bytes()[:24]
        assert start.startswith(PNG)
        assert int.from_bytes(start[16:20]) == 1800
        heights.append(int.from_bytes(start[20:24]))
    assert 500 < heights[0] < heights[1] < 2000


def test_there_is_no_plot_without_figures(tmp_path: Path) -> None:
    unseen = [row for row in FIGURES if row.protocol == "unseen"]
    assert [path.name for path in draw(unseen, tmp_path)] == ["books-unseen.png"]
    assert draw([figure("known", "ngram", 0.5, "hit@1")], tmp_path / "none") == []
    assert draw([], tmp_path / "none") == []
    assert not (tmp_path / "none").exists()
