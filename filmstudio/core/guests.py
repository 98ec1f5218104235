"""Workers for engines that others wrote: apart from the studio's own, watched, and believed only after a look.

A guest's worker is started afresh with the interpreter of its environment. It is given the variables its manifest asks for and
no others, no store, and a folder of its own; the kernel holds it to that where it can. What it prints is kept to be told when it
dies, and it is ended with all of its children when it takes too long or too much memory.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar, Final

from filmstudio.core.engine import Failure
from filmstudio.core.environments import command_of
from filmstudio.core.messages import Order, Report
from filmstudio.core.perform import Batch, Guest, Outcome
from filmstudio.core.processes import ONE_THREAD, rss_mb
from filmstudio.core.reception import media_asked, receive
from filmstudio.core.store import Keeper
from filmstudio.core.wire import LARGEST_FROM_GUESTS, WatchedWire
from filmstudio.core.workers import LAST_SECONDS, Worker

MEMORY_FACTOR: Final = 2.0
"""A guest may hold so many times the memory that its engine declares …"""
MEMORY_BASE_MB: Final = 256
"""… and this much beside it, for Python and the studio's own part."""
_LAST_WORDS: Final = 2_000
"""Bytes of what a worker printed that are kept."""

_PLAIN: Final = ("PATH", "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT")
_OF_GPUS: Final = ("CUDA_VISIBLE_DEVICES", "CUDA_HOME", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "HF_HOME", "TORCH_HOME")
_OF_NETWORKS: Final = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR")


class GuestWorker(Worker):
    """A worker that runs one guest's engines, and nobody else's."""

    tick: ClassVar[float] = 0.1  # memory is watched: a careless loop takes a gigabyte in less than a second

    def __init__(self, guest: Guest, keeper: Keeper) -> None:
        """Start it.

        Raises:
            ConfigError: its environment is not there, or not whole.
        """
        command, self._plugin = command_of(guest.environment), guest.plugin
        self._keeper, self._folder = keeper, keeper.scratch()
        self._last_words = b""
        (self._folder / "tmp").mkdir()
        ours, theirs = socket.socketpair()
        self._printed, prints = os.pipe()
        os.set_blocking(self._printed, False)
        self._listening = True
        self._process = subprocess.Popen(  # noqa: S603 - an interpreter of this installation, and arguments of our own making
            [*command, *_arguments(guest, theirs.fileno(), self._folder)],
            cwd=self._folder, env=variables_for(guest, self._folder), stdin=subprocess.DEVNULL, stdout=prints,
            stderr=subprocess.STDOUT, pass_fds=(theirs.fileno(),), start_new_session=True,
        )  # fmt: skip
        theirs.close()
        os.close(prints)
        super().__init__(WatchedWire(ours, LARGEST_FROM_GUESTS), guest)

    @property
    def process_id(self) -> int:
        """Number of its process."""
        return self._process.pid

    def handles(self) -> list[WatchedWire | int]:
        """Its wire, and what it prints."""
        return [self.wire, self._printed] if self._listening else [self.wire]

    def alive(self) -> bool:
        """Whether its process runs."""
        self._listen()
        return self._process.poll() is None

    def end(self, *, gone: bool) -> str:
        """End its process and every process it started."""
        self.wire.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=LAST_SECONDS if gone or self.batch is None else 0)
        code = self._process.returncode
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._listen()
        os.close(self._printed)
        self._listening = False
        shutil.rmtree(self._folder, ignore_errors=True)
        words = self._last_words.decode("utf-8", "replace").strip()
        return _how(code) + (f" (the last it said: {' '.join(words.split())})" if words else "")

    def trouble(self, batch: Batch, deadline: float) -> Failure | None:
        """Why its batch must be given up, if it must: too long, or far more memory than its engine declares."""
        limit = min(deadline, batch.deadline_s or deadline)
        if time.monotonic() - self.since > limit:
            remedy = "If it needs longer, its publisher must raise deadline_s in its Needs."
            return Failure(message=f"{self._who(batch)} gave no answer in {limit:g} s and was ended.", remedy=remedy)
        held = rss_mb(self.process_id)
        self.peak_mb = max(self.peak_mb, held)
        most = batch.memory_mb * MEMORY_FACTOR + MEMORY_BASE_MB
        if batch.memory_mb and held > most:
            message = (
                f"{self._who(batch)} held {held:.0f} MB and was ended: it declares {batch.memory_mb} MB, and {most:.0f} MB are allowed."
            )
            return Failure(message=message, remedy="If it needs more, its publisher must raise memory_mb in its Needs.")
        return None

    def failure(self, batch: Batch, reason: str) -> Failure:
        """The failure of its batch; tried again, because a machine may have been at fault, and told when it happens again."""
        remedy = f"Tell its publisher, or choose another engine: --engine {batch.role}=NAME."
        return Failure(message=f"{self._who(batch)} {reason}.", remedy=remedy, kind="transient")

    def _who(self, batch: Batch) -> str:
        return f"the worker that ran {batch.engine} of the plugin {self._plugin}"

    def _order(self, batch: Batch) -> Order:
        return Order(batch, {media.digest: str(self._keeper.path(media)) for media in media_asked(batch)})

    def _received(self, batch: Batch, report: Report) -> list[Outcome]:
        handed_in = self._folder / "media"
        try:
            return receive(batch, report, handed_in, self._keeper, time.monotonic() - self.since)
        finally:
            for path in handed_in.iterdir() if handed_in.is_dir() else ():
                path.unlink(missing_ok=True)

    def _listen(self) -> None:
        """Keep the end of what it printed: a pipe that nobody empties would stop it."""
        with contextlib.suppress(BlockingIOError, ValueError):
            while self._listening:
                part = os.read(self._printed, 1 << 16)
                self._listening = bool(part)
                self._last_words = (self._last_words + part)[-_LAST_WORDS:]


def variables_for(guest: Guest, folder: Path) -> dict[str, str]:
    """The environment variables of a guest's worker: what every program needs, what it may ask for, and no secrets."""
    names = [*_PLAIN, *(_OF_GPUS if guest.gpu else ()), *(_OF_NETWORKS if guest.network else ()), *guest.variables]
    variables = {name: os.environ[name] for name in names if name in os.environ}
    if not guest.environment:
        variables["PYTHONPATH"] = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)
    fixed = {"PYTHONUTF8": "1", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    own = {"TMPDIR": str(folder / "tmp"), "NUMBA_CACHE_DIR": str(folder / "tmp")}
    return {**variables, **ONE_THREAD, **fixed, **own}


def _arguments(guest: Guest, handle: int, folder: Path) -> list[str]:
    writes = [f"--write={Path(each).expanduser()}" for each in guest.folders]
    may = [*(["--network"] if guest.network else []), *(["--gpu"] if guest.gpu else [])]
    return ["-m", "filmstudio.core.guest_worker", str(handle), str(folder), *writes, *may]


def _how(code: int | None) -> str:
    if code is None:
        return "was ended"
    if code >= 0:
        return f"ended with code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"
