import random
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.catalogue import Catalogue, Setting
from index.display import display_names, display_title, display_titles
from index.tunebook import read_files
from training.corpora import BOOKS, find_corpora

# 200 titles of the books, tab, and how an editor would write them today.
RIGHT_FORMS = Path(__file__).with_name("display_titles.tsv")


def right_forms() -> list[tuple[str, str]]:
    lines = RIGHT_FORMS.read_text(encoding="utf-8").splitlines()
    return [(printed, shown) for printed, _, shown in (line.partition("\t") for line in lines)]


def printed_titles() -> list[str]:
    """Every title of the books, without comments, sorted."""
    titles = set()
    for book in BOOKS:
        for _, data in read_files(find_corpora([book])[0].path):
            fields = re.findall(r"(?m)^T:([^%\r\n]*)", data.decode("latin-1"))
            titles |= {field.strip() for field in fields}
    return sorted(titles - {""})


def test_the_right_forms_are_of_200_titles_drawn_from_the_books() -> None:
    assert [printed for printed, _ in right_forms()] == random.Random(6).sample(printed_titles(), 200)


def test_titles_drawn_from_the_books_are_shown_in_their_right_forms() -> None:
    wrong = [
        (printed, display_title(printed))
        for printed, shown in right_forms()
        if display_title(printed) != shown
    ]
    assert wrong == []


def test_no_title_of_the_books_is_in_capitals_or_has_a_stop_or_its_article_or_rhythm_last() -> None:
    for printed in printed_titles():
        shown = display_title(printed)
        assert not re.search(r"[A-Z]{4}", shown), shown
        assert not re.search(r"(?<!\.)(?<!Regt)(?<!W\.F\.R)(?<!&c)[.,:;]$", shown), shown
        assert not re.search(r"(?i)[, ](the|an?|na)$", shown), shown
        assert not re.search(r"(?i)[–-] (jig|reel|clog|hornpipe|strathspey)\b", shown), shown
        assert shown[0].isupper() or not shown[0].isalpha(), shown
        assert display_title(shown) == shown


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        # the order of the words, labels, ends
        ("Kesh, The", "The Kesh"),
        ("Kesh Jig, The", "The Kesh Jig"),
        ("The Kesh Jig", "The Kesh Jig"),
        ("Night Was Calm., The", "The Night Was Calm"),
        ("Hills of Ireland. The", "The Hills of Ireland"),
        ("Two and Sixpenny Girl The -- Jig", "The Two and Sixpenny Girl"),
        ("gallant hussar, a", "A Gallant Hussar"),
        ("aindear .deas, an", "An Aindear Dheas"),
        ("Cardeuse, La", "La Cardeuse"),
        ("Amour, L'", "L'Amour"),
        ("FORELLE, DIE", "Die Forelle"),
        ("Toros, Los", "Los Toros"),
        ("The Kesh, The", "The Kesh, The"),
        ("MOUNT YOUR BAGGAGE -- JIG", "Mount Your Baggage"),
        ("NIGHT OF FUN -- JIG., THE", "The Night of Fun"),
        ("Kesh, The -- Jig", "The Kesh"),
        ("Kesh, The (jig)", "The Kesh (Jig)"),
        ("Durang's – Hornpipe", "Durang's"),
        ("Evergreen Lasses - Reel", "Evergreen Lasses"),
        ('"PADDY\'S THE BOY"- JIG', '"Paddy\'s the Boy"'),
        ("Highlander's -- HIGHLAND FLING.", "Highlander's"),
        ("The Kesh, jig", "The Kesh"),
        ("Cameron House, a Strathsy.", "Cameron House"),
        ("CLYDE-SIDE LASSIES, -- REEL.", "Clyde-Side Lassies"),
        ("The Gobby O -- Jig (or Jefferson and Liberty)", "The Gobby O (or Jefferson and Liberty)"),
        ("SWEET ELLEN, (or Figure Eight.)", "Sweet Ellen (or Figure Eight)"),
        ("WALK AROUND. -- DON'T GET WEARY.", "Walk Around – Don't Get Weary"),
        ("Parlalaw, a German Tune.", "Parlalaw, a German Tune"),
        ("CAMP-MEETING -- JIG No.2.", "Camp-Meeting No. 2"),
        ("Root, Hog or Die - Jig", "Root, Hog or Die"),
        (" -- Jig", "Jig"),
        ("23. Woman of the House, The", "The Woman of the House"),
        ("7) the kesh", "The Kesh"),
        ("1812", "1812"),
        ("or Lady Grant's Reel.", "Lady Grant's Reel"),
        ("The Fisher [title from index]", "The Fisher"),
        ("The Kesh. ", "The Kesh"),
        ("Aileen Aroon,", "Aileen Aroon"),
        ("who made your breeches?", "Who Made Your Breeches?"),
        ("Ireland For Ever!", "Ireland for Ever!"),
        ("Well...", "Well..."),
        ("Quick Step 10th. Regt.", "Quick Step 10th Regt."),
        ("Rev. John Brown, D.D.", "Rev. John Brown, D.D."),
        ("SAM HALL, JR.", "Sam Hall, Jr."),
        ("(The Kesh)", "(The Kesh)"),
        ("Kesh, The [jig]", "The Kesh [Jig]"),
        ("IRISH WASHERWOMAN (THE)", "The Irish Washerwoman"),
        ("(Kesh, The)", "(The Kesh)"),
        ("  The \t Kesh\u00a0Jig\u200b ", "The Kesh Jig"),
        # small words
        ("THE BOYS OF THE LOUGH", "The Boys of the Lough"),
        ("The Man Of The House", "The Man of the House"),
        ("WILL YOU COME HOME WITH ME?", "Will You Come Home With Me?"),
        ("Off she goes", "Off She Goes"),
        ("The humours of whiskey", "The Humours of Whiskey"),
        ("the kesh jig", "The Kesh Jig"),
        ("Carry On, Boys", "Carry On, Boys"),
        ("WHAT ARE YOU WAITING FOR", "What Are You Waiting For"),
        ("The Wind that Shakes the Barley", "The Wind that Shakes the Barley"),
        ("The Devil among the Tailors", "The Devil among the Tailors"),
        ("The ducks dang o'er my Dadie.", "The Ducks Dang O'er My Dadie"),
        ("JENNY O' THE BRAES", "Jenny o' the Braes"),
        ("Peep O' Day -- Reel", "Peep o' Day"),
        ("ROCK 'N' ROLL", "Rock 'n' Roll"),
        ("four o'clock in the morning", "Four o'clock in the Morning"),
        ("REEL IN A MINOR", "Reel in A Minor"),
        ("Souvenir de Venice", "Souvenir de Venice"),
        ("VIVE LA COMPAGNIE", "Vive la Compagnie"),
        # names
        ("O'NEILL'S MARCH", "O'Neill's March"),
        ("o’neill’s march", "O’Neill’s March"),
        ("MCLEOD'S", "McLeod's"),
        ("Miss Mcleod's", "Miss McLeod's"),
        ("COL. McBAIN'S -- REEL.", "Col. McBain's"),
        ("Miss M'Leod's", "Miss M'Leod's"),
        ("MISS M'LEOD'S", "Miss M'Leod's"),
        ("LORD MACDONALD", "Lord MacDonald"),
        ("Lord Macdonald", "Lord Macdonald"),
        ("john macdonald's", "John MacDonald's"),
        ("MACKINTOSH'S LAMENT", "Mackintosh's Lament"),
        ("PETER MACHUGH", "Peter MacHugh"),
        ("THE MACKEREL", "The Mackerel"),
        ("YANKEE MACARONI", "Yankee Macaroni"),
        ("SWEET KATHLEEN MACHREE", "Sweet Kathleen Machree"),
        ("D'ARCY'S", "D'Arcy's"),
        ("SIR JOHN FITZGERALD DE BURGH", "Sir John Fitzgerald de Burgh"),
        ("McGoldrick and DeLisle", "McGoldrick and DeLisle"),
        ("J. B.'S", "J. B.'s"),
        ("j.b.'s reel", "J.B.'s Reel"),
        ("PJ'S FANCY", "PJ's Fancy"),
        ("GEORGE IV'S", "George IV's"),
        ("sean ryan's", "Sean Ryan's"),
        ("42ND REGIMENT", "42nd Regiment"),
        ("ST. PATRICK'S DAY IN THE MORNING -- JIG", "St. Patrick's Day in the Morning"),
        ("Col: McDonald's", "Col. McDonald's"),
        # hyphens
        ("BLACK-EYED LASSIE -- REEL., THE", "The Black-Eyed Lassie"),
        ("Good-bye, Sweetheart", "Good-bye, Sweetheart"),
        ("Jack-Of-All-Trades.", "Jack-of-All-Trades"),
        # Irish and Scottish Gaelic
        ("amhrán na bhfiann", "Amhrán na bhFiann"),
        ("BEAN NA MBÓ", "Bean na mBó"),
        ("na hÉireann", "Na hÉireann"),
        ("Slán le Máigh na hÉireann", "Slán le Máigh na hÉireann"),
        ("FÁILTE NA HÉIREANN", "Fáilte na hÉireann"),
        ("cois an tsráid", "Cois an tSráid"),
        ("Domnall Na Greine", "Domnall na Greine"),
        ("an t-aos ceoil-eirinnai.g.", "An t-Aos Ceoil-Eirinnaigh"),
        ("ag .bearra.d na caoire.", "Ag Bhearradh na Caoire"),
        # the transcribers' slips
        ("Wat:erloo -- Reel", "Waterloo"),
        ("Great: Eastern -- Reel", "Great Eastern"),
        ("st.patrick's day", "St.Patrick's Day"),
        ("Perth=Shire Hunt.", "Perth-Shire Hunt"),
    ],
)
def test_titles_are_shown_as_people_write_them(printed: str, shown: str) -> None:
    assert display_title(printed) == shown


PIECES = [
    *("The", "the", "THE", "an", "na", "a,", "--", "-", "–", ".", "..", "(", ")", "or", "Or", "jig", "JIG"),
    *("Reel,", "reel.", "No.", "1.", "2)", "X.", "'n'", "O'", "o'neill", "McLEOD", "mac", "macdonald", "h-e"),
    *(
        "t-aos",
        "n-dri.t.ea.d",
        ".ba.d",
        "W.F.R.",
        "Jr.",
        "[x]",
        '"',
        "“",
        "”",
        "’s",
        "iv",
        "IV'S",
        "L'",
        "&c.",
    ),
]
NAMES = st.lists(st.sampled_from(PIECES)).map(" ".join) | st.text(
    st.sampled_from(" .,-–'’\"()[]:;?!&/=abcdehmnostMNOABCXIV19áé") | st.characters(), max_size=60
)


@given(NAMES)
@example("X, jig.. -- reel")
@example("The X, the, the")
@example("0 THE THE")
@example("JIG iv")
@example("ß0")
@example("h-e The McLEOD")
def test_a_display_form_is_its_own_display_form(name: str) -> None:
    shown = display_title(name)
    assert display_title(shown) == shown


def airs(*titles: tuple[str, str]) -> Catalogue:
    """A catalogue with a setting for each title and rhythm."""
    settings = (
        Setting("book", f"book:{number}", title, rhythm, "", "", "")
        for number, (title, rhythm) in enumerate(titles)
    )
    return Catalogue.collect(((setting.title,), setting) for setting in settings)


def test_a_rhythm_that_tells_two_titles_apart_is_shown_in_parentheses() -> None:
    catalogue = airs(
        ("ROY'S WIFE -- STRATHSPEY", ""), ("Roy's Wife -- HIGHLAND FLING.", ""), ("Acacia -- Reel", "")
    )
    assert display_titles(catalogue) == {
        "ROY'S WIFE -- STRATHSPEY": "Roy's Wife (Strathspey)",
        "Roy's Wife -- HIGHLAND FLING.": "Roy's Wife (Highland Fling)",
        "Acacia -- Reel": "Acacia",
    }


def test_a_title_that_prints_no_rhythm_is_told_apart_by_that_of_its_setting() -> None:
    catalogue = airs(("The Fisher", "waltz"), ("Fisher -- Reel, The", ""), ("Fair", ""), ("Fair -- Jig", ""))
    assert display_titles(catalogue) == {
        "The Fisher": "The Fisher (Waltz)",
        "Fisher -- Reel, The": "The Fisher (Reel)",
        "Fair": "Fair",
        "Fair -- Jig": "Fair (Jig)",
    }


def test_settings_of_one_title_need_no_rhythm() -> None:
    catalogue = airs(("The Kesh -- Jig", ""), ("The Kesh", "jig"))
    assert len(catalogue) == 1
    assert set(display_titles(catalogue).values()) == {"The Kesh"}


def test_names_that_are_shown_as_printed_are_left_out() -> None:
    catalogue = airs(("THE KESH -- JIG", "jig"), ("The Kesh", "reel"), ("Fair", ""))
    first, *others = catalogue.titles
    catalogue = Catalogue((replace(first, aliases=("KINCORA, THE", "The Castle", "Fair")), *others))
    assert display_names(catalogue) == {
        "THE KESH -- JIG": "The Kesh (Jig)",
        "The Kesh": "The Kesh (Reel)",
        "KINCORA, THE": "The Kincora",
    }


@given(NAMES)
def test_a_name_with_letters_is_never_empty(name: str) -> None:
    if any(map(str.isalpha, name.replace("ʼ", ""))):
        assert any(map(str.isalnum, display_title(name)))


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a",
            "A",
            ".",
            "-",
            "–",
            " ",
            "'",
            "(",
            ")",
            "((",
            "a.b",
            "Mc",
            "O'",
            "n-a",
            ", jig",
            ", the",
            "1. ",
        ),
        *("or A", " -", "--", "[", " [", '"', "X ", "at:", "a: ", "=", "IV", "é", "\u0301", "\u200b", " the"),
    ],
)
def test_the_time_is_linear_in_the_text(piece: str) -> None:
    def seconds(count: int) -> float:
        name = piece * count
        times = []
        for _ in range(5):
            start = time.process_time()
            display_title(name)
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(16_000) <= 3 * 4 * seconds(4_000) + 1e-3
