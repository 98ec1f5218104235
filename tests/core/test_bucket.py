"""The store in a bucket, against a real S3 server on this machine: complete or absent, shared, and honest about trouble."""

from __future__ import annotations

import functools
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.loaders import create_loader
from moto.server import ThreadedMotoServer
from typer.testing import CliRunner

from filmstudio.app import Studio, Wishes
from filmstudio.cli.commands import app
from filmstudio.core import bucket, storage
from filmstudio.core.bucket import BucketStore
from filmstudio.core.errors import ConfigError, StoreError
from filmstudio.core.media import MediaRef
from filmstudio.core.objects import Objects
from filmstudio.core.options import RenderOptions
from filmstudio.core.storage import open_store
from filmstudio.core.store import Store, Take

BUCKET = "film-store"
SECRET = "not-a-real-secret"
DIGEST = "d" * 64


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


descriptions_of_s3 = functools.cache(create_loader)
"""boto3 reads them, two megabytes of JSON, for each of its sessions: here once for all nodes."""


@pytest.fixture(scope="module", autouse=True)
def keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", descriptions_of_s3)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="module")
def client(keys: None, endpoint: str) -> Any:
    """A client of the server, apart from the studio's own."""
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key=SECRET)


@pytest.fixture
def s3(client: Any) -> Any:
    """The client, with an empty bucket."""
    client.create_bucket(Bucket=BUCKET)
    yield client
    for key in keys_in(client):
        client.delete_object(Bucket=BUCKET, Key=key)
    client.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def address(s3: Any, endpoint: str) -> str:
    return f"s3://{BUCKET}/studio/one?endpoint={endpoint}&region=us-east-1"


@pytest.fixture
def store(address: str, tmp_path: Path) -> BucketStore:
    return node(address, tmp_path / "node")


def node(address: str, cache: Path) -> BucketStore:
    store = open_store(address, cache)
    assert isinstance(store, BucketStore)
    return store


def keys_in(s3: Any) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())]


def take_of(media: MediaRef, digest: str = DIGEST, seconds: float = 1.0) -> Take:
    return Take(digest=digest, role="voice", engine="e", version="1", result={"audio": media.canonical()}, media=(media,), seconds=seconds)


# --- sharing --------------------------------------------------------------------------------------------------------------


def test_what_one_node_commits_another_finds_and_reads(store: BucketStore, address: str, tmp_path: Path, s3: Any) -> None:
    media = store.put_bytes(b"sound", "audio/wav")
    store.commit(take_of(media))
    other = node(address, tmp_path / "other")
    assert other.take(DIGEST) == take_of(media)
    assert not other.media_path(media.digest).exists()
    assert other.path(media).read_bytes() == b"sound"
    assert sorted(keys_in(s3)) == [f"studio/one/media/{media.digest[:2]}/{media.digest}", f"studio/one/takes/dd/{DIGEST}.json"]


def test_a_file_of_another_node_is_fetched_once(store: BucketStore, address: str, tmp_path: Path, s3: Any) -> None:
    media = store.put_bytes(b"sound", "audio/wav")
    other = node(address, tmp_path / "other")
    first = other.path(media)
    s3.delete_object(Bucket=BUCKET, Key=keys_in(s3)[0])
    assert other.path(media) == first and first.read_bytes() == b"sound"


def test_two_prefixes_of_a_bucket_are_two_stores(store: BucketStore, address: str, tmp_path: Path) -> None:
    store.commit(take_of(store.put_bytes(b"a", "x/y")))
    assert node(address.replace("studio/one", "studio/two"), tmp_path / "b").take(DIGEST) is None


def test_a_take_is_committed_once_and_who_comes_second_gets_the_first(store: BucketStore, address: str, tmp_path: Path) -> None:
    other = node(address, tmp_path / "other")
    first, second = (take_of(each.put_bytes(b"sound", "x/y"), seconds=n) for n, each in ((1.0, store), (2.0, other)))
    assert store.commit(first).seconds == 1.0
    assert other.commit(second).seconds == 1.0
    assert store.take(DIGEST) == first


# --- complete or absent ---------------------------------------------------------------------------------------------------


def test_a_take_is_refused_while_its_media_are_nowhere(store: BucketStore, s3: Any) -> None:
    with pytest.raises(StoreError, match="nobody stored"):
        store.commit(take_of(MediaRef(digest="a" * 64, media_type="x/y", size=3)))
    assert keys_in(s3) == []


def test_media_that_only_the_node_has_are_sent_before_their_take(store: BucketStore, s3: Any) -> None:
    media = Store(store.root).put_bytes(b"sound", "x/y")
    store.commit(take_of(media))
    assert s3.get_object(Bucket=BUCKET, Key=media_key(media))["Body"].read() == b"sound"


def media_key(media: MediaRef) -> str:
    return f"studio/one/media/{media.digest[:2]}/{media.digest}"


@pytest.mark.parametrize("damage", [b"souXd", b"sou", b"sound and more", None])
def test_damage_in_the_bucket_counts_as_not_made_and_is_healed(
    store: BucketStore, address: str, tmp_path: Path, s3: Any, damage: bytes | None
) -> None:
    media = store.put_bytes(b"sound", "x/y")
    store.commit(take_of(media))
    if damage is None:
        s3.delete_object(Bucket=BUCKET, Key=media_key(media))
    else:
        s3.put_object(Bucket=BUCKET, Key=media_key(media), Body=damage)
    other = node(address, tmp_path / "other")
    assert other.take(DIGEST) is None
    assert other.put_bytes(b"sound", "x/y") == media
    other.commit(take_of(media, seconds=3.0))
    assert other.take(DIGEST) == take_of(media)
    assert node(address, tmp_path / "third").path(media).read_bytes() == b"sound"


def test_bytes_that_rot_under_an_honest_label_are_found_when_they_are_read(
    store: BucketStore, address: str, tmp_path: Path, s3: Any
) -> None:
    media = store.put_bytes(b"sound", "x/y")
    store.commit(take_of(media))
    s3.put_object(Bucket=BUCKET, Key=media_key(media), Body=b"souXd", Metadata={"sha256": media.digest})
    other = node(address, tmp_path / "other")
    with pytest.raises(StoreError, match="holds other bytes"):
        other.path(media)
    assert not other.media_path(media.digest).exists() and list((other.root / "scratch").iterdir()) == []
    assert other.take(DIGEST) is None  # so that the next render makes it anew


def test_a_torn_record_counts_as_not_made_and_gives_way(store: BucketStore, s3: Any) -> None:
    take = take_of(store.put_bytes(b"sound", "x/y"))
    key = f"studio/one/takes/dd/{DIGEST}.json"
    s3.put_object(Bucket=BUCKET, Key=key, Body=b'{"digest": "ddd')
    assert store.take(DIGEST) is None
    store.commit(take)
    assert store.take(DIGEST) == take


def test_a_damaged_file_of_the_node_is_fetched_again(store: BucketStore, s3: Any) -> None:
    media = store.put_bytes(b"sound", "x/y")
    store.media_path(media.digest).write_bytes(b"souXd")
    assert store.path(media).read_bytes() == b"sound"


def test_an_upload_that_is_killed_leaves_nothing_half(address: str, tmp_path: Path, s3: Any) -> None:
    program = f"""
import sys, time
from pathlib import Path
from botocore.httpsession import URLLib3Session
from filmstudio.core.storage import open_store

class Slow:
    def __init__(self, file): self.file = file
    def read(self, size=-1):
        data = self.file.read(1 << 16)
        print("sending", flush=True)
        time.sleep(0.2)
        return data
    def __getattr__(self, name): return getattr(self.file, name)

send = URLLib3Session.send
def slowly(self, request):
    if request.method == "PUT":
        request.body = Slow(request.body)
    return send(self, request)
URLLib3Session.send = slowly
store = open_store({address!r}, Path({str(tmp_path / "killed")!r}))
store.put_bytes(bytes(4 << 20), "x/y")
print("sent", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as upload:
        assert upload.stdout is not None
        assert [upload.stdout.readline() for _ in range(4)] == ["sending\n"] * 4
        upload.send_signal(signal.SIGKILL)
        assert "sent\n" not in upload.stdout.read()
    media = Store(tmp_path / "local").put_bytes(bytes(4 << 20), "x/y")
    time.sleep(0.3)  # the server notices the broken connection
    other = node(address, tmp_path / "other")
    whole = other._has(media)
    assert not whole, "half an upload has a name"
    other.put_bytes(bytes(4 << 20), "x/y")
    assert node(address, tmp_path / "third").path(media).stat().st_size == 4 << 20


def test_large_media_go_in_parts_and_come_back_whole(
    store: BucketStore, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filmstudio.core.objects._PART_BYTES", 5 << 20)
    made = tmp_path / "movie"
    made.write_bytes(os.urandom(11 << 20))
    data = made.read_bytes()
    media = store.put_file(made, "video/mp4")
    store.commit(take_of(media))
    other = node(address, tmp_path / "other")
    assert other.take(DIGEST) is not None
    assert other.path(media).read_bytes() == data


# --- age and room -----------------------------------------------------------------------------------------------------------


def test_what_is_old_and_used_begins_its_age_anew(store: BucketStore, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    media = store.put_bytes(b"sound", "x/y")
    store.commit(take_of(media))
    renewed: list[str] = []
    renew = Objects.renew
    monkeypatch.setattr(Objects, "renew", lambda self, key, found: (renewed.append(key), renew(self, key, found)))
    assert store.take(DIGEST) is not None and renewed == []

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=8)

    monkeypatch.setattr(bucket, "datetime", Later)
    store.media_path(media.digest).unlink()
    assert not store.has_lost(media) and renewed == [], "whoever only asks does not use it"
    assert store.has_lost(MediaRef(digest="e" * 64, media_type="x/y", size=5))
    assert store.take(DIGEST) is not None
    assert sorted(renewed) == sorted(keys_in(s3))
    monkeypatch.setattr(bucket, "datetime", datetime)
    assert store.take(DIGEST) is not None, "a renewed object is as whole as before"


def test_pruning_clears_the_node_of_what_was_used_longest_ago_and_leaves_the_bucket(
    store: BucketStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "IN_HAND_SECONDS", 0)
    media = []
    for index in range(4):
        media.append(store.put_bytes(bytes([index]) * 1000, "x/y"))
        time.sleep(0.02)  # the file system's clock ticks
    store.path(media[0])
    time.sleep(0.02)
    gone = store.prune(2000)
    assert (gone.media, gone.bytes, gone.takes) == (2, 2000, 0)
    assert [store.media_path(each.digest).exists() for each in media] == [True, False, False, True]
    assert store.usage().media == 4
    assert store.path(media[1]).read_bytes() == bytes([1]) * 1000


def test_what_an_engine_may_hold_stays_on_the_node_and_the_rest_makes_room_by_itself(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = BucketStore(address, tmp_path / "small", cache_bytes=3000)
    files = [store.path(store.put_bytes(bytes([index]) * 1000, "x/y")) for index in range(5)]
    assert all(file.exists() for file in files)
    monkeypatch.setattr(bucket, "IN_HAND_SECONDS", -60)
    store.put_bytes(b"n" * 1000, "x/y")
    assert sum(file.exists() for file in files) == 2


# --- addresses and trouble ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (f"s3://key:{SECRET}@bucket/x", "holds no credentials"),
        ("s3:///x", "names no bucket"),
        ("s3://Bucket_Name/x", "names no bucket"),
        ("s3://film-store/../x", "not safe"),
        ("s3://film-store/a b", "not safe"),
        (f"s3://film-store/x?secret={SECRET}", "unknown part, 'secret'"),
        (f"s3://film-store/x?endpoint=http://u:{SECRET}@host", "not a plain http"),
        ("s3://film-store/x?endpoint=file:///etc", "not a plain http"),
        ("s3://film-store/x?region=$(id)", "not the name of a region"),
        ("gs://film-store/x", "no kind of store called 'gs'"),
    ],
)
def test_a_wrong_address_is_told_and_its_secrets_are_not(wrong: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=told) as raised:
        open_store(wrong, tmp_path)
    assert SECRET not in str(raised.value) and raised.value.problem.remedy


def test_an_address_of_one_word_is_a_folder(tmp_path: Path) -> None:
    assert type(open_store(str(tmp_path / "store"))) is Store
    assert type(open_store(tmp_path / "store")) is Store


def test_a_missing_bucket_is_told(address: str, tmp_path: Path) -> None:
    away = node(address.replace(BUCKET, "no-such-bucket"), tmp_path / "away")
    for ask in (lambda: away.take(DIGEST), lambda: away.put_bytes(b"x", "x/y"), away.usage):
        with pytest.raises(StoreError, match="there is no bucket no-such-bucket") as raised:
            ask()
        assert "Create it" in str(raised.value)


def test_missing_keys_are_told(store: BucketStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(StoreError, match="no credentials") as raised:
        store.take(DIGEST)
    assert "AWS_PROFILE" in str(raised.value)


def test_denied_access_is_told_with_what_the_role_needs_and_without_keys(
    store: BucketStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from botocore.exceptions import ClientError

    def denied(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": SECRET}}, "PutObject")

    monkeypatch.setattr(store._objects._client, "put_object", denied)
    with pytest.raises(StoreError, match="denies access") as raised:
        store.put_bytes(b"x", "x/y")
    assert "s3:PutObject" in str(raised.value)
    assert SECRET not in str(raised.value) + caplog.text


def test_a_network_that_is_down_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filmstudio.core.objects.ATTEMPTS", 1)
    away = node("s3://film-store/x?endpoint=http://127.0.0.1:9", tmp_path / "away")
    with pytest.raises(StoreError, match="cannot be reached") as raised:
        away.take(DIGEST)
    assert "Check the network" in str(raised.value)


def test_a_download_that_breaks_off_is_tried_again(
    store: BucketStore, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import ResponseStreamingError
    from botocore.response import StreamingBody

    media = store.put_bytes(b"s" * 1000, "x/y")
    read, broken = StreamingBody.read, [True, True]

    def breaking(self: StreamingBody, amt: int | None = None) -> bytes:
        if broken:
            broken.pop()
            raise ResponseStreamingError(error="connection reset")
        return read(self, amt)

    monkeypatch.setattr(StreamingBody, "read", breaking)
    assert node(address, tmp_path / "other").path(media).read_bytes() == b"s" * 1000
    assert broken == []


def test_without_boto3_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"Install filmstudio\[s3\]"):
        open_store("s3://film-store/x", tmp_path)


def test_the_commands_say_what_they_can_do_with_a_bucket(
    store: BucketStore, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(storage.NODE_CACHE, str(tmp_path / "node"))
    store.commit(take_of(store.put_bytes(b"sound", "x/y")))
    for command, begins in ((["stats"], "1 takes, 1 media files"), (["prune", "--keep", "0"], "removed 0 takes and 0 media files")):
        result = CliRunner().invoke(app, ["cache", *command, "--cache-dir", address])
        assert result.exit_code == 0 and result.stdout.startswith(begins)
        assert "lifecycle rules" in " ".join(result.stdout.split())
    stats = CliRunner().invoke(app, ["cache", "stats", "--json", "--cache-dir", address])
    assert json.loads(stats.stdout) == {"takes": 1, "media": 1, "bytes": 5}


# --- a film -------------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_film_is_the_same_from_a_bucket_and_from_a_folder_and_nodes_share_its_takes(
    address: str, tmp_path: Path, shared_cache: Path, s3: Any
) -> None:
    """Byte for byte; a node with an empty folder makes nothing again, and damage in the bucket is made anew, alone."""
    options = RenderOptions(size="480p", preset="draft")
    script = tmp_path / "rain.fountain"
    script.write_text("Title: Rain\n\nINT. CAFE - DAY\n\nLENA\nIt rains.\n")

    def made(store: str, cache: Path, folder: Path, monkey: pytest.MonkeyPatch) -> tuple[dict[str, bytes], Any]:
        monkey.setenv(storage.NODE_CACHE, str(cache))
        studio = Studio(store)
        film = studio.develop(studio.read(script)[0], Wishes(), options)
        report = studio.render(film, options, folder, workers=2).report
        return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in ("report.json", "metadata.json")}, report

    with pytest.MonkeyPatch.context() as monkey:
        local, _ = made(str(shared_cache), tmp_path / "unused", tmp_path / "local", monkey)
        remote, first = made(address, tmp_path / "a", tmp_path / "remote", monkey)
        assert remote == local and first.totals.computed > 0
        speech = next(task for task in first.tasks if task.role == "voice")
        record = json.loads(s3.get_object(Bucket=BUCKET, Key=f"studio/one/takes/{speech.digest[:2]}/{speech.digest}.json")["Body"].read())
        digest = record["media"][0]["digest"]
        s3.put_object(Bucket=BUCKET, Key=f"studio/one/media/{digest[:2]}/{digest}", Body=b"noise")
        healed, second = made(address, tmp_path / "b", tmp_path / "healed", monkey)
        assert healed == local and [task.role for task in second.tasks if not task.cached] == ["voice"]
