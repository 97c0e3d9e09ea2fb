"""Display forms: titles as people write them, made from what books print.

Only people see these forms. The catalogue, the encoders and the indexes keep the printed titles.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

from index.catalogue import Catalogue
from index.title_case import CLOSERS, OPENERS, title_case
from index.titles import rhythm_family, without_number, without_rhythm_words

_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff]+")
_APOSTROPHE = re.compile("['`´ʼ’]")
# Some transcriptions write a stop before a letter that has a dot in the old Irish script: ".ba.d" is "ḃaḋ",
# today "bhadh".
_DOTTED = re.compile(r"\.([bcdfgmpst])")
_DOT_IN_WORD = re.compile(r"(?<=[^\W\d_])\.(?=[^\W\d_])")
_INITIALS = re.compile(r"(?<!\w)[^\W\d_]\. ?[^\W\d_](?=\.)")  # "J.B."
# The transcription of Ryan's Mammoth writes a colon after "at": "Wat:erloo", "Great: Eastern".
_COLON = re.compile(r"(?<=[^\W\d_]):(?=[^\W\d_])|(?<=at):")
_COLON_OF_ABBREVIATION = re.compile(r"\b([^\W\d_]{1,6}):(?= )")  # "Col: McDonald's"
_DOUBLE_HYPHEN = re.compile(r"(?<=[^\W\d_])=(?=[^\W\d_])")  # "Perth=Shire"
_ORDINAL_STOP = re.compile(r"(?<=\d)(st|nd|rd|th|d)\.(?= )", re.IGNORECASE)
_BEFORE = re.compile(  # such as "or "
    r"(?:[\s.,;:)\]}”»–—-]|[\"“(\[{](?=[\s.,;:–—-])|or (?=[\"“]?[A-Z])|Or (?=[\"“][A-Z]))+"
)
_DASHES = re.compile("[–—-]{3,}")
_REMARK = re.compile(r"(?<=[^\W_]) \[(?:title from )?index\]$")  # by transcribers of Aird's Airs
_SEPARATOR = re.compile(r"( ?,(?= |$|[^\W\d_]{2}) ?| [–—-]+ ?| ?[–—-]+ )")
_NUMBER = re.compile(r" no\.? ?(\d+)$", re.IGNORECASE)
_ROUNDS = 9  # until nothing changes: titles need two, punctuation without sense more
_STOPS = " .,;:–—-"

# Their stop is not the end of a title, and no letter of the old Irish script.
_ABBREVIATIONS = frozenset(
    (
        *("bart", "batn", "battn", "co", "esq", "esqr", "etc", "&c", "inc", "jr", "jun", "junr", "ltd", "rd"),
        *("regt", "regts", "sen", "senr", "sr", "st", "vol"),
        *("capt", "col", "colr", "dr", "gen", "genl", "ger", "honble", "lt"),
        *("madle", "mr", "mrs", "ms", "no"),
        *("rev", "revd", "sergt", "sgt"),
    )
)
_ARTICLES = frozenset(
    (
        *("the", "a", "an", "na", "nam", "nan", "am", "a'"),  # English, Irish, Scottish Gaelic
        *("la", "le", "les", "l'", "un", "une"),  # French
        *("el", "los", "las", "una"),  # Spanish
        *("der", "die", "das", "ein", "eine"),  # German
    )
)


def display_title(printed: str) -> str:
    """A title as people write it.

    "MOUNT YOUR BAGGAGE -- JIG" becomes "Mount Your Baggage", "Night Was Calm., The" becomes "The Night Was
    Calm", "23. The miller is canty." becomes "The Miller Is Canty". Capitals within words stay: "DeLisle",
    "na hÉireann". The display form of a display form is the same. Takes time linear in the text.
    """
    name = printed
    for _ in range(_ROUNDS):
        before, name = name, _rewritten(name)
        if name == before:
            break
    return name or printed.strip()


def _rewritten(name: str) -> str:
    main, brackets, inner = _split_brackets(_tidy(name))
    if _key(inner) in _ARTICLES:  # "Irish Washerwoman (The)"
        main, inner = f"{main}, {inner}", ""
    main, _ = _split_rhythm(main)
    if inner:
        main = f"{main} {brackets[0]}{_split_rhythm(inner)[0]}{brackets[1]}".lstrip()
    return title_case(main)


def display_titles(catalogue: Catalogue, form_of: Callable[[str], str] = display_title) -> dict[str, str]:
    """What to show for each printed title of the catalogue and of its settings.

    That is its display form. If several titles of the catalogue have the same display form, their rhythms
    follow in parentheses: "Rustic -- Reel" and "Rustic -- Jig" become "Rustic (Reel)" and "Rustic (Jig)".
    `form_of` gives the display form of a title.
    """
    forms: dict[str, str] = {}
    rhythms: dict[str, str] = {}
    titles_with: dict[str, set[int]] = {}  # display form -> numbers of the titles that have it
    for number, title in enumerate(catalogue.titles):
        for printed, rhythm in ((title.title, ""), *((each.title, each.rhythm) for each in title.settings)):
            form = forms[printed] = forms.get(printed) or form_of(printed)
            rhythms[printed] = rhythms.get(printed) or rhythm
            titles_with.setdefault(form.casefold(), set()).add(number)
    for printed, form in forms.items():
        if len(titles_with[form.casefold()]) > 1:
            rhythm = _printed_rhythm(printed) or rhythms[printed]
            forms[printed] = f"{form} ({title_case(rhythm)})" if rhythm else form
    return forms


def display_names(catalogue: Catalogue, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """What to show for each name of the catalogue whose display form differs from what is printed.

    For titles that is what `display_titles` says, for aliases it is `display_title`. `known` has the display
    forms of some names, which then need not be made.
    """
    made = dict(known or {})

    def form_of(printed: str) -> str:
        return made.get(printed) or made.setdefault(printed, display_title(printed))

    aliases = {alias: form_of(alias) for title in catalogue.titles for alias in title.aliases}
    forms = aliases | display_titles(catalogue, form_of)
    return {printed: form for printed, form in forms.items() if form != printed}


def _printed_rhythm(printed: str) -> str:
    return _split_rhythm(_split_brackets(_tidy(printed))[0])[1]


def _tidy(printed: str) -> str:
    """The title without slips of printers and transcribers, list number, and stop at its end."""
    name = without_number(_SPACE.sub(" ", unicodedata.normalize("NFC", printed)).strip())
    name = name.replace("( ", "(").replace(" )", ")")
    if apostrophe := _APOSTROPHE.search(name):
        name = _APOSTROPHE.sub("’" if apostrophe[0] == "’" else "'", name)
    if not _INITIALS.search(name):
        dotted = _DOTTED.sub(_with_h, name)
        name = _DOT_IN_WORD.sub("", dotted) if dotted != name else name
    name = _COLON_OF_ABBREVIATION.sub(_with_stop, _COLON.sub("", name))
    name = _ORDINAL_STOP.sub(r"\1", _DOUBLE_HYPHEN.sub("-", _DASHES.sub("--", name)))
    before = _BEFORE.match(name)
    return _without_stop(_REMARK.sub("", name[before.end() :] if before else name))


def _with_h(match: re.Match[str]) -> str:
    word = re.split(r"[\W\d_]", match.string[max(0, match.start() - 8) : match.start()])[-1]
    return match[0] if word.casefold() in _ABBREVIATIONS else f"{match[1]}h"


def _with_stop(match: re.Match[str]) -> str:
    is_abbreviation = len(match[1]) == 1 or match[1].casefold() in _ABBREVIATIONS
    return f"{match[1]}." if is_abbreviation else match[0]


def _without_stop(name: str) -> str:
    """Drop stops, commas and dashes at the end and before closing quotes and parentheses there.

    An ellipsis stays, and so does the stop of an abbreviation.
    """
    body = name.rstrip(_STOPS + CLOSERS + "([{")
    end = re.split(r"[(\[{]", name[len(body) :])[0]  # nothing is in these parentheses
    dots = len(end) - len(end.lstrip("."))
    last_word = _key(body[-20:].rpartition(" ")[2].lstrip(OPENERS)).removeprefix("l'")
    is_abbreviation = last_word in _ABBREVIATIONS or _INITIALS.search(f"{body[-6:]}.")
    kept = end[:dots] if dots > 1 or is_abbreviation else ""
    return body + kept + "".join(char for char in end if char in CLOSERS)


def _split_brackets(name: str) -> tuple[str, str, str]:
    """The name, and the kind and the content of the parentheses or brackets at its end; "" if none."""
    for brackets in ("()", "[]"):
        main, opened, inner = name.rpartition(brackets[0])
        if opened and inner.endswith(brackets[1]) and brackets[1] not in inner[:-1]:
            return main.rstrip(), brackets, inner[:-1].strip()
    return name, "", ""


def _split_rhythm(name: str) -> tuple[str, str]:
    """The name with its article first, and the rhythm printed after a dash or comma; "" if none."""
    parts = _SEPARATOR.split(name)  # a part, a separator, a part, ...
    article = rhythm = number = ""
    first = _key(parts[0].partition(" ")[0].strip(OPENERS + CLOSERS))
    can_move = first not in _ARTICLES and not first.startswith("l'")
    while len(parts) > 1 and any(map(str.isalnum, parts[0])):
        last = parts[-1].strip(_STOPS)
        words, *digits = _NUMBER.split(last)[:2]  # as in "JIG No.2"
        if can_move and _key(last) in _ARTICLES and not article:
            article = last if _key(last) == "l'" else f"{last} "
        elif rhythm_family(words) and not without_rhythm_words(words):
            rhythm = rhythm or words
            number = "".join(f" No. {digit}" for digit in digits)
        elif last:
            break
        del parts[-2:]
    parts[::2] = (_without_stop(part).lstrip(_STOPS) for part in parts[::2])
    rest, _, last = parts[0].rpartition(" ")
    if can_move and not article and len(parts) == 1 and _key(last) == "the" and any(map(str.isalpha, rest)):
        article, parts = f"{last} ", [rest]  # "Hills of Ireland. The"
    pieces: list[str] = []
    for separator, part in zip(["", *parts[1::2]], parts[::2], strict=True):
        if part.strip(CLOSERS):
            pieces += [", " if "," in separator else " – ", part]
    return _without_stop(article + "".join(pieces[1:])) + number, rhythm


def _key(word: str) -> str:
    return word.casefold().replace("’", "'")
