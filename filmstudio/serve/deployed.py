"""Applications put on Serve and taken off it, each looked at every fifth of a second: Serve's own calls look once a second."""

from __future__ import annotations

import time
from typing import Final

import ray
from ray import serve
from ray.serve.schema import ApplicationStatusOverview

_LOOK_SECONDS: Final = 0.2
_RUNS: Final = "RUNNING"
_FAILED: Final = "DEPLOY_FAILED"


def put_up(application: serve.Application, name: str, route: str | None = None, *, seconds: float = 300.0) -> None:
    """Deploy an application, or another version of it, and wait until it runs.

    Args:
        application: as Serve builds it.
        name: by which it is found; another application of this name is replaced.
        route: at Serve's proxy; None = it is reached through handles alone.
        seconds: longest that it is waited for.

    Raises:
        RuntimeError: Serve gave it up, or it was removed meanwhile, or this process has no Ray; says what Serve says.
        TimeoutError: it took longer.
    """
    if not ray.is_initialized():  # Serve would start a Ray
        raise RuntimeError(f"{name} was not deployed: this process is not connected to a Ray")
    serve.run_many([serve.RunTarget(application, name=name, route_prefix=route)], wait_for_applications_running=False)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = _look(name)
        if found is None:
            raise RuntimeError(f"{name} was removed while it was deployed")
        if found.status.value == _RUNS:
            return
        if found.status.value == _FAILED:
            raise RuntimeError(f"{name} was not deployed: {found.message}")
        time.sleep(_LOOK_SECONDS)
    raise TimeoutError(f"{name} does not run after {seconds:g} s")


def take_down(name: str, *, seconds: float = 60.0) -> None:
    """Remove an application, and wait until all of it has ended. Does nothing in a process that has let go of its Ray.

    Raises:
        TimeoutError: it took longer than that.
    """
    if not ray.is_initialized():
        return
    serve.delete(name, _blocking=False)
    until = time.monotonic() + seconds
    while _look(name) is not None:
        if time.monotonic() >= until:
            raise TimeoutError(f"{name} has not ended after {seconds:g} s")
        time.sleep(_LOOK_SECONDS)


def _look(name: str) -> ApplicationStatusOverview | None:
    """How an application is. Where this process has let go of its Ray meanwhile, there is none: Serve would start another Ray."""
    return serve.status().applications.get(name) if ray.is_initialized() else None
