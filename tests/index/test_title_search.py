import random
import string
import time
from collections.abc import Callable, Mapping

import pytest

from index.catalogue import Catalogue, Setting, Title
from index.display import display_title
from index.name_words import NameWords
from index.title_search import TitleSearch
from training.corpora.curate import Curated

NAMES = {
    "Boys of Bluehill, The": (),
    "Humours of Glendart., The": (),
    "Miss M'Leod's -- Reel": ("Hop High Ladies",),
    "Captain O'Kane": (),
    "The Rakes of Mallow": (),
    "Rambling Pitchfork": (),
    "ST. PATRICK'S DAY": (),
    "Do .bi an oidhche .cuin": (),
    "Ag Gabháil Chuig an Tobar": (),
    "Walker Street": (),
    "The Blue Hill": (),
    "The Girl I Left Behind Me": (),
    "Кеш": (),
    "The": (),
}


def catalogue(names: Mapping[str, tuple[str, ...]], rhythm: str = "") -> Catalogue:
    return Catalogue(
        tuple(
            Title(name, aliases, (Setting("mine", f"mine/a:{number}", name, rhythm, "", "", "K:G\nGAB\n"),))
            for number, (name, aliases) in enumerate(names.items())
        )
    )


def search_in(titles: Catalogue, display: Callable[[str], str] = display_title) -> TitleSearch:
    return TitleSearch(NameWords.of(titles, display))


SEARCH = search_in(catalogue(NAMES))


def found(query: str, search: TitleSearch = SEARCH) -> list[str]:
    return [hit.name for hit in search.search(query)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        # Case, accents, punctuation, articles.
        ("boys of bluehill", "The Boys of Bluehill"),
        ("The Boys of the Bluehill", "The Boys of Bluehill"),
        ("BOYS OF BLUEHILL, THE", "The Boys of Bluehill"),
        ("ag gabhail chuig an tobar", "Ag Gabháil Chuig an Tobar"),
        ("st patricks day", "St. Patrick's Day"),
        ("st patrick’s day!!", "St. Patrick's Day"),
        ("do bhi an oidhche chuin", display_title("Do .bi an oidhche .cuin")),
        # Spellings.
        ("saint patricks day", "St. Patrick's Day"),
        ("miss macleod", "Miss M'Leod's"),
        ("miss mcleods", "Miss M'Leod's"),
        ("Miss Mc Leod's", "Miss M'Leod's"),
        ("capt okane", "Captain O'Kane"),
        ("captain o kane", "Captain O'Kane"),
        ("humors of glendart", "The Humours of Glendart"),
        ("walker st", "Walker Street"),
        # Typos: a letter dropped, added, replaced, swapped; in several words.
        ("boys of bluehil", "The Boys of Bluehill"),
        ("boys of blluehill", "The Boys of Bluehill"),
        ("bous of bluehill", "The Boys of Bluehill"),
        ("byos of bluehill", "The Boys of Bluehill"),
        ("ramblign pitchfrok", "Rambling Pitchfork"),
        ("rakse malow", "The Rakes of Mallow"),
        # Word order and parts of words.
        ("pitchfork rambling", "Rambling Pitchfork"),
        ("mallow rakes", "The Rakes of Mallow"),
        ("glendart", "The Humours of Glendart"),
        ("ramb", "Rambling Pitchfork"),
        ("ram pit", "Rambling Pitchfork"),
        ("rambling p", "Rambling Pitchfork"),
        ("fork", "Rambling Pitchfork"),
        ("walker stre", "Walker Street"),
        ("the hum", "The Humours of Glendart"),
        ("girl i left", "The Girl I Left Behind Me"),
        # Words written as one, and one as two.
        ("ramblingpitchfork", "Rambling Pitchfork"),
        ("boys of blue hill", "The Boys of Bluehill"),
        ("bluehill", "The Blue Hill"),
        ("pitch fork", "Rambling Pitchfork"),
        ("walkerstreet", "Walker Street"),
        # Aliases, another script, a title that is an article.
        ("hop high", "Hop High Ladies"),
        ("кеш", "Кеш"),
        ("the", "The"),
    ],
)
def test_what_people_type_finds_the_title_first(query: str, first: str) -> None:
    assert found(query)[0] == first


@pytest.mark.parametrize("query", ["", " ", "???", "\x00", "🎻", "zzzzz", "qqq www", "\ufffd"])
def test_what_is_no_name_finds_nothing(query: str) -> None:
    assert found(query) == []


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("boys of bluehill", "The Boys of Bluehill"),
        ("humours of glendart", "The Humours of Glendart"),
        ("miss mleods", "Miss M'Leod's"),
        ("walker street", "Walker Street"),
        ("rambling pitchfork", "Rambling Pitchfork"),
    ],
)
def test_the_title_stays_found_while_it_is_typed(name: str, title: str) -> None:
    for length in range(2, len(name) + 1):
        assert title in found(name[:length]), name[:length]


def test_the_whole_name_comes_before_longer_names() -> None:
    search = search_in(
        catalogue(dict.fromkeys(("Quick Step 23d Regt.", "Quick Step 4", "Quick Step"), ())), str
    )
    assert found("quick step", search) == ["Quick Step", "Quick Step 4", "Quick Step 23d Regt."]


def test_a_respelled_word_does_not_make_the_query_longer() -> None:
    names = dict.fromkeys(("2d Quick Step. 42d. Regt.", "Quick Step 42d Regt."), ())
    search = search_in(catalogue(names), display_title)
    assert found("quick step 42d regt", search)[0] == "Quick Step 42d Regt."


def test_the_rhythm_of_the_tunes_may_be_typed() -> None:
    search = search_in(catalogue({"Kesh, The": (), "Kerrigan's": ()}, "slip jig"), display_title)
    assert found("kesh jig", search)[0] == "The Kesh"
    assert found("kerrigans slip jig", search)[0] == "Kerrigan's"


def test_a_title_is_found_once_by_its_best_name() -> None:
    search = search_in(catalogue({"Kesh, The": ("The Kesh", "Kesh Mountain", "Kincora")}), display_title)
    (hit,) = search.search("kesh mountain")
    assert (hit.title, hit.name) == (0, "Kesh Mountain")
    assert hit.score == pytest.approx(1)
    assert search.search("kesh")[0].name == "The Kesh"


def test_scores_fall_and_equal_ones_keep_the_order_of_the_catalogue() -> None:
    hits = SEARCH.search("the b")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    same = search_in(catalogue({"The Hare Z": (), "The Hare A": ()}), str)
    assert found("hare", same) == ["The Hare Z", "The Hare A"]


def test_an_empty_catalogue_has_nothing_to_find() -> None:
    assert found("kesh", search_in(Catalogue(()), str)) == []
    assert found("kesh", search_in(catalogue({"???": ()}), str)) == []


def test_titles_of_a_book_are_found_with_a_typo(small_curated: Curated) -> None:
    titles = small_curated.library.catalogue
    search, rng, first = search_in(titles, display_title), random.Random(0), 0
    for number, title in enumerate(titles.titles):
        name = display_title(title.title).lower()
        places = [place for place, letter in enumerate(name) if letter.isalpha()]
        place = rng.choice(places)
        typed = name[:place] + rng.choice(string.ascii_lowercase) + name[place + 1 :]
        first += search.search(typed)[0].title == number
    assert first >= 0.95 * len(titles)


@pytest.fixture(scope="module")
def large() -> TitleSearch:
    """A search in 20,000 titles of three words."""
    rng = random.Random(1)
    words = ["".join(rng.choices("aeioubcdfglmnrst", k=rng.randint(3, 10))) for _ in range(9000)]
    return search_in(catalogue({" ".join(rng.choices(words, k=3)): () for _ in range(20_000)}), str)


@pytest.mark.parametrize(
    "query",
    [
        " ".join("abcdefghijkl"),
        " ".join(["san", "ten", "lin", "bar", "con", "dor", "ege", "fal", "gim", "har", "ing", "nos"]),
        "a" * 200,
        "e " * 100,
        "ing" * 66,
        "the boys of the humours of the rakes of the girl of miss captain",
    ],
)
def test_no_query_takes_long_in_a_large_catalogue(large: TitleSearch, query: str) -> None:
    times = []
    for _ in range(3):
        start = time.process_time()
        large.search(query)
        times.append(time.process_time() - start)
    assert min(times) < 0.1
