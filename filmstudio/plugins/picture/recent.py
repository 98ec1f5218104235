"""What a worker keeps between segments: the values used last, a bounded number of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class Recent(Generic[KeyT, ValueT]):
    """The values used last. A pure cache: what it gives back is what making it again would give."""

    def __init__(self, most: int) -> None:
        self._most, self._kept = most, OrderedDict[KeyT, ValueT]()

    def get(self, key: KeyT, make: Callable[[], ValueT]) -> ValueT:
        """The value of ``key``, made when it is not kept."""
        if key in self._kept:
            self._kept.move_to_end(key)
        else:
            self._kept[key] = make()
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return self._kept[key]
