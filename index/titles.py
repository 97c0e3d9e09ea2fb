"""Titles: which names are titles, and which names mean the same title."""

import re

from model.names import fold

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
_REMARK = re.compile(
    r"for the (?:ger|german|violin|fife|flute|harp|pipes)\b.*|new set(?:t|ting)?|danced by .*"
)
_RHYTHM_LAST = re.compile(r"(.*\S) -- ([\w ]+?)\.?((?:, the)?)", re.IGNORECASE)  # "Durang's -- Hornpipe"
_QUALIFIERS = frozenset(("single", "double", "slip", "hop", "set", "slow", "highland"))  # as in "slip jig"

_NO_TITLES = frozenset(
    fold(name)
    for name in (
        *("", "x", "?", "gan ainm", "ganainm", "no name", "no title", "nameless", "name unknown"),
        *("title unknown", "unknown", "unknown title", "unnamed", "untitled"),
        *("sans titre", "sin nombre", "ohne titel", "utan namn"),
    )
)


def title_key(name: str) -> str:
    """Names with the same key are the same title, whatever the tunes are."""
    return fold(name)


def title_keys(name: str, rhythm: str) -> tuple[str, ...]:
    """Keys of a name for a tune of this rhythm. Two names with a key in common are the same title.

    The first key is the folded name. If the name ends with a rhythm, or R: gives one, there is a second key:
    the name without its rhythm, and the rhythm's family. So "Kesh Jig, The" and "The Kesh" are the same title
    if both are jigs, and two titles if one is a reel.
    """
    key = title_key(name)
    words = key.split()
    family = _FAMILIES.get(words[-1], "") if words else ""
    if family:
        words.pop()
        while words and words[-1] in _QUALIFIERS:
            words.pop()
    else:
        family = rhythm_family(rhythm)
    return (key, f"{' '.join(words)} ({family})") if words and family else (key,)


def rhythm_family(rhythm: str) -> str:
    """The family of a rhythm as in R:, for example "jig" for "slip jig"; "" if it is not in the list."""
    return next((_FAMILIES[word] for word in reversed(fold(rhythm).split()) if word in _FAMILIES), "")


def without_rhythm_words(name: str) -> str:
    """The folded name without words for rhythms; "" if there are no other words."""
    rhythms = _FAMILIES.keys() | _QUALIFIERS
    return " ".join(word for word in title_key(name).split() if word not in rhythms)


def without_rhythm(name: str) -> tuple[str, str]:
    """Split off the rhythm that some books print after a name; returns the name and the rhythm, "" if none.

    "COSMOPOLITE -- REEL., THE" becomes "COSMOPOLITE, THE" and "REEL". Words after the dashes that are not a
    rhythm stay in the name.
    """
    match = _RHYTHM_LAST.fullmatch(name)
    if match and _FAMILIES.keys() & fold(match[2]).split()[-1:]:
        return match[1] + match[3], match[2]
    return name, ""


def is_title(name: str) -> bool:
    """Whether a name is a title: not a placeholder, not a remark, and not without letters and digits.

    Placeholders are "Gan Ainm", "x", "untitled" and the like. A remark is a name in parentheses, such as
    "(Can be used as a clog.)", or one that says for whom or what a setting is, such as "For the Ger. Flute."
    """
    key = title_key(name)
    in_parentheses = name.strip().startswith("(") and name.strip().endswith(")")
    return not in_parentheses and key not in _NO_TITLES and not _REMARK.fullmatch(key)
