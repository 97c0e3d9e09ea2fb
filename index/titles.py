"""What is a title, and when two names are one title."""

import re

from model.names import fold

# Words for rhythms, folded, and the family that each belongs to: tunes of one family may be one tune.
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
_KINDS = frozenset(("single", "double", "slip", "hop", "set", "slow", "highland"))  # of a rhythm: "slip jig"

_NO_TITLES = frozenset(
    fold(name)
    for name in (
        *("", "x", "?", "gan ainm", "ganainm", "no name", "no title", "nameless", "name unknown"),
        *("title unknown", "unknown", "unknown title", "unnamed", "untitled"),
        *("sans titre", "sin nombre", "ohne titel", "utan namn"),
    )
)


def title_key(name: str) -> str:
    """Names with the same key are one title, whatever the tunes."""
    return fold(name)


def title_keys(name: str, rhythm: str) -> tuple[str, ...]:
    """Names of tunes of some rhythm that have a key in common are one title.

    The first key is the folded name. Where the rhythm is known, from the end of the name or from R:, there is
    a second without it, so that "Kesh Jig, The" and "The Kesh" are one title where both are jigs, and two
    where one is a reel.
    """
    key = title_key(name)
    words = key.split()
    family = _FAMILIES.get(words[-1], "") if words else ""
    if family:
        words.pop()
        while words and words[-1] in _KINDS:
            words.pop()
    else:
        family = rhythm_family(rhythm)
    return (key, f"{' '.join(words)} ({family})") if words and family else (key,)


def rhythm_family(rhythm: str) -> str:
    """The family that a rhythm as in R: belongs to, as "jig" for "slip jig"; "" for none that is known."""
    return next((_FAMILIES[word] for word in reversed(fold(rhythm).split()) if word in _FAMILIES), "")


def without_rhythm_words(name: str) -> str:
    """The folded name without any word for a rhythm; "" when there is no other."""
    return " ".join(word for word in title_key(name).split() if word not in _FAMILIES and word not in _KINDS)


def without_rhythm(name: str) -> tuple[str, str]:
    """A name without the rhythm that some books print after it, and that rhythm, "" if there is none.

    "COSMOPOLITE -- REEL., THE" is "COSMOPOLITE, THE" and "REEL". What follows the dashes and is no rhythm is
    part of the name.
    """
    found = _RHYTHM_LAST.fullmatch(name)
    if found and _FAMILIES.keys() & fold(found[2]).split()[-1:]:
        return found[1] + found[3], found[2]
    return name, ""


def is_title(name: str) -> bool:
    """False for "Gan Ainm", "x", "untitled" and the like, for what has no letter, and for a remark.

    A remark is a name that is all in parentheses, as in "(Can be used as a clog.)", or says for whom or what
    a setting is, as in "For the Ger. Flute."
    """
    key = title_key(name)
    in_parentheses = name.strip().startswith("(") and name.strip().endswith(")")
    return not in_parentheses and key not in _NO_TITLES and not _REMARK.fullmatch(key)
