"""Both clients, so that each test of what they do runs with each of them."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import httpx
import pytest

from gan_ainm_client import AsyncClient, Client


class Ask(Protocol):
    """Asks a service with one of the clients: `ask(url, lambda client: client.info())`."""

    def __call__(self, url: str, question: Callable[[Any], Any], **options: Any) -> Any: ...


def _ask_sync(url: str, question: Callable[[Any], Any], **options: Any) -> Any:
    with Client(url, http=httpx.Client(trust_env=False), **options) as client:
        answer = question(client)
        return list(answer) if isinstance(answer, Iterator) else answer


def _ask_async(url: str, question: Callable[[Any], Any], **options: Any) -> Any:
    async def ask() -> Any:
        async with AsyncClient(url, http=httpx.AsyncClient(trust_env=False), **options) as client:
            answer = question(client)
            return [each async for each in answer] if hasattr(answer, "__aiter__") else await answer

    return asyncio.run(ask())


@pytest.fixture(params=[_ask_sync, _ask_async], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """One of the clients."""
    chosen: Ask = request.param
    return chosen


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that a service does not ask for are short."""
    monkeypatch.setattr("gan_ainm_client.attempts._FIRST_PAUSE_S", 0.01)
