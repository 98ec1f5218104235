"""A store that is away in the middle of a task: told as such, whoever noticed it, so that it is tried again and no engine is blamed."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from filmstudio.core.character import VoiceChoice
from filmstudio.core.engine import Failure, failed
from filmstudio.core.errors import InputError, LimitError, MediaLost, StoreError, Unsupported
from filmstudio.core.media import MediaRef
from filmstudio.core.objects import Unreachable
from filmstudio.core.perform import Batch, Call, Performer
from filmstudio.core.plugins import Plugins
from filmstudio.core.requests import SpeakRequest
from filmstudio.core.store import Store, Take
from filmstudio.core.wire import WatchedWire
from filmstudio.core.workers import Worker

LINE = SpeakRequest(text="It rains.", voice=VoiceChoice(voice="en-us-claire")).canonical()


class Away(Store):
    """Takes nothing in."""

    def __init__(self, root: Path, error: Exception) -> None:
        super().__init__(root)
        self.error = error

    def put_bytes(self, data: bytes, media_type: str) -> MediaRef:
        raise self.error

    put_file = put_bytes  # type: ignore[assignment]

    def commit(self, take: Take) -> Take:
        raise self.error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Unreachable("the bucket cannot be reached."), "store"),
        (OSError(errno.ENOSPC, "No space left on device"), "store"),
        (OSError(errno.ENOTCONN, "Transport endpoint is not connected"), "store"),
        (OSError(errno.ENOENT, "No such file"), "engine"),
        (ZeroDivisionError("oops"), "engine"),
    ],
)
def test_what_the_store_does_to_a_task_is_told_as_the_stores(tmp_path: Path, error: Exception, kind: str) -> None:
    batch: Batch = Plugins().engine("voice").batch((Call("line:1", "d" * 64, LINE),), "")
    [outcome] = Performer(keeper=Away(tmp_path, error)).perform(batch)
    assert outcome.failure is not None and outcome.failure.kind == kind
    assert isinstance(failed(outcome.failure, task="line:1", plugin="espeak"), StoreError) is (kind == "store")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Unreachable("x"), "store"), (MediaLost("x"), "store"), (LimitError("x"), "input"), (InputError("x"), "input"),
        (Unsupported("x"), "unsupported"),
    ],
)  # fmt: skip
def test_a_failure_knows_whose_it_is_by_the_kind_of_its_error(error: StoreError, kind: str) -> None:
    assert Failure.of(error).kind == kind


def test_a_worker_that_cannot_be_given_its_media_stays_idle() -> None:
    ours, theirs = socket.socketpair()

    class Idle(Worker):
        process_id, alive, end = 0, lambda self: True, lambda self, *, gone: ""  # type: ignore[assignment]

        def _order(self, batch: Batch) -> object:  # type: ignore[override]
            raise MediaLost("the store has lost them.")

    worker = Idle(WatchedWire(ours))
    with theirs, pytest.raises(MediaLost):
        worker.give(Batch("voice", "espeak", "1", "x:Y", ()))
    assert worker.batch is None


def test_nothing_is_made_in_the_place_of_a_store_that_is_away(tmp_path: Path) -> None:
    place = tmp_path / "disk" / "store"
    store, sent = Store(place), tmp_path / "sent"
    media = store.put_bytes(b"sound", "audio/wav")
    place.rename(tmp_path / "away")
    sent.write_bytes(b"sent")
    place.mkdir()  # a disk that is unmounted leaves an empty folder
    for use in (
        lambda: store.take("d" * 64),
        lambda: store.path(media),
        lambda: store.put_bytes(b"other", "audio/wav"),
        lambda: store.put_file(sent, "audio/wav"),
        lambda: store.commit(Take(digest="d" * 64, role="voice", engine="e", version="1", result={}, seconds=0)),
        store.scratch,
    ):
        with pytest.raises(StoreError, match="is not there"):
            use()
    assert not any((place / part).exists() for part in ("media", "takes", "scratch"))
    place.rename(tmp_path / "unmounted")
    (tmp_path / "away").rename(place)
    assert store.path(media).read_bytes() == b"sound"


def test_workers_make_no_store_where_there_is_none(tmp_path: Path) -> None:
    batch: Batch = Plugins().engine("voice").batch((Call("line:1", "d" * 64, LINE),), "")
    [outcome] = Performer(tmp_path / "away").perform(batch)
    assert outcome.failure is not None and outcome.failure.kind == "store"
    assert not (tmp_path / "away").exists()
