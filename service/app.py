"""The app: what the service holds while it runs, and its routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from model.version import VERSION
from service import admin, feedback, health, scrape, suggestions
from service.engine import Engine, load_engine
from service.feedback_store import open_store
from service.guard import Guard
from service.history import History
from service.jobs import Jobs
from service.observer import REQUEST_ID, Observer, is_request_id
from service.probe import Prober
from service.problems import add_problem_handlers, problem_responses
from service.settings import Settings
from service.state import State


def create_app(settings: Settings, engine: Engine | None = None) -> FastAPI:
    """The ASGI app. It serves the given engine, or loads an engine from the settings when it starts.

    Starting raises what `load_engine` raises.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        jobs = Jobs()
        served = engine if engine else await run_in_threadpool(load_engine, settings)
        store = open_store(settings)
        history = History(settings.artifacts)
        prober = Prober(served, history, settings.probe_interval_s)
        app.state.service = State(settings, served, jobs, history, prober, store, datetime.now(UTC))
        yield
        prober.close()
        await run_in_threadpool(jobs.close)

    app = FastAPI(
        title="Gan Ainm",
        summary="Suggests titles for folk tunes.",
        version=VERSION,
        lifespan=lifespan,
        redirect_slashes=False,  # a redirect would repeat the host that the request names
        responses=problem_responses(400, 500),
    )
    add_problem_handlers(app)
    app.add_middleware(Guard)
    # The last one comes first.
    app.add_middleware(Observer)
    app.add_middleware(
        CorrelationIdMiddleware, header_name=REQUEST_ID, validator=is_request_id, update_request_header=False
    )
    app.include_router(suggestions.router, tags=["suggestions"])
    app.include_router(health.router, tags=["health"])
    if settings.metrics == "open":
        app.include_router(scrape.router, tags=["health"])
    if settings.feedback:
        app.include_router(feedback.router, tags=["suggestions"])
    if settings.admin_api_key:
        app.include_router(admin.router, tags=["admin"])
    return app
