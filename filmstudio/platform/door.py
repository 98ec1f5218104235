"""The API at a socket of this machine: a uvicorn in a thread of its own, opened and closed in order."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from typing import Final

import uvicorn
from fastapi import FastAPI

from filmstudio.core.errors import StudioError
from filmstudio.core.telemetry import flush_traces

_START_SECONDS: Final = 60.0
LINGER_SECONDS: Final = 3
"""How long open requests may go on when the studio stops."""
_KEEP_ALIVE_SECONDS: Final = 30
_WEB_SOCKET_BYTES: Final = 1 << 16


class Door:
    """Lets people in while the block runs."""

    def __init__(self, app: FastAPI, listening: socket.socket) -> None:
        """``app``: of ``create_app``; ``listening``: a socket that listens already, so that nobody is refused meanwhile."""
        self._app, self._listening = app, listening
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=LINGER_SECONDS,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                ws_max_size=_WEB_SOCKET_BYTES,
                lifespan="on",
            )
        )
        self._thread = threading.Thread(target=self._serve, name="api")

    def __enter__(self) -> Door:
        """Open it.

        Raises:
            StudioError: the API did not start.
        """
        self._thread.start()
        until = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                self._close()
                raise StudioError("the API did not start.", remedy="See the studio's log.")
            time.sleep(0.02)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()

    @property
    def is_open(self) -> bool:
        """Whether it has not ended by itself."""
        return self._thread.is_alive()

    def _serve(self) -> None:
        self._server.run(sockets=[self._listening])
        flush_traces()

    def _close(self) -> None:
        self._app.state.following.close()  # event streams, which the server would wait for
        self._server.should_exit = True
        self._thread.join()
