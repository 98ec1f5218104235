"""Commits on a cluster: the first take of a task stands, however often a task is made.

A call may be made twice: its caller dies and is started again while the first run goes on, or an answer is lost after its take
was kept. In a bucket the second commit is refused by the bucket. In a folder it would replace the first one; with equal bytes
where engines keep their contract, but an honest count of commits must not depend on that.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from filmstudio.core.media import MediaRef
from filmstudio.core.store import Store, Take


class FirstCommit:
    """A keeper in front of a store, by which a task is committed once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def path(self, media: MediaRef) -> Path:
        """A read-only local file."""
        return self._store.path(media)

    def put_file(self, path: Path, media_type: str) -> MediaRef:
        """Keep a finished file."""
        return self._store.put_file(path, media_type)

    def put_bytes(self, data: bytes, media_type: str) -> MediaRef:
        """Keep bytes."""
        return self._store.put_bytes(data, media_type)

    def scratch(self) -> Path:
        """A new private folder."""
        return self._store.scratch()

    def standing(self, digest: str) -> Take | None:
        """The take of a task that was committed, whole."""
        return self._store.take(digest)

    def commit(self, take: Take) -> Take:
        """Record a take, or return the one that stands. A damaged one does not stand."""
        with _alone(self._store.root, take.digest):
            return self._store.take(take.digest) or self._store.commit(take)


@contextlib.contextmanager
def _alone(root: Path, digest: str) -> Iterator[None]:
    """One committer at a time among those whose digests begin alike. Where the disk knows no locks, nobody waits."""
    handle = -1
    with contextlib.suppress(OSError):
        folder = root / "commits"
        folder.mkdir(exist_ok=True)
        handle = os.open(folder / digest[:2], os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle >= 0:
            os.close(handle)
