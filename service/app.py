"""The app: what the service holds while it runs, and its routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from model.version import VERSION
from service import admin, batch, duplicates, health, suggestions
from service.engine import Engine, load_engine
from service.guard import Guard
from service.jobs import Jobs
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
        app.state.service = State(settings, served, jobs, datetime.now(UTC))
        yield
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
    for routes in (suggestions, batch, duplicates):
        app.include_router(routes.router, tags=["suggestions"])
    app.include_router(health.router, tags=["health"])
    if settings.admin_api_key:
        app.include_router(admin.router, tags=["admin"])
    return app
