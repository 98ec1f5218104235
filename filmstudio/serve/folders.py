"""The folder of a Ray of one's own: short, private, gone with it, and gone too where a studio was killed, once another starts."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_BEGINNING: Final = "studio-ray-"
_HELD: Final = "held"
_LONGEST_TEMP: Final = 30
"""A Unix socket's path has about a hundred bytes, of which Ray's own folders take seventy."""


@contextlib.contextmanager
def ray_folder() -> Iterator[Path]:
    """A new private folder whose path leaves room for Ray's sockets, removed at the end, and with it what killed studios left."""
    base = Path(tempfile.gettempdir())
    if len(str(base)) > _LONGEST_TEMP and Path("/tmp").is_dir():  # noqa: S108 - a private folder is made in it
        base = Path("/tmp")  # noqa: S108
    _clear(base)
    folder = Path(tempfile.mkdtemp(prefix=_BEGINNING, dir=base))
    try:
        with (folder / "new").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # until this process lets go of it, killed or not
            (folder / "new").rename(folder / _HELD)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear(base: Path) -> None:
    """Remove the folders of this user that nobody holds. What others planted there, links above all, is left alone."""
    for folder in base.glob(f"{_BEGINNING}*"):
        with contextlib.suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with (folder / _HELD).open() as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
