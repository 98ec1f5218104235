"""A Ray for as long as it is needed: one of this machine's own, or one that runs already. Quiet, and never waited for without end."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from filmstudio.core.errors import ConfigError, StudioError
from filmstudio.serve.folders import ray_folder

AUTH_MODE: Final = "RAY_AUTH_MODE"
"""Whether this process and those that it starts send Ray's token: Ray sets it where it starts one for us."""
START_SECONDS: Final = 90.0
"""Longest that a Ray may take to start or to be reached; usual are three seconds."""
STOP_SECONDS: Final = 30.0
_KNOCK_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 15.0
_ELSE: Final = "Is one running there? Without --ray-address a local one is started."
_START_ONE: Final = "See that two gigabytes of memory are free. Without Ray: --dispatch local, or studio serve --no-ray."
_MISSING: Final = "Ray is not installed."
_INSTALL: Final = "Install filmstudio[serve]."
_CLIENT: Final = "ray://"
OBJECT_STORE_BYTES: Final = 100_000_000
"""Near Ray's least: only call sheets and answers cross it."""

_SETTINGS: Final = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_SERVE_LOG_TO_STDERR": "0",
    "RAY_LOG_TO_STDERR": "0",
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_enable_metrics_collection": "0",
    "RAY_worker_niceness": "0",
}
"""No reports to Ray's makers, no log lines between those of the studio; Ray's own log files have everything. Replicas have the
priority of the studio's own workers: at Ray's (nice 15) they stand still on a machine that does anything else."""

ValueT = TypeVar("ValueT")


class ClusterError(StudioError):
    """Ray could not be started or reached, or did not do in time what it was asked."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Ray that this process is connected to."""

    own: bool
    """Started for this process, and gone with it."""
    address: str
    """HOST:PORT, where other processes of its network join it."""
    cpus: float
    nodes: int


@contextlib.contextmanager
def cluster(address: str | None, cpus: float = 0.0) -> Iterator[Cluster]:
    """Connect to Ray while the block runs.

    Args:
        address: ``auto`` or ``HOST:PORT`` of a Ray that runs; None starts one on this machine and ends it.
        cpus: how many CPU cores an own Ray counts; only what may run at once is bound by it.

    Raises:
        ClusterError: it did not start, or cannot be reached.
        ConfigError: this process is connected to a Ray already, or the address is none that can be joined.
    """
    what = "a local Ray could not be started" if address is None else f"no Ray answers at {address}"
    if address is not None:
        check_address(address)
        _knock(address, what)  # before Ray is imported, which takes a second
    ray = import_ray()
    if ray.is_initialized():
        raise ConfigError("this process uses a Ray already.", remedy="Render in a process of its own.")
    with contextlib.ExitStack() as held:
        options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR, "configure_logging": False}
        if address is None:
            options |= {
                "address": "local",
                "num_cpus": cpus or float(os.cpu_count() or 1),
                "include_dashboard": False,
                "object_store_memory": OBJECT_STORE_BYTES,
                "_temp_dir": str(held.enter_context(ray_folder())),
            }
        else:
            options["address"] = address
        life = _Life(lambda: ray.init(**options), ray.shutdown)
        try:
            life.begin(what, remedy=_START_ONE if address is None else _join_remedy(address))
            resources = within(START_SECONDS, what, ray.cluster_resources)
            where = str(ray.get_runtime_context().gcs_address)
            yield Cluster(address is None, where, float(resources.get("CPU", 0.0)), len(ray.nodes()))
        finally:
            life.end()


class _Life:
    """The thread in which Ray is started, which lives until Ray has ended.

    Linux ends Ray's processes when the *thread* that started them ends (``PR_SET_PDEATHSIG``), so that nothing outlives a
    killed studio. A thread that only waited for the start would therefore take Ray with it.
    """

    def __init__(self, start: Callable[[], Any], stop: Callable[[], Any]) -> None:
        self._start, self._stop = start, stop
        self._started, self._leave, self._ended = threading.Event(), threading.Event(), threading.Event()
        self._trouble: BaseException | None = None
        self._thread = threading.Thread(target=self._live, daemon=True, name="ray-life")

    def _live(self) -> None:
        try:
            self._start()
        except BaseException as error:  # told in the thread that waits
            self._trouble = error
        self._started.set()
        self._leave.wait()
        try:
            self._stop()
        finally:
            self._ended.set()

    def begin(self, what: str, remedy: str) -> None:
        self._thread.start()
        if not self._started.wait(START_SECONDS):
            raise ClusterError(f"{what}: no answer in {START_SECONDS:g} s.", remedy=remedy)
        if self._trouble is not None:
            raise ClusterError(f"{what}: {_first_line(self._trouble)}", remedy=remedy) from self._trouble

    def end(self) -> None:
        self._leave.set()
        if self._started.is_set():
            self._ended.wait(STOP_SECONDS)


def answers() -> bool:
    """Whether the Ray of this process answers, and this process's node is a part of it.

    A driver is not told when its raylet dies.
    """
    ray = import_ray()

    def look() -> bool:
        mine = ray.get_runtime_context().get_node_id()
        return any(node["NodeID"] == mine and node["Alive"] for node in ray.nodes())

    try:
        return within(_ANSWER_SECONDS, "Ray does not answer", look)
    except ClusterError:
        return False


def check_address(address: str) -> None:
    """See that an address is of a kind that can be joined, before anything is started.

    Ray's client protocol (``ray://``) is none: Serve's handles are awaited in the process that is a part of the Ray, and its proxy
    process is none of the studio's.

    Raises:
        ConfigError: it is not.
    """
    host, _, port = address.removeprefix(_CLIENT).rpartition(":")
    if address.startswith(_CLIENT):
        message = f"{address} is an address of Ray's client protocol, through which engines cannot be called."
        raise ConfigError(message, remedy=f"Give {host}:6379, or the port of its ray start --head, on a machine that is a node of it.")
    if address != "auto" and not (host and port.isdigit()):
        raise ConfigError(f"{address} is no address of a Ray.", remedy="Give auto or HOST:PORT.")


def _knock(address: str, what: str) -> None:
    """See that somebody listens at HOST:PORT: Ray itself would ask for a minute."""
    host, _, port = address.rpartition(":")
    if address == "auto":
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_KNOCK_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(f"{what}: {getattr(error, 'strerror', None) or error}.", remedy=_ELSE) from error


def _join_remedy(address: str) -> str:
    """What to do when a Ray is not joined although somebody listens there: most often it asks for a token.

    Ray sends a token only where ``RAY_AUTH_MODE`` says so, or to the Ray of this machine that ``auto`` finds.
    """
    if address == "auto":
        start = "Start one on this machine with: ray start --head."
    else:
        start = f"This machine must be a node of it: ray start --address={address}."
    named = os.environ.get("RAY_AUTH_TOKEN_PATH")
    known = bool(os.environ.get("RAY_AUTH_TOKEN")) or (Path(named) if named else Path.home() / ".ray" / "auth_token").is_file()
    sent = address == "auto" or os.environ.get(AUTH_MODE, "").lower() == "token"
    if known and sent:
        return f"{start} If it asks for a token, it may be another than the one that is here."
    return f"{start} If it asks for a token: RAY_AUTH_MODE=token, and the token in RAY_AUTH_TOKEN or ~/.ray/auth_token."


def silence_remedy() -> str:
    """What to do when engines that run give no answer: most often a token is sent to a Ray that knows of none."""
    if os.environ.get(AUTH_MODE, "").lower() != "token":
        return ""
    return f"If that Ray was started without a token: {AUTH_MODE}=disabled."


def within(seconds: float, what: str, work: Callable[[], ValueT], remedy: str = "") -> ValueT:
    """The result of a call into Ray that may never return.

    Args:
        seconds: how long it is waited for; then it is left alone in a thread that ends with the process.
        what: what has not happened then, as the beginning of a sentence.
        work: the call.
        remedy: what the user may do.

    Raises:
        ClusterError: it took longer, or raised anything but a ``StudioError``.
    """
    done = threading.Event()
    answer: list[ValueT] = []
    trouble: list[BaseException] = []

    def call() -> None:
        try:
            answer.append(work())
        except BaseException as error:  # told in the thread that waits
            trouble.append(error)
        finally:
            done.set()

    threading.Thread(target=call, daemon=True, name="ray-call").start()
    if not done.wait(seconds):
        raise ClusterError(f"{what}: no answer in {seconds:g} s.", remedy=remedy)
    if trouble:
        error = trouble[0]
        if isinstance(error, StudioError) or not isinstance(error, Exception):
            raise error
        raise ClusterError(f"{what}: {_first_line(error)}", remedy=remedy) from error
    return answer[0]


def see_ray() -> None:
    """See that Ray is installed, without importing it.

    Raises:
        ConfigError: it is not.
    """
    if importlib.util.find_spec("ray") is None:
        raise ConfigError(_MISSING, remedy=_INSTALL)


def import_ray() -> Any:
    """Ray, told to be quiet before it is imported.

    Raises:
        ConfigError: it is not installed.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    os.environ.pop("RAY_ADDRESS", None)  # --ray-address says where, and nothing else does
    try:
        import ray
        from ray import serve  # noqa: F401 - its loggers are set up now, with the others
    except ModuleNotFoundError as error:
        raise ConfigError(_MISSING, remedy=_INSTALL) from error
    for logger in ("ray", "ray.serve", "ray._private.authentication"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    return ray


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{lines[0].rstrip('.')}." if lines else f"{type(error).__name__}."
