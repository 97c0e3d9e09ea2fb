"""Contents: what the melody index keeps of its settings. Contents of others can be put together from them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.melodies import Melodies
from index.ngram_index import GramCounts
from model.abc import Tune
from model.grams import Ints, diatonic_grams, pulse, pulse_grams

DIATONIC_GRAM = 6  # diatonic intervals
PULSE_GRAM = 6  # steps


@dataclass(frozen=True)
class Contents:
    """Many settings, one after another.

    Attributes
    ----------
    melodies : their notes
    diatonic, pulses : how often each n-gram of diatonic intervals, or of pulses, occurs in each
    """

    melodies: Melodies
    diatonic: GramCounts
    pulses: GramCounts

    @classmethod
    def of(cls, tunes: Iterable[Tune]) -> "Contents":
        """The contents of tunes, in their order."""
        diatonic, pulses = [], []

        def noted() -> Iterator[Tune]:
            for tune in tunes:
                diatonic.append(diatonic_grams(tune, DIATONIC_GRAM))
                pulses.append(pulse_grams(pulse(tune), PULSE_GRAM))
                yield tune

        melodies = Melodies.of(noted())
        return cls(melodies, GramCounts.of(diatonic), GramCounts.of(pulses))

    def __len__(self) -> int:
        return len(self.melodies)

    @classmethod
    def joined(cls, parts: Sequence["Contents"]) -> "Contents":
        """The settings of several parts, one part after another; of at least one part."""
        return cls(
            Melodies.joined([part.melodies for part in parts]),
            GramCounts.joined([part.diatonic for part in parts]),
            GramCounts.joined([part.pulses for part in parts]),
        )

    def take(self, numbers: Ints) -> "Contents":
        """The settings with these numbers, in this order."""
        return Contents(self.melodies.take(numbers), self.diatonic.take(numbers), self.pulses.take(numbers))
