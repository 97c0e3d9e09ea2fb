"""The command `suggest`: names tunes without a server."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from index import load
from index.command_line import Artifacts, Device
from index.display import display_title
from index.progress import Step, StepLines, counted
from index.suggestions import MelodyEvidence, Suggestion, Suggestions
from index.tunebook import MAX_FILE_BYTES, Entry, TunebookError, count_references, count_tunes, read_path
from model.abc import Tune, decode, read_tunebook

_STANDARD_INPUT = "-"


def suggest(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Tunebooks, or folders or tar archives of them; `-` or no file reads standard input.",
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=100, help="Titles per tune, 1 to 100.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON per tune.")] = False,
    artifacts: Artifacts = Path("artifacts"),
    device: Device = "auto",
) -> None:
    """Suggest titles for every tune of the files, each with the evidence for it.

    Tunes that cannot be read are skipped and reported on standard error.
    """
    suggester = load(artifacts, device)
    count = 0
    names = files or [_STANDARD_INPUT]
    for entry in _read(names):
        if not isinstance(entry.tune, Tune):
            typer.echo(f"{entry.reference}:{entry.tune.column}: {entry.tune.message}", err=True)
            continue
        count += 1
        suggestions = suggester.suggest(entry.tune, top)
        show = _as_json if as_json else _as_text
        typer.echo(show(entry.reference, suggestions))
    if not count:
        raise TunebookError(f"no tune could be read from {', '.join(names)}")


def _read(files: Sequence[str]) -> Iterator[Entry]:
    lines = StepLines(_say_progress)
    for file in files:
        entries, total = _read_input() if file == _STANDARD_INPUT else _read_file(Path(file))
        step = Step(file, total)
        yield from counted(entries, lines.begin(step))
        lines.end(step)


def _read_input() -> tuple[Iterator[Entry], int]:
    """The tunes of standard input, and about how many there are."""
    data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise TunebookError(f"standard input may have at most {MAX_FILE_BYTES} bytes")
    text = decode(data)
    return (Entry(f"stdin:{tune.line}", tune) for tune in read_tunebook(text)), count_references(text)


def _read_file(path: Path) -> tuple[Iterator[Entry], int | None]:
    """The tunes of a path, and about how many there are; None if it cannot be read to its end."""
    try:
        return read_path(path), count_tunes(path)
    except (TunebookError, OSError):
        return read_path(path), None  # raises the same error after the tunes before it


def _say_progress(line: str) -> None:
    """Print to standard error, unless answers on the terminal show how far it is."""
    if sys.stderr.isatty() and not sys.stdout.isatty():
        typer.echo(line, err=True)


def _as_json(reference: str, suggestions: Suggestions) -> str:
    return json.dumps(
        {
            "reference": reference,
            "known": suggestions.known,
            "titles": [asdict(suggestion) for suggestion in suggestions.titles],
            "warnings": [asdict(warning) for warning in suggestions.warnings],
        },
        ensure_ascii=False,
    )


def _as_text(reference: str, suggestions: Suggestions) -> str:
    kind = "a known tune" if suggestions.known else "not a known tune; titles are guessed from its style"
    lines = [f"{reference}: {kind}"]
    for suggestion in suggestions.titles:
        lines.append(f"  {suggestion.confidence:6.1%}  {_names(suggestion)}")
        reason = _match(suggestion.melody) if suggestion.melody else "guessed from style"
        lines.append(f"          {reason}")
    lines += [f"  {warning}" for warning in suggestions.warnings]
    return "\n".join(lines)


def _names(suggestion: Suggestion) -> str:
    """The title and its other names, without printed spellings."""
    names = [alias for alias in suggestion.aliases if alias == display_title(alias)]
    return suggestion.title + (f" (also {', '.join(names)})" if names else "")


def _match(melody: MelodyEvidence) -> str:
    """The setting, transposition and bars, as in "like a:1; 1 semitone higher; bars 1-8 match 9-16"."""
    setting = melody.setting
    described = ", ".join(filter(None, (setting.reference, setting.key, setting.meter)))
    semitones = abs(melody.transposition)
    unit = "semitone" if semitones == 1 else "semitones"
    moved = f"{semitones} {unit} {'higher' if melody.transposition > 0 else 'lower'}" if semitones else ""
    runs: list[list[tuple[int, int]]] = []
    for bar, other in melody.bars:
        if runs and runs[-1][-1] == (bar - 1, other - 1):
            runs[-1].append((bar, other))
        else:
            runs.append([(bar, other)])
    bars = "; ".join(f"{_range(run[0][0], run[-1][0])} match {_range(run[0][1], run[-1][1])}" for run in runs)
    return "; ".join(filter(None, (f"like {described}", moved, bars and f"bars {bars}")))


def _range(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}-{last}"
