"""Re-indexes again and again under load: every answer comes from a whole index, and soon from the new one.

Each re-index finds another title on the same tune of the user's own. So an answer about that tune shows which
index it came from, and that must be the one that it names. A request fails when its status is not 200.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from index.artifact import current_version
from tests.reliability.client import Client, get, post
from tests.reliability.figures import Figures
from tests.reliability.load import Answer, closed_loop, open_loop
from tests.reliability.support import ARTIFACTS, Artifacts, copy_current, percentiles, scratch
from tests.reliability.tunes import queries
from tests.workers import Workers, workers

_KEY = "reliability-reliability"
_TITLE = "Number {} of the Reindexing"
_OWN = (
    "M:4/4\nL:1/8\nK:D\n|:Fd2A BFdA|GBeG FAdF|EGBE DFAD|c2ec AGFE|Fdf2 gfed|cegc' bgec|dBAF GEFD|E2CE D4:|\n"
)
_SHARE_OF_OWN = 5  # every fifth request asks for the own tune
_LOAD = 0.3  # of the rate that was measured at the start
_LATE_S = 2.0  # after its publication each worker serves the new index
_EVERY_S = 0.02  # between two looks at the link `current`
_ASK_S = 0.25  # between two questions about the job
_ARTIFACT = re.compile(rb'"artifact":"([^"]*)"')
_FIRST_TITLE = re.compile(rb'"suggestions":\[\{"title":"([^"]*)"')


class Seen(NamedTuple):
    """What an answer said: its artifact, and its first title if it is about the own tune."""

    status: int
    begun: float
    seconds: float
    artifact: str
    title: str | None


def main(
    artifacts: Artifacts = ARTIFACTS,
    count: Annotated[int, typer.Option(help="How many times to re-index.")] = 50,
    seconds: Annotated[float, typer.Option(help="How long to measure without a re-index.")] = 60.0,
) -> None:
    """Measure re-indexes under load."""
    figures = Figures(f"{count} re-indexes under load")
    with scratch() as folder:
        root = copy_current(artifacts, folder / "artifacts")
        own = folder / "tunebooks" / "own.abc"
        own.parent.mkdir()
        requests = [
            post(_OWN if number % _SHARE_OF_OWN == 0 else tune)
            for number, tune in enumerate(queries(root, 200))
        ]
        with workers(root, folder, TUNEBOOKS=str(own.parent), ADMIN_API_KEY=_KEY) as service:
            asyncio.run(_measure(service, root, own, requests, count, seconds, figures))
    figures.end()


async def _measure(
    service: Workers,
    root: Path,
    own: Path,
    requests: Sequence[bytes],
    count: int,
    seconds: float,
    figures: Figures,
) -> None:
    client = Client(service.port)
    warm: list[Seen] = []
    await closed_loop(client, requests, 8, 5, _into(warm))
    rate = _LOAD * len(warm) / 5
    without: list[Seen] = []
    await open_loop(client, requests, rate, seconds, _into(without))

    published = {current_version(root): (0.0, "")}  # when, and the title of the own tune
    during: list[Seen] = []
    jobs = asyncio.create_task(_reindex(client, root, own, count, published))
    while not jobs.done():
        await open_loop(client, requests, rate, 1, _into(during))
    took, failed = await jobs
    await open_loop(client, requests, rate, 2 * _LATE_S, _into(during))
    client.close()

    figures.show("requests a second", rate)
    figures.show("requests during the re-indexes", len(during))
    figures.show("a re-index, median", percentiles(took)[0] if took else "none succeeded", "s")
    figures.none("jobs that failed", failed)
    refused = [f"status {seen.status}" for seen in (*without, *during) if seen.status != 200]
    figures.none("requests that failed", refused)
    answered = [seen for seen in during if seen.status == 200]
    figures.none("answers that no published index gives", _wrong(answered, published))
    figures.none(f"answers from an index replaced {_LATE_S:g} s before", _late(answered, published))
    (p50, _, p99), (p50_alone, _, p99_alone) = (
        percentiles([seen.seconds * 1000 for seen in sample]) for sample in (during, without)
    )
    figures.show("p50, p99 without a re-index", f"{p50_alone:.1f} ms, {p99_alone:.1f} ms")
    figures.show("p50, p99 during re-indexes", f"{p50:.1f} ms, {p99:.1f} ms")
    figures.at_most("p99 during / without", p99 / p99_alone, 1.5)


def _into(seen: list[Seen]) -> Callable[[Answer], None]:
    def add(answer: Answer) -> None:
        body = answer.response.body
        artifact, title = _ARTIFACT.search(body), None
        if answer.number % _SHARE_OF_OWN == 0 and (first := _FIRST_TITLE.search(body)):
            title = first[1].decode()
        version = artifact[1].decode() if artifact else ""
        seen.append(Seen(answer.response.status, answer.begun, answer.seconds, version, title))

    return add


async def _reindex(
    client: Client, root: Path, own: Path, count: int, published: dict[str, tuple[float, str]]
) -> tuple[list[float], list[str]]:
    """Re-index `count` times. Returns the seconds that each took, and what failed."""
    took, failed = [], []
    for number in range(count):
        title = _TITLE.format(number)
        own.write_text(f"X:1\nT:{title}\n{_OWN}")
        began = time.monotonic()
        started = await client.ask(post("", path="/admin/reindex", key=_KEY))
        if started.status != 202:
            failed.append(f"{started.status} {started.body[:200]!r}")
            await asyncio.sleep(1)
            continue
        location = json.loads(started.body)["id"]
        job = {"status": "queued"}
        while job["status"] in ("queued", "running"):
            until = time.monotonic() + _ASK_S
            while time.monotonic() < until:
                await asyncio.sleep(_EVERY_S)
                published.setdefault(current_version(root), (time.monotonic(), title))
            job = json.loads((await client.ask(get(f"/admin/jobs/{location}", _KEY))).body)
        published.setdefault(current_version(root), (time.monotonic(), title))
        took.append(time.monotonic() - began)
        if job["status"] != "succeeded":
            failed.append(json.dumps(job)[:200])
    return took, failed


def _wrong(answers: Sequence[Seen], published: dict[str, tuple[float, str]]) -> list[str]:
    """Answers from an artifact that nobody published, and answers that do not fit the artifact they name."""
    faults = []
    for seen in answers:
        if seen.artifact not in published:
            faults.append(f"nobody published {seen.artifact}")
        elif seen.title not in (None, expected := published[seen.artifact][1]) and expected:
            faults.append(f"{seen.artifact} says {seen.title}, not {expected}")
    return faults


def _late(answers: Sequence[Seen], published: dict[str, tuple[float, str]]) -> list[str]:
    """Answers from an artifact that another had replaced some time before they were asked for."""
    order = list(published)
    replaced = {old: published[new][0] for old, new in pairwise(order)}
    lateness = (seen.begun - replaced.get(seen.artifact, seen.begun) for seen in answers)
    return [f"{late:.1f} s late" for late in lateness if late > _LATE_S]


if __name__ == "__main__":
    typer.run(main)
