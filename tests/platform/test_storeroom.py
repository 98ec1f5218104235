"""The store of a house is made once; later it is there, or it is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstudio.core.errors import StoreError
from filmstudio.core.store import Store
from filmstudio.platform.storeroom import open_storeroom
from filmstudio.scheduler.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    yield found
    found.close()


def test_a_store_that_was_there_is_not_made_anew_until_somebody_says_so(tmp_path: Path, database: Database) -> None:
    place = tmp_path / "disk" / "store"
    media = open_storeroom(str(place), database).put_bytes(b"sound", "audio/wav")
    place.rename(tmp_path / "away")
    for _ in range(2):
        with pytest.raises(StoreError, match="is not there") as told:
            open_storeroom(str(place), database)
        assert not place.exists()
    (tmp_path / "away").rename(place)
    assert open_storeroom(str(place), database).path(media).read_bytes() == b"sound"
    place.rename(tmp_path / "gone")
    assert f"studio cache stats --cache-dir {place}" in told.value.problem.remedy
    Store(place)  # as that command opens it
    assert open_storeroom(str(place), database).usage().media == 0


def test_a_folder_is_the_same_by_whatever_path_it_is_named(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_storeroom("store", database)
    (tmp_path / "store").rename(tmp_path / "away")
    with pytest.raises(StoreError, match="is not there"):
        open_storeroom(str(tmp_path / "store"), database)


def test_the_users_own_cache_folder_may_be_cleared(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = tmp_path / "filmstudio"
    open_storeroom(str(place), database)
    place.rename(tmp_path / "cleared")
    assert open_storeroom(str(place), database).root.is_dir()
