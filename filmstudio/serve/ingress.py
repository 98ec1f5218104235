"""The API on Serve's ingress: an ASGI application, named by an import string, behind Serve's proxy.

``filmstudio.serve.ingress:api`` is what a configuration file names, with ``args: {app: module:function}``. Its replicas hold no
engines and no jobs: they are added and removed at will.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Final

from pydantic import Field, ValidationError
from ray import serve

from filmstudio.core.errors import ConfigError
from filmstudio.core.model import Record

API: Final = "api"
_MOST_ONGOING: Final = 2_000
"""Connections of a replica; most of them are event streams that wait."""


class ApiArgs(Record):
    """Arguments of the application."""

    app: str = Field(pattern=r"^[\w.]+:\w+$", description="module:function that makes the ASGI application in a replica")
    replicas: int = Field(default=1, ge=1)
    variables: dict[str, str] = Field(default_factory=dict, description="environment variables; no secrets: Ray keeps and shows them")
    drain_s: float = Field(default=5.0, ge=0, description="how long open requests may go on when a replica is to go")


def api(args: dict[str, Any]) -> serve.Application:
    """The ASGI application behind Serve's proxy.

    Raises:
        ConfigError: the arguments are wrong.
    """
    try:
        given = ApiArgs.model_validate(args)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "args"
        raise ConfigError(f"{where} of filmstudio.serve.ingress:api: {first['msg']}.", remedy="See docs/ray.md.") from error
    made: Any = serve.deployment(serve.ingress(_maker(given.app))())
    bound: serve.Application = made.options(
        name=API,
        num_replicas=given.replicas,
        max_ongoing_requests=_MOST_ONGOING,
        graceful_shutdown_timeout_s=given.drain_s,
        graceful_shutdown_wait_loop_s=0.1,
        ray_actor_options={"num_cpus": 0, "runtime_env": {"env_vars": given.variables}},
    ).bind()
    return bound


def _maker(path: str) -> Callable[[], Any]:
    def make() -> Any:
        module, _, name = path.partition(":")
        return getattr(importlib.import_module(module), name)()

    return make
