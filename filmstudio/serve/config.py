"""Serve's configuration as a plain file: written from what is installed, changed by operators, checked before it is deployed.

Run as ``python -m filmstudio.serve.config --store ADDRESS [FILE]``. The file is what ``serve build`` would write and what
``serve deploy`` takes: an import path with its arguments, and a deployment for every post, whose replicas are changed there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import JsonValue, ValidationError

from filmstudio.core.errors import ConfigError, Place, StudioError
from filmstudio.core.plugins import Offer, Plugins
from filmstudio.core.processes import ONE_THREAD
from filmstudio.serve.arguments import IMPORT_PATH, EnginesArgs
from filmstudio.serve.company import APPLICATION
from filmstudio.serve.posts import Post, deployment_options, interpreter_of, posts_for

LARGEST_BYTES = 1 << 20
_HEAD = """# Serve's configuration for the studio's engines. Written by python -m filmstudio.serve.config; change it as you like.
# Replicas: min_replicas (0 lets an idle GPU go) and max_replicas of a post's autoscaling_config; the same number twice fixes them.
# max_ongoing_requests must not be less than the post's batch size. Deploy with: serve deploy FILE
"""


def configuration(offers: Sequence[Offer], args: EnginesArgs) -> dict[str, JsonValue]:
    """The configuration of the engines' application, as Serve's REST interface takes it.

    Raises:
        ConfigError: an engine's post cannot work.
    """
    application: dict[str, JsonValue] = {
        "name": APPLICATION,
        "route_prefix": None,
        "import_path": IMPORT_PATH,
        "args": args.model_dump(mode="json", exclude_defaults=True),
        "deployments": [_deployment(post, args) for post in posts_for(offers, args.scales)],
    }
    return {"proxy_location": "Disabled", "logging_config": {"log_level": "WARNING", "encoding": "JSON"}, "applications": [application]}


def write(path: Path, offers: Sequence[Offer], args: EnginesArgs) -> None:
    """Write the configuration as YAML.

    Raises:
        ConfigError: the file cannot be written, or an engine's post cannot work.
    """
    import yaml  # type: ignore[import-untyped]

    text = _HEAD + yaml.safe_dump(configuration(offers, args), sort_keys=False, allow_unicode=True)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.", remedy="Name another file.") from error


def check(path: Path) -> dict[str, Any]:
    """Read a configuration, and see that Serve accepts it and that every post's batches can be full.

    Raises:
        ConfigError: what is wrong with it.
    """
    import yaml
    from ray.serve.schema import ServeDeploySchema

    place = Place(file=path.name)
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ConfigError("is larger than a megabyte.", place=place)
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        schema = ServeDeploySchema.model_validate(values)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"cannot be read: {str(error).splitlines()[0]}.", place=place) from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise ConfigError(f"is no configuration of Serve: {wrong}.", remedy="See docs/ray.md.", place=place) from error
    for application in schema.applications:
        if application.import_path == IMPORT_PATH:
            _check_posts(application.args, [d.model_dump(exclude_unset=True) for d in application.deployments], place)
    checked: dict[str, Any] = values
    return checked


def _check_posts(args: dict[str, Any], deployments: Sequence[dict[str, Any]], place: Place) -> None:
    from filmstudio.serve.applications import checked_args, offers_for

    given = checked_args(args)
    posts = {post.name: post for post in posts_for(offers_for(given.only), given.scales)}
    for deployment in deployments:
        post = posts.get(deployment["name"])
        if post is None:
            raise ConfigError(f"there is no post called {deployment['name']}.", remedy=f"There are: {', '.join(posts)}.", place=place)
        post.check(deployment.get("max_ongoing_requests"))


def _deployment(post: Post, args: EnginesArgs) -> JsonValue:
    return {"name": post.name, **deployment_options(post, {**ONE_THREAD, **args.variables}, interpreter_of(post), args.guests_on)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the configuration, or check one; the exit code is 0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m filmstudio.serve.config", description="Write or check Serve's configuration.")
    parser.add_argument("file", type=Path, nargs="?", help="the file; without it, JSON goes to standard output")
    parser.add_argument("--store", default="", help="address of the store that all nodes share: a folder or s3://BUCKET/PREFIX")
    parser.add_argument("--only", action="append", default=[], metavar="ROLE/NAME", help="only this engine; may be given again")
    parser.add_argument("--guests-on", default="", metavar="RESOURCE", help="place third parties' engines on nodes that have this resource")
    parser.add_argument("--check", action="store_true", help="check the file instead of writing it")
    given = parser.parse_args(arguments)
    try:
        if given.check and given.file is not None:
            check(given.file)
            print(f"{given.file}: Serve takes it.")
            return 0
        if not given.store:
            parser.error("--store is needed to write a configuration")
        args = EnginesArgs(store=given.store, only=tuple(given.only), guests_on=given.guests_on)
        plugins = Plugins()
        offers = [plugins.engine(*name.split("/", 1)) for name in given.only] if given.only else plugins.engines()
        if given.file is None:
            print(json.dumps(configuration(offers, args), indent=2))
        else:
            write(given.file, offers, args)
    except StudioError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
