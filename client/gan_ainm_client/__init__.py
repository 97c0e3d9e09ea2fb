"""A client of Gan Ainm, the service that puts names to folk tunes.

    from gan_ainm_client import Client

    with Client("http://127.0.0.1:8000") as client:
        print(client.suggest("K:D\\nfed cde").suggestions[0].title)

`gan_ainm_client.answers` has the models of all answers. The service imports these, too, and has no httpx, so
the two clients are imported only when somebody asks for them.
"""

from typing import TYPE_CHECKING, Any

from gan_ainm_client.errors import BrokenAnswer, CallFailed, Problem, TimedOut, Unreachable

if TYPE_CHECKING:
    from gan_ainm_client.asynchronous import AsyncClient
    from gan_ainm_client.sync import Client

__all__ = ["AsyncClient", "BrokenAnswer", "CallFailed", "Client", "Problem", "TimedOut", "Unreachable"]


def __getattr__(name: str) -> Any:
    if name == "Client":
        from gan_ainm_client.sync import Client

        return Client
    if name == "AsyncClient":
        from gan_ainm_client.asynchronous import AsyncClient

        return AsyncClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
