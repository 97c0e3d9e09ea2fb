import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from index.contents import Contents
from index.cosine_index import CosineIndex
from index.melody_index import FEATURES, MelodyIndex
from model.abc import Tune, read_tune
from model.abc.variation import cut, ornamented, transposed, unnamed
from model.grams import MAX_NOTES
from tests.support import KESH, untrained
from training.corpora.curate import Curated

ENCODER = untrained().tune


@pytest.fixture(scope="module")
def curated(small_curated: Curated) -> Curated:
    return small_curated


@pytest.fixture(scope="module")
def index(curated: Curated) -> MelodyIndex:
    vectors = CosineIndex(ENCODER.encode(curated.library.tunes), curated.library.catalogue.title_of_setting)
    return MelodyIndex(curated.library.tunes, vectors)


def features(index: MelodyIndex, tune: Tune, setting: int) -> dict[str, float]:
    likenesses = index.compare(tune, ENCODER.encode([tune]))
    row = np.flatnonzero(likenesses.settings == setting)
    assert len(row) == 1
    return dict(zip(FEATURES, likenesses.features[row[0]].tolist(), strict=True))


def test_a_tune_in_another_key_has_the_highest_features(curated: Curated, index: MelodyIndex) -> None:
    for setting in range(0, len(curated.library.tunes), 20):
        query = unnamed(transposed(curated.library.tunes[setting], 3))
        values = features(index, query, setting)
        of_fragments = ("substring", "coverage") if len(query.notes) > 64 else ()
        for name in FEATURES[: FEATURES.index("dance")]:
            assert values[name] == pytest.approx(0 if name in of_fragments else 1), name
        assert values["length"] == 0


def test_features_are_between_0_and_1(curated: Curated, index: MelodyIndex) -> None:
    for tune in (curated.library.tunes[5], cut(curated.library.tunes[5], 8, 16), read_tune(KESH)):
        values = index.compare(tune, ENCODER.encode([tune])).features
        assert values[:, :-1].min() >= 0
        assert values[:, :-1].max() <= 1 + 1e-6  # weights are kept in single precision


def test_a_fragment_fits_its_setting(curated: Curated, index: MelodyIndex) -> None:
    for setting in range(3, len(curated.library.tunes), 20):
        tune = curated.library.tunes[setting]
        middle = features(index, unnamed(cut(tune, 12, 16)), setting)
        assert middle["pulses"] > 0.9  # a note between two eighths may be lost at another place of the grid
        assert middle["similarity"] == pytest.approx(2 * 16 / (16 + len(tune.notes)))
        assert middle["coverage"] == middle["substring"] == 1
        assert features(index, unnamed(cut(tune, 0, 16)), setting)["beginning"] == 1


def test_a_passage_is_found_wherever_it_is_in_the_query_or_the_setting() -> None:
    bars = [
        "DEFA BAFA",
        "d2fd efdB",
        "ABde fdec",
        "dBAF E2D2",
        "faaf gfed",
        "cAeA cAec",
        "fagf edBd",
        "cABc d2d2",
        "",
    ][:-1]
    setting = read_tune("K:D\n" + "|".join(bars))
    index = MelodyIndex([setting], CosineIndex(ENCODER.encode([setting]), np.array([0])))
    for first in range(5):
        part = read_tune("K:D\n" + "|".join(bars[first : first + 3]))
        values = features(index, part, 0)
        assert values["pulses"] == 1
        assert values["beginning"] == (first == 0)
    longer = read_tune("K:D\n^G^A^G^A c^Bc^B|" + "|".join(bars) + "|g^gg^g a^aa^a|")
    values = features(index, longer, 0)
    assert values["beginning"] == 1
    assert values["pulses"] == pytest.approx(64 / 80, abs=0.05)  # the notes before and after fit nothing


def test_long_tunes_are_compared_in_little_time() -> None:
    rng = np.random.default_rng(0)
    tunes = [read_tune("K:C\n" + "".join(rng.choice(list("CDEFGABc"), MAX_NOTES))) for _ in range(30)]
    index = MelodyIndex(tunes, CosineIndex(ENCODER.encode(tunes), np.arange(len(tunes))))
    query = cut(tunes[3], 100, MAX_NOTES - 100)
    start = time.process_time()
    likenesses = index.compare(query, ENCODER.encode([query]))
    assert time.process_time() - start < 1
    assert likenesses.settings[likenesses.features[:, FEATURES.index("pulses")].argmax()] == 3


def test_long_and_repeated_notes_have_the_same_pulse() -> None:
    held = read_tune("K:D\nL:1/8\nd4 f2 a2|g4 e2 c2|d4 f2 a2|b4 a4|")
    repeated = read_tune("K:D\nL:1/8\nd2d2 ff aa|gggg ee cc|d2d2 f2 aa|bbb2 a2a2|")
    vectors = CosineIndex(ENCODER.encode([held]), np.array([0]))
    index = MelodyIndex([held], vectors)
    values = features(index, repeated, 0)
    assert [values["pulse n-grams"], values["pulses"]] == pytest.approx([1, 1])
    assert values["diatonic n-grams"] < 0.5


def test_an_ornamented_setting_is_most_similar_to_its_own_title(curated: Curated, index: MelodyIndex) -> None:
    rng = np.random.default_rng(0)
    for setting in range(7, len(curated.library.tunes), 30):
        query = ornamented(transposed(unnamed(curated.library.tunes[setting]), -4), 0.2, rng)
        likenesses = index.compare(query, ENCODER.encode([query]))
        column = FEATURES.index("similarity")
        best = likenesses.settings[likenesses.features[:, column].argmax()]
        title = curated.library.catalogue.title_of_setting
        assert title[best] == title[setting]


def test_a_setting_can_be_left_out(curated: Curated, index: MelodyIndex) -> None:
    tune = curated.library.tunes[0]
    assert 0 in index.compare(tune, ENCODER.encode([tune])).settings
    assert 0 not in index.compare(tune, ENCODER.encode([tune]), without=0).settings


def test_variety_is_the_effective_number_of_different_pairs_of_intervals(index: MelodyIndex) -> None:
    def notes_and_variety(abc: str) -> list[float]:
        tune = read_tune(f"K:C\n{abc}")
        likenesses = index.compare(tune, ENCODER.encode([tune]))
        return [likenesses.notes, likenesses.variety]

    assert notes_and_variety("C") == [1, 1]
    assert notes_and_variety("CD") == [2, 1]
    assert notes_and_variety("C" * 16) == [16, 1]
    assert notes_and_variety("CE" * 8) == pytest.approx([16, 2])  # up and down, down and up
    assert notes_and_variety("CEGE" * 4 + "CE") == pytest.approx([18, 4])
    assert notes_and_variety("CDFBe") == pytest.approx([5, 3])  # three pairs, all different
    assert 1 < notes_and_variety("C" * 200 + "DCEC")[1] < 1.3
    assert notes_and_variety("CD" * MAX_NOTES) == pytest.approx([160, 2])


def test_a_shorter_query_gets_more_candidates(curated: Curated, index: MelodyIndex) -> None:
    tune = max(curated.library.tunes, key=lambda tune: len(tune.notes))
    counts = []
    for notes in (len(tune.notes), 64, 32):
        query = unnamed(cut(tune, 0, notes))
        settings, cosines = index.candidates(query, ENCODER.encode([query]))
        assert cosines.shape == (len(settings), 2)
        counts.append(len(settings))
    assert counts[0] < counts[1] < counts[2]


def test_a_query_of_many_notes_counts_as_one_of_160(index: MelodyIndex) -> None:
    lengths = []
    for times in (20, 200):
        tune = read_tune("K:C\n" + "CDEFGABc" * times)
        likenesses = index.compare(tune, ENCODER.encode([tune]))
        lengths.append(dict(zip(likenesses.settings, likenesses.features[:, -1], strict=True)))
    both = lengths[0].keys() & lengths[1].keys()
    assert both
    assert all(lengths[0][setting] == lengths[1][setting] for setting in both)


def test_a_single_note_and_an_empty_index_work(index: MelodyIndex) -> None:
    note = read_tune("K:C\nC")
    likenesses = index.compare(note, ENCODER.encode([note]))
    assert np.isfinite(likenesses.features).all()
    empty = MelodyIndex([], CosineIndex(ENCODER.encode([]), np.zeros(0, np.int64)))
    assert empty.compare(note, ENCODER.encode([note])).features.shape == (0, len(FEATURES))


def test_an_index_compares_the_same_after_saving_and_loading(
    curated: Curated, index: MelodyIndex, tmp_path: Path
) -> None:
    index.save(tmp_path / "x.safetensors")
    loaded = MelodyIndex.load(tmp_path / "x.safetensors", index.vectors)
    for tune in (curated.library.tunes[5], cut(curated.library.tunes[9], 8, 16), read_tune(KESH)):
        vector = ENCODER.encode([tune])
        before, after = index.compare(tune, vector), loaded.compare(tune, vector)
        assert np.array_equal(before.settings, after.settings)
        assert np.array_equal(before.features, after.features)


def test_a_setting_takes_a_few_kilobytes(curated: Curated, index: MelodyIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "x.safetensors")
    notes = np.mean([len(tune.notes) for tune in curated.library.tunes])
    assert (tmp_path / "x.safetensors").stat().st_size < 50 * notes * len(curated.library.tunes)


def test_an_index_that_does_not_fit_is_refused(curated: Curated, index: MelodyIndex, tmp_path: Path) -> None:
    fewer = CosineIndex(ENCODER.encode(curated.library.tunes[:3]), np.arange(3))
    with pytest.raises(ValueError, match=f"there are {len(curated.library.tunes)} tunes and 3 vectors"):
        MelodyIndex(curated.library.tunes, fewer)
    index.save(tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match=f"{len(curated.library.tunes)} settings, but there are 3 vectors"):
        MelodyIndex.load(tmp_path / "x.safetensors", fewer)
    for content in (b"no index", save({"lines/first": np.zeros(3)})):
        (tmp_path / "y.safetensors").write_bytes(content)
        with pytest.raises(ValueError, match=r"y\.safetensors is not a (safetensors file|melody index)"):
            MelodyIndex.load(tmp_path / "y.safetensors", fewer)


def same_files(a: MelodyIndex, b: MelodyIndex, folder: Path) -> bool:
    for name, index in (("a", a), ("b", b)):
        index.save(folder / name)
    return (folder / "a").read_bytes() == (folder / "b").read_bytes()


def test_an_index_of_other_settings_can_be_made_from_the_contents(
    curated: Curated, index: MelodyIndex, tmp_path: Path
) -> None:
    index.save(tmp_path / "x.safetensors")
    contents = MelodyIndex.load(tmp_path / "x.safetensors", index.vectors).contents
    assert contents is not None
    known, new = len(contents), [read_tune(KESH), read_tune("K:C\nC"), read_tune("K:C\n" + "CDE" * 9)]
    numbers = [known + 2, 0, 7, 3, 7, known, known + 1, known - 1]  # in another order, and one twice
    tunes = [[*curated.library.tunes, *new][number] for number in numbers]
    vectors = CosineIndex(ENCODER.encode(tunes), np.arange(len(tunes)))
    made = MelodyIndex.of(Contents.joined([contents, Contents.of(new)]).take(np.array(numbers)), vectors)
    assert same_files(made, MelodyIndex(tunes, vectors), tmp_path)

    none = CosineIndex(ENCODER.encode([]), np.zeros(0, np.int64))
    empty = MelodyIndex.of(contents.take(np.zeros(0, np.int64)), none)
    assert same_files(empty, MelodyIndex([], none), tmp_path)
    assert empty.contents is not None
    assert len(empty.contents) == 0
