"""All settings as a page in Markdown: `python -m service.reference_settings > docs/settings.md`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from index.markdown import table
from service.settings import Settings

_ABOUT = """# Settings

Made from `service/settings.py` by `make reference`. How the limits work together: [serving.md](serving.md).

`gan-ainm serve`, `make serve` and the containers read these environment variables. If a value is wrong or
out of its range, the service does not start, and says which one it is. An empty variable counts as not set
where the default is *none*.

```sh
PORT=8080 TIMEOUT_S=2.5 gan-ainm serve
```
"""
_SECTIONS = {  # by the setting that begins it
    "host": "What to serve, and where",
    "workers": "Work",
    "max_arriving_bytes": "Connections",
    "cors_origins": "Other pages, other names",
    "metrics": "Watching",
}
_UNITS = {"s": "seconds", "bytes": "bytes"}  # by the last word of a setting's name
_KINDS: dict[Any, str] = {
    str: "text",
    Path: "path",
    SecretStr: "text",
    bool: "`true` or `false`",
    int: "whole number",
    float: "number",
    frozenset: "texts, commas between them",
}


def reference() -> str:
    """The page."""
    return "\n".join((_ABOUT, *_sections()))


def _sections() -> Iterator[str]:
    names = list(Settings.model_fields)
    starts = [names.index(name) for name in _SECTIONS]
    for title, start, end in zip(_SECTIONS.values(), starts, [*starts[1:], len(names)], strict=True):
        rows = (_row(name, Settings.model_fields[name]) for name in names[start:end])
        yield f"## {title}\n\n{table(('variable', 'default', 'values', 'meaning'), rows)}\n"


def _row(name: str, field: FieldInfo) -> tuple[str, str, str, str]:
    value = str(field.default).lower() if isinstance(field.default, bool) else field.default
    default = "none" if value in (None, frozenset()) else f"`{value}`"
    if name.endswith("_bytes"):
        default += f" ({_spell(field.default, 'bytes')})"
    return f"`{name.upper()}`", default, _values(name, field), field.description or ""


def _values(name: str, field: FieldInfo) -> str:
    """What a setting may be: "seconds, 0.1 to 600", or its kind, or a choice of words."""
    kind: Any = field.annotation
    if get_origin(kind) is UnionType:
        kind, _ = get_args(kind)  # and None
    if get_origin(kind) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(kind))
    unit = _UNITS.get(name.rpartition("_")[2], _KINDS[get_origin(kind) or kind])
    bounds = [
        getattr(bound, side) for side in ("ge", "le") for bound in field.metadata if hasattr(bound, side)
    ]
    return f"{unit}, {' to '.join(_spell(bound, unit) for bound in bounds)}" if bounds else unit


def _spell(number: float, unit: str) -> str:
    if unit == "bytes":
        power = (int(number).bit_length() - 1) // 10
        return f"{int(number) >> 10 * power} {('B', 'KiB', 'MiB', 'GiB')[power]}"
    return f"{number:,g}" if number < 1 else f"{int(number):,}"


if __name__ == "__main__":
    sys.stdout.write(reference())
