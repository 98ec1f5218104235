"""The folder of a Ray of one's own: short, gone with it, and gone too where a studio was killed, once another starts."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_BEGINNING: Final = "studio-ray-"
_HELD: Final = "held"
_LONGEST_TEMP: Final = 16
"""A Unix socket's path has 107 bytes on Linux and 103 on macOS. Our folder and Ray's own in it take 86 of them."""
_UNHELD_SECONDS: Final = 86_400.0
"""Age at which a folder that nobody has begun to hold is nobody's: a studio was killed while it made it."""


@contextlib.contextmanager
def ray_folder() -> Iterator[Path]:
    """A new folder whose path leaves room for Ray's sockets, removed at the end, and with it what killed studios left.

    Ray opens its folder to everybody, so it lies in one that is private.
    """
    base = Path(tempfile.gettempdir())
    if len(str(base)) > _LONGEST_TEMP and Path("/tmp").is_dir():  # noqa: S108 - a private folder is made in it
        base = Path("/tmp")  # noqa: S108
    _clear(base)
    folder = Path(tempfile.mkdtemp(prefix=_BEGINNING, dir=base))
    try:
        with (folder / "new").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # until this process lets go of it, killed or not
            (folder / "new").rename(folder / _HELD)
            (folder / "r").mkdir()
            yield folder / "r"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear(base: Path) -> None:
    """Remove the folders of this user that nobody holds. What others planted there is left alone."""
    for folder in base.glob(f"{_BEGINNING}*"):
        with contextlib.suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            if not (folder / _HELD).exists() and time.time() - folder.stat().st_mtime < _UNHELD_SECONDS:
                continue
            with _held(folder):
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder that nobody else holds.

    Raises:
        OSError: somebody does, or what is held is no file.
    """
    # Folders of older studios are open to everybody: what lies there may be a link, or a pipe that would be waited for.
    handle = os.open(folder / _HELD, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
