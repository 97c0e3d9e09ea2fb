"""A server for all tests of a file that only ask it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from service.settings import Settings
from tests.support import SECRET, serve


@pytest.fixture(scope="module")
def shared_client(published: Path) -> Iterator[httpx.Client]:
    """A client like `client`, of one server for the whole file. Tests must not change its artifact."""
    with serve(
        Settings(host="127.0.0.1", artifacts=published, admin_api_key=SecretStr(SECRET), max_body_bytes=2**16)
    ) as client:
        yield client
