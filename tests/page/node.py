"""Runs the page's modules without a browser, in Node.js where it is installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
_FIRST = (20, 19)  # the first version that takes a .js file with imports for a module


def run_node(*arguments: str, stdin: str = "") -> str:
    """What Node.js prints. Skips the test where it is missing, and fails with what it complains about."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < _FIRST:
        pytest.skip(f"Node.js {version.strip()} is too old")
    done = subprocess.run(
        [node, *arguments], input=stdin, capture_output=True, text=True, check=False, cwd=HERE, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
