"""Reading: turns texts of the user's own tunes into settings and what the indexes keep of them.

The texts come in parts. Many tunes are read by two other processes, a few by this one.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import Any, ClassVar

from index.catalogue import Named
from index.encoded import Encoded
from index.tunebook import Entry
from model.abc import Tune
from model.encoder import Encoder


class Part(ABC):
    """Some tunes of one source as text. It can be sent to another process.

    Attributes
    ----------
    corpus : the corpus of its settings
    place : put before the references of skipped tunes
    """

    corpus: ClassVar[str]
    place: str

    @abstractmethod
    def entries(self) -> Iterator[Entry]:
        """Read each tune when it is asked for."""


@dataclass(frozen=True)
class PartRead:
    """What was read from a part.

    Attributes
    ----------
    named : its settings, each with all its names
    skipped : the reference of each skipped tune, and the reason
    encoded : the settings that no index had
    """

    named: list[Named]
    skipped: list[str]
    encoded: Encoded


def read_part(
    part: Part, encoder: Encoder[Tune, Any], indexed: Set[str], advance: Callable[[], object]
) -> PartRead:
    """Read a part. Tunes that cannot be in a catalogue are skipped.

    Parameters
    ----------
    part : the texts
    encoder : encodes the settings
    indexed : ABC of settings that an index has already; they need no encoding
    advance : called after each tune
    """
    named: list[Named] = []
    skipped: list[str] = []

    def new_settings() -> Iterator[tuple[str, Tune]]:
        met: set[str] = set()
        for entry in part.entries():
            if isinstance(entry.tune, Tune) and not entry.fault:
                setting = entry.setting(part.corpus)
                named.append((entry.names, setting))
                if setting.abc not in indexed and setting.abc not in met:
                    met.add(setting.abc)
                    yield setting.abc, entry.tune
            else:
                skipped.append(f"{part.place}{entry.reference}: {entry.fault}")
            advance()

    encoded = Encoded.of(new_settings(), encoder)
    return PartRead(named, skipped, encoded)
