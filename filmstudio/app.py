"""The studio itself: the one place where plugins, store, dispatcher, planner and delivery meet."""

from __future__ import annotations

import codecs
import contextlib
import copy
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from filmstudio.core.artpack import pack_versions
from filmstudio.core.character import Character
from filmstudio.core.dispatch import Dispatcher, Event, render
from filmstudio.core.engine import Needs, Request, Result, batch_key
from filmstudio.core.errors import ConfigError, InputError, LimitError, Place, Problem, Severity
from filmstudio.core.film import Film
from filmstudio.core.finishing import Delivered, Rendering, deliver
from filmstudio.core.graph import RenderGraph, Task
from filmstudio.core.inline import InlineDispatcher
from filmstudio.core.nursery import EARLY
from filmstudio.core.options import RenderOptions
from filmstudio.core.perform import Batch
from filmstudio.core.planner import plan
from filmstudio.core.plugins import Offer, Plugins
from filmstudio.core.preflight import Preflight
from filmstudio.core.requests import (
    BreakdownRequest,
    BreakdownResult,
    CastRequest,
    CastResult,
    DirectRequest,
    DirectResult,
    ReadRequest,
    ReadResult,
)
from filmstudio.core.roles import ROLES
from filmstudio.core.screenplay import Screenplay
from filmstudio.core.soundness import check_film
from filmstudio.core.storage import default_cache, open_store
from filmstudio.core.store import Store
from filmstudio.core.wishes import MAX_SCRIPT_BYTES, Wishes

if TYPE_CHECKING:
    import socket
    import threading

    from fastapi import FastAPI

    from filmstudio.core.local import LocalDispatcher
    from filmstudio.platform.crew import CrewTerms
    from filmstudio.platform.making import FilmProgress, FilmTask
    from filmstudio.platform.settings import Settings
    from filmstudio.serve.front import Front

_LOADING_SECONDS = 300.0
"""Longest that a direct call waits for engines that are being loaded; on a new machine they are compiled first."""

__all__ = ["Studio", "Watch", "Wishes", "check_film", "load_film", "read_limited"]

ResultT = TypeVar("ResultT", bound=Result)
Watch = Callable[[Event], Any]


class Studio:
    """Reads scripts, develops films, renders and delivers them."""

    def __init__(self, cache: Store | Path | str | None = None, plugins: Plugins | None = None) -> None:
        """Use a store, or open the one at ``cache``. Scripts are read and films developed in this process."""
        self.store = cache if isinstance(cache, Store) else open_store(cache or default_cache())
        self.plugins = plugins or Plugins()
        self.preflight = Preflight(self.plugins)
        self._cast: tuple[Character, ...] = ()
        """Who was cast here last: their looks need not be looked at."""
        self.scope = ""
        self._desk: Dispatcher = InlineDispatcher(self.store.address, self.store.root)

    def of_tenant(self, scope: str, desk: Dispatcher) -> Studio:
        """The same studio for one film: takes that bear ``scope`` are found and made; scripts are read and films developed at ``desk``."""
        found = copy.copy(self)
        found.scope, found._desk, found._cast = scope, desk, ()
        return found

    # --- a script becomes a film ------------------------------------------------------------------------------------------

    def read(
        self, script: Path, engines: Mapping[str, str] | None = None, language: str | None = None
    ) -> tuple[Screenplay, tuple[Problem, ...]]:
        """Read a script; returns it with its warnings.

        Raises:
            InputError: the script cannot be used; every problem in it is told.
        """
        return self.read_bytes(read_limited(script, MAX_SCRIPT_BYTES), script.name, engines, language)

    def read_bytes(
        self, data: bytes, name: str, engines: Mapping[str, str] | None = None, language: str | None = None
    ) -> tuple[Screenplay, tuple[Problem, ...]]:
        """Read a script that is in memory, called ``name``; returns it with its warnings.

        Raises:
            InputError: the script cannot be used; every problem in it is told.
        """
        with self.store.rendering():
            media = self.store.put_bytes(data, "text/plain")
            result = self._once("screenplay", ReadRequest(script=media, name=name, language=language), ReadResult, engines)
        problems = tuple(
            Problem(problem.message, problem.remedy, Place(file=name, line=problem.line, column=problem.column), problem.severity)
            for problem in result.problems
        )
        if result.screenplay is None:
            raise InputError(f"{name} cannot be read.", problems=tuple(p for p in problems if p.severity is Severity.ERROR) or problems)
        return result.screenplay, problems

    def develop(self, screenplay: Screenplay, wishes: Wishes, options: RenderOptions) -> Film:
        """Break down, cast and direct: a screenplay becomes a film.

        Raises:
            ConfigError: a wish cannot be met by the chosen engines; every one is told.
            InputError: a voice is wished for someone who is not in the script.
        """
        engines = options.engines
        self.preflight.check_wishes(wishes, engines)
        breakdown = self._once(
            "breakdown",
            BreakdownRequest(screenplay=screenplay, culture=wishes.culture, language=wishes.language, title=wishes.title, seed=wishes.seed),
            BreakdownResult,
            engines,
        )
        cast = self._once(
            "casting",
            CastRequest(
                cast=breakdown.cast,
                style=wishes.style,
                voices=_voices_by_id(wishes.voices, breakdown),
                scenes_together=tuple(scene.present for scene in breakdown.scenes if len(scene.present) > 1),
                seed=wishes.seed,
            ),
            CastResult,
            engines,
        )
        self._cast = cast.characters
        request = DirectRequest(
            breakdown=breakdown,
            characters=cast.characters,
            aspect=options.aspect,
            style=wishes.style,
            target=wishes.duration,
            packs=pack_versions(self.plugins.art_packs()),
            seed=wishes.seed,
        )
        film = self._once("direction", request, DirectResult, engines).film
        return film.model_copy(update={"seed": wishes.seed, "target": wishes.duration})

    def _once(self, role: str, request: Request, result: type[ResultT], engines: Mapping[str, str] | None) -> ResultT:
        graph = RenderGraph.of([Task(role, role, request.canonical())])
        offers = {role: self.plugins.engine(role, (engines or {}).get(role))}
        made = render(graph, offers, self.store, self._desk, scope=self.scope)
        return result.model_validate(made[role].take.result)

    # --- a film is made ------------------------------------------------------------------------------------------------------

    def engines(self, options: RenderOptions) -> tuple[dict[str, Offer], tuple[str, ...]]:
        """The engine for every role, and what had to be replaced.

        Raises:
            ConfigError: an engine that was asked for cannot run here, and no fallback is allowed.
        """
        offers = self.plugins.cast_for(options.engines)
        notes: list[str] = []
        for role, offer in offers.items():
            reason = offer.ready()
            if not reason:
                continue
            default = self.plugins.engine(role)
            if not options.fallback or default.engine is offer.engine:
                raise ConfigError(f"the {role} engine {offer.engine.name} cannot run here: {reason}", remedy="Or allow --fallback.")
            notes.append(f"{role}: {offer.engine.name} cannot run here ({reason}); {ROLES[role].default} played it.")
            offers[role] = default
        return offers, tuple(notes)

    def render(
        self,
        film: Film,
        options: RenderOptions,
        folder: Path,
        *,
        workers: int | None = None,
        dispatcher: Dispatcher | None = None,
        watch: Watch = lambda event: None,
        planned: Callable[[RenderGraph], Any] = lambda graph: None,
    ) -> Delivered:
        """Make ``film`` and deliver it into ``folder``. What was made before is taken from the store.

        Raises:
            DeliveryError: the folder cannot be used; known before any work is done.
            InputError: the film asks for what the chosen engines do not have; known before any work is done.
            StudioError: a task failed; finished takes stay in the store and the next run goes on from them.
        """
        from filmstudio.core.delivery import check_folder

        check_folder(folder)
        self.check(film, options.engines, "the film")
        offers, notes = self.engines(options)
        graph = plan(film, options, pack_versions(self.plugins.art_packs()))
        planned(graph)
        started = time.perf_counter()
        with self.store.rendering():
            with contextlib.nullcontext(dispatcher) if dispatcher is not None else self.crew(options, workers) as crew:
                made = render(graph, offers, self.store, crew, self._watch_with_plugins(offers, watch), self.scope)
                peak = float(getattr(crew, "peak_rss_mb", 0.0))
                slots = crew.slots
            notes += self.passed_over(film, options.engines) + tuple(str(problem) for problem in self.plugins.mishaps)
            rendering = Rendering(film, options, graph, made, offers, notes, started, peak, slots)
            delivered = deliver(rendering, self.store, folder)
        self.plugins.tell("filmstudio_film_delivered", folder=folder)
        return delivered

    def check(self, film: Film, engines: Mapping[str, str], name: str) -> None:
        """See that the chosen engines have what the film asks for; ``name`` is its file's.

        Raises:
            InputError: with everything that they do not have.
        """
        self.preflight.check_film(film, engines, name, looks=film.characters != self._cast)

    def passed_over(self, film: Film, engines: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """Words of the film that no plugin knows, each with its place and what is near it: of a film edited by hand."""
        return self.preflight.passed_over(film, engines, looks=film.characters != self._cast)

    def crew(self, options: RenderOptions, workers: int | None = None) -> LocalDispatcher:
        """Workers of this machine, loading what the options ask for while the script is still being read. Close them when done."""
        from filmstudio.core.local import LocalDispatcher

        offers = self.plugins.cast_for(options.engines)
        early = [offer.address for role in EARLY if (offer := offers[role]).guest is None]
        return LocalDispatcher(self.store.address, workers, preload=early, cache=self.store.root)

    def crew_on_ray(
        self, options: RenderOptions, workers: int | None = None, address: str | None = None, tell: Callable[[str], Any] = lambda line: None
    ) -> AbstractContextManager[Dispatcher]:
        """The engines on Ray: one that runs at ``address``, or one of this machine for as long as the block takes.

        Raises:
            ConfigError: Ray is not installed, or an engine cannot run.
        """
        from filmstudio.serve.company import company

        offers, _ = self.engines(options)
        early = [offer for role in EARLY if (offer := offers[role]).guest is None]
        return company(list(offers.values()), self.store, address=address, workers=workers, early=early, tell=tell)

    def house_crew(self, terms: CrewTerms) -> AbstractContextManager[Dispatcher]:
        """Workers for films of many orders: every engine that can run here may be asked for.

        Raises:
            ConfigError: Ray is asked for and not installed.
        """
        if not terms.on_ray:
            return self.crew(RenderOptions(), terms.workers)
        from filmstudio.serve.company import company

        offers, early = self.house_offers()
        where, application = terms.ray_address, terms.application
        return company(offers, self.store, address=where, workers=terms.workers, early=early, application=application)

    def house_offers(self) -> tuple[list[Offer], list[Offer]]:
        """Every engine that can run here, and those of them that a house loads before it is ready."""
        offers = [offer for offer in self.plugins.engines() if not offer.ready()]
        own = [offer for offer in offers if offer.guest is None and offer.engine.role in EARLY]
        early = [offer for offer in own if offer.engine.name == ROLES[offer.engine.role].default]
        return offers, early

    def _watch_with_plugins(self, offers: Mapping[str, Offer], watch: Watch) -> Watch:
        plugins = self.plugins

        def tell(event: Event) -> None:
            if event.take is None:
                engine = offers[event.task.role].engine.name
                plugins.tell("filmstudio_task_started", task=event.task.id, role=event.task.role, engine=engine)
            else:
                plugins.tell("filmstudio_task_finished", task=event.task.id, take=event.take, cached=event.kind == "cached")
            watch(event)

        return tell


def read_limited(path: Path, limit: int) -> bytes:
    """The bytes of a file a person named.

    Raises:
        InputError: it is missing, a folder, or not readable.
        LimitError: it is larger than ``limit`` bytes; nothing was read.
    """
    place = Place(file=path.name)
    try:
        if path.is_dir():
            raise InputError("is a folder, not a file.", remedy="Name a script.", place=place)
        size = path.stat().st_size
        if size > limit:
            raise LimitError(f"is {size / (1 << 20):.1f} MB; at most {limit >> 20} MB are read.", remedy="Split the script.", place=place)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be opened: {reason}.", remedy="Check the name.", place=place) from error


def load_film(path: Path) -> Film:
    """Read a ``film.json``.

    Raises:
        InputError: it is not a film; every problem in it is told, with its place in the file's structure.
    """
    data = read_limited(path, 64 << 20).removeprefix(codecs.BOM_UTF8)
    try:
        return check_film(Film.model_validate_json(data), path.name)
    except ValidationError as error:
        problems = tuple(
            Problem(f"{'.'.join(str(step) for step in item['loc']) or 'the file'}: {item['msg']}.", place=Place(file=path.name))
            for item in error.errors()
        )
        raise InputError(f"{path.name} is not a film.", problems=problems) from error


def _voices_by_id(voices: Mapping[str, str], breakdown: BreakdownResult) -> dict[str, str]:
    by_name = {note.name.casefold(): note.id for note in breakdown.cast} | {note.id: note.id for note in breakdown.cast}
    unknown = [name for name in voices if name.casefold() not in by_name]
    if unknown:
        cast = ", ".join(note.name for note in breakdown.cast) or "nobody"
        problems = tuple(Problem(f"--voice names {name!r}, who is not in the script.", f"The cast: {cast}.") for name in unknown)
        raise InputError("--voice names people who are not in the script.", problems=problems)
    return {by_name[name.casefold()]: voice for name, voice in voices.items()}


def run_crew(settings: Settings, terms: CrewTerms, leave: threading.Event, opened: Callable[[], Any] = lambda: None) -> None:
    """Make the films of jobs until ``leave`` is set: in a process of its own, or in an actor. ``opened`` is called when it begins."""
    from filmstudio.platform.crew import Crew, CrewName
    from filmstudio.platform.keys import scope_of
    from filmstudio.platform.orders import SCRIPT_NAME
    from filmstudio.platform.storeroom import open_storeroom
    from filmstudio.scheduler.database import Database
    from filmstudio.scheduler.exchange import Exchange
    from filmstudio.scheduler.leases import Leases
    from filmstudio.scheduler.tallies import Tallies

    database = Database(settings.database_address)
    house, name, tallies = Studio(open_storeroom(settings.cache, database)), CrewName(Path(settings.data)), Tallies()
    plugins = house.plugins

    def make(task: FilmTask, crew: Dispatcher, progress: FilmProgress) -> Delivered:
        studio, order = house.of_tenant(scope_of(task.tenant), crew), task.order
        options, film = order.options.render_options(task.tier, order.film), order.film
        if film is None:
            progress.enter("Reading")
            script = (order.screenplay or "").encode("utf-8")
            screenplay, _ = studio.read_bytes(script, SCRIPT_NAME, options.engines, order.options.language)
            progress.enter("Developing")
            film = studio.develop(screenplay, order.options.wishes(), options)
        task.check_length(film)
        return studio.render(check_film(film, "film"), options, task.folder, dispatcher=crew, watch=progress.watch, planned=progress.plan)

    def needs_of(batch: Batch) -> Needs:
        needs = plugins.engine(batch.role, batch.engine).engine.needs
        # On Ray, Serve gathers batches at the engine's post, and slots count calls.
        return needs.model_copy(update={"batch_size": 1, "batch_wait_ms": 0}) if terms.on_ray else needs

    def shared_by(batch: Batch) -> str:
        engine = plugins.engine(batch.role, batch.engine).engine
        if needs_of(batch).batch_size == 1:
            return ""
        return batch_key(engine.needs.batch_by, ROLES[batch.role].request.model_validate(batch.calls[0].request))

    leases = Leases(database)
    if name.alone:
        leases.abandoned_by(name.name)
    try:
        with house.house_crew(terms) as crew, Exchange(crew, needs_of, share=shared_by, tallies=tallies) as pool:
            opened()
            Crew(leases, settings.films, make, pool, plugins, name.name, terms, tallies).run(leave)
    finally:
        name.close()


@contextlib.contextmanager
def front_on_ray(
    settings: Settings, terms: CrewTerms, listening: socket.socket, opened: Callable[[], Any], tell: Callable[[str], Any]
) -> Iterator[Front]:
    """The API in front of engines on Ray while the block runs; tells where crews join.

    On a Ray of this studio's own the API stands on Serve's ingress. A Ray that is joined has a front of its own, or none: there the
    API answers at this machine's socket, and calls the engines over there.

    Args:
        settings: which the environment of this process has too, as ``FILMSTUDIO_SERVE``.
        terms: of the crews that will join: workers, and the address of a Ray to join.
        listening: a socket that listens; for a Ray of one's own it is only bound, with ``SO_REUSEPORT``, and Serve's proxy listens.
        opened: called when the API answers, while engines may still be loading.
        tell: shown what is being done, a line at a time.

    Raises:
        ClusterError: Ray, the engines or the API did not start.
        ConfigError: Ray is not installed, or an engine's needs cannot be met.
    """
    from filmstudio.platform.door import LINGER_SECONDS, Door
    from filmstudio.platform.storeroom import open_storeroom
    from filmstudio.scheduler.database import Database
    from filmstudio.serve.cluster import AUTH_MODE
    from filmstudio.serve.company import company, reached
    from filmstudio.serve.front import Front, front

    with contextlib.closing(Database(settings.database_address)) as database:
        studio = Studio(open_storeroom(settings.cache, database))
    offers, early = studio.house_offers()
    if terms.ray_address is None:
        host, port = listening.getsockname()[:2]
        app = f"{__name__}:{api_on_ray.__name__}"
        with front(
            offers, studio.store, app, (host, port), workers=terms.workers, early=early, drain=LINGER_SECONDS, opened=opened, tell=tell
        ) as found:  # fmt: skip
            yield found
        return
    from filmstudio.platform.enginecalls import PooledCaller
    from filmstudio.platform.http import create_app

    with company(offers, studio.store, address=terms.ray_address, workers=terms.workers, early=early, tell=tell) as crew:
        caller = PooledCaller(studio.store, lambda: reached(settings.engine_seconds, crew.application))
        with Door(create_app(settings, caller), listening):
            opened()
            yield Front(terms.ray_address, crew.application, os.environ.get(AUTH_MODE, ""))


def api_on_ray() -> FastAPI:
    """The API in a replica of Serve, with the settings in ``FILMSTUDIO_SERVE``: engines are called where they are deployed."""
    from filmstudio.platform.enginecalls import PooledCaller
    from filmstudio.platform.http import create_app
    from filmstudio.platform.logs import log_to
    from filmstudio.platform.settings import settings_from_environment
    from filmstudio.serve.company import reached

    settings = settings_from_environment()
    log_to(settings.log)
    return create_app(
        settings, PooledCaller(open_store(settings.cache, there=True), lambda: reached(settings.engine_seconds, patience=_LOADING_SECONDS))
    )
