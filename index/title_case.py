"""Title case for titles of tunes, with English small words and with Irish and Scottish names."""

import re

OPENERS, CLOSERS = '"([{“«¡¿', '")]}”»'
_AFTER = ".,;:!?…" + CLOSERS
_SENTENCE_ENDS = frozenset("!?:–—/")

# Small inside a title, however they are printed.
_LOWERED = frozenset(
    (
        *("a", "an", "and", "as", "at", "but", "by", "for", "in", "nor", "of", "on", "or", "the", "to"),
        *("an'", "i'", "n'", "'n", "'n'", "o'", "th'", "wi", "wi'"),
        *("na", "nam", "nan"),
    )
)
# Small inside a title, unless they are printed with a capital among small letters.
_SMALL = _LOWERED | frozenset(
    (
        *("aka", "alias", "via", "vs"),
        *("ag", "agus", "annsa", "ar", "ua", "'nnsa", "'s", "'sa", "'san"),
        *("da", "d'", "das", "de", "del", "der", "des", "di", "du", "el", "et", "la", "le", "les", "und"),
    )
)
# Printed small, they stay so in a title that is otherwise in title case: "The Wind that Shakes the Barley".
_EITHER = frozenset(
    (
        *("about", "above", "across", "after", "against", "along", "among", "amongst", "around", "before"),
        *("behind", "below", "beside", "between", "beyond", "from", "into", "like", "near", "o'er", "over"),
        *("than", "that", "through", "till", "under", "until", "unto", "upon", "with", "without"),
        *("a'", "van", "von", "y"),
    )
)
_SMALL_OR_EITHER = _SMALL | _EITHER
_ALWAYS_SMALL = frozenset(("&c", "o'clock", "o'it", "o't", "o'the"))
_MODES = frozenset(("major", "minor", "dorian", "mixolydian", "modal", "flat", "sharp"))  # after "in A"
_ALTERNATIVES = frozenset(("aka", "alias", "and", "or"))  # small even after a parenthesis

_JOINT = re.compile(r"([-/–—]|\.(?=[^\W\d_]{2}))")
_VOWELS = "aeiouáéíóúàèìòù"
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
_INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_])+(?:\.?'s)?")  # "W.F.R", "J.B.'s"
_ROMAN = re.compile(r"(?=[ivx]{2})x{0,3}(?:ix|iv|v?i{0,3})(?:'s)?")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{2,3}(?:'s)?")  # "PJ's"
_CONTRACTIONS = frozenset(("dr", "jr", "lt", "mc", "mr", "mrs", "ms", "mt", "sgt", "sr", "st"))
# What comes before the second capital of a surname; these words only look like surnames: "Macaroni", "O'er".
_SURNAME = re.compile(
    r"(?:mc|mac(?!aroni|aroon|edoni|hin|hree|k(?:erel|ie|inaw|int|lin)|rame|room|ushla))(?=[^\W\d_]{3})"
    r"|[dlmo]'(?!er\b|ye\b|you\b)(?=[^\W\d_]{2})"
)
# A consonant that Irish grammar puts before a word stays small: "na mBan", "na hÉireann", "an tSráid".
_ECLIPSIS = re.compile(rf"(?:m(?=b)|g(?=c)|n(?=[dg])|b(?=p)|d(?=t)|bh(?=f))(?=\w[{_VOWELS}lnrh])")
_PREFIXES = {"na": re.compile(rf"h(?=[{_VOWELS}])"), "an": re.compile(rf"t(?=s[{_VOWELS}lnr])")}
_LOWER_SURNAME = re.compile(r"\b(Mc|O['’](?!er\b))([^\W\d_])(?=[^\W\d_]{2})")
_HYPHENATED = re.compile(rf"(?:[tnh]-[{_VOWELS}s]|m-b|g-c|n-[dg]|b-[pf]|d-t|bh-f)")


def title_case(name: str) -> str:
    """The name in title case; its words are separated by single spaces.

    Words that have capitals stay as they are, except small words ("Of") and surnames without their second
    capital ("Mcleod"). If the name is printed in capitals, all its words change.
    """
    words = name.split(" ")
    cores = [word.lstrip(OPENERS).rstrip(_AFTER) for word in words]
    parenthesis = next((number for number, word in enumerate(words) if number and word[0:1] == "("), None)
    in_capitals = _is_in_capitals(cores[:parenthesis])
    # With another small word, it is a sentence: "The Ducks dang o'er my Dadie".
    is_title_case = all(_key(core) in _SMALL_OR_EITHER for core in cores[1:] if core.islower())
    shown: list[str] = []
    for number, (word, core) in enumerate(zip(words, cores, strict=True)):
        start = len(word) - len(word.lstrip(OPENERS))
        before, after = word[:start], word[start + len(core) :]
        ended = words[number - 1][-1:] if number else ""
        begins = number == 0 or bool(before) or ended in _SENTENCE_ENDS
        ends = number == len(words) - 1 or any(char in CLOSERS for char in after)
        is_printed_small = core.islower() or (in_capitals and core.isupper())
        # "Carry On, Boys" keeps its "On".
        capitals_to_change = frozenset() if after or ended in _AFTER else _LOWERED
        key, previous = _key(core), _key(cores[number - 1]) if number else ""
        if key in _ALWAYS_SMALL or ("(" in before and key in _ALTERNATIVES):
            core = core.lower()
        elif begins or ends or after.startswith("."):  # "A." is an initial
            core = _capitalised(core, previous, in_capitals)
        elif key == "a" and previous == "in" and _key(cores[number + 1]) in _MODES:
            core = "A"
        elif key in (_SMALL if is_printed_small else capitals_to_change):
            core = core.lower()
        elif not (key in _EITHER and core.islower() and is_title_case):
            core = _capitalised(core, previous, in_capitals)
        shown.append(before + core + after)
    return " ".join(shown)


def _key(text: str) -> str:
    return text.lower().replace("’", "'")


def _is_upper(text: str) -> bool:
    """Whether a word of two or more letters is in capitals; "McBAIN'S" and "VAUGHAN's" are."""
    stem = text.removeprefix("Mc").removeprefix("Mac")[: -2 if _key(text).endswith("'s") else None]
    return stem.isupper() and sum(map(str.isupper, text)) > 1


def _is_in_capitals(cores: list[str]) -> bool:
    """Whether words are printed in capitals: "THE COOLIN. With Variations" is, "The RAF" is not."""
    long = [core for core in cores if _TWO_LETTERS.search(core.lower()) and not _ROMAN.fullmatch(_key(core))]
    capitals = [core for core in long if _is_upper(core)]
    return len(capitals) == len(long) or (
        2 * len(capitals) >= len(long) and any(len(core) > 4 for core in capitals)
    )


def _capitalised(core: str, previous: str, in_capitals: bool) -> str:
    """The word with a capital, unless it has its own; `previous` is the word before it."""
    if previous and _HYPHENATED.match(core.lower()) and (core[0].islower() or in_capitals):  # "an t-Aos"
        prefix, _, rest = core.partition("-")
        return f"{prefix.lower()}-{_capitalised(rest, '', in_capitals)}"
    parts = _JOINT.split(core)
    small = {number for number in range(2, len(parts) - 1, 2) if _key(parts[number]) in _SMALL}
    has_capitals = any(part != part.lower() for number, part in enumerate(parts) if number not in small)
    for number in range(0, len(parts), 2):
        part = parts[number]
        if number in small:  # "Jack-of-All-Trades"
            parts[number] = part.lower()
        elif part.islower() and not has_capitals:  # "Good-bye" stays
            parts[number] = _word(part, previous)
        elif in_capitals and _is_upper(part):
            is_abbreviation = _CONSONANTS.fullmatch(_key(part)) and _key(part) not in _CONTRACTIONS
            parts[number] = part.replace("'S", "'s") if is_abbreviation else _word(part, previous)
        else:
            parts[number] = _LOWER_SURNAME.sub(lambda match: match[1] + match[2].upper(), part)
    return "".join(parts)


def _word(text: str, previous: str) -> str:
    """One word with a capital, or two if it is a surname such as McLeod; other letters become small."""
    key = _key(text)
    if _ROMAN.fullmatch(key) or _INITIALS.fullmatch(key):
        return re.sub("['’]S$", lambda match: match[0].lower(), text.upper())
    if match := _SURNAME.match(key):
        return _with_capital(text[: match.end()]) + _with_capital(text[match.end() :])
    prefix = _PREFIXES.get(previous, _ECLIPSIS)
    if match := _ECLIPSIS.match(key) or prefix.match(key):
        return text[: match.end()].lower() + _with_capital(text[match.end() :])
    return _with_capital(text)


def _with_capital(text: str) -> str:
    """The text with its first letter or digit as a capital, and all others small."""
    first = next((index for index, char in enumerate(text) if char.isalnum()), 0)
    capital = text[first : first + 1].upper()
    # "ß" has no capital of one letter; "SS" would look like a word in capitals.
    return (
        text[:first] + (capital if len(capital) == 1 else text[first : first + 1]) + text[first + 1 :].lower()
    )
