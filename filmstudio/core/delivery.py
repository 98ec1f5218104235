"""The delivery folder: written beside its place and put there in one rename, so that no half-film is ever seen."""

from __future__ import annotations

import contextlib
import fnmatch
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filmstudio.core.errors import DeliveryError

MARK = "film.json"
"""The file that every delivery holds."""

_OURS = ("film.*", "captions.*.*", "thumbnail-?.jpg", "metadata.json", "report.json", "stems/*.wav")
_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")
"""What file managers leave in any folder they show."""


@contextlib.contextmanager
def delivering(folder: Path) -> Iterator[Path]:
    """Give a new folder to write into, and put it in the place of ``folder`` when the block ends well.

    If the block raises, or the machine dies in it, ``folder`` stays as it was. What an earlier death left is cleaned up.

    Raises:
        DeliveryError: ``folder`` holds something that is not a delivery, or cannot be written.
    """
    folder = folder.absolute()
    _recover(folder)
    check_folder(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_prefix(folder, "new")))
    except OSError as error:
        raise DeliveryError(f"{folder.parent} cannot be written: {error.strerror}.", remedy="Name another folder with -o.") from error
    try:
        yield fresh
        fresh.chmod(0o755)
        _flush(fresh)
        _put_in_place(fresh, folder)
    except OSError as error:
        raise DeliveryError(
            f"{folder} cannot be written: {error.strerror or error}.", remedy="Free some disk space, or name another folder with -o."
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def check_folder(folder: Path) -> None:
    """See that ``folder`` may be delivered into: new, empty, or a delivery with nothing of anyone else's in it.

    Raises:
        DeliveryError: it is a file, a folder with other things in it, or in a place that cannot be written.
    """
    try:
        _check_contents(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        Path(tempfile.mkdtemp(dir=folder.parent, prefix=_prefix(folder, "new"))).rmdir()
    except OSError as error:
        raise DeliveryError(f"{folder} cannot be written: {error.strerror}.", remedy="Name another folder with -o.") from error


def _check_contents(folder: Path) -> None:
    if folder.is_symlink():
        raise DeliveryError(f"{folder} is a link.", remedy=f"Name the folder that it leads to: -o {folder.readlink()}")
    if not folder.is_dir():
        if folder.exists():
            raise DeliveryError(f"{folder} is a file.", remedy="Name a folder with -o.")
        return
    names = sorted(_names(folder))
    others = [name for name in names if not any(fnmatch.fnmatchcase(name, ours) for ours in _OURS)]
    if names and (others or not {MARK, "report.json"} <= set(names)):
        raise DeliveryError(f"{folder} holds other files, such as {(others or names)[0]}.", remedy="Name a new or empty folder with -o.")


def _names(folder: Path) -> Iterator[str]:
    """What a delivery folder holds, and what lies in the one folder in it."""
    for path in folder.iterdir():
        if path.name == "stems" and path.is_dir() and not path.is_symlink():
            yield from (f"stems/{stem.name}" for stem in path.iterdir() if stem.name not in _SYSTEMS)
        elif path.name not in _SYSTEMS:
            yield path.name


def _put_in_place(fresh: Path, folder: Path) -> None:
    if not folder.exists():
        fresh.replace(folder)
        return
    old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_prefix(folder, "old")))
    folder.replace(old)
    fresh.replace(folder)
    shutil.rmtree(old, ignore_errors=True)


def _recover(folder: Path) -> None:
    """After a death between two renames the old delivery lies aside: put it back. Half-written ones go."""
    if not folder.parent.is_dir():
        return
    for old in sorted(folder.parent.glob(glob.escape(_prefix(folder, "old")) + "*")):
        if not folder.exists() and (old / MARK).exists():
            old.replace(folder)
        else:
            shutil.rmtree(old, ignore_errors=True)
    for fresh in folder.parent.glob(glob.escape(_prefix(folder, "new")) + "*"):
        shutil.rmtree(fresh, ignore_errors=True)


def _prefix(folder: Path, kind: str) -> str:
    return f".{folder.name}.{kind}-"


def _flush(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            with path.open("rb") as file:
                os.fsync(file.fileno())
