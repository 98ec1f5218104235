"""The application that Serve builds: every engine at its post, from arguments that fit into a configuration file.

``filmstudio.serve.applications:engines`` is what ``serve build``, ``serve deploy`` and ``serve.run`` name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from ray import serve

from filmstudio.core.errors import ConfigError
from filmstudio.core.places import PLUGINS
from filmstudio.core.plugins import Offer, Plugins
from filmstudio.core.processes import ONE_THREAD
from filmstudio.serve.arguments import IMPORT_PATH, EnginesArgs
from filmstudio.serve.posts import HOUSE, Post, deployment_options, interpreter_of, posts_for
from filmstudio.serve.replica import EngineReplica


def engines(args: dict[str, Any]) -> serve.Application:
    """Every installed engine, or those that ``args`` names, each at its post.

    Raises:
        ConfigError: the arguments are wrong, or an engine's post cannot work.
    """
    checked = checked_args(args)
    return engines_of(offers_for(checked.only), checked)


def checked_args(args: dict[str, Any]) -> EnginesArgs:
    """The arguments of a configuration file.

    Raises:
        ConfigError: says which is wrong.
    """
    try:
        return EnginesArgs.model_validate(args)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "args"
        raise ConfigError(f"{where} of {IMPORT_PATH}: {first['msg']}.", remedy="See docs/ray.md.") from error


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
    if post.environment and PLUGINS in os.environ:  # a replica looks for the environment where it was found here
        variables = {PLUGINS: os.environ[PLUGINS], **variables}
    options = deployment_options(post, variables, interpreter_of(post), args.guests_on)
    bound: serve.Application = deployment.options(name=post.name, **options).bind(
        post.model_dump_json(), args.store, args.cache, args.deadline_s, *more
    )
    return bound
