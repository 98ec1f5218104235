"""The house that ``studio serve`` keeps: the API, a crew in a process, a live status, and an orderly end.

    --no-ray    this process: API (a thread)          crew process: local workers
    on Ray      front process: Ray, engines, API      crew process: joins that Ray

Neither Ray nor films run in this process: whatever dies there is started again here, and films go on where they were.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from filmstudio.cli.kept import LOOK_SECONDS, Kept, Patience
from filmstudio.cli.status import StatusBoard
from filmstudio.core.errors import ConfigError, StudioError

if TYPE_CHECKING:
    from filmstudio.platform.crew import CrewTerms
    from filmstudio.platform.settings import Settings

_log: Final = logging.getLogger("filmstudio.house")
_END_SECONDS: Final = 30.0
"""Longest that a crew may take after its films were told to stop, and a front after its requests were."""


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there.

    Raises:
        ConfigError: the address cannot be had.
    """
    with _socket(host, port) as listening:
        listening.listen(1024)
        yield listening


@contextlib.contextmanager
def held(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that holds the address for another process of this user, which listens there with ``SO_REUSEPORT``, as Serve does.

    Raises:
        ConfigError: the address cannot be had.
    """
    with _socket(host, port) as first:
        first.listen(1)  # fails where somebody listens, who might share the port otherwise
        chosen = first.getsockname()[1]
    with _socket(host, chosen, shared=True) as holding:
        yield holding


def _socket(host: str, port: int, *, shared: bool = False) -> socket.socket:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        opened = socket.socket(family, kind, protocol)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        opened.bind(where)
    except OSError as error:
        raise ConfigError(f"{host}:{port} cannot be listened at: {error.strerror}.", remedy="Choose another --port, or 0.") from error
    return opened


def address_of(listening: socket.socket) -> str:
    """The address of a socket, as one calls it."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class House:
    """Everything that ``studio serve`` runs."""

    def __init__(self, settings: Settings, terms: CrewTerms, listening: socket.socket, *, making: bool = True) -> None:
        """``listening``: ``bound``, or ``held`` where the API stands on the ingress of a Ray of one's own.

        Not ``making``: orders are taken, and somebody else's crew makes them.
        """
        self._settings, self._terms, self._listening, self._making = settings, terms, listening, making
        self._leave = threading.Event()
        self._hurry = threading.Event()
        self._opened = threading.Event()
        self._trouble: StudioError | None = None

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM, then drain.

        Raises:
            StudioError: it could not be started.
        """
        from filmstudio.platform.logs import log_to

        log_to(self._settings.log)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a client that hangs up must not end the studio
        signal.signal(signal.SIGINT, self._told_to_leave)
        signal.signal(signal.SIGTERM, self._told_to_leave)
        if self._terms.on_ray:
            self._run_on_ray()
        else:
            self._run_here()

    def _told_to_leave(self, *_: object) -> None:
        if self._leave.is_set():
            self._hurry.set()  # told twice: whoever sits there does not want to wait
        self._leave.set()

    def _show(self, going: Callable[[], bool]) -> None:
        StatusBoard(self._settings, address_of(self._listening), making=self._making).show(self._leave, going)

    # --- without Ray --------------------------------------------------------------------------------------------------------

    def _run_here(self) -> None:
        from filmstudio.platform.door import Door
        from filmstudio.platform.http import create_app

        crew = threading.Thread(target=self._keep_crew, args=(lambda: True, [], {}), name="crew")
        with Door(create_app(self._settings), self._listening) as door:
            try:
                if self._making:
                    crew.start()
                self._show(lambda: door.is_open)
            finally:
                self._leave.set()
                if crew.ident is not None:
                    crew.join()

    # --- on Ray -------------------------------------------------------------------------------------------------------------

    def _run_on_ray(self) -> None:
        keeper = threading.Thread(target=self._keep_front, name="front")
        keeper.start()
        try:
            while keeper.is_alive() and not self._opened.wait(LOOK_SECONDS):
                pass
            if self._opened.is_set():
                self._show(keeper.is_alive)
        finally:
            self._leave.set()
            keeper.join()
        if self._trouble is not None:
            raise self._trouble

    def _keep_front(self) -> None:
        """Start a front, and another one when it dies; a crew goes with each. What fails the first time would fail again."""
        patience, terms, fd = Patience(), self._terms, self._listening.fileno()
        words = _words({"--fd": fd, "--workers": terms.workers, "--ray-address": terms.ray_address})
        while not self._leave.is_set():
            patience.begin()
            with Kept(self._settings, "front", *words, telling=True, inherited=(fd,)) as front:
                told: dict[str, Any] = {"open": True}
                while "open" in told:  # first that the API is open, then where crews join
                    told = front.told(self._leave) or {}
                    if "open" in told:
                        self._opened.set()
                if "ray" in told:
                    self._stand_by(front, told)
                elif not self._leave.is_set():
                    trouble = StudioError(told.get("error", "the API ended."), remedy=told.get("remedy", f"See {self._settings.log}."))
                    if not self._opened.is_set():
                        self._trouble = trouble
                        return
                    _log.error("the front failed", extra={"detail": str(trouble)})
                    sys.stderr.write(f"{trouble}\n")
                if self._leave.is_set() and front.alive:
                    front.end(_END_SECONDS, self._hurry)
                    return
            self._leave.wait(patience.seconds())

    def _stand_by(self, front: Kept, told: dict[str, Any]) -> None:
        if self._making:
            where = ["--ray", *_words({"--ray-address": told["ray"], "--application": told["application"]})]
            self._keep_crew(lambda: front.alive, where, {"RAY_AUTH_MODE": told["auth_mode"]} if told["auth_mode"] else {})
        while front.alive and not self._leave.wait(LOOK_SECONDS):
            pass

    # --- the crew -----------------------------------------------------------------------------------------------------------

    def _keep_crew(self, going: Callable[[], bool], where: list[str], variables: Mapping[str, str]) -> None:
        """Start a crew, and another one whenever it dies: its films go on where they were. Its Ray may go first."""
        patience, terms = Patience(), self._terms
        words = [*where, *_words({"--films-at-once": terms.films_at_once, "--drain": terms.drain_seconds, "--workers": terms.workers})]
        while going() and not self._leave.is_set():
            patience.begin()
            with Kept(self._settings, "crew", *words, variables=variables) as crew:
                while crew.alive and going() and not self._leave.wait(LOOK_SECONDS):
                    pass
                if crew.alive and self._leave.is_set():
                    crew.end(terms.drain_seconds + _END_SECONDS, self._hurry)
                    return
            if going():
                self._leave.wait(patience.seconds())


def _words(options: dict[str, object]) -> list[str]:
    return [word for name, value in options.items() if value is not None for word in (name, str(value))]
