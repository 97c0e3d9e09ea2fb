"""Whole texts of the kinds that people and programs really write, each with the notes that must come out.

The situations come from a large collection of test snippets of ABC programs and from the examples of the ABC
standard; the notes are our own.
"""

from fractions import Fraction

import pytest

from model.abc import read_tune

HEAD = "X:1\nL:1/4\nK:C\n"

# name: (text, expected notes). A note is its pitch, then its length in quarter notes; "67 69 71 *1/2" gives
# the length once for all notes before the star.
CASES = {
    "only a reference and notes": ("X:1\nCDEF GABc|", "60 62 64 65 67 69 71 72 *1/2"),
    "reference and key only": ("X:3\nK:C\nG2 E2 C4|", "67:1 64:1 60:2"),
    "no fields, several lines": ("G2 BG|\nd2 BG|\n", "67:1 71:1/2 67:1/2 74:1 71:1/2 67:1/2"),
    "key missing, other fields there": ("X:1\nT:Keyless\nM:3/4\nL:1/4\nGAB|", "67 69 71 *1"),
    "key first": ("K:G\nX:1\nT:Upside Down\nL:1/4\nF2G2|", "66 67 *2"),
    "length before metre": ("X:1\nL:1/4\nM:2/4\nK:C\nCD|", "60 62 *1"),
    "spaces after the colons": ("X: 1\nT: Spaced\nM: 6/8\nL: 1/8\nK: D\nF3 A3|", "66 69 *3/2"),
    "fields indented": ("  X:1\n  T:Inset\n  L:1/4\n  K:D\n  FGA|", "66 67 69 *1"),
    "carriage returns": ("X:1\r\nT:Returns\r\nL:1/4\r\nK:C\r\nCD|\r\nEF|\r\n", "60 62 64 65 *1"),
    "old line ends": ("X:1\rT:Apple\rL:1/4\rK:C\rCD|\rEF|\r", "60 62 64 65 *1"),
    "no newline at the end": ("X:1\nK:C\nL:1/4\nC", "60:1"),
    "blank line below the header": ("X:1\nT:Gap\nL:1/4\nK:C\n\nCDE|\n", "60 62 64 *1"),
    "blank lines between the parts": (HEAD + "CD|\n\n\nEF|\n", "60 62 64 65 *1"),
    "words below": (HEAD + "CDE|\n\nPlayed slowly, as the last one of the night.\n", "60 62 64 *1"),
    "words above": ("From a notebook of my aunt's.\n\nX:1\nL:1/4\nK:C\nCDE|\n", "60 62 64 *1"),
    "inside a web page": ('<pre class="tune">\nX:1\nL:1/4\nK:C\nCDE|\n</pre>', "60 62 64 *1"),
    "comment lines everywhere": (
        "% one\nX:1\n% two\nL:1/4\nK:C\n% three\nCD % four\n%five\nE|",
        "60 62 64 *1",
    ),
    "directives everywhere": (
        "%%pagewidth 20cm\nX:1\nL:1/4\nK:C\n%%vskip 2\nCD|\n%%staves 1\nE|",
        "60 62 64 *1",
    ),
    "a percent sign in the title": ("X:1\nT:Half \\% half\nL:1/4\nK:C\nC|", "60:1"),
    "tempo in all forms": (
        "X:1\nQ:120\nQ:1/4=90\nQ:\"Lively\" 3/8=80\nL:1/4\nK:C\nC[Q:1/4=60]D|",
        "60 62 *1",
    ),
    "parts": ("X:1\nP:A(BA)2\nL:1/4\nK:C\nP:A\nCD|\nP:B\n[P:C]EF|", "60 62 64 65 *1"),
    "key changes": (HEAD + "F|[K:G]F|\nK:F\nB|[K:D clef=treble]c|", "65 66 70 73 *1"),
    "key with odd spacing": ("X:1\nL:1/4\nK:  E   minor\nFC|", "66 60 *1"),
    "key with a sharp sign": ("X:1\nL:1/4\nK:F#m\nGC|", "68 61 *1"),
    "key only clef": ("X:1\nL:1/4\nK:bass\nB,C|", "59 60 *1"),
    "bagpipes": ("X:1\nL:1/4\nK:HP\nA{g}fc|", "69 78 73 *1"),
    "metre changes": (
        "X:1\nM:2/4\nL:1/8\nK:C\nC2D2|[M:3/8]CDE|\nM:C|\nC8|",
        "60:1 62:1 60:1/2 62:1/2 64:1/2 60:4",
    ),
    "free metre": ("X:1\nM:none\nK:C\nC2 D4 E|", "60:1 62:2 64:1/2"),
    "lengths of all forms": (
        HEAD + "C2C/C/2C//C3/2C3/4C/8|",
        "60:2 60:1/2 60:1/2 60:1/4 60:3/2 60:3/4 60:1/8",
    ),
    "no length at all": (HEAD + "B0 c|", "71 72 *1"),
    "strathspey": (
        "X:1\nM:C\nL:1/8\nK:A\nA<A c>e a>>g f<<d|",
        "69:1/4 69:3/4 73:3/4 76:1/4 81:7/8 80:1/8 78:1/8 74:7/8",
    ),
    "broken rhythm over a bar line": ("X:1\nL:1/8\nK:C\nC>|D|", "60:3/4 62:1/4"),
    "broken rhythm over grace notes": ("X:1\nL:1/8\nK:C\nC>{ef}D|C{e}>D|", "60:3/4 62:1/4 60:3/4 62:1/4"),
    "triplets beside each other": (
        "X:1\nL:1/8\nK:C\n(3CDE(3EDC F2|",
        "60:1/3 62:1/3 64:1/3 64:1/3 62:1/3 60:1/3 65:1",
    ),
    "triplets under a slur": ("X:1\nL:1/8\nK:C\n((3CDE)(F G)|", "60:1/3 62:1/3 64:1/3 65:1/2 67:1/2"),
    "triplet of unequal notes": ("X:1\nL:1/8\nK:C\n(3:2:2C2D E2|", "60:2/3 62:1/3 64:1"),
    "duplet in a jig": ("X:1\nM:6/8\nL:1/8\nK:C\n(2CD EFG|", "60:3/4 62:3/4 64:1/2 65:1/2 67:1/2"),
    "triplet with a chord symbol": ('X:1\nL:1/8\nK:C\n"C"(3C"G"DE|', "60 62 64 *1/3"),
    "ties over bars": (HEAD + "C4-|C4-|C2 D2|", "60:10 62:2"),
    "ties of chords": (HEAD + "[CE]2-[CE]2|[CG-]2[EG]2|", "64:4 67:4"),
    "a tie that is a slur": (HEAD + "C-D E-|F", "60 62 64 65 *1"),
    "a tied accidental": (HEAD + "^F2-|F F|F", "66:3 65:1 65:1"),
    "accidentals last for the bar": (HEAD + "^FFf_BB|FB", "66 66 78 70 70 65 71 *1"),
    "naturals against the key": ("X:1\nL:1/4\nK:D\nF=FF|F=c'c'", "66 65 65 66 84 84 *1"),
    "double accidentals": (HEAD + "^^F__B=F", "67 69 65 *1"),
    "low and high": (HEAD + "C,,C,Ccc'c''", "36 48 60 72 84 96 *1"),
    "quarter tones": (HEAD + "^/F _3/4B C", "66 70 60 *1"),
    "chords of all forms": (HEAD + "[CEG][C2E2]2[EGc]/[C/E/]", "67:1 64:4 72:1/2 64:1/2"),
    "chord in any order": (HEAD + "[GCE][cC]", "67 72 *1"),
    "chord with decorations inside": (HEAD + "[!f!C.E]\"Am\"[A,^C]", "64 61 *1"),
    "two notes of one name": (HEAD + "[DD][CC]", "62 60 *1"),
    "chords between plus signs": (HEAD + "+CEG+D+C2G2+", "67:1 62:1 67:2"),
    "grace notes": (HEAD + "{d}C{/ed}D{c2[de]}E", "60 62 64 *1"),
    "decorations of all forms": (
        HEAD + "~C.DHE!trill!FTG+fermata+A!<(!uBv.c!<)!",
        "60 62 64 65 67 69 71 72 *1",
    ),
    "dynamics made of note letters": (HEAD + "!f!C!ff!D!fff!E", "60 62 64 *1"),
    "decoration with spaces": (HEAD + "C D!D.C. al coda!|", "60 62 *1"),
    "exclamation marks at line ends": (HEAD + "CD!\nEF!\n", "60 62 64 65 *1"),
    "exclamation marks within lines": (HEAD + "CD!EF!G", "60 62 64 65 67 *1"),
    "annotations": (HEAD + '"^above: A B C"C"_|below|"D"@5,3 x"E', "60 62 64 *1"),
    "chord symbols with bars in them": (HEAD + '"A|B"C"[G]"D|', "60 62 *1"),
    "user symbols": ("X:1\nU:W=!trill!\nU:n=!tenuto!\nL:1/4\nK:C\nWC nD", "60 62 *1"),
    "macro": ("X:1\nm:~G3=G{A}G{F}G\nL:1/4\nK:C\n~G3", "67:3"),
    "lyrics that look like notes": (HEAD + "CDE|\nw:a bad cab\nW:fed a dead bee\ns:* !p!", "60 62 64 *1"),
    "slurs within slurs": (HEAD + "(C(DE)F)(G", "60 62 64 65 67 *1"),
    "rests": ("X:1\nM:2/4\nL:1/4\nK:C\nzC|Z|x2|yDz", "60 62 *1"),
    "backquotes and spacers": ("X:1\nL:1/8\nK:C\nC`D``E y F", "60 62 64 65 *1/2"),
    "line breaks of newer programs": ("X:1\nI:linebreak $\nL:1/4\nK:C\nCD$EF*G", "60 62 64 65 67 *1"),
    "continued lines": (HEAD + "CD\\\nEF \\  \n% between\nG", "60 62 64 65 67 *1"),
    "repeats of all shapes": (HEAD + "|:C:|:D:||:E:: F :|[|G|]", "60 62 64 65 67 *1"),
    "strange bar lines": (HEAD + "[|C|||D.|E[|]F|:::G:::|A|[|B", "60 62 64 65 67 69 71 *1"),
    "endings of all shapes": (HEAD + "C|1D:|2E|]F[1,3G:|[2-4A|]|[1.B:|", "60 62 64 65 67 69 71 *1"),
    "ending with a name": (HEAD + 'C|["last"D|E|]', "60 62 64 *1"),
    "notes at the start of a repeat line": (HEAD + "G:|\nA::\nB:|", "67 69 71 *1"),
    "voices line by line": (HEAD + "V:1\nCD|\nV:2\nGA|\nV:1\nEF|\nV:2\nBc|", "60 62 64 65 *1"),
    "voices within the line": (HEAD + "[V:1]CD|[V:2]GA|[V:1]EF|", "60 62 64 65 *1"),
    "voices with properties": (
        'X:1\nV:A clef=bass name="Low A"\nV:B\nL:1/4\nK:C\n[V:B]GA|\n[V:A]C,D,|',
        "48 50 *1",
    ),
    "first voice silent": (HEAD + "V:1\nz4|z4|\nV:2\nCD|", "60 62 *1"),
    "overlay": (HEAD + "CD&EF|G2&A,B,|", "60:1 62:1 67:2"),
    "damage by mail": ("X:1\nL:1/4\nK:G\nF=3DF =\n|G=20\nF|", "66 65 67 66 *1"),
    "a number too long": (HEAD + "C" + "9" * 6000 + " D/" + "9" * 6000 + " E", "60 62 64 *1"),
    "a chord never closed": (HEAD + "C[DE|F", "60 62 64 65 *1"),
    "a field never closed": (HEAD + "F [K:G F|", "65 66 *1"),
    "a string never closed": (HEAD + 'C "Gm D|E', "60 62 64 *1"),
    "grace notes never closed": (HEAD + "C {D|", "60 62 *1"),
    "signs that mean nothing": (HEAD + "C @ D # E ? F ; G", "60 62 64 65 67 *1"),
    "nothing but a title between": (HEAD + "CD|\nT:Variation\nEF|", "60 62 64 65 *1"),
}  # fmt: skip


def parse_notes(expected: str) -> list[tuple[int, Fraction]]:
    words, _, length = expected.partition(" *")
    pairs = (word.partition(":") for word in words.split())
    return [(int(pitch), Fraction(own or length)) for pitch, _, own in pairs]


@pytest.mark.parametrize("name", CASES)
def test_awkward(name: str) -> None:
    text, expected = CASES[name]
    assert [(note.pitch, note.duration) for note in read_tune(text).notes] == parse_notes(expected)
