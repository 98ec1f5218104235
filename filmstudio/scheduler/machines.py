"""The machines of a crew, as the exchange sees them: this one with its cores, GPUs and memory, or Ray's posts with their slots.

Where on a cluster a replica runs, and how many there are, is Ray's and Serve's to decide (docs/decisions/0016). How many calls a post
is sent at a time, and whose, is decided here: what waits in Serve's own queue is served as it came.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from filmstudio.core.dispatch import Dispatcher
from filmstudio.core.engine import Needs
from filmstudio.core.perform import Batch
from filmstudio.scheduler.placement import Demand, Node


@dataclass(frozen=True, slots=True)
class Machines:
    """Farms by name, which of them makes a batch, and what a batch occupies there."""

    farms: Mapping[str, Sequence[Node]]
    farm_of: Callable[[Batch], str]
    demand_of: Callable[[Batch, Needs], Demand]


@runtime_checkable
class HasPosts(Protocol):
    """A dispatcher whose engines each have a post of their own, or share one."""

    @property
    def posts(self) -> Mapping[str, int]:
        """Calls that each post runs at once."""
        ...

    def post_of(self, batch: Batch) -> str | None:
        """The post that plays the engine of a batch."""
        ...


def machines_of(crew: Dispatcher) -> Machines:
    """The machines behind a dispatcher."""
    return at_posts(crew) if isinstance(crew, HasPosts) else here(crew.slots)


def here(slots: int) -> Machines:
    """This machine, with so many workers. An engine that says it needs less than a core still takes a worker."""
    node = Node("here", cpu=slots, gpu=gpus_here(), memory_mb=memory_here_mb(), models_kept=slots)

    def demand(batch: Batch, needs: Needs) -> Demand:
        model = f"{batch.role}/{batch.engine}/{batch.version}" if needs.gpu > 0 else ""
        return Demand(max(1.0, needs.cpu), needs.gpu, needs.memory_mb, model)

    return Machines({"here": (node,)}, lambda batch: "here", demand)


def at_posts(crew: HasPosts) -> Machines:
    """Ray's posts: a call takes a slot, and a post has its engines loaded."""
    farms = {name: (Node(name, cpu=slots),) for name, slots in crew.posts.items()}
    first = next(iter(farms))
    return Machines(farms, lambda batch: crew.post_of(batch) or first, lambda batch, needs: Demand(1.0))


_CGROUP: Final = Path("/sys/fs/cgroup/memory.max")


def memory_here_mb() -> int:
    """Memory of this machine, or as much of it as this container may have."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        found = min(found, int(_CGROUP.read_text()))
    return found >> 20


def gpus_here() -> int:
    """GPUs that programs of this machine see, without loading a library that would tell: it would hold one."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([name for name in visible.split(",") if name.strip() not in ("", "-1")])
    return len([path for path in Path("/dev").glob("nvidia[0-9]*") if path.name.removeprefix("nvidia").isdigit()])
