"""The delivery folder: written beside its place and put there in one rename, so that no half-film is ever seen."""

from __future__ import annotations

import contextlib
import fcntl
import filecmp
import fnmatch
import glob
import hashlib
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from filmstudio.core.errors import DeliveryError
from filmstudio.core.film import Film

MARK = "film.json"
"""The file that every delivery holds."""

REPORT = "report.json"
"""The file that tells, by name and SHA-256, what the studio wrote beside it."""

_OURS = ("film.*", "captions.*.*", "thumbnail-*.jpg", "metadata.*", "report.json", "stems/*.wav")
_STUDIOS = ("film.mp4", "film.otio", "captions.*.*", "thumbnail-?.jpg", "metadata.json", "stems/*.wav")
_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")
"""What file managers leave in any folder they show."""


@contextlib.contextmanager
def delivering(folder: Path) -> Iterator[Path]:
    """Give a new folder to write into, and put it in the place of ``folder`` when the block ends well.

    If the block raises, or the machine dies in it, ``folder`` stays as it was. What an earlier death left is cleaned up. Of two that
    deliver at the same time one waits for the other.

    Raises:
        DeliveryError: ``folder`` holds something that is not a delivery, or cannot be written.
    """
    folder = folder.absolute()
    with _alone_at(folder):
        _recover(folder)
        _check(folder)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_prefix(folder, "new")))
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


@contextlib.contextmanager
def _alone_at(folder: Path) -> Iterator[None]:
    """Wait for whoever delivers beside ``folder``, and have others wait: a lock on the folder around it, which ends with the process.

    Raises:
        DeliveryError: that folder cannot be made or opened.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder.parent, os.O_RDONLY)
    except OSError as error:
        raise DeliveryError(f"{folder.parent} cannot be written: {error.strerror}.", remedy="Name another folder with -o.") from error
    try:
        with contextlib.suppress(OSError):  # some network disks know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def check_folder(folder: Path) -> None:
    """See that ``folder`` may be delivered into: new, empty, or a delivery with nothing of anyone else's in it.

    Raises:
        DeliveryError: it is a file, a folder with other things in it, or in a place that cannot be written.
    """
    folder = folder.absolute()
    with _alone_at(folder):
        _check(folder)


def _check(folder: Path) -> None:
    try:
        _check_contents(folder)
        Path(tempfile.mkdtemp(dir=folder.parent, prefix=_prefix(folder, "new"))).rmdir()
    except OSError as error:
        raise DeliveryError(f"{folder} cannot be written: {error.strerror}.", remedy="Name another folder with -o.") from error


def digests_in(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a delivery by its name, such as ``stems/music.wav``: what its report keeps, to know edits by."""
    return {name: _sha256(folder / name) for name in sorted(_names(folder)) if (folder / name).is_file()}


def holds_another_film(folder: Path, film: Film) -> bool:
    """Whether the ``film.json`` of a delivery was edited since it was written, and is not ``film``."""
    written = _written(folder)
    return written is not None and _is_persons(folder, MARK, written) and not _is_same_film(folder / MARK, film)


def keep_edits(folder: Path, fresh: Path, film: Film) -> tuple[str, ...]:
    """Carry what a person made in the delivery ``folder`` over into ``fresh``, the new one, which holds ``film``; returns the names.

    That is every file that is not as its report says it was written. Where the new delivery has one of this name, it is called
    ``NAME.edited.SUFFIX``, unless both say the same: a ``film.json`` that was edited and then rendered needs no copy.
    """
    written = _written(folder)
    names = sorted(_names(folder)) if folder.is_dir() else []
    edits = [name for name in names if _is_persons(folder, name, written) and not (name == MARK and _is_same_film(folder / name, film))]
    return tuple(kept for name in edits if (kept := _carry(folder / name, fresh, name)))


def save_film(path: Path, film: Film, text: str) -> Path | None:
    """Write ``text``, the JSON of ``film``, for somebody to edit; returns where what was there before is kept, if that is something else.

    Raises:
        DeliveryError: it cannot be written.
    """
    kept = None
    try:
        if path.is_file() and not _is_same_film(path, film):
            kept = next(free for free in _beside(path) if not os.path.lexists(free))
            path.rename(kept)
        new = path.with_name(f".{path.name}.new")
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise DeliveryError(f"{path} cannot be written: {error.strerror}.", remedy="Name another file.") from error
    return kept


def _beside(path: Path) -> Iterator[Path]:
    yield path.with_name(f"{path.stem}.edited{path.suffix}")
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem}.edited-{number}{path.suffix}")


def _written(folder: Path) -> Mapping[str, str] | None:
    """What the studio wrote into a delivery, SHA-256 by name; None where the report does not say: it is older, or damaged."""
    try:
        files = json.loads((folder / REPORT).read_bytes())["files"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return files if isinstance(files, dict) and files else None


def _is_persons(folder: Path, name: str, written: Mapping[str, str] | None) -> bool:
    if name == REPORT:
        return False
    if written is None:  # what can be written again is not taken for an edit, but a film may hold hours of work
        return name == MARK or not any(fnmatch.fnmatchcase(name, studios) for studios in _STUDIOS)
    path = folder / name
    return name not in written or not path.is_file() or _sha256(path) != written[name]


def _is_same_film(path: Path, film: Film) -> bool:
    try:
        return Film.model_validate_json(path.read_bytes()) == film
    except (OSError, ValidationError):
        return False


def _carry(path: Path, fresh: Path, name: str) -> str:
    """Copy a file to the first name that is free; returns the name, or nothing where the same file is there already."""
    stem, suffix = Path(name).with_suffix("").as_posix(), path.suffix
    names = itertools.chain((name, f"{stem}.edited{suffix}"), (f"{stem}.edited-{number}{suffix}" for number in itertools.count(2)))
    for free in names:
        new = fresh / free
        if not os.path.lexists(new):
            new.parent.mkdir(exist_ok=True)
            if path.is_dir() and not path.is_symlink():
                shutil.copytree(path, new, symlinks=True)
            else:
                shutil.copy2(path, new, follow_symlinks=False)
            return free
        if path.is_file() and new.is_file() and filecmp.cmp(path, new, shallow=False):
            return ""
    raise AssertionError("names do not run out")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_contents(folder: Path) -> None:
    if folder.is_symlink():
        raise DeliveryError(f"{folder} is a link.", remedy=f"Name the folder that it leads to: -o {folder.readlink()}")
    if not folder.is_dir():
        if folder.exists():
            raise DeliveryError(f"{folder} is a file.", remedy="Name a folder with -o.")
        return
    if Path.cwd().is_relative_to(folder.resolve()):
        # A rename puts another folder in its place: whoever stands in this one would stand in a deleted one.
        raise DeliveryError(
            f"{folder} is the folder you are in, and a delivery takes a folder's place.",
            remedy="Leave it (cd ..), or name one in it: -o film",
        )
    if os.path.ismount(folder):
        raise DeliveryError(
            f"{folder} is where a disk is mounted, and no folder can take its place.", remedy=f"Name one in it: -o {folder / 'film'}"
        )
    names = sorted(_names(folder))
    others = [name for name in names if not any(fnmatch.fnmatchcase(name, ours) for ours in _OURS)]
    if names and (others or not {MARK, REPORT} <= set(names)):
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
        if path.is_file() and not path.is_symlink():  # a link that a person made leads to what is theirs
            path.chmod(0o644)
            with path.open("rb") as file:
                os.fsync(file.fileno())
