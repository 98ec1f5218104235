"""The agenda: tasks that may start, the most urgent first, and among pictures those near to what a worker has just drawn.

A worker keeps what it set up: a scene's stage and its people in their light, a shot's acting. So whoever has drawn a piece of a shot
best draws the next, and nobody draws what another has set up as long as there is something else. Which worker draws what changes
nothing in the pictures.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict

from filmstudio.core.graph import Task

Near = tuple[str, ...]
"""What a task has in common with others, from wide to narrow; see ``Task.near``."""

_Ranked = tuple[float, str]


class Agenda:
    """Tasks that may start. Each is put in once and taken once."""

    def __init__(self) -> None:
        self._all: list[_Ranked] = []
        self._beside: dict[Near, list[_Ranked]] = defaultdict(list)
        """Tasks by every part of their nearness; those that were taken meanwhile are still in."""
        self._tasks: dict[str, Task] = {}
        self._begun: Counter[Near] = Counter()
        """How many tasks that were taken and are not over share a part of their nearness."""
        self._fresh: dict[int, list[tuple[_Ranked, Near]]] = {}
        """Tasks with each part of their nearness, by its width, that nobody had begun when they were put in here; some are stale."""

    def __len__(self) -> int:
        return len(self._tasks)

    def add(self, task: Task, urgency: float) -> None:
        """Put in a task whose needs are met."""
        self._tasks[task.id] = task
        ranked = (-urgency, task.id)
        heapq.heappush(self._all, ranked)
        for shared in _parts(task.near):
            heapq.heappush(self._beside[shared], ranked)
            self._offer(shared, ranked)

    def take(self, after: Near = (), few: int = 0) -> str:
        """Take the task to start now.

        Args:
            after: nearness of what the free worker has just done.
            few: once not more tasks than this are left, the most urgent is taken, so that all workers end together.

        Raises:
            IndexError: the agenda is empty.
        """
        _, first = self._top(self._all)
        near = self._tasks[first].near
        chosen = first
        if near and len(self._tasks) > few:
            chosen = self._beside_of(after) or self._untouched() or first
        task = self._tasks.pop(chosen)
        self._begun.update(_parts(task.near))
        return chosen

    def over(self, task: Task) -> None:
        """A task that was taken is done, or was found."""
        for shared in _parts(task.near):
            self._begun[shared] -= 1
            if (ranked := self._peek(shared)) is not None:
                self._offer(shared, ranked)

    def _beside_of(self, after: Near) -> str | None:
        """The most urgent task that has most in common with what was done last."""
        for shared in reversed(_parts(after)):
            if (ranked := self._peek(shared)) is not None:
                return ranked[1]
        return None

    def _untouched(self) -> str | None:
        """The most urgent task that has nothing in common with what is being done; or else, as little as can be."""
        for width in sorted(self._fresh):
            fresh = self._fresh[width]
            while fresh:
                (_, name), shared = fresh[0]
                if name in self._tasks and not self._begun[shared]:
                    return name
                heapq.heappop(fresh)  # what is begun is offered again when it is over
        return None

    def _offer(self, shared: Near, ranked: _Ranked) -> None:
        if not self._begun[shared]:
            heapq.heappush(self._fresh.setdefault(len(shared), []), (ranked, shared))

    def _peek(self, shared: Near) -> _Ranked | None:
        waiting = self._beside.get(shared)
        if waiting is None:
            return None
        try:
            return self._top(waiting)
        except IndexError:
            del self._beside[shared]
            return None

    def _top(self, heap: list[_Ranked]) -> _Ranked:
        while heap[0][1] not in self._tasks:
            heapq.heappop(heap)
        return heap[0]


def _parts(near: Near) -> list[Near]:
    return [near[: width + 1] for width in range(len(near))]
