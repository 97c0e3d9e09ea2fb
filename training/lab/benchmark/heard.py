"""The protocol `heard`: known settings that a synthesiser plays, as the service hears them."""

import hashlib
from collections.abc import Iterator

import numpy as np

from index.progress import OnStep
from model.abc import Tune, read_tune
from model.abc.variation import unnamed
from model.conversion import ConversionError
from model.sound import read_sound
from training.lab.benchmark.gallery import Gallery
from training.lab.benchmark.protocols import Query, Task
from training.lab.benchmark.sampled_library import SampledLibrary
from training.lab.listening import INSTRUMENTS, Instrument, Noise, as_wav, perform, with_noise

_CONDITIONS = {"heard": None, "heard-20": 20.0, "heard-10": 10.0}  # decibels of the sound above the noise
_BY_INSTRUMENT = "heard-10"
HEARD = (*_CONDITIONS, *(f"heard-{instrument.name}" for instrument in INSTRUMENTS))


def heard_tasks(library: SampledLibrary, gallery: Gallery, count: int, on_step: OnStep) -> Iterator[Task]:
    """All protocols that begin with "heard": `count` settings of the gallery, without noise and with it.

    The three instruments take turns, and so do white and pink noise.
    """
    known = {setting.reference for setting in gallery.catalogue.settings}
    settings = [
        setting
        for setting in sorted(range(len(library.tunes)), key=library.draw_order)
        if library.catalogue.settings[setting].reference in known
    ][:count]
    for protocol, db in _CONDITIONS.items():
        advance = on_step(f"playing {protocol}", len(settings))
        queries, by_instrument = [], {f"heard-{instrument.name}": set[str]() for instrument in INSTRUMENTS}
        for number, setting in enumerate(settings):
            instrument = INSTRUMENTS[number % len(INSTRUMENTS)]
            colour: Noise = "white" if number // len(INSTRUMENTS) % 2 else "pink"
            reference = library.catalogue.settings[setting].reference
            seed = int.from_bytes(hashlib.sha256(reference.encode()).digest()[:8], "big")
            tune = _heard(library.tunes[setting], instrument, db, colour, seed)
            right = np.array([library.catalogue.title_of_setting[setting]], dtype=np.int64)
            queries.append(Query(reference, tune, right))
            by_instrument[f"heard-{instrument.name}"].add(reference)
            advance()
        subsets = {name: frozenset(of) for name, of in by_instrument.items() if of}
        yield Task(protocol, gallery, queries, subsets if protocol == _BY_INSTRUMENT else {})


def play(tune: Tune, instrument: Instrument, db: float | None, colour: Noise, seed: int) -> bytes:
    """A recording of a passage of a tune, as WAV; `db` is how far the sound is above the noise, if any."""
    rng = np.random.default_rng(seed)
    sound = instrument.sound(perform(tune, instrument.low, instrument.high, rng), rng)
    return as_wav(sound if db is None else with_noise(sound, db, colour, rng))


def _heard(tune: Tune, instrument: Instrument, db: float | None, colour: Noise, seed: int) -> Tune:
    try:
        return unnamed(read_sound(play(tune, instrument, db, colour, seed)).tune)
    except ConversionError:
        return read_tune("C")  # one note, which no system can name
