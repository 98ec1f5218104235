"""The store: complete or absent, whatever happens."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.core.errors import StoreError
from filmstudio.core.media import MediaRef
from filmstudio.core.occupancy import _CLOCK_SECONDS, Occupancy
from filmstudio.core.store import Store, StoreDesk, Take, media_in


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def take_of(media: MediaRef, digest: str = "d" * 64) -> Take:
    return Take(digest=digest, role="voice", engine="e", version="1", result={"audio": media.canonical()}, media=(media,), seconds=1.0)


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=2000))
def test_media_come_back_as_they_were_and_once(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        first, second = store.put_bytes(data, "x/y"), store.put_bytes(data, "x/y")
        assert first == second
        assert store.path(first).read_bytes() == data
        assert store.usage().media == 1


def test_a_take_whose_media_is_gone_or_cut_short_counts_as_not_made(store: Store) -> None:
    media = store.put_bytes(b"sound", "audio/wav")
    store.commit(take_of(media))
    assert store.take("d" * 64) is not None
    store.media_path(media.digest).write_bytes(b"sou")
    assert store.take("d" * 64) is None
    store.media_path(media.digest).unlink()
    assert store.take("d" * 64) is None
    with pytest.raises(StoreError, match="has lost"):
        store.path(media)


def test_damaged_media_count_as_not_made_and_are_healed_by_making_them_again(store: Store, tmp_path: Path) -> None:
    media = store.put_bytes(b"picture", "x/y")
    store.commit(take_of(media))
    for damage in (b"pictuXe", b"", b"picture and more"):
        store.media_path(media.digest).write_bytes(damage)
        assert Store(store.root).take("d" * 64) is None
        made = tmp_path / "made"
        made.write_bytes(b"picture")
        assert store.put_file(made, "x/y") == media
        assert Store(store.root).take("d" * 64) is not None
        store.media_path(media.digest).write_bytes(damage)
        assert store.put_bytes(b"picture", "x/y") == media
        assert store.path(media).read_bytes() == b"picture"


def test_a_store_without_room_says_so_instead_of_breaking(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> tuple[int, str]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "mkstemp", full)
    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(StoreError, match="Free some disk space"):
        store.put_bytes(b"a", "x/y")
    with pytest.raises(StoreError, match="Free some disk space"):
        store.scratch()


def test_pruning_clears_what_killed_tasks_left(store: Store) -> None:
    old, new = store.scratch(), store.scratch()
    (old / "half.wav").write_bytes(b"half")
    os.utime(old, (1, 1))
    store.prune(1 << 30)
    assert not old.exists() and new.exists()


def test_a_torn_record_counts_as_not_made(store: Store) -> None:
    store.commit(take_of(store.put_bytes(b"a", "x/y")))
    record = next((store.root / "takes").rglob("*.json"))
    record.write_text(record.read_text()[:40])
    assert store.take("d" * 64) is None


def test_pruning_removes_the_takes_used_longest_ago_and_what_only_they_hold(store: Store) -> None:
    for index in range(5):
        media = store.put_bytes(bytes([index]) * 1000, "x/y")
        store.commit(take_of(media, f"{index}" * 64))
        os.utime(store.root / "takes" / (f"{index}" * 2) / (f"{index}" * 64 + ".json"), (index, index))
    gone = store.prune(2500)
    assert (gone.takes, gone.media) == (3, 3)
    assert store.take("4" * 64) is not None
    assert store.take("0" * 64) is None
    assert store.usage().bytes == 2000


def test_pruning_keeps_what_a_running_render_made_or_used(store: Store) -> None:
    media = {name: store.put_bytes(name.encode() * 100, "x/y") for name in ("unused", "found", "again")}
    for digit, name in enumerate(media):
        store.commit(take_of(media[name], f"{digit}" * 64))
    make_old(store)
    with store.rendering():
        assert store.take("1" * 64) is not None
        fresh = store.put_bytes(b"made, and waiting for its take", "x/y")
        store.put_bytes(b"again" * 100, "x/y")
        gone = Store(store.root).prune(0)
        assert (gone.takes, gone.media, gone.running) == (2, 1, 1)
        assert all(store.path(kept).exists() for kept in (fresh, media["found"], media["again"]))
        assert store.take("1" * 64) is not None
    gone = store.prune(0)
    assert (gone.takes, gone.media, gone.running) == (1, 3, 0)


def make_old(store: Store) -> None:
    """Takes used, and media written, before any render that begins now."""
    for take in (store.root / "takes").rglob("*.json"):
        os.utime(take, (1, 1))
    time.sleep(_CLOCK_SECONDS + 0.1)  # nothing can set a file's time of change


def test_a_render_that_was_killed_holds_nothing(store: Store) -> None:
    held = f"import sys; from pathlib import Path; from filmstudio.core.store import Store; s = Store(Path({str(store.root)!r}))\n"
    held += "with s.rendering(): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as render:
        assert render.stdout is not None and render.stdout.readline() == b"held\n"
        assert store.prune(0).running == 1
        render.kill()
    assert store.prune(0).running == 0
    assert list((store.root / "renders").iterdir()) == []


def test_a_render_that_begins_while_somebody_prunes_waits_for_the_end_of_it(store: Store) -> None:
    store.commit(take_of(store.put_bytes(b"a", "x/y")))
    order: list[str] = []

    def render() -> None:
        with store.rendering():
            order.append("looked" if store.take("d" * 64) is None else "found what was being removed")

    with Occupancy(store.root).alone():
        worker = threading.Thread(target=render)
        worker.start()
        worker.join(0.2)
        order.append("pruned")
        next((store.root / "takes").rglob("*.json")).unlink()
    worker.join()
    assert order == ["pruned", "looked"]


def test_a_desk_empties_its_scratch_folder(store: Store) -> None:
    desk = StoreDesk(store)
    path = desk.scratch(".wav")
    path.write_bytes(b"left behind")
    kept = desk.scratch(".wav")
    kept.write_bytes(b"kept")
    media = desk.keep(kept, "audio/wav")
    desk.close()
    assert not path.exists()
    assert desk.path(media).read_bytes() == b"kept"
    assert list((store.root / "scratch").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told() -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        Store(Path("/dev/null/store"))


def test_media_are_found_wherever_they_stand_in_a_result() -> None:
    one, two = (MediaRef(digest=letter * 64, media_type="x/y", size=1).canonical() for letter in "ab")
    assert [media.digest[0] for media in media_in({"x": [one, {"deep": two}], "y": one})] == ["a", "b"]
