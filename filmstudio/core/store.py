"""The content-addressed store: media by the SHA-256 of their bytes, takes by the digest of their task."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import math
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from pydantic import Field, JsonValue, ValidationError

from filmstudio.core.errors import MediaLost, StoreError
from filmstudio.core.media import MediaRef
from filmstudio.core.model import Record, canonical_json
from filmstudio.core.occupancy import Occupancy

_CHUNK = 1 << 20
_SEAL_NS = 1_000_000_000 * 10**9
"""Time of change of every media file that the store wrote. A file with another time has been touched, and is read before it is trusted."""
_LEFT_SECONDS = 24 * 3600
"""A scratch folder that nothing was put into for so long belongs to a task that was killed."""


class Take(Record):
    """What a task made, and the record of how."""

    digest: str = Field(description="digest of the task")
    role: str
    engine: str
    version: str
    result: JsonValue
    media: tuple[MediaRef, ...] = ()
    seconds: float = Field(ge=0, description="time the engine took; never part of a digest")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a store holds."""

    takes: int
    media: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Pruned(Usage):
    """What pruning removed, and how many renders were running, whose takes and media were kept."""

    running: int = 0


class Store:
    """A folder of media and takes that survives being killed at any moment.

    Files are written beside their place, flushed to the disk and renamed into it, so a name that exists is complete.
    """

    prunes: ClassVar[str] = ""
    """What pruning leaves alone, in words for whoever prunes."""

    def __init__(self, root: Path, *, there: bool = False) -> None:
        """Make what is missing of the folder; not where it is known to be ``there``: then its disk may be away.

        Raises:
            StoreError: it cannot be made.
        """
        self.root = root
        self.address = str(root)
        """What another process opens this store by; see ``filmstudio.core.storage``."""
        self._occupancy = Occupancy(root)
        self._whole: set[str] = set()
        try:
            for part in () if there else ("media", "takes", "scratch"):
                (root / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def rendering(self) -> AbstractContextManager[None]:
        """Hold this for as long as a render needs its takes and media: pruning, in any process, leaves them alone."""
        return self._occupancy.rendering()

    def media_path(self, digest: str) -> Path:
        """Where media with this digest lies, whether or not it exists."""
        return self.root / "media" / digest[:2] / digest

    def _take_path(self, digest: str) -> Path:
        return self.root / "takes" / digest[:2] / f"{digest}.json"

    def path(self, media: MediaRef) -> Path:
        """A read-only local file.

        Raises:
            MediaLost: the media is not in the store.
            StoreError: the store itself is not there now.
        """
        if self.has_lost(media):
            raise MediaLost(f"the store has lost {media.digest[:12]} ({media.media_type}).", remedy="Render again: it will be made anew.")
        return self.media_path(media.digest)

    def has_lost(self, media: MediaRef) -> bool:
        """Whether nobody can have the bytes any more. To ask is no use of them: it makes them no younger.

        Raises:
            StoreError: the store itself is not there now.
        """
        lost = not self.media_path(media.digest).exists()
        if lost:
            self.see()
        return lost

    def holds(self, media: MediaRef) -> bool:
        """Whether the bytes are in the store.

        Raises:
            StoreError: the store itself is not there now.
        """
        whole = self._is_whole(media)
        if not whole:
            self.see()
        return whole

    def see(self) -> None:
        """See that the store is there. A disk that is away leaves an empty folder at its place.

        Raises:
            StoreError: it is not there now.
        """
        if not self._is_there():
            raise self._away()

    def _is_there(self) -> bool:
        return (self.root / "media").is_dir()

    def _away(self) -> StoreError:
        remedy = f"See that its disk is there. If it was removed for good, begin anew: studio cache stats --cache-dir {self.root}"
        return StoreError(f"the store at {self.root} is not there.", remedy=remedy)

    def put_file(self, path: Path, media_type: str) -> MediaRef:
        """Move a finished file into the store."""
        size, sha = 0, hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                sha.update(chunk)
                size += len(chunk)
            os.fsync(file.fileno())
        digest = sha.hexdigest()
        self._settle(path, self.media_path(digest))
        return MediaRef(digest=digest, media_type=media_type, size=size)

    def put_bytes(self, data: bytes, media_type: str) -> MediaRef:
        """Store bytes."""
        digest = hashlib.sha256(data).hexdigest()
        target = self.media_path(digest)
        with self._occupancy.sharing():
            if not target.exists() or target.read_bytes() != data:
                self._write(target, data, sealed=True)
            else:
                seal(target)  # tells pruning that it is wanted again
        return MediaRef(digest=digest, media_type=media_type, size=len(data))

    def take(self, digest: str) -> Take | None:
        """The take of a task, if it was made and all of its media are here and whole. Anything damaged counts as not made.

        Raises:
            StoreError: the store itself is not there now.
        """
        with self._occupancy.sharing():
            found = self._take(self._take_path(digest))
        if found is None:
            self.see()
        return found

    def _take(self, path: Path) -> Take | None:
        try:
            take = Take.model_validate_json(path.read_bytes())
        except (FileNotFoundError, ValidationError, ValueError):
            return None
        if not all(self._is_whole(media) for media in take.media):
            return None
        # The time of last use decides what prune() removes first.
        with contextlib.suppress(OSError):  # a store that is only read still serves its takes
            os.utime(path)
        return take

    def _is_whole(self, media: MediaRef) -> bool:
        """Whether the file has the bytes that name it. Sealed, it is as it was written; touched by anyone, it is read again."""
        path, sha = self.media_path(media.digest), hashlib.sha256()
        try:
            found = path.stat()
            if found.st_size != media.size:
                return False
            if found.st_mtime_ns == _SEAL_NS or media.digest in self._whole:
                return True
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    sha.update(chunk)
        except OSError:
            return False
        whole = sha.hexdigest() == media.digest
        if whole:
            self._whole.add(media.digest)
            seal(path)
        return whole

    def commit(self, take: Take) -> Take:
        """Record a take, and return the one that stands. Committing it twice is harmless: the digest names the content."""
        with self._occupancy.sharing():
            self._write(self._take_path(take.digest), canonical_json(take.canonical()).encode("utf-8"))
        return take

    def scratch(self) -> Path:
        """A new private folder on the store's own disk, so that keeping a file is a rename."""
        try:
            return Path(tempfile.mkdtemp(dir=self.root / "scratch"))
        except OSError as error:
            raise self._unwritable(error) from error

    def usage(self) -> Usage:
        """Count what the store holds."""
        files = [path.stat() for path in self._files("media")]
        return Usage(takes=sum(1 for _ in self._files("takes")), media=len(files), bytes=sum(stat.st_size for stat in files))

    def prune(self, keep_bytes: int) -> Pruned:
        """Remove the takes used longest ago until the media fit in ``keep_bytes``, and what killed tasks left.

        What running renders made or used stays, whatever its size. Returns what was removed.
        """
        with self._occupancy.alone():
            return self._prune(keep_bytes, self._occupancy.renders())

    def _prune(self, keep_bytes: int, renders: list[float]) -> Pruned:
        in_use = min(renders, default=math.inf)
        self._clear_scratch()
        takes = sorted(((path.stat().st_mtime, path) for path in self._files("takes")), reverse=True)
        kept: set[str] = set()
        total, gone_takes = 0, 0
        for used, path in takes:
            media = self._media_of(path)
            new = {item.digest: item.size for item in media if item.digest not in kept}
            if used < in_use and total + sum(new.values()) > keep_bytes:
                path.unlink(missing_ok=True)
                gone_takes += 1
                continue
            total += sum(new.values())
            kept.update(new)
        removed, freed = 0, 0
        for path in list(self._files("media")):
            # Media that a running render made may be waiting for their take. Their time of content is the seal; of change, real.
            found = path.stat()
            if path.name not in kept and found.st_ctime < in_use:
                freed += found.st_size
                removed += 1
                path.unlink(missing_ok=True)
        return Pruned(takes=gone_takes, media=removed, bytes=freed, running=len(renders))

    def _clear_scratch(self) -> None:
        for left in (self.root / "scratch").iterdir():
            with contextlib.suppress(FileNotFoundError):  # its task has just closed its desk
                if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)

    def _media_of(self, path: Path) -> tuple[MediaRef, ...]:
        try:
            return Take.model_validate_json(path.read_bytes()).media
        except (ValidationError, ValueError, OSError):
            return ()

    def _files(self, part: str) -> Iterator[Path]:
        for folder in sorted((self.root / part).iterdir()):
            if folder.is_dir():
                yield from (path for path in sorted(folder.iterdir()) if not path.name.startswith("."))

    def _write(self, target: Path, data: bytes, *, sealed: bool = False) -> None:
        name = ""
        try:
            self._make_folder(target.parent)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".")
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if sealed:
                os.utime(name, ns=(_SEAL_NS, _SEAL_NS))
            Path(name).replace(target)
        except OSError as error:
            if name:
                Path(name).unlink(missing_ok=True)
            raise self._unwritable(error) from error

    def _settle(self, source: Path, target: Path) -> None:
        # What lies there already may be damaged: the file that was made just now takes its place.
        try:
            with self._occupancy.sharing():
                self._make_folder(target.parent)
                source.chmod(0o644)
                os.utime(source, ns=(_SEAL_NS, _SEAL_NS))
                source.replace(target)
        except OSError as error:
            raise self._unwritable(error) from error

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)  # its parents are there, or the disk is away, in whose place nothing is to be made

    def _unwritable(self, error: OSError) -> StoreError:
        if error.errno == errno.ENOENT and not self._is_there():
            return self._away()
        remedy = "Free some disk space." if error.errno in (errno.ENOSPC, errno.EDQUOT) else "Name another with --cache-dir."
        return StoreError(f"the store at {self.root} cannot be written: {error.strerror}.", remedy=remedy)


def seal(path: Path) -> None:
    """Mark a media file as written by the store. A store that is only read still serves its takes."""
    with contextlib.suppress(OSError):
        os.utime(path, ns=(_SEAL_NS, _SEAL_NS))


class Keeper(Protocol):
    """Where a task's media come from and what it makes goes: a store, or the outbox of a worker that has none."""

    def path(self, media: MediaRef) -> Path:
        """A read-only local file."""
        ...

    def put_file(self, path: Path, media_type: str) -> MediaRef:
        """Keep a finished file."""
        ...

    def put_bytes(self, data: bytes, media_type: str) -> MediaRef:
        """Keep bytes."""
        ...

    def scratch(self) -> Path:
        """A new private folder."""
        ...

    def commit(self, take: Take) -> Take:
        """Record a take, and return the one that stands."""
        ...


class StoreDesk:
    """The desk of one task: a private scratch folder, and a note of every media it kept."""

    def __init__(self, store: Keeper) -> None:
        self._store = store
        self._folder: Path | None = None
        self._count = 0

    def path(self, media: MediaRef) -> Path:
        """A local, read-only file with the bytes of ``media``."""
        return self._store.path(media)

    def keep(self, path: Path, media_type: str) -> MediaRef:
        """Move a finished file into the store."""
        return self._store.put_file(path, media_type)

    def keep_bytes(self, data: bytes, media_type: str) -> MediaRef:
        """Store bytes."""
        return self._store.put_bytes(data, media_type)

    def scratch(self, suffix: str = "") -> Path:
        """A new path in this task's private folder."""
        if self._folder is None:
            self._folder = self._store.scratch()
        self._count += 1
        return self._folder / f"{self._count}{suffix}"

    def close(self) -> None:
        """Empty the scratch folder."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def media_in(value: JsonValue) -> tuple[MediaRef, ...]:
    """Every media reference inside a canonical JSON value, once each, in the order found."""
    found: dict[str, MediaRef] = {}
    stack: list[JsonValue] = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            if current.keys() == {"digest", "media_type", "size"}:
                ref = MediaRef.model_validate(current)
                found.setdefault(ref.digest, ref)
            else:
                stack.extend(reversed(list(current.values())))
        elif isinstance(current, list):
            stack.extend(reversed(current))
    return tuple(found.values())
