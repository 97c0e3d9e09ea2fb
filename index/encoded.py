"""Encoded settings: what the indexes keep of settings that have just been read."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

import numpy as np

from index.contents import Contents
from model.abc import Tune
from model.encoder import Encoder, Vectors

_BATCH = 512  # tunes in memory at a time: each takes about 25 kilobytes


@dataclass(frozen=True)
class Encoded:
    """Settings with what the indexes keep of each.

    Attributes
    ----------
    abc : the ABC of each, all different
    vectors : of the tune encoder, shape = (settings, dim)
    contents : what the melody index keeps
    """

    abc: list[str]
    vectors: Vectors
    contents: Contents

    @classmethod
    def of(cls, settings: Iterable[tuple[str, Tune]], encoder: Encoder[Tune, Any]) -> Self:
        """Encode settings, each given by its ABC and as a tune. It keeps a batch of tunes at a time."""
        rest = iter(settings)
        abc: list[str] = []
        vectors, contents = [np.zeros((0, encoder.dim), np.float32)], [Contents.of(())]
        while batch := list(islice(rest, _BATCH)):
            tunes = [tune for _, tune in batch]
            abc += [text for text, _ in batch]
            vectors.append(encoder.encode(tunes))
            contents.append(Contents.of(tunes))
        return cls(abc, np.concatenate(vectors), Contents.joined(contents))
