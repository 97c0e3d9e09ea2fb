"""The protocols `heard`: known settings that a synthesiser plays, as the service hears them."""

from collections.abc import Iterator

import numpy as np

from index.progress import OnStep
from model.abc import Tune, read_tune
from model.abc.variation import unnamed
from model.conversion import ConversionError
from model.sound import read_sound
from training.lab.benchmark.gallery import Gallery
from training.lab.benchmark.protocols import Task
from training.lab.benchmark.queries import Query, rng_of
from training.lab.benchmark.sampled_library import SampledLibrary
from training.lab.listening import INSTRUMENTS, Noise, as_wav, perform, with_noise

_CONDITIONS = {"heard": None, "heard-20": 20.0, "heard-10": 10.0}  # decibels of the sound above the noise
_BY_INSTRUMENT = "heard-10"
HEARD = (*_CONDITIONS, *(f"heard-{instrument.name}" for instrument in INSTRUMENTS))


def heard_tasks(library: SampledLibrary, gallery: Gallery, count: int, on_step: OnStep) -> Iterator[Task]:
    """All protocols that begin with "heard": `count` settings of the gallery, without noise and with it.

    The three instruments take turns, and so do white and pink noise.
    """
    known = {setting.reference for setting in gallery.catalogue.settings}
    references = [setting.reference for setting in library.catalogue.settings]
    played = [
        setting
        for setting in sorted(range(len(references)), key=library.draw_order)
        if references[setting] in known
    ][:count]
    advance = on_step("playing and listening", len(played))
    queries: dict[str, list[Query]] = {protocol: [] for protocol in _CONDITIONS}
    for number, setting in enumerate(played):
        right = np.array([library.catalogue.title_of_setting[setting]], dtype=np.int64)
        for protocol, wav in recordings(library.tunes[setting], references[setting], number).items():
            queries[protocol].append(Query(references[setting], _heard(wav), right))
        advance()
    by_instrument = {
        f"heard-{instrument.name}": frozenset(
            references[setting] for setting in played[place :: len(INSTRUMENTS)]
        )
        for place, instrument in enumerate(INSTRUMENTS[:count])
    }
    for protocol in _CONDITIONS:
        subsets = by_instrument if protocol == _BY_INSTRUMENT else {}
        yield Task(protocol, gallery, queries[protocol], subsets)


def recordings(tune: Tune, reference: str, number: int) -> dict[str, bytes]:
    """The recordings of a tune, as WAV, for each of the protocols that have noise of their own.

    Parameters
    ----------
    reference : of the setting; it alone determines the performance and the noise
    number : decides on the instrument and the colour of the noise
    """
    instrument = INSTRUMENTS[number % len(INSTRUMENTS)]
    colour: Noise = "white" if number // len(INSTRUMENTS) % 2 else "pink"
    rng = rng_of(reference)
    sound = instrument.sound(perform(tune, instrument.low, instrument.high, rng), rng)
    return {
        protocol: as_wav(sound if db is None else with_noise(sound, db, colour, rng))
        for protocol, db in _CONDITIONS.items()
    }


def _heard(wav: bytes) -> Tune:
    try:
        return unnamed(read_sound(wav).tune)
    except ConversionError:
        return read_tune("C")  # one note, which no system can name
