"""The app: what the service holds while it runs, and its routes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from model.version import VERSION
from service import admin, health, suggestions, titles
from service.body import Bodies
from service.engine import Engine, load_engine
from service.follower import follow
from service.guard import Guard
from service.jobs import Jobs
from service.problems import add_problem_handlers, problem_responses
from service.readiness import Readiness
from service.settings import Settings
from service.state import State
from service.watchdog import Watchdog
from service.work import Work


def create_app(settings: Settings, engine: Engine | None = None) -> FastAPI:
    """The ASGI app. It serves the given engine, or loads an engine from the settings when it starts.

    Starting raises what `load_engine` raises.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        served = engine if engine else await run_in_threadpool(load_engine, settings)
        jobs = Jobs(settings.artifacts, served.device, settings.tunebooks, settings.keep_artifacts)
        bodies = Bodies(settings.body_timeout_s, settings.max_arriving_bytes)
        work = Work(settings.threads, settings.queue, settings.timeout_s, settings.max_cpu_s)
        readiness = Readiness(work)
        readiness.stop_after(settings.drain_s)
        app.state.service = State(settings, served, jobs, bodies, work, readiness, datetime.now(UTC))
        watchdog = Watchdog(work)
        following = asyncio.create_task(follow(served))
        yield
        following.cancel()
        watchdog.close()
        work.close()
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
    app.include_router(suggestions.router, tags=["suggestions"])
    app.include_router(titles.router, tags=["catalogue"])
    app.include_router(health.router, tags=["health"])
    if settings.admin_api_key:
        app.include_router(admin.router, tags=["admin"])
    return app
