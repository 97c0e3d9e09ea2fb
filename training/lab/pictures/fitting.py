"""The way of a training, and of a re-index: what happens before there is an artifact."""

import json

from matplotlib.figure import Figure

from index.artifact import EVALUATION, METRICS, Artifact
from training.fitting.evaluation import SPLIT
from training.lab.pictures import boxes
from training.lab.pictures.boxes import ANSWER, INDEX, MODEL, READ, Box


def draw(artifact: Artifact) -> Figure:
    """The steps of both, with the numbers that they had for this artifact."""
    manifest = artifact.manifest
    metrics = json.loads((artifact.path / METRICS).read_text(encoding="utf-8"))
    split = json.loads((artifact.path / EVALUATION / SPLIT).read_text(encoding="utf-8"))
    tunes = sum(corpus.tunes for corpus in manifest.corpora)
    aside = len(split["validation"]) + len(split["test"])
    return boxes.draw(
        {
            "books": Box(0, 5.4, f"{len(manifest.corpora)} books,\n{tunes:,} tunes", READ),
            "library": Box(
                3.5, 5.4, f"{manifest.titles:,} titles with\n{manifest.settings:,} settings", READ
            ),
            "learn": Box(7.0, 6.1, f"{len(split['train']):,} titles\nto learn from", READ),
            "aside": Box(7.0, 4.7, f"{aside:,} titles\nkept aside", READ),
            "first": Box(10.5, 6.1, f"first training: best\nafter {metrics['best_epoch']} epochs", MODEL),
            "test": Box(10.5, 4.7, f"MRR of unseen tunes:\n{manifest.test.value:.3f}", ANSWER),
            "second": Box(3.5, 3.1, f"second training, on all:\n{len(metrics['refit'])} epochs", MODEL),
            "index": Box(7.0, 3.1, "every tune and name\nbecomes a vector", INDEX),
            "ranking": Box(10.5, 3.1, "the ranking learns from\nsettings left out", INDEX),
            "tunebooks": Box(0, 1.1, "your own\ntunebooks", READ),
            "again": Box(3.5, 1.1, "re-index: only new\ntunes are encoded", INDEX),
            "check": Box(7.0, 1.1, "does it still know\nits own tunes?", ANSWER),
            "artifact": Box(10.5, 1.1, "artifact: replaces\nthe old one as a whole", ANSWER),
        },
        (
            *("books>library", "library>learn", "library>aside", "learn>first", "first>test", "aside>test"),
            *("library>second", "second>index", "index>ranking", "ranking>artifact"),
            *("tunebooks>again", "again>check", "check>artifact"),
        ),
        height=5.4,
    )
