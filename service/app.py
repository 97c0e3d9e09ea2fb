"""The service, as a picture: settings, what it holds while it runs, and its rooms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from model.device import pick_device
from service import admin, health, suggestions
from service.engine import Engine
from service.jobs import Jobs
from service.problems import add_problem_handlers
from service.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The ASGI app. Starting it raises ArtifactError when there is no artifact that it can serve."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = await run_in_threadpool(Engine, settings.artifacts, pick_device(settings.device))
        app.state.jobs = Jobs()
        app.state.started_at = datetime.now(UTC)
        yield
        await run_in_threadpool(app.state.jobs.close)

    app = FastAPI(title="Gan Ainm", summary="Puts names to folk tunes.", version="0.1.0", lifespan=lifespan)
    app.state.settings = settings
    add_problem_handlers(app)
    app.include_router(suggestions.router, tags=["suggestions"])
    app.include_router(health.router, tags=["health"])
    if settings.admin_api_key:
        app.include_router(admin.router, tags=["admin"])
    return app
