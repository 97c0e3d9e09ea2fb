"""Titles: which names are titles, and which names mean the same title."""

import re
from collections.abc import Iterable
from functools import lru_cache

from index.spelling import respell
from model.names import MAX_NAME_CHARS, fold

# Folded rhythm words and their families. Only tunes of the same family can be the same tune.
_FAMILIES = {
    **dict.fromkeys(("jig", "jigs", "jigg", "gigue", "giga", "port", "slide", "slipjig"), "jig"),
    **dict.fromkeys(("reel", "reels", "ril"), "reel"),
    **dict.fromkeys(("hornpipe", "hornpipes", "cornphiopa", "clog"), "hornpipe"),
    **dict.fromkeys(("strathspey", "strathspeys", "strathsy"), "strathspey"),
    **dict.fromkeys(("waltz", "waltzes", "valse", "valsa"), "waltz"),
    **dict.fromkeys(("polka", "polkas"), "polka"),
    **dict.fromkeys(("march", "marches", "quickstep"), "march"),
    **dict.fromkeys(("air", "airs"), "air"),
    **dict.fromkeys(("mazurka", "mazurkas"), "mazurka"),
    **dict.fromkeys(("schottische", "barndance", "fling"), "schottische"),
}
_QUALIFIERS = frozenset(("single", "double", "slip", "hop", "set", "slow", "highland"))  # as in "slip jig"
# A number before one of these alone is part of the title: "No. 1 Quadrille", "2. Menuet".
_FORMS = frozenset((*_FAMILIES, *_QUALIFIERS, "allemande", "cotillion", "dance", "gavotte", "menuet"))
_FORMS |= {"minuet", "number", "part", "polonaise", "quadrille", "rondo", "song", "tune"}
# "23. ", "23) ", "(23) ", "[23] ", "23: ", "23 - ", "No. 23 ", "#23 ". Without such a sign, a number belongs
# to the title: "1745", "42nd Highlanders", "12 Days", "5:30am".
_LIST_NUMBER = re.compile(
    r"""\s*
    (?: (?: no\b\.? | nr\b\.? | n[°º] | № | \# ) \s* \d{1,4} \s* (?: [.):] | [-–—](?=\s) )?
      | \(\d{1,4}\) | \[\d{1,4}\] | \d{1,4} \s* [.):] | \d{1,3} \s+ [-–—](?=\s)
    )
    (?: \s* (?= [^\W\d_] | ["“”'‘’(] ) | (?<=[.)]) \s+ (?=\d) )""",
    re.IGNORECASE | re.VERBOSE,
)
# Two names in one title: "X, aka Y" and "X (or Y)"; "X, or Y" and "X or the Y"; but not "Root, Hog or Die".
_ALSO = r"(?:a\.?\s?k\.?\s?a\b\.?|a/k/a\b|(?:also|otherwise) (?:known as|called)\b|alias\b)"
_IN_BRACKETS = re.compile(rf"(.*?\w.*?)[(\[]\s*(?:{_ALSO}|or\b)(.*?)(?:[)\]](.*)|$)", re.IGNORECASE)
_ALSO_BETWEEN = re.compile(rf"(?<=[\w.')])[\s,;:]+{_ALSO}", re.IGNORECASE)
_OR = re.compile(r"([^,]+(?:, (?:the|an?))?)(?:[.,;]\s*or\b|\s+or,|\s+or\s+(?=the\b))(.+)", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"\s*\([^()]*\)\s*")
_REMARK = re.compile(
    r"for the (?:ger|german|violin|fife|flute|harp|pipes)\b.*|new set(?:t|ting)?|danced by .*"
)
_RHYTHM_LAST = re.compile(r"(.*\S) -- ([\w ]+?)\.?((?:, the)?)", re.IGNORECASE)  # "Durang's -- Hornpipe"
# As in "Untitled (2)" and "Gan Ainm no. 3".
_NUMBER_AFTER = re.compile(r"(?<=\w)[\s(\[#.-]+(?:no\.?\s*)?\d{1,4}[)\]]?\s*\Z", re.IGNORECASE)
_NO_TITLES = frozenset(
    fold(name)
    for name in (
        *("", "x", "?", "gan ainm", "ganainm", "no name", "no title", "nameless", "name unknown"),
        *("title unknown", "unknown", "unknown title", "unnamed", "untitled"),
        *("sans titre", "sin nombre", "ohne titel", "utan namn"),
    )
)


@lru_cache(2**16)
def title_key(name: str) -> str:
    """Names with the same key are the same title, whatever the tunes are.

    The key is the name without a list number before it (`without_number`), in one spelling of each word
    (`index.spelling.respell`).
    """
    return respell(without_number(name))


@lru_cache(2**16)
def title_keys(name: str, rhythm: str) -> tuple[str, ...]:
    """Keys of a name for a tune of this rhythm. Two names with a key in common are the same title.

    The first key is `title_key`. If the name ends with a rhythm, or R: gives one, there is a second key: the
    name without its rhythm, and the rhythm's family. So "Kesh Jig, The" and "The Kesh" are the same title if
    both are jigs, and two titles if one is a reel. "X, aka Y" and "X (or Y)" also have the keys of X and Y.
    "X, or Y" does not, because books print X above other tunes.
    """
    keys = []
    for part in dict.fromkeys((name, *_marked_names(name))):
        keys.append(title_key(part))
        base, family = base_and_family(part, rhythm)
        if base and family:
            keys.append(f"{base} ({family})")
    return tuple(keys)


def base_and_family(name: str, rhythm: str) -> tuple[str, str]:
    """The key of a name without the rhythm at its end, and the family of that rhythm, or else of R:."""
    words = title_key(name).split()
    if not words or words[-1] not in _FAMILIES:
        return " ".join(words), rhythm_family(rhythm)
    family = _FAMILIES[words.pop()]
    while words and words[-1] in _QUALIFIERS:
        words.pop()
    return " ".join(words), family


def without_number(name: str) -> str:
    """A name without the number that it has in a list: "The Kesh" for "23. The Kesh".

    The number stays if only a rhythm or a form follows it, as in "No. 1 Quadrille" or "2. Menuet".
    """
    number = _LIST_NUMBER.match(name[:MAX_NAME_CHARS])
    if number is None:
        return name
    rest = name[number.end() :]
    return name if _FORMS.issuperset(fold(rest).split()) else rest


@lru_cache(2**16)
def names_in(name: str) -> tuple[str, ...]:
    """The names that a printed title has: X and Y for "X, aka Y" and "X, or Y"; only itself for most."""
    if len(marked := _marked_names(name)) > 1:
        return marked
    either = _OR.fullmatch(name[:MAX_NAME_CHARS])
    parts = _titles(either.groups()) if either else ()
    return parts if any(" " in part for part in parts) else (name,)  # "Hit, or Miss" is one


@lru_cache(2**16)
def _marked_names(name: str) -> tuple[str, ...]:
    """The names of a title that says that it has several: "X, aka Y" or "X (or Y)"."""
    text = name[:MAX_NAME_CHARS]
    if bracket := _IN_BRACKETS.fullmatch(text):
        first, enclosed, rest = bracket.groups("")
        parts = [first.strip() + rest, *_ALSO_BETWEEN.split(enclosed)]
    else:
        parts = _ALSO_BETWEEN.split(text)
    return (_titles(parts) if len(parts) > 1 else ()) or (name,)


def _titles(parts: Iterable[str]) -> tuple[str, ...]:
    """Parts of a name without the punctuation around them; () if one of them is not a title."""
    names = tuple(part.strip(" ,;:") for part in parts)
    return names if all(map(is_title, names)) else ()


@lru_cache(2**16)
def rhythm_family(rhythm: str) -> str:
    """The family of a rhythm as in R:, for example "jig" for "slip jig"; "" if it is not in the list."""
    return next((_FAMILIES[word] for word in reversed(fold(rhythm).split()) if word in _FAMILIES), "")


def without_rhythm_words(name: str) -> str:
    """The folded name without words for rhythms; "" if there are no other words."""
    rhythms = _FAMILIES.keys() | _QUALIFIERS
    return " ".join(word for word in fold(name).split() if word not in rhythms)


def without_rhythm(name: str) -> tuple[str, str]:
    """Split off the rhythm that some books print after a name; returns the name and the rhythm, "" if none.

    "COSMOPOLITE -- REEL., THE" becomes "COSMOPOLITE, THE" and "REEL". Words after the dashes that are not a
    rhythm stay in the name.
    """
    match = _RHYTHM_LAST.fullmatch(name)
    if match and _FAMILIES.keys() & fold(match[2]).split()[-1:]:
        return match[1] + match[3], match[2]
    return name, ""


def shortened(name: str) -> str:
    """The first name of a printed title, without list number and rhythm: "X" for "23. X -- Reel (or Y)"."""
    return without_rhythm(names_in(without_number(name))[0])[0]


def is_title(name: str) -> bool:
    """Whether a name is a title: not a placeholder, not a remark, and not without letters and digits.

    Placeholders are "Gan Ainm", "x", "untitled" and the like. A remark is a name in parentheses, such as
    "(Can be used as a clog.)", or one that says for whom or what a setting is, such as "For the Ger. Flute."
    """
    key = title_key(name)
    return not _IN_PARENTHESES.fullmatch(name) and key not in _NO_TITLES and not _REMARK.fullmatch(key)


def is_placeholder(name: str) -> bool:
    """Whether people wrote a name because they knew none: "Gan Ainm", "Untitled Reel", "x", "unknown 3"."""
    key = title_key(_NUMBER_AFTER.sub("", name))
    base, _ = base_and_family(key, "")
    return key in _NO_TITLES or (base != "" and base in _NO_TITLES)
