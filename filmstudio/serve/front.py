"""The front of house on a Ray of one's own: Serve's proxy at an address of this machine, the API behind it, the engines beside it.

An operator of a cluster deploys the same two applications from a configuration file. Here one process keeps them, and whoever
makes films joins its Ray by the address that it tells.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from filmstudio.core.plugins import Offer
from filmstudio.core.store import Store
from filmstudio.serve.cluster import AUTH_MODE, ClusterError, cluster, import_ray, within
from filmstudio.serve.company import APPLICATION, engaged, own_cpus

_ASK_SECONDS: Final = 60.0
_OPEN_SECONDS: Final = 120.0
_KEEP_ALIVE_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Front:
    """Where others join."""

    ray: str
    """Address of the Ray, as ``--ray-address`` takes it."""
    application: str
    """The engines deployed there."""
    auth_mode: str
    """What ``RAY_AUTH_MODE`` must be in a process that joins."""


@contextlib.contextmanager
def front(
    offers: Sequence[Offer],
    store: Store,
    app: str,
    listen: tuple[str, int],
    *,
    workers: int | None = None,
    early: Sequence[Offer] = (),
    drain: float = 5.0,
    opened: Callable[[], Any] = lambda: None,
    tell: Callable[[str], Any] = lambda line: None,
) -> Iterator[Front]:
    """Start a Ray on this machine with the engines, and an ASGI application at ``listen``; all of it ends with the block.

    Processes of that Ray have this process's environment, so what the application reads from there is not told to Ray.

    Args:
        offers: the engines that may be called.
        store: of takes and media.
        app: ``module:function`` that makes the application.
        listen: host and port, which others may hold with ``SO_REUSEPORT`` but nobody may listen at.
        workers: replicas of the house; None = one a core.
        early: engines that the house loads before it is ready.
        drain: seconds that open requests may go on at the end.
        opened: called when the application answers, while engines may still be loading.
        tell: shown what is being done, a line at a time.

    Raises:
        ClusterError: Ray, the engines or the application did not start in time.
        ConfigError: an engine's needs cannot be met.
    """
    import_ray()
    from ray import serve

    from filmstudio.serve.deployed import put_up, take_down
    from filmstudio.serve.ingress import API, api

    replicas = workers or os.cpu_count() or 1
    tell("Starting Ray on this machine …")
    with cluster(None, cpus=own_cpus(offers, replicas)) as found:
        options = {"host": listen[0], "port": listen[1], "keep_alive_timeout_s": _KEEP_ALIVE_SECONDS}
        what = f"Serve's proxy did not start at {listen[0]}:{listen[1]}"
        within(_OPEN_SECONDS, what, lambda: serve.start(proxy_location="HeadOnly", http_options=options))
        deployed = api({"app": app, "drain_s": drain})
        within(_OPEN_SECONDS, "the API did not start", lambda: put_up(deployed, API, "/", seconds=_OPEN_SECONDS))
        try:
            opened()
            with engaged(offers, store, replicas=replicas, early=early, tell=tell, own=True):
                yield Front(found.address, APPLICATION, os.environ.get(AUTH_MODE, ""))
        finally:
            with contextlib.suppress(ClusterError):
                within(_ASK_SECONDS, "the API did not end", lambda: take_down(API, seconds=_ASK_SECONDS))
