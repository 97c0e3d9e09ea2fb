"""The app: what the service holds while it runs, and its routes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from service import admin, health, info, suggestions, titles
from service.api import Api
from service.body import Bodies
from service.docs import add_docs
from service.engine import Engine, load_engine
from service.follower import follow
from service.guard import Guard
from service.jobs import Jobs
from service.problems import add_problem_handlers
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

    app = Api(settings.cors_origins, lifespan=lifespan)
    add_problem_handlers(app)
    app.add_middleware(Guard, settings.cors_origins, settings.known_hosts)
    add_docs(app)
    app.include_router(suggestions.router, tags=["suggestions"])
    app.include_router(titles.router, tags=["catalogue"])
    app.include_router(health.router, tags=["service"])
    app.include_router(info.router, tags=["service"])
    if settings.admin_api_key:
        app.include_router(admin.router, tags=["admin"])
    return app
