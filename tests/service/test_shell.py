"""The service worker's script, which names the files that it keeps."""

import json
from typing import Any

from service.shell import worker_script

FILES = {
    "index.html": b"<p>",
    "main.js": b"1",
    "abcjs-LICENSE.txt": b"MIT",
    "manifest.webmanifest": b"{}",
    "sw.js": b"work();\n",
}


def shell(files: dict[str, bytes]) -> dict[str, Any]:
    first, _, rest = worker_script(files).partition(b"\n")
    assert rest == files["sw.js"]
    assert first.startswith(b"self.SHELL = ")
    assert first.endswith(b";")
    read: dict[str, Any] = json.loads(first.removeprefix(b"self.SHELL = ").removesuffix(b";"))
    return read


def test_the_script_names_the_files_by_their_addresses() -> None:
    assert shell(FILES)["files"] == ["", "page/main.js", "manifest.webmanifest"]


def test_the_version_follows_every_file_that_is_kept_and_the_worker() -> None:
    versions = [shell({**FILES, name: b"changed"})["version"] for name in FILES if not name.endswith(".txt")]
    assert len({shell(FILES)["version"], *versions}) == 5


def test_what_is_not_kept_does_not_change_the_version() -> None:
    assert shell({**FILES, "abcjs-LICENSE.txt": b"changed"}) == shell(FILES)
    assert shell(dict(reversed(FILES.items()))) == shell(FILES)
