import numpy as np
import pytest

from index.local_alignment import pulse_alignments
from index.melodies import Melodies
from index.shared_runs import SharedRuns
from model.abc import Tune, read_tune
from model.abc.rewriting import doubled, halved
from model.abc.variation import cut, noisy, transposed, without_signature
from model.grams import MAX_NOTES, Floats
from tests.support import KESH

OTHER = read_tune("X:1\nM:6/8\nL:1/8\nK:D\nfed B2A|B2d AFD|EFE E2d|cBc A2G|fed B2A|Bcd AFD|E2A cBA|d3 d3|")


def scores(query: Tune, *settings: Tune) -> Floats:
    one, many = Melodies.of([query]).without_repeats(), Melodies.of(settings).without_repeats()
    return pulse_alignments(one, many, SharedRuns.find(one.pitches, many.pitches, many.first, diatonic=True))


def test_a_tune_fits_itself_in_every_key_and_at_twice_or_half_the_length() -> None:
    kesh = read_tune(KESH)
    for query in (kesh, transposed(kesh, 5), transposed(kesh, -14), doubled(kesh), halved(kesh)):
        own, other = scores(query, kesh, OTHER)
        assert own == pytest.approx(1, abs=0.02)
        assert other < 0.6


def test_a_fragment_fits_the_whole_tune_but_not_the_whole_the_fragment() -> None:
    kesh = read_tune(KESH)
    fragment = cut(kesh, 10, 24)
    assert scores(fragment, kesh)[0] > 0.9
    assert scores(kesh, fragment)[0] <= 0.5


def test_long_and_repeated_notes_are_equal() -> None:
    held = read_tune("K:D\nL:1/8\nd4 f2 a2|g4 e2 c2|d4 f2 a2|b4 a4|")
    repeated = read_tune("K:D\nL:1/8\nd2d2 ff aa|gggg ee cc|d2d2 f2 aa|bbb2 a2a2|")
    assert scores(held, repeated)[0] == scores(repeated, held)[0] == 1


def test_faults_lower_the_score_a_little() -> None:
    kesh = read_tune(KESH)
    for query in (noisy(kesh, 0.2, np.random.default_rng(0)), without_signature(kesh)):
        own, other = scores(query, kesh, OTHER)
        assert 0.5 < own < 1
        assert other < own - 0.15


def test_octaves_do_not_matter() -> None:
    folded = read_tune("K:D\nDEFA BAFA|D2FD EFDB|")
    assert scores(read_tune("K:D\nDEfA BaFA|d2FD eFDB|"), folded)[0] == 1


def test_melodies_without_a_shared_run_score_nothing() -> None:
    assert scores(read_tune("K:C\nCDEF"), read_tune("K:C\nCCCC"), read_tune("K:C\nC")).tolist() == [0, 0]
    assert scores(read_tune("K:C\nC"), read_tune("K:C\nCDEF")).tolist() == [0]
    assert scores(read_tune("K:C\nCDEF")).tolist() == []


def test_only_so_many_pulses_count() -> None:
    long = read_tune("K:C\nL:1/1\n" + "CDEFGEDB|" * (MAX_NOTES // 8))
    assert scores(long, long)[0] == 1
