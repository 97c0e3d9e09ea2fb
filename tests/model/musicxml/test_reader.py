"""What the MusicXML reader reads, and what it decides."""

import pytest

from model.conversion import Converted, as_abc, read_file
from model.musicxml import read_musicxml
from tests.model.musicxml.scores import CONTAINER, HEAD, archive, attributes, measure, note, score


def pitches(converted: Converted) -> list[int]:
    return [note.pitch for note in converted.tune.notes]


def times(converted: Converted) -> list[tuple[float, float]]:
    return [(float(note.onset), float(note.duration)) for note in converted.tune.notes]


def read(*contents: str) -> Converted:
    return read_musicxml(score(measure(attributes(2), *contents)))


def test_a_tune_becomes_abc() -> None:
    jig = score(
        measure(attributes(2, 1, 6, 8), note("D4")),
        measure(note("G4", 2), note("A4"), note("B4", 2), note("C5")),
        measure(note("F#4", 3), note("C#5", 3)),
    )
    read = read_musicxml(jig)
    assert read.abc == "X:1\nM:6/8\nL:1/8\nK:G major\nD | G2 A B2 c | F3 ^c3 |]\n"
    assert [bar.number for bar in read.tune.bars] == [0, 1, 2]
    assert read.warnings == ()


def test_titles_and_words_never_reach_the_text() -> None:
    named = score(measure(note(inside="<lyric><text>Fisher</text></lyric>"))).replace(
        b"<part ", b"<work><work-title>The Kesh</work-title></work><part ", 1
    )
    assert "Kesh" not in read_musicxml(named).abc
    assert "Fisher" not in read_musicxml(named).abc


def test_of_a_chord_the_top_note_stays_with_the_length_of_the_first() -> None:
    chord = note("C4", 4) + note("G4", 2, before="<chord/>") + note("E4", 4, before="<chord/>")
    converted = read(chord, note("D4"))
    assert pitches(converted) == [67, 62]
    assert times(converted) == [(0, 2), (2, 0.5)]


def test_grace_notes_and_cues_are_no_notes() -> None:
    grace = "<note><grace/><pitch><step>B</step><octave>5</octave></pitch></note>"
    assert pitches(read(grace, note("D4"), note("E4", before="<cue/>"), note("F4"))) == [62, 65]


@pytest.mark.parametrize("tie", ['<tie type="start"/>', '<notations><tied type="start"/></notations>'])
def test_ties_join_notes_of_one_pitch(tie: str) -> None:
    converted = read_musicxml(
        score(
            measure(attributes(1), note("C4", 3), note("D4", 1, tie)),
            measure(note("D4", 2, tie), note("E4", 2)),
        )
    )
    assert times(converted) == [(0, 3), (3, 3), (6, 2)]


def test_tuplets_are_exact_where_their_durations_are_rounded() -> None:
    triplet = "<type>eighth</type><time-modification><actual-notes>3</actual-notes>"
    triplet += "<normal-notes>2</normal-notes></time-modification>"
    converted = read_musicxml(
        score(
            measure(
                attributes(256), *(note("C4", length, triplet) for length in (85, 85, 86)), note("D4", 256)
            )
        )
    )
    assert times(converted)[2:] == [(pytest.approx(2 / 3), pytest.approx(1 / 3)), (1, 1)]


def test_backup_and_forward_place_the_other_voices() -> None:
    one, two = "<voice>1</voice>", "<voice>2</voice>"
    converted = read(
        note("C5", 2, one),
        "<forward><duration>2</duration></forward>",
        note("D5", 4, one),
        "<backup><duration>8</duration></backup>",
        note("C4", 8, two),
    )
    assert pitches(converted) == [72, 74]
    assert times(converted) == [(0, 1), (2, 2)]
    assert [warning.message for warning in converted.warnings] == [
        "the part has several voices; only the first is read"
    ]


def test_the_first_voice_of_the_first_part_with_notes_is_read() -> None:
    silent = f'<part id="P0">{measure(note(""))}</part>'
    drums = f'<part id="P0">{measure("<note><unpitched/><duration>1</duration></note>")}</part>'
    first = (
        f'<part id="P1">{measure(note("", 4, "<voice>1</voice>"), note("E4", 4, "<voice>2</voice>"))}</part>'
    )
    last = f'<part id="P2">{measure(note("C6"))}</part>'
    for before in (silent, drums, silent + drums.replace("P0", "P9")):
        partwise = f"<score-partwise>{before}{first}{last}</score-partwise>"
        assert pitches(read_musicxml(partwise.encode())) == [64]


def test_timewise_scores_are_read() -> None:
    bars = "".join(
        f'<measure><part id="P1">{note("")}</part><part id="P2">{note(name)}</part></measure>'
        for name in ("C4", "D4")
    )
    assert pitches(read_musicxml(f"<score-timewise>{bars}</score-timewise>".encode())) == [60, 62]


def test_repeats_and_endings() -> None:
    forward = '<barline location="left"><repeat direction="forward"/></barline>'
    first = '<barline location="left"><ending number="1" type="start"/></barline>'
    back = (
        '<barline location="right"><ending number="1" type="stop"/><repeat direction="backward"/></barline>'
    )
    second = '<barline location="left"><ending number="2" type="start"/></barline>'
    stop = '<barline location="right"><ending number="2" type="discontinue"/></barline>'
    tie = '<tie type="start"/>'
    converted = read_musicxml(
        score(
            measure(attributes(1), note("C4", 4)),
            measure(forward, note("D4", 4)),
            measure(first, note("E4", 4, tie), back),
            measure(second, note("E4", 4), stop),
            measure(note("F4", 4)),
        )
    )
    assert converted.abc.splitlines()[4:] == ["C8 |: D8 | [1 E8 :| [2 E8 ||", "F8 |]"]
    assert len(converted.tune.notes) == 5, "a tie does not reach into the next ending"


@pytest.mark.parametrize(
    ("fifths", "mode", "final", "key"),
    [
        (2, "<mode>major</mode>", "D4", "D major"),
        (2, "<mode>Dorian</mode>", "D4", "E dorian"),
        (0, "<mode>aeolian</mode>", "C4", "A minor"),
        (-3, "<mode>none</mode>", "C4", "C minor"),
        (1, "", "A4", "A dorian"),
        (1, "", "D4", "D mixolydian"),
        (1, "", "C4", "G major"),
        (-6, "<mode>major</mode>", "C4", "Gb major"),
        (7, "<mode>phrygian</mode>", "C4", "E# phrygian"),
        (7, "<mode>locrian</mode>", "C4", "B# locrian"),
        (99, "", "C4", ""),
    ],
)
def test_the_key_has_a_mode(fifths: int, mode: str, final: str, key: str) -> None:
    head = f"<attributes><key><fifths>{fifths}</fifths>{mode}</key></attributes>"
    assert read_musicxml(score(measure(head, note("G4"), note(final)))).tune.key == key


@pytest.mark.parametrize(
    ("chromatic", "diatonic", "fifths", "pitch", "key"),
    [
        ("-2", "<diatonic>-1</diatonic>", 2, 60, "C major"),  # a clarinet in B flat
        ("-2", "", 2, 60, "C major"),
        ("-9", "<diatonic>-5</diatonic>", 3, 53, "C major"),  # an alto saxophone
        ("-14", "<diatonic>-8</diatonic>", 2, 60, "C major"),  # a bass clarinet: octaves move nothing
        ("0", "", 2, 62, "D major"),
    ],
)
def test_transposing_instruments_sound(
    chromatic: str, diatonic: str, fifths: int, pitch: int, key: str
) -> None:
    more = f"<transpose>{diatonic}<chromatic>{chromatic}</chromatic></transpose>"
    converted = read_musicxml(score(measure(attributes(1, fifths, more=more), note("D4"))))
    assert (pitches(converted), converted.tune.key) == ([pitch], key)


@pytest.mark.parametrize(
    ("time", "meter"),
    [
        ("<beats>3</beats><beat-type>8</beat-type>", "3/8"),
        ("<beats>3+2</beats><beat-type>8</beat-type>", "3+2/8"),
        ("<senza-misura/>", ""),
        ("<beats>0x3</beats><beat-type>0</beat-type>", ""),
    ],
)
def test_the_metre(time: str, meter: str) -> None:
    read = read_musicxml(score(measure(f"<attributes><time>{time}</time></attributes>", note())))
    assert read.tune.meter == meter


def test_compressed_scores_name_the_score_in_their_container() -> None:
    wrong, right = score(measure(note("C4"))), score(measure(note("D4")))
    packed = archive({"a.xml": wrong, "b.xml": right, "META-INF/container.xml": CONTAINER.format("b.xml")})
    assert pitches(read_musicxml(packed)) == [62]
    assert pitches(read_musicxml(archive({"b.xml": right}))) == [62]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_and_the_usual_document_type(encoding: str) -> None:
    head = (
        f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n<!DOCTYPE score-partwise PUBLIC '
    )
    head += '"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">'
    text = score(measure(note("D4"))).decode().replace(HEAD, head).replace("<part ", "<!--é--><part ")
    assert pitches(read_musicxml(text.encode(encoding))) == [62]


def test_a_file_is_known_by_its_beginning_or_its_name() -> None:
    plain = score(measure(note("D4")))
    for name, data in (
        ("a", plain),
        ("a.xml", plain),
        ("a.abc", archive({"a.xml": plain})),
        ("A.MXL", plain),
    ):
        converted = read_file(name, data)
        assert converted is not None
        assert pitches(converted) == [62]
    assert read_file("a.abc", b"X:1\nK:G\nGAB\n") is None


def test_as_abc_spells_by_the_key() -> None:
    tune = read_musicxml(score(measure(attributes(1, -3), note("G#4"), note("C4")))).tune
    assert as_abc(tune.notes, tune.bars, "", "Eb major").abc.endswith("A2 C2 |]\n")
