"""Where compiled pixel loops are kept, and when they are out of date: as soon as any file of this folder is another.

Numba by itself looks at the file of a loop alone, and would go on with the old code of parts that other files hold.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import InTreeCacheLocator, UserProvidedCacheLocator, UserWideCacheLocator


@functools.cache
def sources() -> str:
    """SHA-256 of the sources of this folder."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class InTheNamedFolder(UserProvidedCacheLocator):
    """In the folder that ``NUMBA_CACHE_DIR`` names, if it names one."""

    def get_source_stamp(self) -> str:
        """What the kept code was made from."""
        return sources()


class BesideTheLoops(InTreeCacheLocator):
    """In ``__pycache__``, where it can be written."""

    def get_source_stamp(self) -> str:
        """What the kept code was made from."""
        return sources()


class InTheUsersCache(UserWideCacheLocator):
    """In the user's cache folder, for an installation that cannot be written."""

    def get_source_stamp(self) -> str:
        """What the kept code was made from."""
        return sources()


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Loops that are compiled while the block runs are kept in the first of these places that can be used."""
    settings: Any = numba.config  # its names are put there as it is imported
    before = settings.CACHE_LOCATOR_CLASSES
    settings.CACHE_LOCATOR_CLASSES = ",".join(
        f"{__name__}.{place.__name__}" for place in (InTheNamedFolder, BesideTheLoops, InTheUsersCache)
    )
    try:
        yield
    finally:
        settings.CACHE_LOCATOR_CLASSES = before
