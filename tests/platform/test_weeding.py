"""What the store has lost is taken off the shelf, a portion at a time; what is there, and what may be, stays."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from api_server import running_api

from filmstudio.core.errors import StoreError
from filmstudio.core.media import MediaRef
from filmstudio.core.store import Store, Take
from filmstudio.platform.keys import LOCAL, Principal
from filmstudio.platform.shelf import DAY_SECONDS, Shelf
from filmstudio.platform.weeding import Weeding
from filmstudio.scheduler.database import Database, made_media, uploads
from filmstudio.scheduler.tiers import Tier

ADA = Principal("ada", Tier.PRO)


class House:
    def __init__(self, folder: Path) -> None:
        self.now, self.folder = 1e9, folder
        self.database, self.store = Database(f"sqlite:///{folder / 'studio.db'}"), Store(folder / "cache")
        self.shelf = Shelf(self.database, self.store, lambda: self.now)
        self.weeding = Weeding(self.database, self.store, lambda: self.now, portion=3)

    def made(self, tenant: str, *texts: str) -> list[MediaRef]:
        media = tuple(self.store.put_bytes(text.encode(), "audio/wav") for text in texts)
        self.shelf.record(tenant, Take(digest="0" * 64, role="voice", engine="any", version="1", result={}, media=media, seconds=0))
        return list(media)

    def sent(self, text: str, key: str | None = None) -> MediaRef:
        file = self.folder / "sent"
        file.write_text(text)
        return self.shelf.keep(ADA, file, "text/plain", key)

    def lose(self, *media: MediaRef) -> None:
        for one in media:
            self.store.media_path(one.digest).unlink()

    def count(self, table: sa.Table) -> int:
        with self.database.reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0

    def weed_all(self) -> int:
        return sum(self.weeding.weed() for _ in range(8))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.database.close()


def test_media_that_the_store_has_lost_leave_the_shelf_a_portion_at_a_time(house: House) -> None:
    kept = [*house.made("ada", *"abcde"), *house.made("bob", *"abcde")]
    house.lose(*kept[:3])
    assert house.weeding.weed() <= 3, "no more than a portion at once"
    house.weed_all()
    assert [house.shelf.find("ada", one.digest) is None for one in kept[:5]] == [True, True, True, False, False]
    assert [house.shelf.find("bob", one.digest) is None for one in kept[5:]] == [True, True, True, False, False]


def test_a_store_that_is_away_has_lost_nothing(house: House) -> None:
    house.made("ada", "a", "b")
    house.store.root.rename(house.folder / "away")
    with pytest.raises(StoreError):
        house.weeding.weed()
    assert house.count(made_media) == 2


def test_media_that_come_back_while_they_are_weeded_stay(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    [media] = house.made("ada", "a")
    house.lose(media)
    asked: list[bool] = []

    def has_lost(_: Store, __: MediaRef) -> bool:
        asked.append(True)
        return len(asked) == 1  # they were sent again after that

    monkeypatch.setattr(Store, "has_lost", has_lost)
    assert house.weeding.weed() == 0
    assert house.shelf.find("ada", media.digest) == media


def test_what_was_sent_counts_for_a_day_and_its_key_as_long_as_the_media_are_there(house: House) -> None:
    lost, _, _ = house.sent("lost", "key-1"), house.sent("there", "key-2"), house.sent("no key")
    house.lose(lost)
    house.weed_all()
    assert house.count(uploads) == 3, "they are of this day's account"
    house.now += DAY_SECONDS + 1
    house.weed_all()
    assert house.count(uploads) == 1
    with house.database.reading() as connection:
        assert connection.scalar(sa.select(uploads.c.idempotency_key)) == "key-2"
    assert house.sent("another", "key-1").size == 7, "a key of what is gone may be used again"


def test_a_house_weeds_its_shelf(tmp_path: Path) -> None:
    with running_api(tmp_path, open_house=True) as api:
        text = {"Content-Type": "text/plain"}
        lost, there = (api.ask("POST", "/v1/media", content=content, headers=text).json() for content in (b"It rains.", b"It snows."))
    Store(tmp_path / "cache").media_path(lost["digest"]).unlink()
    with running_api(tmp_path, open_house=True) as api:
        shelf, until = Shelf(api.database, Store(tmp_path / "cache")), time.monotonic() + 20
        while shelf.find(LOCAL, lost["digest"]) is not None and time.monotonic() < until:
            time.sleep(0.01)
        assert shelf.find(LOCAL, lost["digest"]) is None
        assert shelf.find(LOCAL, there["digest"]) is not None
