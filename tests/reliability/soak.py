"""Many posts of all kinds: no 5xx, and the workers' memory does not grow.

Of a hundred posts, 70 are tunes, 20 are broken in various ways, 5 are larger than allowed, 4 nearly fill the
largest allowed body, and one is sent slowly and given up. The memory after a fifth of the posts is compared
with that at the end. In the first 4,000 posts a worker's heap grows by a third, until it has room for the
largest texts that meet; after that it should not.
"""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from itertools import count as counting
from typing import Annotated

import typer

from tests.reliability.client import Client, post
from tests.reliability.figures import Figures
from tests.reliability.support import ARTIFACTS, Artifacts, copy_current, private_bytes, scratch
from tests.reliability.tunes import queries
from tests.workers import Workers, workers

_BODY = 2**18  # bytes, the default limit
_CLIENTS = 8
_KINDS = {"good": 70, "bad": 20, "too large": 5, "large": 4, "slow": 1}
_EARLY = 5  # memory is compared after this part of the posts
_GROWTH = 0.05  # share of the memory by then
_SLOW_S = 0.2  # between two parts of a slow post


def main(
    artifacts: Artifacts = ARTIFACTS,
    count: Annotated[int, typer.Option(help="Number of posts.")] = 50_000,
) -> None:
    """Post again and again, and look at the memory of each worker."""
    figures = Figures(f"{count:,} posts")
    with scratch() as folder:
        root = copy_current(artifacts, folder / "artifacts")
        bodies = _bodies(queries(root, 1000))
        with workers(root, folder) as service:
            pids = service.pids
            asyncio.run(_soak(service, bodies, count, figures))
            figures.none("workers that were replaced", [f"{pid}" for pid in pids - service.pids])
            figures.show("log", service.log.stat().st_size / 1e6, "MB")
            traces = re.findall(r"^Traceback.*", service.log.read_text(), re.MULTILINE)
            figures.none("tracebacks in the log", traces)
    figures.end()


async def _soak(service: Workers, bodies: dict[str, Sequence[bytes]], count: int, figures: Figures) -> None:
    client, statuses, early = Client(service.port), Counter[tuple[str, int]](), dict[int, int]()
    chance, numbers = random.Random(0), counting()

    async def ask() -> None:
        while (number := next(numbers)) < count:
            if number == count // _EARLY:
                early.update({pid: private_bytes(pid) for pid in service.pids})
            (kind,) = chance.choices(list(_KINDS), list(_KINDS.values()))
            request = chance.choice(bodies[kind])
            if kind == "slow":
                await _post_slowly(client, request)
            else:
                statuses[kind, (await client.ask(request)).status] += 1

    await asyncio.gather(*(ask() for _ in range(_CLIENTS)))
    client.close()
    for pid, before in early.items():
        with suppress(OSError):
            after = private_bytes(pid)
            figures.show(f"worker {pid}: early, late", f"{before / 1e6:.1f} MB, {after / 1e6:.1f} MB")
            figures.at_most("growth", after / before - 1, _GROWTH)
    for kind in _KINDS:
        counts = {status: number for (one, status), number in sorted(statuses.items()) if one == kind}
        if counts:
            answers = ", ".join(f"{number} x {status}" for status, number in counts.items())
            figures.show(f"answers to {kind} posts", answers)
    faults = [f"{kind}: {status}" for kind, status in statuses if status >= 500 or status == 0]
    figures.none("5xx and broken connections", faults)
    refused = [f"{status}" for kind, status in statuses if kind == "good" and status != 200]
    figures.none("good posts that were refused", refused)


def _bodies(tunes: Sequence[str]) -> dict[str, Sequence[bytes]]:
    chance = random.Random(1)
    good = [post(tune) for tune in tunes]
    good += [post(json.dumps({"abc": tune, "top_k": 5}), "application/json") for tune in tunes]
    mangled = [post(_mangled(tune, chance)) for tune in tunes]
    bad = [
        post(""),
        post(b"\xff\xfe\x00\x01" * 50),
        post("no notes here: 123"),
        post("{", "application/json"),
        post("[" * 10_000, "application/json"),
        post(json.dumps({"abc": 1}), "application/json"),
        post(json.dumps({"abc": tunes[0], "top_k": 1000}), "application/json"),
        post(json.dumps({f"key {number}": 1 for number in range(5000)}), "application/json"),
        post(tunes[0], "image/png"),
        post(tunes[0], path="/suggest-titles?top_k=x"),
        post(tunes[0], path="/no-such-route"),
    ]
    return {
        "good": good,
        "bad": [*mangled, *bad * 50],
        "too large": [post("C" * (_BODY + 1)), post("C" * (4 * _BODY))],
        "large": [post(f"{tune}\nW: {'a verse of a song ' * 12_000}") for tune in tunes[:20]],
        "slow": good[:50],
    }


def _mangled(tune: str, chance: random.Random) -> bytes:
    """The bytes of a tune, a tenth of them replaced."""
    return bytes(chance.randrange(256) if chance.random() < 0.1 else byte for byte in tune.encode())


async def _post_slowly(client: Client, request: bytes) -> None:
    """Send a request in three parts, and hang up before the last."""
    connection = await client.connect()
    third = len(request) // 3
    for part in (request[:third], request[third : 2 * third]):
        connection.send(part)
        await asyncio.sleep(_SLOW_S)
    connection.close()


if __name__ == "__main__":
    typer.run(main)
