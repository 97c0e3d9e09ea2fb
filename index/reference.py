"""The format of an artifact as a page in Markdown: `python -m index.reference > docs/artifact.md`."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

from index.artifact import CURRENT, EVALUATION, MANIFEST, METRICS, OWN_BOOKS, PROBE_VECTORS, PROBES
from index.catalogue import Setting, Title
from index.manifest import FORMAT, CorpusCount, Manifest
from index.markdown import attributes, table
from index.melodies import Melodies
from index.melody_index import FEATURES
from index.melody_pairs import MelodyPairs
from index.mrr import Mrr
from index.name_words import NameWords
from index.ngram_index import Postings
from index.own_tunebooks import OwnTunebook
from index.probes import Probe
from index.publication import KEPT
from index.ranking import RankingModel
from index.suggester import CATALOGUE, DIRECTORY, DISPLAY, MELODIES, RANKING, SAME_TUNES, SETTINGS, TITLES
from model.encoders import TITLE_ENCODER, TUNE_ENCODER
from model.ngram_encoder import BIAS, MATRIX, TABLE, VOCABULARY

_ABOUT = f"""# The artifact

Made from the code of `index/` by `make reference`. Why it is so: [design.md](design.md#the-artifact).

An artifact is a folder with everything that an answer needs. A training or a re-index writes it once;
after that nobody changes it. This page describes format {FORMAT}. A program that reads another format
refuses it and says so, because the rules that made titles, indexes and ranking are part of the format.
It holds only numbers and texts, so reading an artifact runs no code of its own.

```text
artifacts/
    {CURRENT} -> 20261122T101500Z-0f3a9c21  the version that a service loads
    20261122T101500Z-0f3a9c21/            the time when it was written (UTC), and random letters
    20261121T180000Z-93bd01aa/            an earlier version; {KEPT} versions stay (KEEP_ARTIFACTS)
    jobs/                                 the records of re-indexing, one JSON file each
    measurements.json                     what the service has measured on the probes
    .training/                            the checkpoints of a training that has not ended
```

All text is UTF-8. `.jsonl` has a JSON object on each line. `.safetensors` is the format of
[safetensors](https://github.com/huggingface/safetensors): named arrays, little-endian, and texts as metadata.
`.faiss` is an index of [FAISS](https://github.com/facebookresearch/faiss).
Titles, names and settings are numbered from 0 in the order of `{CATALOGUE}`.
"""
_KINDS = {str: "string", int: "integer", float: "number", bool: "boolean"}
_FIT, _BOTH = "`fit`", "`fit`, re-index"
_SERVE = "service, `suggest`, re-index"


@dataclass(frozen=True, slots=True)
class _File:
    """A file of an artifact.

    Attributes
    ----------
    name : its path in the folder
    contents : what is in it, a sentence
    writer, reader : who writes and who reads it
    classes : their attributes are the members of the file or of its lines, or its arrays; each with the text
        that introduces it, "" for none
    """

    name: str
    contents: str
    writer: str
    reader: str
    classes: tuple[tuple[str, type], ...] = ()


FILES = (
    _File(
        MANIFEST,
        "Where the artifact comes from, what it holds, how well it works, and the SHA-256 of every other "
        "file. Loading compares them all.",
        _BOTH,
        "everybody, first",
        (("", Manifest), ("A member of `corpora`", CorpusCount), ("`probes` and `test`", Mrr)),
    ),
    _File(
        CATALOGUE,
        "The titles, one on each line, with their settings.",
        _BOTH,
        _SERVE,
        (("", Title), ("A member of `settings`", Setting)),
    ),
    _File(
        DISPLAY,
        "An object: for each name of the catalogue that people see in another form than printed, that form.",
        _BOTH,
        _SERVE,
    ),
    _File(
        DIRECTORY,
        "The ids of all titles and settings (`title_ids`, `setting_ids`), and their names taken apart into "
        "words, for the search. A list of texts is an array of bytes: the list as JSON.",
        _BOTH,
        _SERVE,
        (("Arrays whose names begin with `names/`", NameWords),),
    ),
    _File(
        TUNE_ENCODER,
        "The tune encoder: its config as JSON in the metadata under `config`, and its weights in half "
        f"precision. The n-gram encoder has the hashes of its n-grams in rising order (`{VOCABULARY}`), an "
        f"embedding for each (`{TABLE}`), and the linear map (`{MATRIX}`, `{BIAS}`).",
        _FIT,
        _SERVE,
    ),
    _File(TITLE_ENCODER, "The title encoder, in the same way.", _FIT, _SERVE),
    _File(
        TITLES,
        "The title index: the vector of each name, of unit length, in single precision.",
        _BOTH,
        _SERVE,
    ),
    _File(SETTINGS, "The vector of each setting, in the same way.", _BOTH, _SERVE),
    _File(
        MELODIES,
        "The rest of the melody index: the notes of the settings, and which of them have each n-gram, of "
        "intervals and of pulses.",
        _BOTH,
        _SERVE,
        (
            ("Arrays whose names begin with `melodies/`", Melodies),
            ("Arrays whose names begin with `intervals/`, or with `pulses/`", Postings),
        ),
    ),
    _File(
        SAME_TUNES,
        "Which settings are one tune: a number for each setting, the same for settings of one tune "
        "(`tune_of_setting`, int32, shape = (settings,)), and the pairs of settings that it was made from.",
        _BOTH,
        _SERVE,
        (("", MelodyPairs),),
    ),
    _File(
        RANKING,
        f"The weights of the ranking. Its features are {', '.join(FEATURES)}.",
        _FIT,
        _SERVE,
        (("", RankingModel),),
    ),
    _File(
        PROBES,
        "300 settings, changed the way players change them. The service asks for their titles to see whether "
        "the artifact still works.",
        _FIT,
        "service, re-index",
        (("", Probe),),
    ),
    _File(
        PROBE_VECTORS,
        "The vectors of the probes, so that a re-index need not encode them again "
        "(`vectors`, float32, shape = (probes, dim)).",
        _FIT,
        "re-index",
    ),
    _File(
        METRICS,
        "What the training measured: its config, the MRR of every epoch, and the tunes that it skipped.",
        _FIT,
        "people",
    ),
    _File(
        OWN_BOOKS,
        "The user's own tunebooks, if there are any, as the re-index read them: one on each line. So the "
        "next re-index reads only what has changed.",
        "re-index",
        "re-index",
        (("", OwnTunebook),),
    ),
    _File(
        f"{EVALUATION}/{CATALOGUE}",
        "The catalogue as it was trained on, without the user's own tunebooks.",
        _FIT,
        "re-index, `evaluate`",
    ),
    _File(
        f"{EVALUATION}/split.json",
        "An object with the lists `train`, `validation` and `test`: the numbers of their titles.",
        _FIT,
        "`evaluate`, lab",
    ),
    _File(
        f"{EVALUATION}/{TUNE_ENCODER}",
        "The tune encoder that saw only `train`.",
        _FIT,
        "`evaluate`, lab",
    ),
    _File(
        f"{EVALUATION}/{TITLE_ENCODER}", "The title encoder of the same training.", _FIT, "`evaluate`, lab"
    ),
    _File(
        f"{EVALUATION}/{TITLES}",
        "The vectors of the names of `test`, by that title encoder.",
        _FIT,
        "`evaluate`",
    ),
)


def reference() -> str:
    """The page."""
    rows = ((f"`{file.name}`", file.contents, file.writer, file.reader) for file in FILES)
    files = table(("file", "what is in it", "written by", "read by"), rows)
    return "\n".join((_ABOUT, f"{files}\n", *(_section(file) for file in FILES if file.classes)))


def _section(file: _File) -> str:
    parts = [f"## {file.name}\n"]
    for owner, item in file.classes:
        if owner:
            parts.append(f"{owner}:\n")
        hints = get_type_hints(item)
        rows = [
            (
                ", ".join(f"`{name}`" for name in names.split(", ")),
                _type(hints[names.split(", ")[0]]),
                meaning,
            )
            for names, meaning in attributes(item)
        ]
        parts.append(table(("name", "type", "meaning"), rows) + "\n")
    return "\n".join(parts)


def _type(hint: Any) -> str:
    """The type of a member of JSON, or of the numbers of an array."""
    if get_origin(hint) is UnionType:
        kind, _ = get_args(hint)
        return f"{_type(kind)} or nothing"
    if get_origin(hint) is np.ndarray:
        (number,) = get_args(get_args(hint)[1])
        return str(np.dtype(number))
    if get_origin(hint) in (tuple, list, Sequence):
        return "list"
    return _KINDS.get(hint, "object")


if __name__ == "__main__":
    sys.stdout.write(reference())
