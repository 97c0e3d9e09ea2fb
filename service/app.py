"""The service, as a picture: settings, what it holds while it runs, and its rooms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from service import admin, health, suggestions
from service.engine import Engine, load_engine
from service.jobs import Jobs
from service.problems import add_problem_handlers, problem_responses
from service.settings import Settings


def create_app(settings: Settings, engine: Engine | None = None) -> FastAPI:
    """The ASGI app. Without an engine it loads one at its start, which raises what `load_engine` raises."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = engine or await run_in_threadpool(load_engine, settings)
        app.state.jobs = Jobs()
        app.state.started_at = datetime.now(UTC)
        yield
        await run_in_threadpool(app.state.jobs.close)

    app = FastAPI(
        title="Gan Ainm",
        summary="Puts names to folk tunes.",
        lifespan=lifespan,
        responses=problem_responses(400, 500),
    )
    app.state.settings = settings
    add_problem_handlers(app)
    app.include_router(suggestions.router, tags=["suggestions"])
    app.include_router(health.router, tags=["health"])
    if settings.admin_api_key:
        app.include_router(admin.router, tags=["admin"])
    return app
