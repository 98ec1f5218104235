"""The HTTP API as one application: ``create_app``, which a server here and a replica on Ray both build from the same settings."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

import filmstudio
from filmstudio.core.errors import StudioError
from filmstudio.core.local import LocalDispatcher
from filmstudio.core.plugins import Plugins
from filmstudio.core.store import Store
from filmstudio.platform.deadletters import dead_letter_routes
from filmstudio.platform.described import describe, example, problems
from filmstudio.platform.edge import Edge
from filmstudio.platform.enginecalls import EngineCaller, PooledCaller
from filmstudio.platform.engines import engine_routes, role_models
from filmstudio.platform.films import House, film_routes
from filmstudio.platform.following import Following
from filmstudio.platform.frontdesk import FrontDesk
from filmstudio.platform.keys import Keys
from filmstudio.platform.meters import HouseCounts, Meters
from filmstudio.platform.orders import FilmOrder
from filmstudio.platform.problems import Refusal, refusal_of
from filmstudio.platform.reception import Reception
from filmstudio.platform.screening import Screening
from filmstudio.platform.settings import Settings, settings_from_environment
from filmstudio.platform.shelf import Shelf
from filmstudio.platform.storeroom import open_storeroom
from filmstudio.platform.uploads import media_routes
from filmstudio.platform.weeding import Weeding
from filmstudio.scheduler.database import Database
from filmstudio.scheduler.jobs import Jobs

_THREADS: Final = 8
_CALL_WORKERS: Final = 1
"""Processes for direct calls of engines, beside those that make films."""
_NO_KEY: Final[dict[str, Any]] = {"security": []}
"""Of pages that machines ask for, which have no key."""
_NOBODYS: Final = "0" * 64
"""Digest of a task that nobody has: a store that answers has no take of it."""
_COUNTS: Final = '# TYPE filmstudio_jobs gauge\nfilmstudio_jobs{status="waiting"} 2.0\n'
_DESCRIPTION: Final = """A screenplay goes in, a finished film comes out. Order a film, follow it, fetch what was made.

Send your key as `Authorization: Bearer KEY`. Errors are problem details (RFC 9457) and name every problem of what was sent. Every
answer has an `X-Request-Id`, by which the studio's log knows it; the one that you send is kept."""


def create_app(settings: Settings | None = None, caller: EngineCaller | None = None) -> FastAPI:
    """The API. Without ``settings`` they are taken from ``FILMSTUDIO_SERVE``; without ``caller`` engines are called on this machine.

    ``app.state.following.close()`` ends event streams, which a server that stops would otherwise wait for.

    Raises:
        ConfigError: the settings are wrong.
        StoreError: the database or the store cannot be used.
    """
    settings = settings or settings_from_environment()
    database, meters = Database(settings.database_address), Meters()
    store = open_storeroom(settings.cache, database)
    settings.films.mkdir(parents=True, exist_ok=True)
    executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="api")
    keys, jobs, plugins = Keys(database), Jobs(database), _once(Plugins)
    reception = Reception(keys, executor, open_house=settings.open_house)
    following = Following(database, executor, meters, settings.streams)
    calls = caller or PooledCaller(store, lambda: LocalDispatcher(store.address, _CALL_WORKERS, cache=store.root))
    desk, screening, weeding = FrontDesk(jobs), Screening(reception, plugins, store, calls), Weeding(database, store)

    @contextlib.asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await reception.run(screening.open)
        weeder = asyncio.create_task(weeding.go_on(reception.run))
        yield
        weeder.cancel()
        following.close()
        await asyncio.to_thread(desk.close)
        await asyncio.to_thread(calls.close)
        executor.shutdown(wait=False, cancel_futures=True)
        database.close()

    app = FastAPI(
        title="AI Film Studio", version=filmstudio.__version__, description=_DESCRIPTION, lifespan=life, redirect_slashes=False,
        docs_url=None, redoc_url=None,  # those pages load their scripts from elsewhere: a house without a network has none
        telemetry={"tracing": False, "metrics": False, "logs": False},  # the edge has the request's span: FastAPI would make another
    )  # fmt: skip
    app.state.following = following
    _add_refusals(app)
    app.include_router(film_routes(House(settings, jobs, desk, following, reception, meters, screening)))
    app.include_router(dead_letter_routes(jobs, reception))
    shelf = Shelf(database, store)
    app.include_router(engine_routes(shelf, reception, plugins, calls, settings.engine_seconds))
    app.include_router(media_routes(settings, store, shelf, reception))
    _add_health(app, reception, jobs, meters, Path(settings.data), store)
    larger = {("POST", "/v1/media"): settings.media_bytes}
    app.add_middleware(Edge, meters=meters, body_bytes=settings.body_bytes, seconds=settings.request_seconds, larger=larger)
    describe(app, [FilmOrder, *role_models()])
    return app


def _once(make: Callable[[], Plugins]) -> Callable[[], Plugins]:
    made: list[Plugins] = []
    lock = threading.Lock()

    def get() -> Plugins:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return get


def _add_health(app: FastAPI, reception: Reception, jobs: Jobs, meters: Meters, data: Path, store: Store) -> None:
    @app.get(
        "/healthz", tags=["health"], summary="Whether this process answers", response_model=dict[str, str], openapi_extra=_NO_KEY,
        responses={200: example({"status": "ok"}), **problems(413, 503)},
    )  # fmt: skip
    async def healthz() -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json")

    @app.get(
        "/readyz", tags=["health"], summary="Whether work can be taken", response_model=dict[str, str], openapi_extra=_NO_KEY,
        responses={200: example({"status": "ready"}), **problems(413, 503, 504)},
    )  # fmt: skip
    async def readyz() -> Response:
        """The database and the store answer, and the data folder is there."""
        try:
            await reception.run(jobs.backlog)
            if not data.is_dir():
                raise FileNotFoundError
            await reception.run(store.take, _NOBODYS)
        except Exception as error:
            raise Refusal(503, f"the studio is not ready: {type(error).__name__}.", headers={"Retry-After": "2"}) from error
        return Response(b'{"status":"ready"}', media_type="application/json")

    counts = {"description": "Prometheus' text format.", "content": {"text/plain": {"example": _COUNTS}}}

    @app.get(
        "/metrics", tags=["health"], summary="Counts, for Prometheus", response_class=PlainTextResponse, openapi_extra=_NO_KEY,
        responses={200: counts, **problems(413, 500, 503, 504)},
    )  # fmt: skip
    async def metrics() -> Response:
        page = await reception.run(lambda: meters.page(HouseCounts.of(jobs)))
        return Response(page, media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(Refusal)
    async def refused(_: Request, error: Refusal) -> Response:
        return error.response()

    @app.exception_handler(StudioError)
    async def failed(_: Request, error: StudioError) -> Response:
        return refusal_of(error).response()

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> Response:
        detail = {404: f"there is nothing at {request.url.path[:200]}.", 405: f"{request.method[:20]} is not answered here."}
        said = detail.get(error.status_code) or str(error.detail)
        return Refusal(error.status_code, said, headers=error.headers).response()

    @app.exception_handler(RequestValidationError)
    async def wrong(_: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        if any(item["loc"][0] == "path" for item in found):
            return Refusal(404, "there is nothing with this id.").response()
        errors = [{"detail": f"{item['loc'][0]} parameter {item['loc'][-1]}: {item['msg']}"} for item in found]
        return Refusal(422, "the request has wrong parameters.", errors=errors).response()


def description(settings: Settings) -> bytes:
    """The OpenAPI description, as JSON."""
    return to_json(create_app(settings).openapi())
