"""Spelling: writes a name in one way, whichever of the usual ways a book has chosen.

`index.titles.title_key` compares names that are written so. A variant is in these lists if it stands for the
same word in every title. Slips of the pen are not: they need tunes that agree (`index.slips`).
"""

import re
import unicodedata
from collections.abc import Iterable

from model.abc.decoding import WINDOWS_1252
from model.names import MAX_NAME_CHARS, fold

# Every apostrophe, and the punctuation of Windows-1252 that was read as control characters.
_PUNCTUATION = WINDOWS_1252 | dict.fromkeys([0x91, 0x92, *map(ord, "‘’`´ʼ")], "'")

# Folding removes English and Gaelic articles. French, Spanish, Italian, German, Dutch, Welsh, Breton and
# Shetland articles only move from the end of a name to its beginning, because "La Russe" and "Russe" may be
# two tunes, and "Die Young" has no article. A remark may follow: "Kesh, The (jig)".
_ARTICLE_LAST = re.compile(
    r"(.*[^\s,])\s*,\s*"
    r"(the|a|an|an t-?|na h-?|na|nam|nan|am|a'"
    r"|la|le|les|l'|un|une|des|du|el|los|las|una|il|lo|gli|der|die|das|den|ein|eine|de|het|een|y|yr|ar|ur|da)"
    r"[\s.]*((?:[(\[]|--?\s).*)?",
    re.IGNORECASE,
)

# Before these words, O and Mac do not begin a surname: "The Gobby O, a Jig", "O My Dear".
_NO_SURNAME = (
    r"(?!(?:a|agus|an|and|as|at|for|from|in|is|my|na|of|on|or|the|to|we|with"
    r"|hornpipe|jig|march|polka|reel|strathspey|waltz)\b)"
)
# Before a capital or a small consonant, but not M'Lady. French and Irish m' stands before a vowel.
_M_APOSTROPHE = r"(?<![\w'])m'\s?(?=(?-i:[A-Z])|[b-df-gj-np-tv-z])(?!lad|lord|lud|dear)"
_PRINTED = (
    (re.compile(_M_APOSTROPHE, re.IGNORECASE), "Mac"),
    (re.compile(rf"\b([oó])'?\s+{_NO_SURNAME}(?=[^\W\d_]{{3}})", re.IGNORECASE), r"\1"),
    (re.compile(r"\bl'\s+(?=\w)", re.IGNORECASE), "l'"),
    (re.compile(r"(?<=\w)\s+(?:\+|'?n'?|an')\s+(?=\w)", re.IGNORECASE), " and "),
    (re.compile(r"&\s?c\b", re.IGNORECASE), "etc"),
)
_FOLDED = (
    (re.compile(r"\bmc ?(?=[a-z]{2})"), "mac"),
    (re.compile(rf"\bmac {_NO_SURNAME}(?=[a-z]{{2}})"), "mac"),
    (re.compile(r"\bto (?=(?:day|morrow|night)\b)"), "to"),
    (re.compile(r"\b(?:no|nr|number) (?=\d)"), ""),
    # British and American.
    (
        re.compile(
            r"\b(arb|ard|arm|behavi|cand|clam|col|endeav|fav|flav|harb|hon|hum|lab|neighb|od|parl|ranc|rig"
            r"|rum|sav|savi|splend|tum|val|vap|vig)our"
        ),
        r"\1or",
    ),
    (re.compile(r"\b(calib|cent|fib|lust|meag|met|sab|scept|somb|spect|theat)re(?=s?\b)"), r"\1er"),
    (re.compile(r"\b(def|lic|off|pret)ence(?=s?\b)"), r"\1ense"),
    (
        re.compile(r"\b(apolog|bapt|civil|emphas|idol|memor|organ|real|recogn|sympath)is(?=e|ing|ation)"),
        r"\1iz",
    ),
    (re.compile(r"\b(jewel|level|marvel|quarrel|revel|shovel|travel|wool)l(?=e[dnr]|ing|ous)"), r"\1"),
    (re.compile(r"\bgrey"), "gray"),
    (re.compile(r"\bplough"), "plow"),
    (re.compile(r"\bgips(?=y|ie)"), "gyps"),
    (re.compile(r"\bwagg(?=on)"), "wag"),
    (re.compile(r"\bwhiskey"), "whisky"),
)
_WORDS = {
    spelling: word
    for word, spellings in {
        "brothers": "bros",
        "captain": "capt",
        "charles": "chas",
        "colonel": "col coll",
        "corporal": "corpl cpl",
        "doctor": "doct dr",
        "esquire": "esq",
        "favorite": "favorit",
        "father": "fr",
        "general": "gen genl",
        "george": "geo",
        "honorable": "hon honble",
        "james": "jas",
        "john": "jno",
        "junior": "jnr jr junr",
        "lieutenant": "lieut lt",
        "lord": "ld",
        "major": "maj",
        "margaret": "margt",
        "mister": "mr",
        "mount": "mt",
        "mrs": "missis missus mistress",
        "professor": "prof",
        "regiment": "regt",
        "reverend": "rev revd",
        "robert": "robt",
        "sainte": "ste",
        "sergeant": "serjeant serjt sergt sgt",
        "st": "saint street",  # both are written "St.", so nothing has to guess which is meant
        "thomas": "thos",
        "william": "willm wm",
        "draft": "draught",
        "jail": "gaol",
        "mold": "mould",
        "mustache": "moustache",
        "program": "programme",
    }.items()
    for spelling in spellings.split()
}


def respell(name: str) -> str:
    """A folded name (`model.names.fold`) in which every word is spelled in one way.

    "Miss M'Leod's Favourite" and "Miss Mac Leod's Favorite" become "miss macleods favorite", "Saint Anne's &
    Dr. O Neill" becomes "st annes and doctor oneill", and "Cardeuse, La" becomes "la cardeuse".
    """
    text = unicodedata.normalize("NFC", name[:MAX_NAME_CHARS].translate(_PUNCTUATION))
    if last := _ARTICLE_LAST.fullmatch(text):
        text = f"{last[2]} {last[1]} {last[3] or ''}"
    text = _rewritten(fold(_rewritten(text, _PRINTED)), _FOLDED)
    return " ".join(_WORDS.get(word, word) for word in text.split())


def _rewritten(text: str, rules: Iterable[tuple[re.Pattern[str], str]]) -> str:
    for pattern, written in rules:
        if pattern.search(text):  # rarely, and in most names `sub` takes twice as long
            text = pattern.sub(written, text)
    return text
