"""A company: a Ray, the engines at their posts on it, and a dispatcher, for as long as a render needs them."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from filmstudio.core.errors import ConfigError
from filmstudio.core.local import DEADLINE_SECONDS
from filmstudio.core.plugins import Offer
from filmstudio.core.store import Store
from filmstudio.serve.arguments import EnginesArgs
from filmstudio.serve.cluster import ClusterError, cluster, see_ray, silence_remedy, within
from filmstudio.serve.posts import HOUSE, Post, Scale, posts_for

if TYPE_CHECKING:
    from filmstudio.serve.dispatcher import RayDispatcher

APPLICATION: Final = "engines"
"""Name of the application that operators deploy, or the keeper of an own Ray; a render that finds none on a Ray that it joined
deploys its own under another name, and removes it."""

READY_SECONDS: Final = 300.0
"""Longest that engines may take to load."""
_ASK_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.5


@contextlib.contextmanager
def company(
    offers: Sequence[Offer],
    store: Store,
    *,
    address: str | None = None,
    workers: int | None = None,
    early: Sequence[Offer] = (),
    deadline: float = DEADLINE_SECONDS,
    tell: Callable[[str], Any] = lambda line: None,
    application: str = "",
) -> Iterator[RayDispatcher]:
    """A dispatcher for these engines on Ray. What was started for it ends with the block.

    Args:
        offers: the engines that will be called.
        store: where callers and engines keep takes and media.
        address: of a Ray that runs; None starts one on this machine.
        workers: replicas of the house; None = one a core.
        early: engines that replicas load before they are ready.
        deadline: seconds that one call may take.
        tell: shown what is being done, a line at a time.
        application: that somebody else keeps there for this; empty = whatever an operator deployed, or one's own.

    Raises:
        ClusterError: Ray or the engines did not start in time, or do not see the store.
        ConfigError: an engine's needs cannot be met.
    """
    see_ray()
    replicas = workers or os.cpu_count() or 1
    tell("Starting Ray on this machine …" if address is None else f"Joining the Ray at {address} …")
    with cluster(address, cpus=own_cpus(offers, replicas)) as found:
        if not found.own:
            replicas = workers or max(1, int(found.cpus))
        with engaged(
            offers, store, replicas=replicas, early=early, deadline=deadline, tell=tell, own=found.own, application=application
        ) as dispatcher:
            yield dispatcher


@contextlib.contextmanager
def engaged(
    offers: Sequence[Offer],
    store: Store,
    *,
    replicas: int,
    early: Sequence[Offer] = (),
    deadline: float = DEADLINE_SECONDS,
    variables: Mapping[str, str] = MappingProxyType({}),
    tell: Callable[[str], Any] = lambda line: None,
    own: bool = False,
    application: str = "",
) -> Iterator[RayDispatcher]:
    """A dispatcher for these engines on the Ray that this process is connected to.

    Engines that an operator deployed there are used, or those of the ``application`` that is named; else they are deployed, and
    removed at the end unless the Ray is our ``own`` and ends anyway.
    """
    from filmstudio.serve.dispatcher import RayDispatcher

    name, deployed = (application, True) if application else _application(own)
    try:
        if deployed:
            tell(f"Using the engines deployed there as {name}.")
            posts = _posts_of(name, offers)
        else:
            tell(f"Loading engines on {replicas} {'replica' if replicas == 1 else 'replicas'} …")
            posts = _posts(offers, replicas)
            args = EnginesArgs(
                store=store.address,
                scales={post.name: post.scale for post in posts},
                preload=tuple(f"{offer.engine.role}/{offer.engine.name}" for offer in early),
                deadline_s=deadline,
                variables=dict(variables),
            )
            _deploy(name, offers, args)
        if not own:
            _see(name, store)
        with RayDispatcher(name, posts, deadline) as dispatcher:
            yield dispatcher
    finally:
        if not own and not deployed:
            _remove(name)


@contextlib.contextmanager
def reached(deadline: float = DEADLINE_SECONDS, application: str = "", patience: float = 0.0) -> Iterator[RayDispatcher]:
    """A dispatcher for the engines deployed on the Ray of this process, whichever they are: an operator's, or an ``application``'s.

    ``patience``: seconds that they may take to be there, as on a Ray that has just been started.

    Raises:
        ClusterError: none are deployed there, or they do not answer.
    """
    from filmstudio.serve.dispatcher import RayDispatcher

    until = time.monotonic() + patience
    while not _runs(application or APPLICATION) and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)
    name, deployed = (application, True) if application else _application(own=False)
    if not deployed:
        raise ClusterError(f"no application called {APPLICATION} is deployed.", remedy="Deploy the engines first; see docs/ray.md.")
    posts = _posts_of(name, ())
    with RayDispatcher(name, posts, deadline) as dispatcher:
        yield dispatcher


def own_cpus(offers: Sequence[Offer], replicas: int) -> float:
    """Cores that a Ray of one's own counts: as many as its posts ask for. What really runs at once is bounded by the replicas.

    Raises:
        ConfigError: a post cannot work.
    """
    return sum(post.cpu * post.scale.most for post in _posts(offers, replicas))


def _posts(offers: Sequence[Offer], replicas: int) -> tuple[Post, ...]:
    """Posts for one render: nothing grows or shrinks while it runs."""
    fixed = {post.name: Scale(least=1, most=1) for post in posts_for(offers)}
    return posts_for(offers, {**fixed, HOUSE: Scale(least=replicas, most=replicas)})


def _application(own: bool) -> tuple[str, bool]:
    """The name under which the engines are or will be deployed, and whether they are."""
    if own:
        return APPLICATION, False  # nobody else is there
    return (APPLICATION, True) if APPLICATION in _deployed() else (f"studio-{secrets.token_hex(4)}", False)


def _runs(name: str) -> bool:
    return _deployed().get(name) == "RUNNING"


def _deployed() -> dict[str, str]:
    """Applications on the Ray of this process, and how they are."""
    from ray import serve

    found = within(_ASK_SECONDS, "Serve does not answer", lambda: serve.status().applications)
    return {name: str(application.status.value) for name, application in found.items()}


def _deploy(name: str, offers: Sequence[Offer], args: EnginesArgs) -> None:
    from ray import serve

    from filmstudio.serve.applications import engines_of
    from filmstudio.serve.deployed import put_up

    application = engines_of(offers, args)

    def run() -> None:
        serve.start(proxy_location="Disabled")
        put_up(application, name, seconds=READY_SECONDS)

    try:
        within(READY_SECONDS, "the engines did not start", run, remedy="./studio plugins tells what each engine needs.")
    except ClusterError as error:
        with contextlib.suppress(ClusterError):
            reason = within(_ASK_SECONDS, "Serve does not answer", lambda: _trouble(name))
            if reason:
                raise ClusterError(f"the engines did not start: {reason}", remedy=error.problem.remedy) from error
        raise


def _trouble(name: str) -> str:
    """Why Serve could not deploy an application: the last line that it says of a post."""
    from ray import serve

    application = serve.status().applications.get(name)
    if application is None:
        return ""
    said = [f"{post}: {lines[-1]}" for post, status in application.deployments.items() if (lines := status.message.strip().splitlines())]
    return " ".join(said) or application.message.strip()


def _posts_of(name: str, offers: Sequence[Offer]) -> tuple[Post, ...]:
    """The posts of an application that an operator deployed.

    Raises:
        ConfigError: it lacks an engine that will be called.
    """
    from ray import serve

    handle: Any = serve.get_deployment_handle(HOUSE, name)
    text: str = within(
        _ASK_SECONDS,
        f"{name} does not answer",
        lambda: handle.posts.remote().result(timeout_s=2 * _ASK_SECONDS),
        remedy=silence_remedy(),
    )
    posts = tuple(Post.model_validate_json(line) for line in text.splitlines())
    there = {station.key: station.version for post in posts for station in post.stations}
    for offer in offers:
        engine = offer.engine
        if there.get((engine.role, engine.name)) != engine.version:
            raise ConfigError(
                f"the engines deployed as {name} do not include version {engine.version} of the {engine.role} engine {engine.name}.",
                remedy="Deploy the same plugins there, or choose another engine.",
            )
    return posts


def _see(name: str, store: Store) -> None:
    """See that replicas open the store that this process writes to.

    Raises:
        ConfigError: they do not.
    """
    from ray import serve

    media = store.put_bytes(secrets.token_hex(16).encode(), "text/plain")  # in no other store, unless it is this one
    handle: Any = serve.get_deployment_handle(HOUSE, name)
    seen = within(
        _ASK_SECONDS,
        "the engines do not answer",
        lambda: handle.sees.remote(media.digest, media.media_type, media.size).result(timeout_s=_ASK_SECONDS),
    )
    if not seen:
        raise ConfigError(
            "the engines on Ray do not see the store of this command.",
            remedy="Name one that all nodes share with --cache-dir: a shared folder or s3://BUCKET/PREFIX.",
        )


def _remove(name: str) -> None:
    from filmstudio.serve.deployed import take_down

    with contextlib.suppress(ClusterError):
        within(_ASK_SECONDS, "the engines did not end", lambda: take_down(name, seconds=_ASK_SECONDS))
