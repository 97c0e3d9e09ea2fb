"""schemathesis makes good and bad requests from the OpenAPI document, and gets the answers it promises."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support import SECRET

# A text may have no notes, and any text may be ABC, so the document cannot say which bodies are right; and a
# cancelled job can still be looked up. All other checks hold, such as no server error, documented statuses,
# media types and schemas, no ignored key.
UNFIT = "positive_data_acceptance,negative_data_rejection,use_after_free"

# schemathesis asks for a way to write the bodies of these types; they are bytes.
HOOKS = """
import schemathesis
types = ["application/vnd.recordare.musicxml", "audio/midi", "audio/wav"]
schemathesis.serializer.alias(types, "application/octet-stream")
"""


@pytest.mark.slow
def test_the_service_keeps_its_promises(client: httpx.Client, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks.py"
    hooks.write_text(HOOKS)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{client.base_url}/openapi.json"),
            *("--header", f"Authorization: Bearer {SECRET}"),
            *("--exclude-checks", UNFIT),
            *("--max-examples", "50", "--seed", "1", "--suppress-health-check", "all"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": str(hooks)},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
