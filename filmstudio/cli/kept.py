"""A process of the studio's own that ``studio serve`` keeps: started, listened to, told to leave, and never left behind."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from filmstudio.platform.settings import Settings

LOOK_SECONDS: Final = 0.2
_RESTARTS: Final = (0.5, 1, 2, 5, 10, 30)
"""Seconds before a process that died is started again; the last holds from then on."""
_LONG_LIFE: Final = 60.0
"""Seconds after which a process counts as having worked."""


class Kept:
    """One ``studio COMMAND …`` in a session of its own, so that Ctrl-C in the terminal reaches only who keeps it.

    It has the settings in its environment and the other end of its standard input, which closes when its keeper is gone.
    """

    def __init__(
        self, settings: Settings, command: str, *words: str, telling: bool = False, inherited: tuple[int, ...] = (),
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """Start it.

        Args:
            settings: of the house.
            command: of the studio.
            words: after the command.
            telling: lines of JSON come on its standard output.
            inherited: file descriptors that it gets.
            variables: of its environment, beside those of this process.
        """
        from filmstudio.platform.settings import VARIABLE

        out = subprocess.PIPE if telling else subprocess.DEVNULL
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
            [sys.executable, "-m", "filmstudio", command, *words], env={**os.environ, **variables, VARIABLE: settings.model_dump_json()},
            stdin=subprocess.PIPE, stdout=out, start_new_session=True, pass_fds=inherited,
        )  # fmt: skip
        self._said = b""
        self._lines: list[bytes] = []

    def __enter__(self) -> Kept:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End it, and whatever it started: a process that was killed leaves its Ray behind, in its session."""
        if self.alive:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def told(self, leave: threading.Event) -> dict[str, Any] | None:
        """The next object that it tells; None when it ends, or when it is time to leave."""
        assert self._process.stdout is not None  # noqa: S101 - it was started to tell
        descriptor = self._process.stdout.fileno()
        while True:
            while self._lines:
                with contextlib.suppress(ValueError):  # what a library printed
                    return dict(json.loads(self._lines.pop(0)))
            if leave.is_set():
                return None
            if select.select([descriptor], [], [], LOOK_SECONDS)[0]:
                read = os.read(descriptor, 4096)
                if not read:
                    return None
                *self._lines, self._said = (self._said + read).split(b"\n")

    def end(self, seconds: float, hurry: threading.Event) -> None:
        """Tell it to leave, and wait until it has, or there is no more time."""
        self._process.terminate()
        until = time.monotonic() + seconds
        while self.alive and time.monotonic() < until and not hurry.is_set():
            time.sleep(0.05)


class Patience:
    """How long to wait before a process that died is started again: longer each time, unless it had worked for a while."""

    def __init__(self) -> None:
        self._died = 0
        self._began = time.monotonic()

    def begin(self) -> None:
        """It is started now."""
        self._began = time.monotonic()

    def seconds(self) -> float:
        """It died: how long to wait."""
        self._died = 1 if time.monotonic() - self._began > _LONG_LIFE else self._died + 1
        return _RESTARTS[min(self._died, len(_RESTARTS)) - 1]
