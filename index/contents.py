"""Contents: what the melody index keeps of its settings. Contents of others can be put together from them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.melodies import Melodies
from index.ngram_index import GRAM, GramCounts
from model.abc import Tune
from model.grams import Ints, interval_grams, pulse, pulse_grams

PULSE_GRAM = 6  # steps


@dataclass(frozen=True)
class Contents:
    """Many settings, one after another.

    Attributes
    ----------
    melodies : their notes
    intervals, pulses : how often each n-gram of intervals, or of pulses, occurs in each
    """

    melodies: Melodies
    intervals: GramCounts
    pulses: GramCounts

    @classmethod
    def of(cls, tunes: Iterable[Tune]) -> "Contents":
        """The contents of tunes, in their order."""
        intervals, pulses = [], []

        def noted() -> Iterator[Tune]:
            for tune in tunes:
                intervals.append(interval_grams(tune, GRAM))
                pulses.append(pulse_grams(pulse(tune), PULSE_GRAM))
                yield tune

        melodies = Melodies.of(noted())
        return cls(melodies, GramCounts.of(intervals), GramCounts.of(pulses))

    def __len__(self) -> int:
        return len(self.melodies)

    @classmethod
    def joined(cls, parts: Sequence["Contents"]) -> "Contents":
        """The settings of several parts, one part after another; of at least one part."""
        return cls(
            Melodies.joined([part.melodies for part in parts]),
            GramCounts.joined([part.intervals for part in parts]),
            GramCounts.joined([part.pulses for part in parts]),
        )

    def take(self, numbers: Ints) -> "Contents":
        """The settings with these numbers, in this order."""
        return Contents(self.melodies.take(numbers), self.intervals.take(numbers), self.pulses.take(numbers))
