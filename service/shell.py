"""What the service worker of the page needs to know: which files it keeps, and their version."""

import json
from collections.abc import Mapping
from hashlib import sha256

# Not loaded by the page: the worker itself, and texts for people who read the folder.
_NOT_KEPT = (".txt", "sw.js")


def worker_script(files: Mapping[str, bytes]) -> bytes:
    """The service worker's script: `sw.js` behind a line that tells it the files of the page.

    The script changes with every file that it keeps, so that browsers fetch the new ones. Raises KeyError
    when there is no `sw.js`.

    Parameters
    ----------
    files : the contents of all files of the page, by name
    """
    kept = sorted(name for name in files if not name.endswith(_NOT_KEPT))
    digest = sha256(b"".join(sha256(files[name]).digest() for name in (*kept, "sw.js")))
    shell = {"version": digest.hexdigest()[:16], "files": [_address(name) for name in kept]}
    return b"self.SHELL = " + json.dumps(shell).encode() + b";\n" + files["sw.js"]


def _address(name: str) -> str:
    """Where the service has a file, relative to `/`."""
    if name == "index.html":
        return ""
    return name if name == "manifest.webmanifest" else f"page/{name}"
