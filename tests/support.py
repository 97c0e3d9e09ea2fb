"""What several rooms' tests share."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from threading import Thread
from typing import Any

import httpx
import torch

from index.progress import Advance, Step
from model.abc import Tune
from model.encoders import Encoders
from model.ngram_titles import NgramTitleConfig
from model.ngram_tunes import NgramTuneConfig
from service.app import create_app
from service.server import make_server
from service.settings import Settings
from tests.nonsense import nonsense
from training.fitting.config import FitConfig
from training.fitting.towers import Towers

SMALL = FitConfig(
    batch=64,
    max_epochs=3,
    refit_epochs=8,
    tune_encoder=asdict(NgramTuneConfig(vocabulary_size=2**12, dim=64)),
    title_encoder=asdict(NgramTitleConfig(vocabulary_size=2**12, dim=64)),
)

KESH = """X:1
T:The Kesh
R:jig
M:6/8
L:1/8
K:G
D|GAG GAB|ABA ABd|edd gdd|edB dBA|GAG GAB|ABA ABd|edd gdB|AGF G2:|
"""


TITLES = "the reel jig hornpipe of in a miss mac lady lord maid humours rambling house morning"

SECRET = "secret-secret-secret"
KEY = {"Authorization": f"Bearer {SECRET}"}


def untrained() -> Encoders:
    """Small n-gram encoders with random weights, as an artifact restores them."""
    torch.manual_seed(0)
    towers = Towers(SMALL)
    towers.tune.prepare([towers.tune.featurizer.features(tune)] for tune in _nonsense())
    towers.title.prepare([[towers.title.featurizer.features(TITLES)]])
    return towers.encoders.as_saved("cpu")


@cache
def _nonsense() -> list[Tune]:
    return [tune for _, tune in nonsense(200, seed=0)]


class Clock:
    """A fake clock: only a test advances it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Silent:
    """A reporter that displays nothing and keeps its messages and steps."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.steps: list[Step] = []

    def step(self, description: str, total: int | None, done: int = 0) -> Advance:
        self.steps.append(Step(description, total, done))
        return self.steps[-1].advance

    def say(self, text: str) -> None:
        self.said.append(text)


@contextmanager
def serve(settings: Settings, port: int = 0) -> Iterator[httpx.Client]:
    """A real server, on any free port if none is given, and a client for it."""
    server = make_server(
        create_app(settings), settings.model_copy(update={"port": port}), log_level="warning"
    )
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.05)
            assert thread.is_alive(), "the server did not start"
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def finished(client: httpx.Client, location: str) -> dict[str, Any]:
    """A job of the admin endpoint, once it has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job: dict[str, Any] = client.get(location, headers=KEY).json()
        if job["status"] not in ("queued", "running"):
            return job
        time.sleep(0.02)
    raise AssertionError(f"{location} does not end")


def reindexed(client: httpx.Client) -> dict[str, Any]:
    """The job of a re-index that succeeds, once its artifact is served."""
    job = finished(client, client.post("/admin/reindex", headers=KEY).headers["location"])
    assert job["status"] == "succeeded", job
    serves(client, job["result"]["artifact"])
    return job


def serves(client: httpx.Client, version: str) -> None:
    """Wait until the service answers from this version of the artifact."""
    eventually(lambda: client.get("/health").json()["artifact"] == version, f"{version} is not served")


def eventually(is_true: Callable[[], bool], complaint: str, seconds: float = 20) -> None:
    """Wait until something is true. Fails with the complaint after some seconds."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.02)
