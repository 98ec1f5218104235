"""Posts: which Serve deployment plays which engines, decided from their declared needs alone.

Light engines share the *house*: each of its replicas is one process, like a worker of the local pool, that holds any of
them and runs one call at a time. An engine that needs a GPU, much memory, an environment of its own, or waits for a batch
to fill has a post of its own, so that it is placed, scaled and replaced alone; so has a third party's, whose crash must
harm nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import Field, JsonValue

from filmstudio.core.engine import Needs
from filmstudio.core.environments import python_of
from filmstudio.core.errors import ConfigError, Place
from filmstudio.core.model import Record
from filmstudio.core.offers import HOUSE as STUDIO
from filmstudio.core.perform import Batch, Call, Guest
from filmstudio.core.plugins import Offer

HOUSE = "house"
"""Name of the deployment that light engines share."""

HEAVY_MB = 2048
"""An engine that needs this much memory has a post of its own: replicas of the house stay small enough for a laptop."""

BATCH_FILL = "filmstudio_batch_fill_ratio"
"""How full batches are, as replicas measure it, which form them. Ray's nodes export it, with ``ray_`` before it."""


class Scale(Record):
    """How many replicas a post has, and when that changes. Operators change it in the configuration file."""

    least: int = Field(default=0, ge=0, description="replicas that always run; 0 lets an idle GPU go")
    most: int = Field(default=1, ge=1, description="replicas that may run")
    concurrent: int = Field(default=1, ge=1, description="batches that a replica runs at the same time")
    ongoing: int | None = Field(default=None, ge=1, description="calls that a replica holds; None = two full rounds of batches")


class Station(Record):
    """One engine at a post, and where its class is found."""

    role: str
    engine: str
    version: str
    address: str = Field(description="module:Class")
    guest: Guest | None = Field(
        default=None, description="whose engine it is, when it is not the studio's own: it is run apart and watched"
    )
    memory_mb: int = Field(default=0, ge=0, description="what it said it needs")
    deadline_s: float = Field(default=0.0, ge=0, description="longest that a batch of it may take; 0 = as long as any")
    batch_size: int = Field(default=1, ge=1, description="most calls in one run of it; at a post that takes one at a time, it gets one")
    batch_by: tuple[str, ...] = Field(default=(), description="fields that its requests must share to share a batch")

    @property
    def key(self) -> tuple[str, str]:
        """Role and name, by which calls find it."""
        return self.role, self.engine

    def batch(self, calls: tuple[Call, ...] = (), trace: str = "") -> Batch:
        """Calls for this engine, with what its worker must keep to; none = it is to be loaded."""
        return Batch(
            self.role, self.engine, self.version, self.address, calls, trace, self.guest, self.memory_mb, self.deadline_s
        )  # fmt: skip


class Post(Record):
    """One Serve deployment: its engines, what a replica of it needs, and how it batches."""

    name: str
    stations: tuple[Station, ...]
    cpu: float = Field(gt=0)
    gpu: float = Field(default=0.0, ge=0)
    memory_mb: int = Field(gt=0)
    environment: str = ""
    batch_size: int = Field(default=1, ge=1)
    batch_wait_ms: int = Field(default=0, ge=0)
    scale: Scale = Scale()

    @property
    def ongoing(self) -> int:
        """Calls that a replica holds at once: those that run, and where engines batch, those that gather meanwhile."""
        round_of = self.batch_size * self.scale.concurrent
        return self.scale.ongoing or (round_of if self.batch_size == 1 else 2 * round_of)

    @property
    def slots(self) -> int:
        """Calls that all replicas together run at once."""
        return self.batch_size * self.scale.concurrent * self.scale.most

    @property
    def of_strangers(self) -> bool:
        """Whether a third party's engine plays here."""
        return any(station.guest is not None and station.guest.plugin != STUDIO for station in self.stations)

    def check(self, ongoing: int | None = None) -> None:
        """See that it can be placed, and that a replica may hold as many calls as its batches take: else none would ever be full.

        Args:
            ongoing: calls that a replica may hold, where an operator set it.

        Raises:
            ConfigError: it is not so; names the engine.
        """
        held, wanted = ongoing or self.ongoing, self.batch_size * self.scale.concurrent
        if self.gpu > 1 and self.gpu != int(self.gpu):
            raise ConfigError(
                f"{self.name} needs {self.gpu:g} GPUs; more than one are given whole.",
                remedy=f"Declare {int(self.gpu) + 1}.",
                place=Place(plugin=self.stations[0].engine),
            )
        if held < wanted:
            who = ", ".join(f"{station.role} engine {station.engine}" for station in self.stations)
            raise ConfigError(
                f"max_ongoing_requests of {self.name} is {held}; the {who} takes batches of {self.batch_size}, "
                f"{self.scale.concurrent} at a time.",
                remedy=f"Set it to {wanted} or more.",
                place=Place(plugin=self.stations[0].engine if self.stations else None),
            )


def has_own_post(offer: Offer) -> bool:
    """Whether an engine stands apart from the house: for its needs, or because it is a guest that may take its process down."""
    needs = offer.engine.needs
    guest = offer.distribution not in ("", STUDIO)
    gathers = batch_of(needs) > 1 and needs.batch_wait_ms > 0
    return guest or needs.gpu > 0 or needs.memory_mb >= HEAVY_MB or bool(needs.environment) or gathers


def batch_of(needs: Needs) -> int:
    """Most calls in one run. Where a result depends on its neighbours, calls run alone: the same request, the same bytes."""
    return 1 if needs.batch_sensitive else needs.batch_size


def post_name(role: str, engine: str) -> str:
    """Name of an engine's own deployment."""
    return f"{role}-{engine}"


def posts_for(offers: Iterable[Offer], scales: Mapping[str, Scale] | None = None) -> tuple[Post, ...]:
    """The house first, then the posts of engines that stand apart; each checked.

    Args:
        offers: engines that passed the door.
        scales: by post name, where not the defaults: the house has one to four replicas, others none or one.

    Raises:
        ConfigError: a scale names no post, or holds fewer calls than its batches take.
    """
    given = dict(scales or {})
    light: list[Offer] = []
    apart: list[Post] = []
    for offer in offers:
        needs = offer.engine.needs
        if not has_own_post(offer):
            light.append(offer)
            continue
        name = post_name(offer.engine.role, offer.engine.name)
        apart.append(
            Post(
                name=name,
                stations=(_station(offer),),
                cpu=needs.cpu,
                gpu=needs.gpu,
                memory_mb=needs.memory_mb,
                environment=needs.environment,
                batch_size=batch_of(needs),
                batch_wait_ms=needs.batch_wait_ms,
                scale=given.pop(name, Scale()),
            )
        )
    house = Post(
        name=HOUSE,
        stations=tuple(_station(offer) for offer in light),
        cpu=max((offer.engine.needs.cpu for offer in light), default=1.0),
        memory_mb=max((offer.engine.needs.memory_mb for offer in light), default=512),
        scale=given.pop(HOUSE, Scale(least=1, most=4)),
    )
    posts = (house, *apart)
    if given:
        raise ConfigError(f"there is no post called {', '.join(given)}.", remedy=f"There are: {', '.join(post.name for post in posts)}.")
    for post in posts:
        post.check()
    return posts


def interpreter_of(post: Post) -> str | None:
    """The Python that replicas of a post are started with; None = the studio's own.

    A third party's environment is its workers' alone: Python runs what stands in an environment as it starts, and a replica has the
    store and Ray.

    Raises:
        ConfigError: there is no such environment.
    """
    if not post.environment:
        return None
    python = str(python_of(post.environment))
    return None if post.of_strangers else python


def deployment_options(post: Post, variables: Mapping[str, str], python: str | None = None, guests_on: str = "") -> dict[str, JsonValue]:
    """The Serve deployment of a post, as its configuration file writes it.

    Args:
        post: what is to run.
        variables: environment of its processes.
        python: the interpreter of its environment; None = the studio's own.
        guests_on: a resource of Ray that nodes for third parties' engines have; those that need a GPU go where one is.
    """
    where: dict[str, JsonValue] = {"env_vars": dict(variables)}
    if python is not None:
        where["py_executable"] = python
    actor: dict[str, JsonValue] = {"num_cpus": post.cpu, "memory": float(post.memory_mb << 20), "runtime_env": where}
    if post.gpu:
        actor["num_gpus"] = post.gpu
    elif guests_on and post.of_strangers:
        actor["resources"] = {guests_on: _A_PLACE}
    options: dict[str, JsonValue] = {
        "max_ongoing_requests": post.ongoing,
        "health_check_period_s": HEALTH_PERIOD_SECONDS,
        "health_check_timeout_s": HEALTH_TIMEOUT_SECONDS,
        "graceful_shutdown_wait_loop_s": DRAIN_LOOP_SECONDS,
        "graceful_shutdown_timeout_s": DRAIN_SECONDS,
        "ray_actor_options": actor,
    }
    scale = post.scale
    if scale.least == scale.most:
        options["num_replicas"] = scale.most
    else:
        options["autoscaling_config"] = {
            "min_replicas": scale.least,
            "max_replicas": scale.most,
            "target_ongoing_requests": float(post.batch_size * scale.concurrent),
            "upscale_delay_s": 3.0,
            "downscale_delay_s": 120.0,
        }
    return options


_A_PLACE = 0.001
"""Of a resource that says where, not how much."""
HEALTH_PERIOD_SECONDS = 5.0
HEALTH_TIMEOUT_SECONDS = 30.0
"""Long for a busy machine: a replica whose thread holds the interpreter for so long is replaced."""
DRAIN_LOOP_SECONDS = 0.25
DRAIN_SECONDS = 120.0
"""How long a replica that is to go may finish what it runs; what is cut off is made again elsewhere."""


def _station(offer: Offer) -> Station:
    engine = offer.engine
    return Station(
        role=engine.role, engine=engine.name, version=engine.version, address=offer.address,
        guest=offer.guest, memory_mb=engine.needs.memory_mb, deadline_s=engine.needs.deadline_s,
        batch_size=batch_of(engine.needs), batch_by=engine.needs.batch_by,
    )  # fmt: skip
