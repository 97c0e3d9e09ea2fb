"""The way of a request: what happens between the posted text and the titles."""

from matplotlib.figure import Figure

from index.contents import DIATONIC_GRAM
from index.melody_index import FEATURES
from training.lab.pictures import boxes
from training.lab.pictures.boxes import ANSWER, INDEX, MODEL, READ, Box
from training.lab.pictures.example import Example


def draw(example: Example) -> Figure:
    """The steps of an answer, with the numbers that they have for this tune."""
    catalogue, notes = example.suggester.catalogue, len(example.tune.notes)
    first = example.suggestions.titles[0]
    sure = "more than 99 %" if first.confidence > 0.99 else f"{100 * first.confidence:.0f} %"
    candidates = len(example.likenesses.settings)
    return boxes.draw(
        {
            "text": Box(0, 5.0, "ABC, MusicXML,\nMIDI or a recording", READ),
            "notes": Box(3.5, 5.0, f"{notes} notes,\n{notes - 1} intervals", READ),
            "grams": Box(7.0, 5.9, f"{notes - DIATONIC_GRAM} runs\nof {DIATONIC_GRAM} intervals", INDEX),
            "vector": Box(7.0, 4.1, f"a vector\nof {example.vector.shape[1]} numbers", MODEL),
            "candidates": Box(
                10.5, 5.0, f"{candidates} candidates\nof {len(catalogue.settings):,} settings", INDEX
            ),
            "likeness": Box(10.5, 2.9, f"{len(FEATURES)} measures of likeness\nfor each candidate", INDEX),
            "ranking": Box(10.5, 0.8, "a probability for each,\nand for none of them", INDEX),
            "names": Box(7.0, 2.3, f"the nearest\nof {len(catalogue.names):,} names", MODEL),
            "titles": Box(3.5, 0.8, f"{first.title}:\n{sure}", ANSWER),
            "bars": Box(0, 0.8, "which notes and\nbars match", ANSWER),
        },
        (
            *("text>notes", "notes>grams", "notes>vector", "grams>candidates", "vector>candidates"),
            *("candidates>likeness", "likeness>ranking", "vector>names", "names>titles", "ranking>titles"),
            "titles>bars",
        ),
        height=5.0,
    )
