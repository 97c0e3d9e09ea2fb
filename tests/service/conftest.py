"""A server for all tests of a file that leave it as it is."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from service.settings import Settings
from tests.support import SECRET, serve


@pytest.fixture(scope="module")
def shared_client(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client like `client`, of one server for the whole file."""
    root = tmp_path_factory.mktemp("shared") / "artifacts"
    shutil.copytree(published, root, symlinks=True)
    settings = Settings(
        host="127.0.0.1",
        artifacts=root,
        admin_api_key=SecretStr(SECRET),
        max_body_bytes=2**16,
        feedback=root / "feedback.db",
    )
    with serve(settings) as client:
        yield client
