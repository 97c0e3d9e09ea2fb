"""Tunes out of mail, web pages, spreadsheets and programs, and clean tunes that only look damaged."""

import json
from collections.abc import Iterable

import pytest

from model.abc import Tune, read_tune
from model.abc.repair import repair

GAP = """X:3
T:The Stone Gap
R:jig
M:6/8
L:1/8
K:Edor
B|EGB ^c2d|
BAF D2:|
"""
LINES = GAP.splitlines()


def each(before: str, after: str = "\n", lines: Iterable[str] = LINES) -> str:
    return "".join(f"{before}{line}{after}" for line in lines)


def escaped(text: str) -> str:
    return text.replace("\n", "\\n")


def sounds(tune: Tune) -> list[tuple[object, ...]]:
    return [(note.pitch, note.onset, note.duration) for note in tune.notes]


SAME_AS_GAP = {
    "blank lines between quoted ones": each("> ", "\n\n"),
    "an answer between quoted lines": each("> ").replace("> B|", "nice tune, I like it!\n> B|"),
    "quotes in a field": escaped(GAP.replace("R:jig", 'R:jig\nN:"from Ned" B:book')),
    "a quote before a colon": escaped(GAP.replace("R:jig", 'R:jig\nN:"Scat:ter the Mud"')),
    "a field in an annotation": escaped(GAP.replace("B|EGB", 'B|"E:"EGB')),
    "markup in JSON": json.dumps(f"<p>{each('', '<br>')}</p>"),
    "mail in JSON": json.dumps(each("> ")),
    "a list in JSON": json.dumps(f"1. {GAP}"),
    "forum tags in JSON": json.dumps(f"[code]{GAP}[/code]"),
    "forum tag abc in JSON": json.dumps(f"[abc]\n{GAP}[/abc]"),
    "JSON with escaped spaces": json.dumps(GAP.replace(" ", "\u00a0")),
    "JSON with an invisible character": json.dumps(GAP.replace("L:", "\u200bL:")),
    "a cell of a spreadsheet": '"' + GAP.replace("EGB", '""G""EGB').replace("^c2d", '""Am""^c2d') + '"',
    "double quotes around lines": each('"', '"\n'),
    "single quotes around lines": each("'", "'\n"),
    "backticks around lines": each("`", "`\n"),
    "code elements": each("<code>", "</code>"),
    "strings joined by dots": each('"', '\\n" .\n'),
    "quoted mail in a page": each("&gt; "),
    "quoted mail in a page, br": each("&gt; ", "<br>\n"),
    "quoted mail in a page, nbsp": each("&gt;&nbsp;", "<br>\n"),
    "quoted mail in a page, div": each("<div>&gt; ", "</div>"),
    "bullets of a page": each("&bull; "),
    "entities in attributes": each('<div><span style="font: &quot;Courier New&quot;;">', "</span></div>"),
    "line ends in attributes": each("<p class=MsoNormal style='margin:0;\nline-height:normal'>", "</p>\n"),
    "an ampersand in an attribute": each('<p data-x="a&b">', "</p>\n"),
    "a rule below": GAP + "<hr>",
    "a rule between": GAP.replace("|\nBAF", "|<hr>BAF"),
    "tags of Word": each("<p>", "<o:p></o:p></p>\n"),
    "a tag of any name": f"<mark>{GAP}</mark>",
    "CDATA": f"<![CDATA[{GAP}]]>",
    "an image": GAP.replace("D2:|", 'D2:| <img src="abc.gif">'),
    "a forum tag with a value": f"[CODE=abc]{GAP.strip()}[/CODE]",
    "a forum tag on a line": f"[abc]{GAP.strip()}[/abc]",
    "a forum tag abcjs": f"[abcjs]{GAP.strip()}[/abcjs]",
    "a forum quote": f'[quote="Ned"]{GAP.strip()}[/quote]',
    "a forum font": f"[font=Courier]{GAP.strip()}[/font]",
    "a forum list": each("[*]", lines=LINES[:6]) + each("", lines=LINES[6:]),
    "forum tags in quoted mail": each("> ", lines=["[code]", *LINES, "[/code]"]),
    "elements in quoted mail": each("> <p>", "</p>\n"),
    "music after a metre": GAP.replace("M:6/8\n", "").replace("K:Edor\nB|", "K:Edor\nM:6/8 B|"),
    "a metre within one line": "X:3 T:The Stone Gap R:jig M:6/8 L:1/8 K:Edor B|EGB ^c2d| M:6/8 BAF D2:|",
    "fields without a space": GAP.replace("M:6/8\nL:1/8", "M:6/8L:1/8"),
    "a lower-case field behind another": GAP.replace("M:6/8\nL:1/8", "M: 6/8 l: 1/8"),
    "a word and a field on a line": GAP.replace("M:6/8\nL:1/8", "Meter: 6/8 L: 1/8"),
    "a fraction": GAP.replace("L:1/8", "L:⅛"),
    "fractions with typographic slashes": GAP.replace("L:1/8", "L:1⁄8").replace("M:6/8", "M:6∕8"),
    "words before the tune on its line": "Who knows this? " + " ".join(LINES),
    "one line in lower case": "x:3 t:The Stone Gap M:6/8 l:1/8 k:Edor B|EGB ^c2d| BAF D2:|",
    "words on one line": "Title: The Stone Gap Meter: 6/8 Length: 1/8 Key: Edor B|EGB ^c2d| BAF D2:|",
    "quoted words": each("> ", lines=["Title: The Stone Gap", "Meter: 6/8", "Key: Edor", *LINES[6:]]),
    "comment signs": each("# "),
    "slashes": each("// "),
    "initials in mail": each("JB> "),
    "spaces of mail": each("", "=20\n"),
    "carriage returns as entities": each("", "&#13;\n"),
}  # fmt: skip


@pytest.mark.parametrize("damage", SAME_AS_GAP)
def test_a_pasted_tune_reads_like_the_tune(damage: str) -> None:
    tune, clean = read_tune(SAME_AS_GAP[damage]), read_tune(GAP)
    assert sounds(tune) == sounds(clean)
    assert (tune.titles, tune.key, tune.meter) == (clean.titles, clean.key, clean.meter)
    if "quotes in" not in damage:
        assert tune.warnings


@pytest.mark.parametrize(
    ("pasted", "clean"),
    [
        ("> X:1\n> L:1/4\n> K:G\n> GABc|\nGA d2|\n> g2 fe|", "L:1/4\nK:G\nGABc|\nGA d2|\ng2 fe|"),
        (escaped('X:1\nL:1/4\nK:C\n|:CD"G"E:|\n|:FG"C"A:|'), 'L:1/4\nK:C\n|:CD"G"E:|\n|:FG"C"A:|'),
        (escaped('X:1\nL:1/4\nK:C\n|:CD\\"G\\"E:|\n|:FG\\"C\\"A:|'), 'L:1/4\nK:C\n|:CD"G"E:|\n|:FG"C"A:|'),
        ("X:1\nL:1/8\nK:G P:A GAB| P:B cBA|", "L:1/8\nK:G\nGAB|\ncBA|"),
        ('{"abc":"|:GABc dedB|e2dB A4:|","key":"Gmajor"}', "K:C\n|:GABc dedB|e2dB A4:|"),
        ('{"settings":[{"id":1,"abc":"GABc|dedB|\\r\\ne2A2|"}]}', "GABc|dedB|\ne2A2|"),
        ("X:1\\nL:1/4\\nK:C\\n\\x22G\\x22CD|", 'L:1/4\nK:C\n"G"CD|'),
    ],
)  # fmt: skip
def test_pasted_music_reads_like_the_music(pasted: str, clean: str) -> None:
    assert sounds(read_tune(pasted)) == sounds(read_tune(clean))


@pytest.mark.parametrize(
    "title", [r"Ned\x27s Gap", r"Ned\u2019s Gap", r"Ned\u{2019}s Gap", r"\ud83c\udfbb Gap"]
)
def test_escapes_in_titles(title: str) -> None:
    shown = read_tune(f'"X:1\\nT:{title}\\nK:C\\nCD|"').titles[0]
    assert shown in ("Ned's Gap", "Ned’s Gap", "🎻 Gap")


@pytest.mark.parametrize(
    "text",
    [
        "X:1\nT:Quadrille M: 2\nK:C\nCD",
        "X:1\nT:Part A: The K: Gap M: 3\nK:C\nCD",
        "X:1\nH:Played in K: G and K: D here\nS:x, original K: D from Clare\nD:Album X: 10 years\nK:C\nCD",
        "X:1\nK:C\nA<b>c A<vB>c A<uB>c A<TB>c A<Mb>c|",
        "X:1\n% &lt; <p>\nK:C\nCD",
        "X:1\nK:C\n-E: |\n|A:2 B|\n[CE]d:|\n[CEG]\n[abc]\n",
        'X:1\nK:C\nCDE&c2|"G"c\'d\'|"^a <b> c"A|',
        "X:1\nT:a\nK:C\nCDEF|\nw:a – b “c”\nW:1. X: foo\n",
        "X:1\nT:a\nM:4/4\nL:1/8\nK:G\nP:A\n|:GABc:|\nP:B\n|:dedB:|\n[P:A]GA|",
        'X:1\nQ:1/4=120\nK:G\nGA|\nQ:1/4=120 "fast"\nGA|',
        "X:1\nU:T=!trill!\nm:~G2 = {A}G\nI:abc-charset utf-8\nK:Am clef=bass octave=-1\nCD|1EF:|2GA|]",
    ],
)
def test_clean_text_is_left_alone(text: str) -> None:
    repaired = repair(text)
    assert repaired.edited.text == text
    assert repaired.places == ()


def test_a_repair_that_is_needed_twice_is_said_once() -> None:
    tune = read_tune("Title: Gap Meter: 6/8 Key: D\nDFA d2A|")
    messages = [notice.message for notice in tune.warnings]
    assert sorted(set(messages)) == sorted(messages)
    assert tune.warnings[0].column == 1


@pytest.mark.parametrize("element", ["h2", "title", "nav", "button", "head", "a href='x'"])
def test_elements_that_hold_no_music_are_skipped(element: str) -> None:
    name = element.split()[0]
    heading, below = f"<{element}>A Bad Cabbage</{name}>", f"<{element}>Dead bee</{name}>"
    tune = read_tune(f"{heading}\n<pre>\nX:1\nK:C\nCDEF|\n{below}\n</pre>")
    assert [note.pitch for note in tune.notes] == [60, 62, 64, 65]
