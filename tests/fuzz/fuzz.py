"""A coverage-guided fuzzer for the readers and for the bodies that the service reads.

    pip install atheris
    python -m tests.fuzz.fuzz reader [-max_total_time=600] [FOLDER]
    python -m tests.fuzz.fuzz body [-max_total_time=600] [FOLDER]
    python -m tests.fuzz.fuzz musicxml [-max_total_time=600] [FOLDER]
    python -m tests.fuzz.fuzz midi [-max_total_time=600] [FOLDER]

Arguments after the target go to libFuzzer, which keeps the inputs that reach new code in FOLDER. It begins
with the tunes of the tests. It stops at the first input that raises an exception which the code does not
promise, breaks a property, or takes more than a second.
"""

import contextlib
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["model", "service.suggestions", "service.text"]):
    from starlette.datastructures import Headers

    from model.abc import AbcError, Tune, decode, read_tune, read_tunebook, write
    from model.abc.text import split_lines
    from model.conversion import ConversionError, Converted
    from model.midi import read_midi
    from model.musicxml import read_musicxml
    from service.problems import Problem
    from service.suggestions import SuggestInQuery, _read_request

from model.deadline import limited
from tests.model.abc.patterns import PATTERNS, pattern
from tests.model.midi import files
from tests.model.musicxml import scores
from tests.support import KESH

_CPU_S = 1.0
_TYPES = (
    "application/json",
    "text/plain",
    "text/vnd.abc; charset=latin-1",
    "text/plain; charset=utf-16",
    "text/plain; charset=big5",
    "application/vnd.recordare.musicxml+xml",
    "application/vnd.recordare.musicxml",
    "audio/midi",
    "",
)


def check_reader(data: bytes) -> None:
    """Read a body as a tune and as a tunebook."""
    text = decode(data)
    tunes = [read for read in read_tunebook(text) if isinstance(read, Tune)]
    with limited(cpu_s=_CPU_S), contextlib.suppress(AbcError):
        tunes.append(read_tune(text))
    for tune in tunes:
        check(tune, text)


def check(tune: Tune, text: str) -> None:
    """The places of a tune lie within its text, and it reads the same after it was written."""
    lines = split_lines(text)
    places = [(note.line, note.column) for note in tune.notes]
    places += [(notice.line, notice.column) for notice in tune.warnings]
    assert all(1 <= column <= len(lines[line - 1]) + 1 for line, column in places)
    sounds = [(note.pitch, note.onset, note.duration, note.bar) for note in tune.notes]
    again = read_tune(write(tune))
    assert [(note.pitch, note.onset, note.duration, note.bar) for note in again.notes] == sounds


def check_musicxml(data: bytes) -> None:
    """Read a MusicXML file."""
    check_file(data, read_musicxml)


def check_midi(data: bytes) -> None:
    """Read a MIDI file."""
    check_file(data, read_midi)


def check_file(data: bytes, read: Callable[[bytes], Converted]) -> None:
    """Read a file, which becomes ABC or an error."""
    with limited(cpu_s=_CPU_S), contextlib.suppress(ConversionError):
        converted = read(data)
        check(converted.tune, converted.abc)


def check_body(data: bytes) -> None:
    """Read a request. Its first byte chooses the media type."""
    kind = _TYPES[data[0] % len(_TYPES)] if data else ""
    with limited(cpu_s=_CPU_S), contextlib.suppress(Problem):
        request, posted = _read_request(Headers({"content-type": kind}), data[1:], SuggestInQuery())
        json.dumps([request.abc, [notice.message for notice in posted.warnings]]).encode("ascii")


def _write_seeds(folder: Path) -> None:
    texts = [KESH, json.dumps({"abc": KESH, "top_k": 3}), *(pattern(name, 200) for name in PATTERNS)]
    for number, text in enumerate(texts):
        data = text.encode("utf-8", "surrogatepass")
        (folder / f"{number}.abc").write_bytes(data)
        (folder / f"{number}.body").write_bytes(bytes([number % len(_TYPES)]) + data)

    for name, data in (*scores.patterns(2**10).items(), *files.patterns(2**10).items()):
        (folder / name.replace(" ", "-")).write_bytes(data)


def main() -> None:
    """Fuzz the target that the first argument names."""
    target = {
        "reader": check_reader,
        "body": check_body,
        "musicxml": check_musicxml,
        "midi": check_midi,
    }[sys.argv.pop(1)]
    with tempfile.TemporaryDirectory() as folder:
        _write_seeds(Path(folder))
        atheris.Setup([*sys.argv, folder], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
