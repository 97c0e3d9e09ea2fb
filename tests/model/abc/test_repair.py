"""A tune that was damaged on its way reads like the tune itself, and a warning says what was repaired."""

import html
import json
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.abc import Notice, Tune, decode, read_tune, read_tunebook
from model.abc.repair import repair

TUNES = [
    """X:1
T:The Old Gate
T:An Seangheata
C:Trad. & others
R:jig
M:6/8
L:1/8
K:D
"D"D|DFA d2A|"Em"BAF "A7"A3-|A3 c'>d' e<f|[1 G,A,B, d3:|[2 G,A,B, D3|]
""",
    """X:23
T:Paddy's "Gate"
M:2/4
L:1/16
R:polka
K:Edor
|:"^slow"E2B2 (3BAB A2|!trill!c4-c2{d}B2 | (G>A)B2 z4:|
w:la la la
w:lo-lo lo
|B,2E2 [EGB]2 g'2|a2-a2 b4|]
""",
    """X:7
T:Gile
N:played on 1/4 whistle: slowly
M:C|
L:1/8
Q:1/4=100
K:Gmix ^c
GABc d2cB|A2^G2 =F4::e2ed =c2_B2|A4-A4:|
""",
]


def sounds(tune: Tune) -> list[tuple[int, Fraction, Fraction]]:
    return [(note.pitch, note.onset, note.duration) for note in tune.notes]


def fields(tune: Tune) -> tuple[object, ...]:
    return tune.titles, tune.key, tune.meter, tune.unit, tune.rhythm, tune.number


def is_field(line: str) -> bool:
    return line[1:2] == ":" and line[0] != "|"


def by_line(change: Callable[[str], str], end: str = "\n") -> Callable[[str], str]:
    return lambda text: end.join(change(line) for line in text.splitlines()) + end


def js(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def number_lines(text: str) -> str:
    return "".join(f"{number}. {line}\n" for number, line in enumerate(text.splitlines(), 1))


def in_music(old: str, new: str) -> Callable[[str], str]:
    """Replaces signs in the lines of music only."""
    return by_line(lambda line: line if is_field(line) else line.replace(old, new))


def in_names(change: Callable[[str], str]) -> Callable[[str], str]:
    """Changes only the lines of fields."""
    return by_line(lambda line: change(line) if is_field(line) else line)


def curly(text: str) -> str:
    """Alternates opening and closing typographic quotes in music."""
    lines = []
    for line in text.splitlines():
        if not is_field(line):
            parts = line.split('"')
            line = "".join(part + "“”"[i % 2] for i, part in enumerate(parts[:-1])) + parts[-1]
        lines.append(line)
    return "\n".join(lines) + "\n"


DAMAGE: dict[str, Callable[[str], str]] = {
    "br": by_line(lambda line: f"{line}<br>"),
    "br alone": by_line(lambda line: line, "<br/>"),
    "escaped br": by_line(lambda line: line, "&lt;br /&gt;"),
    "p": by_line(lambda line: f"<p>{line}</p>"),
    "p alone": by_line(lambda line: f"<p>{line}</p>", ""),
    "p with class": by_line(lambda line: f'<p class="abc">{line}</p>'),
    "pre": lambda text: f"<pre>{text}</pre>",
    "pre and code": lambda text: f'<pre class="x"><code>\n{text}</code></pre>\n',
    "div and span": by_line(lambda line: f"<div><span>{line}</span></div>"),
    "abc": lambda text: f"<abc>\n{text}</abc>\n",
    "list": lambda text: f"<ul>{by_line(lambda line: f'<li>{line}</li>')(text)}</ul>",
    "page": lambda text: f"<body>\n<h1>A Bad Cabbage</h1>\n<pre>\n{html.escape(text)}</pre>\n</body>",
    "entities": html.escape,
    "entities twice": lambda text: html.escape(html.escape(text)),
    "numeric entities": lambda text: text.replace('"', "&#34;").replace(">", "&#x3e;").replace("<", "&#60;"),
    "fence": lambda text: f"```abc\n{text}```\n",
    "fence in an answer": lambda text: f"Here is the tune:\n\n```\n{text}\n```\n\nEnjoy!\n",
    "tildes": lambda text: f"~~~\n{text}~~~\n",
    "forum tags": lambda text: f"[abc]\n{text}[/abc]\n",
    "mail": by_line(lambda line: f"> {line}"),
    "mail without space": by_line(lambda line: f">{line}"),
    "mail twice": by_line(lambda line: f"> > {line}"),
    "mail twice without space": by_line(lambda line: f">> {line}"),
    "mail with an answer": lambda text: (
        f"Bob wrote:\n{by_line(lambda line: f'> {line}')(text)}\nThanks, Bob!\n"
    ),
    "bars": by_line(lambda line: f"| {line}"),
    "bullets": by_line(lambda line: f"* {line}"),
    "dashes": by_line(lambda line: f"- {line}"),
    "dots": by_line(lambda line: f"  • {line}"),
    "numbers": number_lines,
    "escaped line ends": lambda text: text.replace("\n", "\\n"),
    "escaped Windows line ends": lambda text: text.replace("\n", "\\r\\n"),
    "JSON string": js,
    "JSON string and comma": lambda text: js(text) + ",",
    "JSON object": lambda text: json.dumps({"id": 7, "abc": text, "setting": "one"}),
    "JSON object on lines": lambda text: json.dumps({"name": "x", "abc": text}, indent=2),
    "JavaScript": lambda text: f"const tune = {js(text)};\n",
    "JavaScript, single quotes": lambda text: (
        "var t = '" + text.replace("'", "\\'").replace("\n", "\\n") + "';"
    ),
    "template": lambda text: f"const tune = `{text}`;\nrender(tune);\n",
    "Python": lambda text: f'abc = """{text}"""\n',
    "added strings": lambda text: " +\n".join(js(line + "\n") for line in text.splitlines()) + ";",
    "array of lines": lambda text: "[\n" + ",\n".join(js(line) for line in text.splitlines()) + "\n]",
    "spaced colons": in_names(lambda line: line.replace(":", " :", 1)),
    "lower case": in_names(lambda line: line if line[0] in "MR" else line[0].lower() + line[1:]),
    "indented": by_line(lambda line: f"\t{line}"),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "zero-width spaces": lambda text: text.replace(":", ":\u200b").replace("|", "|\u200b"),
    "byte order marks": lambda text: text.replace("T:", "\ufeffT:"),
    "soft hyphens": lambda text: text.replace("2", "2\u00ad"),
    "typographic double quotes": curly,
    "straight to closing quotes": in_music('"', "”"),
    "German quotes": lambda text: curly(text).replace("“", "„").replace("”", "“"),
    "apostrophes": in_music("'", "’"),
    "primes": in_music("'", "′"),
    "acutes": in_music("'", "´"),
    "en dashes": in_music("-", "–"),
    "em dashes": in_music("-", "—"),
    "minus signs": in_music("-", "\u2212"),
    "wide signs": in_music("|", "｜"),
    "wide colons": in_names(lambda line: line.replace(":", "：", 1)),
    "superscripts": in_music("2", "²"),
}  # fmt: skip


@pytest.mark.parametrize("text", TUNES, ids=["gate", "polka", "reel"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_tune_reads_like_the_tune(damage: str, text: str) -> None:
    damaged = DAMAGE[damage](text)
    if damaged == text:
        pytest.skip("the tune has nothing to damage")
    tune, clean = read_tune(damaged), read_tune(text)
    assert sounds(tune) == sounds(clean)
    assert fields(tune) == fields(clean)
    if damage != "indented":
        assert tune.warnings
    messages = [notice.message for notice in tune.warnings]
    assert len(set(messages)) == len(messages), "each repair is said once"


@pytest.mark.parametrize("text", TUNES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_every_unicode_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("text", TUNES)
def test_clean_tunes_pass_unchanged(text: str) -> None:
    repaired = repair(text)
    assert repaired.edited.text == text
    assert repaired.places == ()
    assert not read_tune(text).warnings


ONE_LINE = [
    "X: 1 T: The Old Gate M: 6/8 L: 1/8 K: D D|DFA d2A|BAF A3|",
    "X:1 T:The Old Gate M:6/8 L:1/8 K:D D|DFA d2A|BAF A3|",
    "T: The Old Gate M: 6/8 L: 1/8 K: D D|DFA d2A|BAF A3|",
    "X:1T:The Old GateM:6/8L:1/8K:D D|DFA d2A|BAF A3|",
    "X: 1\nT: The Old Gate\nM: 6/8 L: 1/8 K: D\nD|DFA d2A|BAF A3|",
    "X: 1\nT: The Old Gate\nM: 6/8 L: 1/8\nK: D\nD|DFA d2A|BAF A3|",
    "X: 1 T: The Old Gate\nL: 1/8 M: 6/8\nK: D\nD|DFA d2A|BAF A3|",
    "Title: The Old Gate\nMeter: 6/8\nLength: 1/8\nKey: D\nD|DFA d2A|BAF A3|",
    "TITLE: The Old Gate\nTime signature: 6/8\nUnit note length: 1/8\nKEY: D\nD|DFA d2A|BAF A3|",
    "X : 1\nT : The Old Gate\nM : 6/8\nL : 1/8\nK : D\nD|DFA d2A|BAF A3|",
    "x:1\nt:The Old Gate\nM:6/8\nl:1/8\nk:D\nD|DFA d2A|BAF A3|",
]


@pytest.mark.parametrize("text", ONE_LINE)
def test_lost_line_ends_and_field_names(text: str) -> None:
    tune = read_tune(text)
    assert [note.pitch for note in tune.notes] == [62, 62, 66, 69, 74, 69, 71, 69, 66, 69]
    assert (tune.titles, tune.meter, tune.key) == (("The Old Gate",), "6/8", "D major")
    assert tune.warnings


@pytest.mark.parametrize(
    ("music", "pitches"),
    [
        ("|:“G“CDEF|„Em“G2GA|„D7″B2c2:|", [60, 62, 64, 65, 67, 67, 69, 71, 72]),
        ("|:“G”CDEF|“Em”G2GA:|", [60, 62, 64, 65, 67, 67, 69]),
        ("|:»G«CDEF|«Em»G2GA:|", [60, 62, 64, 65, 67, 67, 69]),
        ("c’d’ g‘a|", [84, 86, 91, 81]),
        ("c″d’’ ‘|", [96, 98]),
        ("♯c ♭d ♮e|", [73, 73, 76]),
        ("A½B½ c1½d½|", [69, 71, 72, 74]),
        ("Ａ２Ｂ２｜", [69, 71]),
        ("c&lt;d e&gt;f|g4|", [72, 74, 76, 77, 79]),
        ("|&quot;G&quot;cd &ldquo;Am&rdquo;ef|g&#39;4|", [72, 74, 76, 77, 91]),
        ("CD&nbsp;EF&#124;G", [60, 62, 64, 65, 67]),
        ("A<b>c A<p>A|", [69, 83, 72, 69, 69]),
        ("d<abc>d|", [74, 81, 83, 72, 74]),
        ("c&e|", [72]),
    ],
)
def test_signs_in_music(music: str, pitches: list[int]) -> None:
    tune = read_tune(f"X:1\nL:1/4\nK:C\n{music}")
    assert [note.pitch for note in tune.notes] == pitches


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Paddy\x92s Gate", "Paddy’s Gate"),
        ("\x93Gate\x94", "“Gate”"),
        ("Paddy’s “Gate” – a jig", "Paddy’s “Gate” – a jig"),
        ("Caf&eacute; &amp; Tea", "Café & Tea"),
        ("Tom&nbsp;&amp;amp; Bob", "Tom & Bob"),
        ("Old\u00a0Gate\u200b", "Old Gate"),
        ("Gate No. 7: K is for Kate", "Gate No. 7: K is for Kate"),
        ("What is\\n?", "What is\\n?"),
        ("M: a letter", "M: a letter"),
        ("2 < 3 > 1 <3", "2 < 3 > 1 <3"),
        ("</pre><script>Gate</script> & Co", "</pre><script>Gate</script> & Co"),
        ("<i>Old</i> <b>Gate</b><br>", "Old Gate"),
    ],
)
def test_titles_keep_their_signs(title: str, shown: str) -> None:
    assert read_tune(f"X:1\nT:{title}\nK:C\nCDEF").titles == (shown,)


def test_declared_charsets() -> None:
    text = "%abc\n%%abc-charset iso-8859-2\nX:1\nT:Zöld erdő\nK:C\nCDEF|"
    assert decode(text.encode("iso-8859-2")) == text
    instruction = text.replace("%%", "I:")
    assert decode(instruction.encode("iso-8859-2")) == instruction
    cyrillic = "X:1\nI:abc-charset windows-1251\nT:Калинка\nK:C\nC"
    assert decode(cyrillic.encode("cp1251")) == cyrillic
    assert decode(text.encode()) == text, "text that is valid UTF-8 is UTF-8, whatever it declares"
    for unknown in ("x-none", "zlib", "idna", "punycode", "rot13", "unicode_escape", "\x00"):
        data = f"%%abc-charset {unknown}\nT:Céilí".encode("latin-1")
        assert decode(data).endswith("T:Céilí")


def test_lower_case_fields_of_their_own_stay() -> None:
    tune = read_tune("X:1\nr:remark\nm:~G2 = {A}G{F}G\ns:G A\nw:la la\nK:C\nCDEF|\nw:la la la\n")
    assert (tune.rhythm, tune.meter, len(tune.notes)) == ("", "", 4)


def test_positions_are_those_of_the_source() -> None:
    text = "<p>X:1</p>\n<p>K:C</p>\n<p>CD “G”E @F</p>\n"
    tune = read_tune(text)
    rows = text.splitlines()
    assert [rows[note.line - 1][note.column - 1] for note in tune.notes] == ["C", "D", "E", "F"]
    stray = next(notice for notice in tune.warnings if "not music" in notice.message)
    assert rows[stray.line - 1][stray.column - 1] == "@"
    one_line = "X: 1 T: Gate M: 2/4 L: 1/8 K: C CDEF|"
    assert [one_line[note.column - 1] for note in read_tune(one_line).notes] == ["C", "D", "E", "F"]


def test_each_tune_of_a_book_says_what_was_repaired_in_it() -> None:
    text = "X:1\nK:C\nC–D|\nC–E|\n\nX:2\nK:C\nCDE|\n\nX:3\nK : C\nC’D|\n"
    tunes = [tune for tune in read_tunebook(text) if isinstance(tune, Tune)]
    assert [tune.warnings for tune in tunes] == [
        (Notice(3, 2, "typographic signs read as plain ones"),),
        (),
        (
            Notice(11, 1, "field name read as its ABC letter"),
            Notice(12, 2, "typographic signs read as plain ones"),
        ),
    ]


@given(st.text(alphabet="AB|:\n <>&;\"'\\nxXTK1“’–\u00a0\u200b*-", max_size=60))
def test_repairs_find_every_origin(text: str) -> None:
    edited = repair(text).edited
    for offset in range(len(edited.text)):
        assert 0 <= edited.origin(offset) < max(len(edited.source), 1)
    origins = [edited.origin(offset) for offset in range(len(edited.text))]
    assert origins == sorted(origins)
