"""An address names a store: a folder of this machine, or a prefix in a bucket that many nodes share."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from pathlib import Path
from typing import Final

from filmstudio.core.errors import ConfigError
from filmstudio.core.store import Store

NODE_CACHE: Final = "FILMSTUDIO_NODE_CACHE"
"""Variable that names this node's folder in front of a bucket."""

NODE_CACHE_GB: Final = "FILMSTUDIO_NODE_CACHE_GB"
"""Variable that says how much media that folder keeps, in units of 1e9 bytes."""

_DEFAULT_GB: Final = 20.0


def default_cache() -> str:
    """The address of the store where takes are kept between renders: ``FILMSTUDIO_CACHE``, or the user's cache folder."""
    return os.environ.get("FILMSTUDIO_CACHE") or str(user_cache())


def user_cache() -> Path:
    """The store in the user's cache folder, which its user may clear at any time."""
    return _user_caches() / "filmstudio"


def open_store(address: Path | str, cache: Path | None = None, *, there: bool = False) -> Store:
    """Open the store at a folder's path or at ``s3://bucket/prefix?endpoint=…&region=…``.

    Args:
        address: where takes and media are kept.
        cache: for a bucket, the folder of this node in front of it; without it, ``FILMSTUDIO_NODE_CACHE`` or the user's cache
            folder. It may be emptied at any time between renders.
        there: a folder was opened before, perhaps by another process, and is not made: its disk may be away.

    Raises:
        ConfigError: the address is of no known kind, or boto3 is not installed.
        StoreError: the folder cannot be written.
    """
    if isinstance(address, Path) or "://" not in address:
        return Store(Path(address), there=there)
    if not address.startswith("s3://"):
        scheme = address.split("://", 1)[0][:20]
        raise ConfigError(f"there is no kind of store called {scheme!r}.", remedy="Name a folder, or s3://BUCKET/PREFIX.")
    if importlib.util.find_spec("boto3") is None:
        raise ConfigError("a store in a bucket needs boto3, which is not installed.", remedy="Install filmstudio[s3].")
    from filmstudio.core.bucket import BucketStore

    return BucketStore(address, cache or _node_cache(address), int(_node_cache_gb() * 1e9))


def _node_cache(address: str) -> Path:
    if named := os.environ.get(NODE_CACHE):
        return Path(named)
    return _user_caches() / "filmstudio-node" / hashlib.sha256(address.encode()).hexdigest()[:16]


def _node_cache_gb() -> float:
    text = os.environ.get(NODE_CACHE_GB, "")
    try:
        size = float(text) if text else _DEFAULT_GB
    except ValueError:
        size = -1.0
    if not 0 < size < 1e6:
        raise ConfigError(f"{NODE_CACHE_GB} is not a size.", remedy="Give gigabytes, such as 50.")
    return size


def _user_caches() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(base) if base else Path.home() / ".cache"
