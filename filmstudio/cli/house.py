"""The house that ``studio serve`` keeps: the API in a thread, a crew in a process, a live status, and an orderly end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from filmstudio.cli.status import StatusBoard
from filmstudio.core.errors import ConfigError, StudioError

if TYPE_CHECKING:
    import uvicorn

    from filmstudio.platform.crew import CrewTerms
    from filmstudio.platform.settings import Settings

_START_SECONDS: Final = 60.0
_END_SECONDS: Final = 30.0
"""Longest that a crew may take after its films were told to stop."""
_RESTARTS: Final = (0.5, 1, 2, 5, 10, 30)
"""Seconds before a crew that died is started again; the last holds from then on."""
_LONG_LIFE: Final = 60.0
"""Seconds after which a crew counts as having worked."""
_LINGER: Final = 3
"""Seconds that open requests may take when the studio stops."""


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there.

    Raises:
        ConfigError: the address cannot be had.
    """
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(where)
        listening.listen(1024)
    except OSError as error:
        raise ConfigError(f"{host}:{port} cannot be listened at: {error.strerror}.", remedy="Choose another --port, or 0.") from error
    with listening:
        yield listening


def address_of(listening: socket.socket) -> str:
    """The address of a listening socket, as one calls it."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class House:
    """Everything that ``studio serve`` runs."""

    def __init__(self, settings: Settings, terms: CrewTerms | None, listening: socket.socket) -> None:
        """``terms``: of the crew; None = orders are taken and nothing is made."""
        self._settings, self._terms, self._listening = settings, terms, listening
        self._leave = threading.Event()
        self._hurry = threading.Event()
        self._server: uvicorn.Server | None = None
        self._app: Any = None

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
        api = threading.Thread(target=self._serve, name="api")
        crew = threading.Thread(target=self._keep_crew, args=(self._terms,), name="crew") if self._terms is not None else None
        api.start()
        try:
            self._wait_until_ready(api)
            if crew is not None:
                crew.start()
            StatusBoard(self._settings, address_of(self._listening), making=crew is not None).show(self._leave, api.is_alive)
        finally:
            self._leave.set()
            if crew is not None and crew.ident is not None:
                crew.join()
            self._close_api()
            api.join()

    def _told_to_leave(self, *_: object) -> None:
        if self._leave.is_set():
            self._hurry.set()  # told twice: whoever sits there does not want to wait
        self._leave.set()

    # --- the API ------------------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        import uvicorn

        from filmstudio.core.telemetry import flush_traces
        from filmstudio.platform.http import create_app

        self._app = create_app(self._settings)
        config = uvicorn.Config(
            self._app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=_LINGER, timeout_keep_alive=30,
            ws_max_size=1 << 16, lifespan="on",
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._server.run(sockets=[self._listening])
        flush_traces()

    def _wait_until_ready(self, api: threading.Thread) -> None:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and api.is_alive():
            if self._server is not None and self._server.started:
                return
            time.sleep(0.02)
        raise StudioError("the API did not start.", remedy=f"See {self._settings.log or 'what it printed'}.")

    def _close_api(self) -> None:
        if self._server is not None:
            self._app.state.following.close()
            self._server.should_exit = True

    # --- the crew -----------------------------------------------------------------------------------------------------------

    def _keep_crew(self, terms: CrewTerms) -> None:
        """Start a crew, and another one whenever it dies: its films go on where they were."""
        died = 0
        while not self._leave.is_set():
            began = time.monotonic()
            with self._started_crew(terms) as process:
                while process.poll() is None and not self._leave.wait(0.2):
                    pass
                if process.poll() is None:
                    self._end(process, terms)
                    return
            died = 0 if time.monotonic() - began > _LONG_LIFE else died + 1
            self._leave.wait(_RESTARTS[min(died, len(_RESTARTS)) - 1])

    @contextlib.contextmanager
    def _started_crew(self, terms: CrewTerms) -> Iterator[subprocess.Popen[bytes]]:
        from filmstudio.platform.settings import VARIABLE

        options: dict[str, object] = {"--films-at-once": terms.films_at_once, "--drain": terms.drain_seconds}
        options |= {"--workers": terms.workers, "--ray-address": terms.ray_address}
        command = [sys.executable, "-m", "filmstudio", "crew", *(["--ray"] if terms.on_ray else [])]
        command += [word for name, value in options.items() if value is not None for word in (name, str(value))]
        environment = {**os.environ, VARIABLE: self._settings.model_dump_json()}
        # Its own session: Ctrl-C in the terminal reaches this process alone, which then tells the crew.
        process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()
            if terms.on_ray:  # a crew that was killed leaves its Ray behind, in the same session
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def _end(self, process: subprocess.Popen[bytes], terms: CrewTerms) -> None:
        process.terminate()
        until = time.monotonic() + terms.drain_seconds + _END_SECONDS
        while process.poll() is None and time.monotonic() < until and not self._hurry.is_set():
            time.sleep(0.05)
