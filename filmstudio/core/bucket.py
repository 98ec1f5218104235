"""A store in a bucket: media and takes under their digests in S3, with a folder of this node in front of it.

Media are written through: a file is in the bucket before its take is, so a take that can be read is complete. What is read
from the bucket is hashed on its way into the node's folder, and only a file that fits its digest gets its name there.
Takes are never kept on the node: each look asks the bucket, because another node may have made it, or lost it.
"""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from filmstudio.core.errors import MediaLost, StoreError
from filmstudio.core.media import MediaRef
from filmstudio.core.model import canonical_json
from filmstudio.core.objects import Found, Objects, Place, Stored, Unreachable
from filmstudio.core.store import Pruned, Store, Take, Usage, seal

RENEW_SECONDS: Final = 7 * 24 * 3600
"""What is used and older than this begins its age anew. A lifecycle rule that removes objects after 30 days so keeps
whatever was used in the last 23."""

IN_HAND_SECONDS: Final = 3600
"""A file of the node's folder that was used so lately may be in an engine's hands; longer than any batch may take."""

_TRIES: Final = 3
"""Downloads of one file before it is given up, and rounds against others who write the same take."""

_REMEDY: Final = "Render again: it will be made anew."


class BucketStore(Store):
    """Takes and media in a bucket, shared by every node that opens its address."""

    prunes = "Pruning clears this node's folder; what lies in the bucket ends by the bucket's lifecycle rules."

    def __init__(self, address: str, cache: Path, cache_bytes: int) -> None:
        """Keep at most about ``cache_bytes`` of media in ``cache``, a folder of this node. Nothing is asked of the bucket yet.

        Raises:
            ConfigError: the address is wrong.
            StoreError: the folder cannot be written.
        """
        self._place = Place.of(address)
        super().__init__(cache)
        self.address = address
        self._objects = Objects(self._place)
        self._cache_bytes = cache_bytes
        self._added = 0

    def path(self, media: MediaRef) -> Path:
        """A read-only local file, fetched from the bucket if this node does not have it.

        Raises:
            MediaLost: the bucket has lost it, or holds other bytes.
            StoreError: it cannot be reached.
        """
        path = self.media_path(media.digest)
        with self._occupancy.sharing():
            if self._is_whole(media):
                seal(path)  # tells pruning that it is in use
                return path
        self._fetch(media)
        return path

    def holds(self, media: MediaRef) -> bool:
        """Whether this node or the bucket has the bytes.

        Raises:
            StoreError: it cannot be reached.
        """
        return self._is_whole(media) or self._has(media)

    def has_lost(self, media: MediaRef) -> bool:
        """Whether neither this node nor the bucket has the bytes. To ask makes them no younger.

        Raises:
            StoreError: it cannot be reached.
        """
        return not self.media_path(media.digest).exists() and self._objects.look(self._place.key("media", media.digest)) is None

    def put_file(self, path: Path, media_type: str) -> MediaRef:
        """Move a finished file into the node's folder, and send it to the bucket."""
        media = super().put_file(path, media_type)
        self._send(media)
        return media

    def put_bytes(self, data: bytes, media_type: str) -> MediaRef:
        """Store bytes here and in the bucket."""
        media = super().put_bytes(data, media_type)
        self._send(media)
        return media

    def take(self, digest: str) -> Take | None:
        """The take of a task, if the bucket has it and all of its media, whole. Anything damaged counts as not made.

        Raises:
            StoreError: the bucket cannot be reached.
        """
        key = self._place.key("takes", f"{digest}.json")
        stored = self._objects.read(key)
        if stored is None:
            return None
        take = self._whole_take(digest, stored)
        if take is not None and _is_old(stored):
            self._objects.renew(key, stored)
        return take

    def commit(self, take: Take) -> Take:
        """Record a take once: who comes second gets the take that stands. Its media are in the bucket before it is.

        Raises:
            StoreError: a medium of it is neither in the bucket nor here.
        """
        for media in take.media:
            if not self._has(media):
                if not self._is_whole(media):
                    raise StoreError(f"{take.role} refers to media {media.digest[:12]} that nobody stored.", remedy=_REMEDY)
                self._send(media)
        key, data = self._place.key("takes", f"{take.digest}.json"), canonical_json(take.canonical()).encode("utf-8")
        instead_of: str | None = None
        for _ in range(_TRIES):
            if self._objects.write_once(key, data, instead_of=instead_of):
                return take
            stored = self._objects.read(key)
            standing = self._whole_take(take.digest, stored) if stored is not None else None
            if standing is not None:
                return standing
            instead_of = stored.etag if stored is not None else None  # a damaged record gives way, unless another is quicker
        raise StoreError(f"the take {take.digest[:12]} cannot be written: others change it all the time.", remedy="Render again.")

    def usage(self) -> Usage:
        """Count what the bucket holds under the prefix: a call for every thousand objects."""
        sizes = list(self._objects.sizes("media"))
        return Usage(takes=sum(1 for _ in self._objects.sizes("takes")), media=len(sizes), bytes=sum(sizes))

    def _prune(self, keep_bytes: int, renders: list[float]) -> Pruned:
        in_use = min([time.time() - IN_HAND_SECONDS, *renders], default=math.inf)
        self._clear_scratch()
        # Each use seals the file again, so its time of change is the time of its last use.
        files = sorted(((path.stat(), path) for path in self._files("media")), key=lambda each: each[0].st_ctime, reverse=True)
        total, removed, freed = 0, 0, 0
        for found, path in files:
            total += found.st_size
            if total > keep_bytes and found.st_ctime < in_use:
                path.unlink(missing_ok=True)
                removed += 1
                freed += found.st_size
        return Pruned(takes=0, media=removed, bytes=freed, running=len(renders))

    def _whole_take(self, digest: str, stored: Stored) -> Take | None:
        try:
            take = Take.model_validate_json(stored.data)
        except (ValidationError, ValueError):
            return None
        return take if take.digest == digest and all(self._has(media) for media in take.media) else None

    def _has(self, media: MediaRef) -> bool:
        """Whether the bucket has these bytes, as far as it can be known without reading them; if old, they begin anew."""
        key = self._place.key("media", media.digest)
        found = self._objects.look(key)
        if found is None or found.size != media.size or found.sha256 != media.digest:
            return False
        if _is_old(found):
            self._objects.renew(key, found)
        return True

    def _send(self, media: MediaRef) -> None:
        # Always, even if it lies there: what lies there may be damaged, and this was made just now.
        self._objects.send(self._place.key("media", media.digest), self.media_path(media.digest), media.digest)
        self._make_room(media.size)

    def see(self) -> None:
        """Whoever asks the bucket is told if it cannot be reached."""

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)  # of a cache, which may have been emptied

    def _fetch(self, media: MediaRef) -> None:
        key, folder, got = self._place.key("media", media.digest), self.scratch(), -1
        try:
            for left in reversed(range(_TRIES)):
                target = folder / "media"
                try:
                    digest, got = self._download(key, target, media.size)
                except Unreachable:
                    if not left:
                        raise
                    continue
                if digest == media.digest:
                    self._settle(target, self.media_path(media.digest))
                    self._make_room(media.size)
                    return
                if got == 0 and media.size:
                    break
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if got > 0:
            # Out of the way: whoever looks for the take now finds it unmade. If it was healed meanwhile, it is made once more.
            self._objects.remove(key)
            raise MediaLost(f"{self._place} holds other bytes than {media.digest[:12]} ({media.media_type}).", remedy=_REMEDY)
        raise MediaLost(f"{self._place} has lost {media.digest[:12]} ({media.media_type}).", remedy=_REMEDY)

    def _download(self, key: str, target: Path, size: int) -> tuple[str, int]:
        """Hash and bytes of what came; of an object that is too long no more is written than shows it."""
        sha, got = hashlib.sha256(), 0
        try:
            with target.open("wb") as file:
                for chunk in self._objects.stream(key):
                    got += len(chunk)
                    if got > size:
                        return "", got
                    sha.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._unwritable(error) from error
        return sha.hexdigest(), got

    def _make_room(self, added: int) -> None:
        self._added += added
        if self._added > self._cache_bytes // 8:
            self._added = 0
            self.prune(self._cache_bytes)


def _is_old(found: Found) -> bool:
    return (datetime.now(UTC) - found.changed).total_seconds() > RENEW_SECONDS
