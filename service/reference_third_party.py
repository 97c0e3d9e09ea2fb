"""`python -m service.reference_third_party`: what others wrote, with its licences.

It prints docs/third-party.md; with the argument `page`, the plain text that the page links to. That text is
in the folder of the page, so every image has it, too.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from index.markdown import table

_LOCK = Path(__file__).parents[1] / "requirements.lock"
_FILES = (
    (
        "service/page/abcjs-6.7.2-basic-min.js",
        "abcjs 6.7.2 by Paul Rosen and Gregory Dyke, https://github.com/paulrosen/abcjs: "
        "`dist/abcjs-basic-min.js` of the npm package, unchanged",
        "MIT: `service/page/abcjs-6.7.2-LICENSE.txt`",
    ),
)
_INTRODUCTION = """# Third-party files and packages

`make reference` writes this page and `service/page/third-party.txt`. The service's page links to the latter,
and every image has it.

## Files in this repository that others wrote
"""
_AFTER_FILES = """The page loads abcjs, and `gan-ainm report` puts a copy with its licence into each report.
`tests/service/test_website.py` compares both files with the published hashes, and with npm's copy where there
is npm.
"""
_PACKAGES = """## Packages that the service, the trainer and the image install

Each brings the text of its licence. `fastapi-offline` has a copy of Swagger UI (Apache-2.0), and PyTorch
has libraries of its own, whose licences are in the folder `licenses` of its metadata.
"""


def reference() -> str:
    """The page for the documents."""
    files = table(("file", "from", "licence"), ((f"`{name}`", source, kind) for name, source, kind in _FILES))
    packages = table(("package", "licence"), _packages())
    return f"{_INTRODUCTION}\n{files}\n\n{_AFTER_FILES}\n{_PACKAGES}\n{packages}\n"


def plain_text() -> str:
    """The same as plain text."""
    rows = [*((source, kind) for _, source, kind in _FILES), *_packages()]
    return "What others wrote, and its licence\n\n" + "".join(
        f"{name.replace('`', '')}: {kind.replace('`', '')}\n" for name, kind in rows
    )


def _packages() -> Iterator[tuple[str, str]]:
    """Each locked package with its licence. Left out are those that this platform does not need."""
    locked = re.findall(r"^([a-z0-9.-]+)==", _LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    for name in sorted((*locked, "torch")):
        try:
            yield name, _licence(name)
        except PackageNotFoundError:
            continue


def _licence(name: str) -> str:
    """What a package says about its licence, in the newest of the fields that it fills."""

    def field(key: str) -> list[str]:
        return metadata(name).get_all(key) or []

    kinds = [line.rpartition(" :: ")[2] for line in field("Classifier") if line.startswith("License :: OSI")]
    found = (*field("License-Expression"), ", ".join(kinds), *field("License"))
    return next(filter(None, found), "").partition("\n")[0]


if __name__ == "__main__":
    sys.stdout.write(plain_text() if sys.argv[1:] == ["page"] else reference())
