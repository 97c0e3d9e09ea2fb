"""Filters: which settings have the rhythm, the metre and the corpus that somebody asks for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from index.catalogue import Setting
from index.titles import rhythm_family
from model.abc.length import read_meter
from model.errors import GanAinmError
from model.names import fold

Mask = NDArray[np.bool_]
_LISTED = 20  # values that an error lists at most


class FilterError(GanAinmError):
    """A filter that no setting of the catalogue matches.

    Attributes
    ----------
    field : the field of `Filters`
    """

    def __init__(self, field: str, available: Sequence[str]) -> None:
        found = ", ".join(available) or "none"
        super().__init__(f"no setting in the catalogue has this {field}; the most common: {found}")
        self.field = field


@dataclass(frozen=True, slots=True)
class Filters:
    """What a setting must have. None stands for anything.

    Attributes
    ----------
    rhythm : such as "reel"; "jig" also stands for "slip jig" and other rhythms that end with it. Case, spaces
        and plural make no difference
    meter : such as "6/8"; "C" is "4/4" and "C|" is "2/2"
    corpus : its name, in any case
    """

    rhythm: str | None = None
    meter: str | None = None
    corpus: str | None = None


NO_FILTERS = Filters()


class Facets:
    """The rhythms, metres and corpora of the settings of a catalogue.

    Parameters
    ----------
    settings : in the order of the catalogue
    """

    def __init__(self, settings: Sequence[Setting]) -> None:
        self._values: dict[str, list[str]] = {}  # the different values of each field
        self._numbers: dict[str, NDArray[np.int64]] = {}  # of the value of each setting
        for field in (field.name for field in fields(Filters)):
            number_of: dict[str, int] = {}
            values = (getattr(setting, field) for setting in settings)
            self._numbers[field] = np.array(
                [number_of.setdefault(value, len(number_of)) for value in values], dtype=np.int64
            )
            self._values[field] = list(number_of)

    def matching(self, filters: Filters) -> Mask | None:
        """Which settings match all filters, shape = (settings,); None if there is no filter.

        Raises FilterError when no setting matches one of the filters by itself.
        """
        masks = []
        for field, numbers in self._numbers.items():
            wanted = getattr(filters, field)
            if wanted is None:
                continue
            matches = np.array([_matches(field, value, wanted) for value in self._values[field]])
            if not matches.any():
                raise FilterError(field, self._most_common(field))
            masks.append(matches[numbers])
        return np.logical_and.reduce(masks) if masks else None

    def _most_common(self, field: str) -> list[str]:
        values = (self._values[field][number] for number in self._numbers[field].tolist())
        count = Counter(value.lower() if field == "rhythm" else value for value in values if value)
        return [value for value, _ in count.most_common(_LISTED)]


def _matches(field: str, value: str, wanted: str) -> bool:
    """Whether the value that a setting has in a field of `Filters` is what is wanted."""
    if field == "corpus":
        return value.casefold() == wanted.strip().casefold()
    if field == "meter":
        meter = read_meter(wanted)
        return meter is not None and value == meter.name != ""
    has, asked = _rhythm_key(value), _rhythm_key(wanted)
    return bool(asked) and (has == asked or (bool(rhythm_family(wanted)) and has.endswith(asked)))


def _rhythm_key(rhythm: str) -> str:
    """A rhythm without case, spaces and the end of a plural."""
    return fold(rhythm).replace(" ", "").rstrip("s").rstrip("e")
