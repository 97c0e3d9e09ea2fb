from dataclasses import replace

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from index.catalogue import Catalogue, Title
from model.abc import Tune
from model.abc.variation import transposed
from model.grams import interval_grams
from tests.training.conftest import SEVERAL
from tests.training.lab.conftest import Untrained
from training.lab.benchmark.known_protocols import cross_task, known_gallery, known_tasks
from training.lab.benchmark.no_match_protocols import foreign_task, no_match_tasks
from training.lab.benchmark.protocols import Task
from training.lab.benchmark.queries import Query
from training.lab.benchmark.sampled_library import SampledLibrary
from training.lab.benchmark.unseen_protocols import unseen_tasks


@pytest.fixture
def tasks(library: SampledLibrary, untrained: Untrained) -> dict[str, Task]:
    return {
        task.protocol: task
        for task in known_tasks(library, known_gallery(library, untrained), frozenset({"airs/1"}))
    }


def tune(query: Query) -> Tune:
    assert isinstance(query.item, Tune)
    return query.item


def same(library: SampledLibrary, setting: int, other: Tune) -> bool:
    return [note.pitch for note in library.tunes[setting].notes] == [note.pitch for note in other.notes]


def test_one_setting_of_each_tune_with_several_is_a_query_and_not_in_the_gallery(
    library: SampledLibrary, tasks: dict[str, Task]
) -> None:
    task = tasks["known"]
    gallery = task.gallery.catalogue
    assert len(task.queries) == SEVERAL
    assert len(task.gallery.library.tunes) == len(library.tunes) - SEVERAL
    references = {setting.reference for setting in gallery.settings}
    assert not references & {query.reference for query in task.queries}
    number = {setting.reference: i for i, setting in enumerate(library.catalogue.settings)}
    for query in task.queries:
        setting = number[query.reference]
        assert [gallery.titles[i].title for i in query.right] == [library.catalogue.settings[setting].title]
        assert same(library, setting, tune(query))


def test_addresses_separate_tunes_with_one_name(library: SampledLibrary) -> None:
    title = library.catalogue.titles[0]
    address = "https://tunes.example/{}#{}"
    settings = tuple(
        replace(setting, url=address.format(tune, i))
        for i, (setting, tune) in enumerate(zip(title.settings, (1, 1, 2), strict=True))
    )
    catalogue = Catalogue((replace(title, settings=settings), *library.catalogue.titles[1:2]))
    addressed = SampledLibrary(catalogue, library.tunes[:6])
    held = addressed.hold_out()
    assert len(held) == 2
    assert {0, 1} & set(held)
    assert 2 not in held  # the only setting of its tune


def test_held_out_settings_do_not_depend_on_the_rest_of_the_catalogue(library: SampledLibrary) -> None:
    def held_out(of: SampledLibrary) -> set[str]:
        return {of.catalogue.settings[i].reference for i in of.hold_out()}

    assert held_out(library.only(range(10, 50))) == {
        reference
        for reference in held_out(library)
        if reference in {setting.reference for setting in library.only(range(10, 50)).catalogue.settings}
    }


def test_no_query_has_its_name(tasks: dict[str, Task]) -> None:
    for task in tasks.values():
        for query in task.queries:
            assert (tune(query).titles, tune(query).header, tune(query).number) == ((), (), 0)


def test_queries_are_cut_and_transposed_as_the_protocol_says(tasks: dict[str, Task]) -> None:
    whole = {query.reference: tune(query) for query in tasks["known"].queries}
    for protocol, notes in (("known-32", 32), ("known-16-transposed", 16), ("known-8", 8)):
        for query in tasks[protocol].queries:
            cut = tune(query)
            assert len(cut.notes) == notes
            runs = interval_grams(whole[query.reference], 3)[: notes - 3]
            assert np.array_equal(interval_grams(cut, 3), runs)
    steps = set()
    for query in tasks["known-transposed"].queries:
        original, moved = whole[query.reference], tune(query)
        assert moved.key == ""
        different = {b.pitch - a.pitch for a, b in zip(original.notes, moved.notes, strict=True)}
        assert len(different) == 1
        steps |= different
    assert 0 not in steps
    assert len(steps) > 5
    for query in tasks["known-middle"].queries:
        assert 4 <= len(tune(query).notes) < len(whole[query.reference].notes)


def test_noise_changes_a_fifth_of_the_first_notes(tasks: dict[str, Task]) -> None:
    for query, clean in zip(tasks["known-noisy"].queries, tasks["known-32"].queries, strict=True):
        ours, theirs = ([note.pitch for note in tune(of).notes] for of in (query, clean))
        assert query.reference == clean.reference
        assert 0 < Levenshtein.distance(ours, theirs) <= 6
        assert abs(len(ours) - 32) <= 6


def test_rewritten_queries_have_other_notes_or_lengths_and_the_same_melody(tasks: dict[str, Task]) -> None:
    meters = 0
    for query, clean in zip(tasks["known-rewritten"].queries, tasks["known"].queries, strict=True):
        assert query.reference == clean.reference
        assert tune(query) != tune(clean)
        assert len(set(interval_grams(tune(clean), 3)) & set(interval_grams(tune(query), 3))) > 5
        assert tune(query).bars[-1].last == len(tune(query).notes)
        meters += tune(query).meter != tune(clean).meter
    assert 0.3 < meters / len(tasks["known"].queries) < 0.8


def test_changes_of_a_query_do_not_depend_on_the_others(
    library: SampledLibrary, untrained: Untrained
) -> None:
    def changed(of: SampledLibrary) -> dict[str, Tune]:
        tasks = known_tasks(of, known_gallery(of, untrained), frozenset())
        wanted = [task for task in tasks if task.protocol in {"known-noisy", "known-rewritten"}]
        return {
            f"{task.protocol} {query.reference}": tune(query) for task in wanted for query in task.queries
        }

    few, all_of_them = changed(library.only(range(5))), changed(library)
    assert len(few) == 10
    assert few.items() <= all_of_them.items()


def test_a_query_knows_the_other_titles_of_its_tune(library: SampledLibrary, untrained: Untrained) -> None:
    first, *others = library.catalogue.titles
    renamed = Title("Another Name", (), (replace(first.settings[2], title="Another Name"),))
    catalogue = Catalogue((replace(first, settings=first.settings[:2]), renamed, *others))
    one_melody = [transposed(library.tunes[0], semitones) for semitones in (0, 2, 5)]
    split = SampledLibrary(catalogue, [*one_melody, *library.tunes[3:]])
    queries = next(known_tasks(split, known_gallery(split, untrained), frozenset())).queries
    also = {int(query.right[0]): query.also.tolist() for query in queries}
    assert also[0] == [1]
    assert not any(others for title, others in also.items() if title)


def test_a_family_is_the_other_settings_of_a_title(library: SampledLibrary, tasks: dict[str, Task]) -> None:
    task = tasks["families"]
    assert task.ranks_settings
    assert len(task.queries) == SEVERAL
    catalogue = task.gallery.catalogue
    number = {setting.reference: i for i, setting in enumerate(library.catalogue.settings)}
    for query in task.queries:
        title = library.catalogue.settings[number[query.reference]].title
        assert [catalogue.settings[i].title for i in query.right] == [title, title]
        assert query.reference not in {catalogue.settings[i].reference for i in query.right}
    pairs = Catalogue(
        tuple(replace(title, settings=title.settings[:2]) for title in library.catalogue.titles)
    )
    kept = {setting.reference for setting in pairs.settings}
    tunes = [
        tune
        for setting, tune in zip(library.catalogue.settings, library.tunes, strict=True)
        if setting.reference in kept
    ]
    two = SampledLibrary(pairs, tunes)
    of_two = known_tasks(two, known_gallery(two, Untrained()), frozenset())
    assert not next(task for task in of_two if task.protocol == "families").queries


def test_subsets_have_some_of_the_same_queries(tasks: dict[str, Task], library: SampledLibrary) -> None:
    task = tasks["known"]
    references = {query.reference for query in task.queries}
    assert task.subsets["known-audited"] == references - {"airs/1"}
    assert task.subsets["known-verified"] == references  # a varied setting resembles its tune
    assert (
        "known-audited"
        not in next(known_tasks(library, known_gallery(library, Untrained()), frozenset())).subsets
    )


def test_names_alone_are_ranked_by_the_same_encoders(tasks: dict[str, Task], untrained: Untrained) -> None:
    task = tasks["known-title-index"]
    assert not task.gallery.library.tunes
    assert task.gallery.catalogue.names == tasks["known"].gallery.catalogue.names
    for name in ("known", "known-title-index", "known-8"):
        assert tasks[name].gallery.encoders
    assert {name for name, _ in untrained.requests} == {"known"}


def test_unseen_titles_are_in_one_pool_and_not_learned(library: SampledLibrary, untrained: Untrained) -> None:
    tasks = list(unseen_tasks(library, untrained))
    pools = [task.gallery for task in tasks if task.protocol == "unseen"]
    titles = [set(pool.catalogue.names) for pool in pools]
    assert len(pools) == 5
    assert len(set.union(*titles)) == sum(map(len, titles)) <= len(library.catalogue.names)
    for pool, names in zip(pools, titles, strict=True):
        assert len(names) > 10
        assert not names & set(pool.trained_on.catalogue.names)
        assert not pool.library.tunes
    for task in tasks:
        assert len(task.queries) == len(task.gallery.catalogue)
        assert [query.right.tolist() for query in task.queries] == [[i] for i in range(len(task.queries))]
        assert task.unseen is not None


def test_rhythm_words_are_removed_from_the_names(library: SampledLibrary, untrained: Untrained) -> None:
    titles = tuple(replace(title, title=f"{title.title} Slip Jig") for title in library.catalogue.titles)
    tasks = list(unseen_tasks(SampledLibrary(Catalogue(titles), library.tunes), untrained))
    for protocol, ending in (("unseen", "Slip Jig"), ("unseen-no-rhythm-words", "")):
        names = next(task for task in tasks if task.protocol == protocol).gallery.catalogue.names
        assert all(name.endswith(ending) for name in names)
    assert all(name.startswith("fancy ") and name[6:].isdigit() for name in names)


def test_for_a_title_its_tune_is_right(library: SampledLibrary, untrained: Untrained) -> None:
    task = next(task for task in unseen_tasks(library, untrained) if task.protocol == "title-to-tune")
    assert len(task.gallery.library.tunes) == len(task.gallery.catalogue)
    for query in task.queries:
        assert query.item == task.gallery.catalogue.titles[query.right[0]].title


def test_tunes_without_a_match_are_neither_known_nor_learned(
    library: SampledLibrary, untrained: Untrained
) -> None:
    task, beginnings = no_match_tasks(library, untrained)
    unmatched = [query for query in task.queries if not len(query.right)]
    matched = [query for query in task.queries if len(query.right)]
    assert unmatched
    assert matched
    title_of = {
        setting.reference: library.catalogue.titles[title].title
        for setting, title in zip(library.catalogue.settings, library.catalogue.title_of_setting, strict=True)
    }
    names = task.gallery.catalogue.names
    assert not {title_of[query.reference] for query in unmatched} & set(names)
    for query in matched:
        assert title_of[query.reference] == names[query.right[0]]
    assert task.gallery.trained_on is task.gallery.library
    assert beginnings.gallery is task.gallery
    for query, first in zip(task.queries, beginnings.queries, strict=True):
        assert (first.reference, first.right.tolist()) == (query.reference, query.right.tolist())
        assert [note.pitch for note in tune(first).notes] == [note.pitch for note in tune(query).notes[:16]]


def test_verified_positives_resemble_their_tune_and_all_tunes_without_a_match_stay(
    library: SampledLibrary, untrained: Untrained
) -> None:
    held_out = library.hold_out()
    unlike = library.tunes[-1]
    tunes = [unlike if i == held_out[0] else tune for i, tune in enumerate(library.tunes)]
    odd = SampledLibrary(library.catalogue, tunes)
    verified = next(known_tasks(odd, known_gallery(odd, untrained), frozenset())).subsets["known-verified"]
    assert library.catalogue.settings[held_out[0]].reference not in verified
    for task in no_match_tasks(odd, untrained):
        positives = {query.reference for query in task.queries if len(query.right)}
        others = {query.reference for query in task.queries} - positives
        assert task.subsets == {f"{task.protocol}-verified": (positives & verified) | others}
        assert positives - verified


def test_a_foreign_tune_has_no_match(library: SampledLibrary, tasks: dict[str, Task]) -> None:
    foreign = library.only(range(60, 100))
    task = foreign_task(library, tasks["known"].gallery, foreign)
    assert sum(not len(query.right) for query in task.queries) == 40
    assert sum(bool(len(query.right)) for query in task.queries) == SEVERAL


def test_one_corpus_is_queried_with_the_tunes_of_another(
    library: SampledLibrary, untrained: Untrained
) -> None:
    first = library.only(range(10))
    titles = [replace(title, title=f"Other {i}") for i, title in enumerate(library.catalogue.titles[:4])]
    titles[0] = replace(titles[0], aliases=("Fancy 00",))  # not the same name
    titles[1] = replace(titles[1], aliases=("FANCY 1",))
    titles[2] = replace(titles[2], title="Fancy 2")
    unlike = [transposed(tune, 1) for tune in library.tunes[:3]]
    second = SampledLibrary(
        Catalogue(tuple(titles)), [*unlike, *library.tunes[3:6], *library.tunes[6:9], *unlike]
    )
    task = cross_task(first, second, untrained)
    assert [query.right.tolist() for query in task.queries] == [[1], [2]]
    assert task.subsets["cross-verified"] == {query.reference for query in task.queries}
    mixed = SampledLibrary(
        second.catalogue, [*library.tunes[90:93], *library.tunes[93:96], *library.tunes[6:12]]
    )
    assert len(cross_task(first, mixed, untrained).subsets["cross-verified"]) == 1
