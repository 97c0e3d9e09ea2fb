"""Folds names, so that spellings of one title that differ in signs only become the same string.

Title encoders read folded names. Which names are one title is decided by `index.titles.title_key`, which also
knows words with several spellings.
"""

import re
import unicodedata

MAX_NAME_CHARS = 200  # the longest of 4,639 printed titles has 74

# English, Irish and Scottish Gaelic articles, with the prefixed consonants that Gaelic writes after them.
_ARTICLE = r"(?:the|a|an t|an|na h|na|nam|nan|am|a')"
_ARTICLE_LAST = re.compile(rf"^(?P<rest>.+?)\s*,\s*(?P<article>{_ARTICLE})[\s.-]*$")
_ARTICLES_FIRST = re.compile(r"^(?:(?:the|a|an t|an|na h|na|nam|nan|am) (?=.))+")
# Modern Irish writes the consonant of the article without a hyphen: An tAthair, An tSráid.
_PREFIXED = re.compile(r"^an t(?=[aeiou]|s[aeioulnr])")
_DOTTED = re.compile("([bcdfgmpst])\u0307")  # the dot of the old Irish script is written h today: Ḃán, Bhán
_APOSTROPHES = re.compile("['`´’‘ʼ\"“”]")
_NO_WORD = re.compile(r"[\W_]+")


def fold(name: str) -> str:
    """Remove what editors write differently: case, accents, punctuation, and a first or last article.

    "Kesh, The", "The Kesh" and "KESH" fold to "kesh"; "An Ḃean Ḋub" and "Bhean Dhub, An" to "bhean dhub".
    A name that consists only of an article keeps it. A name without letters or digits folds to "". Two
    different titles may fold to the same string; how often depends on the corpus.
    """
    text = name[:MAX_NAME_CHARS].casefold()
    if not text.isascii():
        text = _DOTTED.sub(r"\1h", unicodedata.normalize("NFKD", name[:MAX_NAME_CHARS]).casefold())
        text = (
            "".join(c for c in text if not unicodedata.combining(c)).replace("’", "'").replace("⁊", " agus ")
        )
    text = text.replace("&", " and ")
    if last := _ARTICLE_LAST.match(text):
        text = f"{last['article']} {last['rest']}"
    text = _NO_WORD.sub(" ", _APOSTROPHES.sub("", text)).strip()
    return _ARTICLES_FIRST.sub("", _PREFIXED.sub("an ", text))
