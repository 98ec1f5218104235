"""Applications put on Serve and taken off it, each looked at every fifth of a second: Serve's own calls look once a second."""

from __future__ import annotations

import time
from typing import Final

from ray import serve

_LOOK_SECONDS: Final = 0.2
_FAILED: Final = "DEPLOY_FAILED"


def put_up(application: serve.Application, name: str, route: str | None = None) -> None:
    """Deploy an application, or another version of it, and wait until it runs, however long that takes.

    Args:
        application: as Serve builds it.
        name: by which it is found; another application of this name is replaced.
        route: at Serve's proxy; None = it is reached through handles alone.

    Raises:
        RuntimeError: Serve gave it up; says what Serve says.
    """
    serve.run_many([serve.RunTarget(application, name=name, route_prefix=route)], wait_for_applications_running=False)
    while True:
        found = serve.status().applications.get(name)
        if found is None:
            raise RuntimeError(f"{name} was removed while it was deployed")
        if found.status.value == "RUNNING":
            return
        if found.status.value == _FAILED:
            raise RuntimeError(f"{name} was not deployed: {found.message}")
        time.sleep(_LOOK_SECONDS)


def take_down(name: str) -> None:
    """Remove an application, and wait until all of it has ended, however long that takes."""
    serve.delete(name, _blocking=False)
    while name in serve.status().applications:
        time.sleep(_LOOK_SECONDS)
