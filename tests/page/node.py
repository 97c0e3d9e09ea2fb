"""Calls functions of the page's modules without a browser, in Node.js where it is installed."""

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

_FIRST = (20, 19)  # the first version that takes a .js file with imports for a module


def call_page(module: str, function: str, calls: Iterable[Sequence[Any]]) -> list[Any]:
    """What a function of the page returns for each call.

    Skips the test where Node.js is missing or too old.

    Parameters
    ----------
    module : a file of service/page
    calls : the arguments of each call; bytes are a Uint8Array there

    Returns
    -------
    The results. A call that throws an Error gives the Error's message as a ValueError, which is not raised.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < _FIRST:
        pytest.skip(f"Node.js {version.strip()} is too old")
    asked = {"module": module, "function": function, "calls": [list(call) for call in calls]}
    done = subprocess.run(
        [node, str(Path(__file__).parent / "call.mjs")],
        input=json.dumps(asked, default=_to_json),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(done.stdout, object_hook=_from_json)
    return [ValueError(each["error"]) if "error" in each else each["result"] for each in results]


def _to_json(value: object) -> object:
    assert isinstance(value, bytes), value
    return {"base64": base64.b64encode(value).decode()}


def _from_json(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value
