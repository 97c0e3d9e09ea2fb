"""The app: what the service holds while it runs, and its routes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from service import admin, batch, convert, duplicates, feedback, health, info, scrape, suggestions, titles
from service.api import Api
from service.body import Bodies
from service.docs import add_docs
from service.engine import Engine, load_engine
from service.feedback_store import open_store
from service.follower import follow
from service.guard import Guard
from service.history import History
from service.jobs import Jobs
from service.observer import REQUEST_ID, Observer, is_request_id, new_request_id
from service.probe import Prober
from service.problem_handlers import add_problem_handlers
from service.readiness import Readiness
from service.settings import Settings
from service.state import State
from service.watchdog import Watchdog
from service.website import add_page
from service.work import Work


def create_app(settings: Settings, engine: Engine | None = None) -> FastAPI:
    """The ASGI app. It serves the given engine, or loads an engine from the settings when it starts.

    Starting raises what `load_engine` raises.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        served = engine if engine else await run_in_threadpool(load_engine, settings)
        store = open_store(settings)
        work = Work(
            settings.threads,
            settings.queue,
            settings.timeout_s,
            settings.max_cpu_s,
            settings.max_batches,
        )
        history = History(settings.artifacts)
        state = app.state.service = State(
            settings=settings,
            engine=served,
            jobs=Jobs(
                settings.artifacts,
                served.device,
                settings.tunebooks,
                settings.keep_artifacts,
                settings.log_format,
            ),
            bodies=Bodies(settings.body_timeout_s, settings.max_arriving_bytes),
            work=work,
            readiness=Readiness(work),
            history=history,
            prober=Prober(served, history, settings.probe_interval_s, work.idle),
            feedback=store,
            started=time.monotonic(),
        )
        state.readiness.stop_after(settings.drain_s)
        watchdog = Watchdog(work)
        following = asyncio.create_task(follow(served, work))
        yield
        following.cancel()
        state.prober.close()
        watchdog.close()
        work.close()
        await run_in_threadpool(state.jobs.close)

    app = Api(settings.cors_origins, lifespan=lifespan)
    add_problem_handlers(app)
    # The last middleware comes first.
    app.add_middleware(Guard, settings.cors_origins, settings.known_hosts)
    app.add_middleware(Observer)
    app.add_middleware(
        CorrelationIdMiddleware,
        header_name=REQUEST_ID,
        validator=is_request_id,
        generator=new_request_id,
        update_request_header=False,
    )
    # Routes are tried in this order, so that of tunes comes first.
    for routes in (suggestions, batch, duplicates, convert):
        app.include_router(routes.router, tags=["suggestions"])
    app.include_router(titles.router, tags=["catalogue"])
    app.include_router(health.router, tags=["service"])
    app.include_router(info.router, tags=["service"])
    if settings.metrics == "open":
        app.include_router(scrape.router, tags=["service"])
    if settings.feedback:
        app.include_router(feedback.router, tags=["suggestions"])
    if settings.admin_api_key:
        app.include_router(admin.router, tags=["admin"])
    add_docs(app)
    add_page(app)
    return app
