"""What the running service holds, and how a route gets it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from service.body import Bodies
from service.engine import Engine
from service.feedback_store import FeedbackStore
from service.history import History
from service.jobs import Jobs
from service.probe import Prober
from service.readiness import Readiness
from service.settings import Settings
from service.work import Work


@dataclass(frozen=True)
class State:
    """Everything that outlives a request."""

    settings: Settings
    engine: Engine
    jobs: Jobs
    bodies: Bodies
    work: Work
    readiness: Readiness
    history: History
    prober: Prober
    feedback: FeedbackStore | None
    started: float  # moment of `time.monotonic`: the clock may jump


def state_of(request: Request) -> State:
    """The state of the service that answers a request."""
    state: State = request.app.state.service
    return state


async def _state(request: Request) -> State:  # FastAPI runs what is not async in a thread
    return state_of(request)


CurrentState = Annotated[State, Depends(_state)]
