"""A guest's way to media: the files its requests refer to, and a folder in which it hands in what it made.

A guest's worker has no store. What it hands in is looked at by the studio (``filmstudio.core.reception``) and only then kept.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from filmstudio.core.errors import StoreError
from filmstudio.core.media import MediaRef
from filmstudio.core.store import Take

_CHUNK = 1 << 20


class Outbox:
    """Stands where a store would, for a desk and a performer."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self._media = folder / "media"
        self._given: dict[str, str] = {}
        self._media.mkdir(exist_ok=True)

    def lend(self, media: Mapping[str, str]) -> None:
        """Give out the files of the next batch, by digest."""
        self._given = dict(media)

    def path(self, media: MediaRef) -> Path:
        """A read-only file.

        Raises:
            StoreError: no request of this batch refers to it.
        """
        if (given := self._given.get(media.digest)) is not None:
            return Path(given)
        kept = self._media / media.digest
        if not kept.exists():
            raise StoreError(f"no request refers to {media.digest[:12]} ({media.media_type}).")
        return kept

    def put_file(self, path: Path, media_type: str) -> MediaRef:
        """Hand in a finished file."""
        sha = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                sha.update(chunk)
        size = path.stat().st_size
        path.replace(self._media / sha.hexdigest())
        return MediaRef(digest=sha.hexdigest(), media_type=media_type, size=size)

    def put_bytes(self, data: bytes, media_type: str) -> MediaRef:
        """Hand in bytes."""
        digest = hashlib.sha256(data).hexdigest()
        (self._media / digest).write_bytes(data)
        return MediaRef(digest=digest, media_type=media_type, size=len(data))

    def scratch(self) -> Path:
        """A new private folder."""
        return Path(tempfile.mkdtemp(dir=self.root))

    def commit(self, take: Take) -> Take:
        """The studio commits it, once it has seen it."""
        return take

    def empty(self) -> None:
        """Forget what was handed in: it has been kept, or refused."""
        for entry in os.scandir(self._media):
            Path(entry.path).unlink(missing_ok=True)
