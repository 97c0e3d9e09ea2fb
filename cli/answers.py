"""Answers: what `gan-ainm suggest` prints about a tune, as a table for people or as JSON for programs."""

import json
from collections.abc import Callable
from dataclasses import asdict

import typer

from cli.sources import SourceTune
from cli.words import describe_confidence, describe_match, describe_medley, other_names, plain
from index.suggestions import Suggestions
from model.abc import Notice

Show = Callable[[SourceTune, Suggestions, tuple[Notice, ...]], None]
_NOT_KNOWN = "not a tune I know; tunes like it are called"


def print_json(tune: SourceTune, suggestions: Suggestions, warnings: tuple[Notice, ...]) -> None:
    """Print the answer for a tune as a line of JSON."""
    line: dict[str, object] = {
        "reference": tune.reference,
        "file": tune.file,
        "line": tune.heading.line,
        "number": tune.number,
        "title": tune.heading.title,
        "known": suggestions.known,
        "titles": [asdict(suggestion) for suggestion in suggestions.titles],
        "parts": [asdict(part) for part in suggestions.parts],
        "warnings": [asdict(warning) for warning in warnings],
    }
    if tune.abc is not None:
        line["abc"] = tune.abc
    typer.echo(json.dumps(line, ensure_ascii=False))


class AnswerTable:
    """A table for each file, which grows by a few rows for each tune."""

    def __init__(self) -> None:
        from rich.console import Console  # takes 50 ms

        self._console = Console(highlight=False, markup=False, emoji=False)
        self._file = ""

    def __call__(self, tune: SourceTune, suggestions: Suggestions, warnings: tuple[Notice, ...]) -> None:
        """Print the rows of a tune."""
        from rich.table import Table
        from rich.text import Text

        is_new = tune.file != self._file
        if is_new:
            before = "\n" if self._file else ""
            self._console.print(Text(before + plain(tune.file), style="bold"), soft_wrap=True)
            self._file = tune.file
        table = Table(box=None, show_header=is_new, pad_edge=False, padding=(0, 2, 0, 0))
        # Fixed widths, so that the columns of all tunes stand below each other.
        table.add_column("line", width=5, justify="right")
        table.add_column("its title", width=max(9, self._console.width // 5), overflow="fold")
        table.add_column("sure", width=4, justify="right")
        table.add_column("suggested title", overflow="fold")
        left = [str(tune.heading.line), Text(plain(tune.heading.title or "-"))]

        def add(sure: str, text: Text) -> None:
            table.add_row(*(left or ("", "")), sure, text)
            left.clear()

        if suggestions.parts:
            add("", Text(describe_medley(suggestions.parts), style="bold green"))
        if not suggestions.known:
            add("", Text(_NOT_KNOWN, style="yellow"))
        for number, suggestion in enumerate(suggestions.titles):
            name = Text(suggestion.title, style="bold green" if suggestions.known and not number else "")
            others = other_names(suggestion)
            if others:
                name.append(f" (also {', '.join(others)})", style="not bold dim")
            add(describe_confidence(suggestion.confidence), name)
            if suggestion.melody:
                add("", Text(describe_match(suggestion.melody, len(suggestions.tune.bars)), style="dim"))
            elif suggestions.known:
                add("", Text("guessed from its style", style="dim"))
        for warning in warnings:
            add("", Text(plain(str(warning)), style="yellow"))
        self._console.print(table)
