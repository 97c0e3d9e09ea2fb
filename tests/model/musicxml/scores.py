"""Builds MusicXML for tests, also such as nobody writes."""

import io
import zipfile

HEAD = '<?xml version="1.0"?>'
CONTAINER = '<container><rootfiles><rootfile full-path="{}"/></rootfiles></container>'
LARGEST = 2**21  # bytes of the longest patterns


def note(name: str = "C4", duration: int | str = 1, inside: str = "", before: str = "") -> str:
    """A note such as "F#4", or a rest if its name is empty, with further elements."""
    alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>"}.get(name[1:-1], "")
    pitch = f"<pitch><step>{name[0]}</step>{alter}<octave>{name[-1]}</octave></pitch>" if name else "<rest/>"
    return f"<note>{before}{pitch}<duration>{duration}</duration>{inside}</note>"


def measure(*contents: str) -> str:
    return f"<measure>{''.join(contents)}</measure>"


def attributes(divisions: int = 1, fifths: int = 0, beats: int = 4, kind: int = 4, more: str = "") -> str:
    return (
        f"<attributes><divisions>{divisions}</divisions><key><fifths>{fifths}</fifths></key>"
        f"<time><beats>{beats}</beats><beat-type>{kind}</beat-type></time>{more}</attributes>"
    )


def score(*measures: str, head: str = HEAD) -> bytes:
    part = f'<part id="P1">{"".join(measures)}</part>'
    return f"{head}<score-partwise>{part}</score-partwise>".encode()


def archive(files: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return stream.getvalue()


def patterns(size: int = LARGEST) -> dict[str, bytes]:
    """Scores of about so many bytes, each aimed at one loop."""

    def many(text: str) -> str:
        return text * (size // len(text))

    bomb = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    attlist = "".join(f'<!ATTLIST note a{i} CDATA "x">' for i in range(size // 40))
    names = " ".join(f"a{i}=''" for i in range(size // 12))
    dots = note(inside=f"<type>half</type>{many('<dot/>')}<time-modification/>")
    divisions = (f"<attributes><divisions>{i}.{i}</divisions></attributes>" for i in range(1, size // 200))
    voices = (note(inside=f"<voice>{i}</voice>") for i in range(size // 120))
    parts = (f'<part id="{i}">{measure(note(""))}</part>' for i in range(size // 90))
    timewise = (f'<part id="{i}">{note()}</part>' for i in range(size // 110))
    return {
        "measures of one note": score(many(measure(note()))),
        "one measure": score(measure(many(note()))),
        "empty measures": score(many(measure())),
        "huge durations": score(many(measure(note(duration=999_999_999)))),
        "divisions": score(measure(*(division + note() for division in divisions))),
        "tiny elements": score(measure(many("<a/>"))),
        "elements outside": score(many("<a/>")),
        "deep": score("<a>" * (size // 7) + "</a>" * (size // 7)),
        "deep within a measure": score(measure("<a>" * (size // 7) + "</a>" * (size // 7))),
        "attributes": f"<score-partwise {names}/>".encode(),
        "declared attributes": score(measure(*[note()] * (size // 200)), head=f"<!DOCTYPE a [{attlist}]>"),
        "entities": score(measure("&a9;"), head=f'<!DOCTYPE a [<!ENTITY a0 "lol">{bomb}]>'),
        "a declared element": score(head=f"<!DOCTYPE a [{many('<!ELEMENT a ANY>')}]>"),
        "long text": score(measure(note(), "x" * size)),
        "long number": score(measure(note(duration="9" * size))),
        "character references": score(measure(note(), many("&#65;"))),
        "comments": score(measure(note(), many("<!---->"))),
        "sections": score(measure(note(), many("<![CDATA[a]]>"))),
        "bar lines": score(measure(note(), many('<barline><repeat direction="backward"/></barline>'))),
        "ties": score(measure(note(inside=many('<tie type="start"/>')))),
        "dots": score(measure(dots)),
        "voices": score(measure(*voices)),
        "backup": score(measure(many(note() + "<backup><duration>1</duration></backup>"))),
        "chords": score(measure(note(), many(note(before="<chord/>")))),
        "grace notes": score(measure(many(note(before="<grace/>")))),
        "keys": score(measure(many(attributes()), note())),
        "parts": f"<score-partwise>{''.join(parts)}</score-partwise>".encode(),
        "parts of a measure": f"<score-timewise>{measure(*timewise)}</score-timewise>".encode(),
        "unclosed": b"<score-partwise><part><measure>" + b"<" * size,
        "unclosed value": b'<score-partwise><part><measure><a b="' + b"x" * size,
        "zip bomb": archive({"a.xml": b"<a>" + b" " * (9 * size)}),
        "zip entries": archive({f"{i}": b"" for i in range(size // 100)}),
        "zip signatures": b"PK\x03\x04" + b"PK\x01\x02" * (size // 4),
    }
