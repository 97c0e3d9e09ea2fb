"""POST /convert, and the same forms as queries."""

import httpx
import pytest
from pydantic import SecretStr

from model import conversion
from model.abc import read_tune
from model.conversion import can_listen
from service.inputs import accepted_inputs
from service.settings import Settings
from tests.model.midi.files import midi
from tests.model.musicxml.scores import archive, attributes, measure, note, score
from tests.support import KESH, SECRET, serve

MUSICXML, MXL = "application/vnd.recordare.musicxml+xml", "application/vnd.recordare.musicxml"
MIDI, WAV, ABC = "audio/midi", "audio/wav", "text/vnd.abc"
JIG = score(
    measure(attributes(2, 1, 6, 8), *(note(name) for name in ("D4", "E4", "F#4", "G4", "A4", "Bb4"))),
    measure(note("G4", 3), note("D4", 3)),
).replace(b"<part ", b"<work><work-title>Secret Name</work-title></work><part ", 1)
BODIES = [
    (MUSICXML, JIG),
    ("application/xml", JIG),
    ("text/xml; charset=utf-8", JIG),
    (MXL, archive({"a.xml": JIG})),
    (MIDI, midi(read_tune(KESH), meter=(6, 8), delay=2.5)),
]


def post(client: httpx.Client, path: str, kind: str, body: bytes | str) -> httpx.Response:
    return client.post(path, content=body, headers={"Content-Type": kind})


@pytest.mark.parametrize(("kind", "body"), BODIES, ids=[kind for kind, _ in BODIES])
def test_a_file_becomes_abc_with_notes(shared_client: httpx.Client, kind: str, body: bytes) -> None:
    answer = post(shared_client, "/convert", kind, body)
    assert answer.status_code == 200, answer.text
    answer = answer.json()
    tune = read_tune(answer["abc"])
    assert len(answer["notes"]) == len(tune.notes) >= 8
    for shown, read in zip(answer["notes"], tune.notes, strict=True):
        assert shown["beats"] == float(read.duration)
        assert shown["bar"] == tune.bars[read.bar].number
        written = answer["abc"][shown["start"] : shown["end"]]
        assert shown["name"][0] in written.upper()
    assert "Name" not in answer["abc"]


def test_notes_are_named_as_they_sound(shared_client: httpx.Client) -> None:
    notes = post(shared_client, "/convert", MUSICXML, JIG).json()["notes"]
    assert [f"{each['name']}{each['octave']}" for each in notes[:6]] == ["D4", "E4", "F#4", "G4", "A4", "A#4"]
    abc = "X:1\nM:4/4\nL:1/8\nK:F\nB,2 ^c [FA_e] __B|=B ^^F Cx|\n"
    answer = post(shared_client, "/convert", ABC, abc).json()
    assert answer["abc"] == abc
    assert [f"{each['name']}{each['octave']}" for each in answer["notes"]] == [
        *("Bb3", "C#5", "Eb5", "Bbb4", "B4", "F##4", "C4")
    ]


@pytest.mark.parametrize(("kind", "body"), BODIES, ids=[kind for kind, _ in BODIES])
def test_a_file_is_a_query(shared_client: httpx.Client, kind: str, body: bytes) -> None:
    abc = post(shared_client, "/convert", kind, body).json()["abc"]
    answer = post(shared_client, "/suggest-titles?top_k=3&notes=true", kind, body).json()
    assert answer["abc"] == abc
    as_abc = post(shared_client, "/suggest-titles?top_k=3&notes=true", ABC, abc).json()
    assert "abc" not in as_abc
    assert len(answer["suggestions"]) == 3
    for name in ("suggestions", "tune", "known"):
        assert answer[name] == as_abc[name]


def test_warnings_of_the_conversion_come_first(shared_client: httpx.Client) -> None:
    body = midi(read_tune("K:C\nCDE\n"), meter=None)
    for path in ("/convert", "/suggest-titles"):
        first = post(shared_client, path, MIDI, body).json()["warnings"][0]
        assert first == {
            "line": 1,
            "column": 1,
            "message": "the file has no time signature; 4/4 is assumed",
        }


@pytest.mark.parametrize("path", ["/convert", "/suggest-titles"])
@pytest.mark.parametrize("kind", [MUSICXML, MXL, MIDI, "text/xml"])
@pytest.mark.parametrize("body", [b"", b"X:1\nK:G\nGAB\n", b"PK\x03\x04", b"MThd", b"<a/>", b"\xff" * 1000])
def test_a_file_that_cannot_be_read_is_an_error(
    shared_client: httpx.Client, path: str, kind: str, body: bytes
) -> None:
    answer = post(shared_client, path, kind, body)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:gan-ainm:problem:unreadable-file"


def test_the_error_of_another_media_type_lists_all(shared_client: httpx.Client) -> None:
    for path in ("/convert", "/suggest-titles"):
        answer = post(shared_client, path, "text/html", KESH)
        assert answer.status_code == 415
        assert ", ".join(accepted_inputs()) in answer.json()["detail"]
    assert shared_client.get("/info").json()["inputs"] == list(accepted_inputs())
    assert shared_client.post("/convert", json={"abc": KESH}).status_code == 415


def test_abc_without_notes_is_an_error(shared_client: httpx.Client) -> None:
    answer = post(shared_client, "/convert", ABC, "X:1\nK:G\n")
    assert (answer.status_code, answer.json()["line"]) == (422, 1)


def test_without_the_extra_sound_is_an_error(
    shared_client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "find_spec", lambda _: None)
    can_listen.cache_clear()
    assert WAV not in shared_client.get("/info").json()["inputs"]
    for path in ("/convert", "/suggest-titles"):
        answer = post(shared_client, path, WAV, b"RIFF")
        assert answer.status_code == 415
        assert "the extra `listen`" in answer.json()["detail"]
    can_listen.cache_clear()


def test_files_have_a_limit_of_their_own(published: object) -> None:
    settings = Settings.model_validate(
        {
            "artifacts": published,
            "admin_api_key": SecretStr(SECRET),
            "max_body_bytes": 2**10,
            "max_file_bytes": 2**12,
        }
    )
    with serve(settings) as client:
        for size, status in ((2**12, 422), (2**12 + 1, 413)):
            assert post(client, "/convert", MIDI, b"\x00" * size).status_code == status
        for size, status in ((2**10, 200), (2**10 + 1, 413)):
            abc = "K:C\n" + "C" * (size - 4)
            assert post(client, "/convert", ABC, abc).status_code == status


def test_midi_has_a_lower_limit(shared_client: httpx.Client) -> None:
    for path in ("/convert", "/suggest-titles"):
        assert post(shared_client, path, MIDI, b"\x00" * 2**17).status_code == 422
        answer = post(shared_client, path, MIDI, b"\x00" * (2**17 + 1))
        assert (answer.status_code, answer.json()["limit_bytes"]) == (413, 2**17)
        assert answer.json()["type"] == "urn:gan-ainm:problem:body-too-large"
