"""The application that Serve builds: every engine at its post, from arguments that fit into a configuration file.

``filmstudio.serve.applications:engines`` is what ``serve build``, ``serve deploy`` and ``serve.run`` name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field, ValidationError
from ray import serve

from filmstudio.core.errors import ConfigError
from filmstudio.core.local import DEADLINE_SECONDS, ONE_THREAD
from filmstudio.core.model import Record
from filmstudio.core.plugins import Offer, Plugins
from filmstudio.serve.posts import HOUSE, Post, Scale, deployment_options, posts_for
from filmstudio.serve.replica import EngineReplica

IMPORT_PATH: Final = "filmstudio.serve.applications:engines"


class EnginesArgs(Record):
    """Arguments of the application. A mistake in them is told when it is built, before anything starts."""

    store: str = Field(min_length=1, description="address of the store, the same for every node: a shared folder or s3://…")
    cache: str = Field(default="", description="folder of a node for copies of a store that is elsewhere; empty = the default")
    only: tuple[str, ...] = Field(default=(), description="engines as ROLE/NAME; empty = all that are installed")
    scales: dict[str, Scale] = Field(default_factory=dict, description="replicas and batches by post, where not the defaults")
    preload: tuple[str, ...] = Field(default=(), description="engines as ROLE/NAME that the house loads before it is ready")
    deadline_s: float = Field(default=DEADLINE_SECONDS, gt=0, description="after which a run is taken for hung")
    variables: dict[str, str] = Field(default_factory=dict, description="environment variables of the engines' processes")


def engines(args: dict[str, Any]) -> serve.Application:
    """Every installed engine, or those that ``args`` names, each at its post.

    Raises:
        ConfigError: the arguments are wrong, or an engine's post cannot work.
    """
    try:
        checked = EnginesArgs.model_validate(args)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "args"
        raise ConfigError(f"{where} of {IMPORT_PATH}: {first['msg']}.", remedy="See docs/ray.md.") from error
    return engines_of(offers_for(checked.only), checked)


def offers_for(only: Sequence[str], plugins: Plugins | None = None) -> list[Offer]:
    """The installed engines, or those named as ROLE/NAME.

    Raises:
        ConfigError: there is no such engine.
    """
    found = plugins or Plugins()
    return [found.engine(*name.split("/", 1)) for name in only] if only else found.engines()


def engines_of(offers: Sequence[Offer], args: EnginesArgs) -> serve.Application:
    """These engines, each at its post. The house is the application's entrance and holds the others' handles.

    Raises:
        ConfigError: a post cannot work.
    """
    posts = posts_for(offers, args.scales)
    early = [offer.address for offer in offers if f"{offer.engine.role}/{offer.engine.name}" in args.preload]
    variables = {**ONE_THREAD, **args.variables}
    apart = [_bound(post, args, variables) for post in posts if post.name != HOUSE]
    everything = "\n".join(post.model_dump_json() for post in posts)
    house = next(post for post in posts if post.name == HOUSE)
    return _bound(house, args, variables, early, everything, *apart)


def _bound(post: Post, args: EnginesArgs, variables: Mapping[str, str], *more: object) -> serve.Application:
    deployment: Any = serve.deployment(EngineReplica)
    options = deployment_options(post, variables)
    bound: serve.Application = deployment.options(name=post.name, **options).bind(
        post.model_dump_json(), args.store, args.cache, args.deadline_s, *more
    )
    return bound
