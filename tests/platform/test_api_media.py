"""Media over HTTP: sent as they are, kept by digest, reached by nobody but their tenant; and with them every engine can be called."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from api_server import Api, running_api
from sqlalchemy import Engine, event

from filmstudio.core.media import MediaRef
from filmstudio.core.plugins import Plugins
from filmstudio.core.roles import ROLES
from filmstudio.core.samples import sample_requests
from filmstudio.core.store import Store, Take, media_in
from filmstudio.core.wavefile import wave_bytes
from filmstudio.platform import shelf
from filmstudio.platform.problems import Refusal
from filmstudio.platform.shelf import SCRIPTS
from filmstudio.platform.uploads import SOUND
from filmstudio.scheduler.database import Database
from filmstudio.scheduler.tiers import TERMS, Tier

SCRIPT = b"Title: Rain\n\nINT. CAFE - DAY\n\nLENA\nIt rains.\n"
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
WAVE = wave_bytes([0.1, -0.1] * 2_400)


def test_a_script_is_sent_and_read_by_the_engine_that_reads_scripts(keyed: Api) -> None:
    sent = keyed.ask("POST", "/v1/media", "ada", content=SCRIPT, headers=TEXT)
    assert sent.status_code == 201, sent.text
    media = sent.json()
    assert media == {"digest": hashlib.sha256(SCRIPT).hexdigest(), "media_type": "text/plain", "size": len(SCRIPT)}
    assert sent.headers["location"] == f"/v1/media/{media['digest']}"
    fetched = keyed.ask("GET", sent.headers["location"], "ada")
    assert (fetched.content, fetched.headers["content-type"].partition(";")[0]) == (SCRIPT, "text/plain")
    read = keyed.ask("POST", "/v1/engines/screenplay/reader", "ada", json={"script": media, "name": "rain.fountain"})
    assert read.status_code == 200, read.text
    assert [element["text"] for element in read.json()["screenplay"]["elements"]] == ["INT. CAFE - DAY", "LENA", "It rains."]


def test_what_one_tenant_sent_is_out_of_anothers_reach_until_it_sends_the_same(keyed: Api) -> None:
    script = SCRIPT + b"\nTOM\nIt does.\n"
    media = keyed.ask("POST", "/v1/media", "ada", content=script, headers=TEXT).json()
    assert keyed.ask("GET", f"/v1/media/{media['digest']}", "bob").status_code == 404
    assert keyed.ask("POST", "/v1/engines/screenplay/reader", "bob", json={"script": media}).status_code == 422
    assert keyed.ask("POST", "/v1/media", "bob", content=script, headers=TEXT).json() == media
    assert keyed.ask("GET", f"/v1/media/{media['digest']}", "bob").content == script


def test_a_key_names_one_upload_however_often_it_is_sent(keyed: Api) -> None:
    key = TEXT | {"Idempotency-Key": "media-1"}
    first, again = (keyed.ask("POST", "/v1/media", "ada", content=SCRIPT, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    other = keyed.ask("POST", "/v1/media", "ada", content=SCRIPT + b"More.", headers=key)
    assert (other.status_code, other.json()["title"]) == (409, "Conflict")
    assert keyed.ask("POST", "/v1/media", "bob", content=SCRIPT + b"More.", headers=key).status_code == 201, "keys are each tenant's own"


@pytest.mark.parametrize(
    ("content", "headers", "status", "says"),
    [
        (b"\x89PNG", {"Content-Type": "image/png"}, 415, "image/png"),
        (SCRIPT, {}, 415, "not stated"),
        (SCRIPT, TEXT | {"Content-Encoding": "gzip"}, 415, "compressed"),
        (b"", TEXT, 422, "empty"),
        (b"MZ not a sound", {"Content-Type": "audio/wav"}, 422, "not a wave file"),
        (WAVE[:-8], {"Content-Type": "audio/wav"}, 422, "shorter than its head says"),
        (WAVE[:-4] + b"\x00\x00\xc0\x7f", {"Content-Type": "audio/wav"}, 422, "not a finite number"),
        (WAVE[:12] + b"junk\0\0\0\0" * 200_000, {"Content-Type": "audio/wav"}, 422, "holds no sound"),
        (SCRIPT, TEXT | {"Idempotency-Key": "x" * 300}, 422, "parameters"),
    ],
)
def test_media_that_no_engine_takes_are_refused(api: Api, content: bytes, headers: dict[str, str], status: int, says: str) -> None:
    answer = api.ask("POST", "/v1/media", content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.json()["detail"]


def test_a_request_that_tells_another_size_than_its_media_have_is_refused(api: Api) -> None:
    media = api.ask("POST", "/v1/media", content=SCRIPT, headers=TEXT).json()
    answer = api.ask("POST", "/v1/engines/screenplay/reader", json={"script": media | {"size": 7}})
    assert answer.status_code == 422
    assert f"has {len(SCRIPT)} bytes" in answer.json()["errors"][0]["detail"]


def test_whose_thousands_of_media_are_is_asked_in_a_few_queries(tmp_path: Path) -> None:
    database, asked = Database(f"sqlite:///{tmp_path / 'studio.sqlite'}"), []
    refs = [MediaRef(digest=f"{number:064x}", media_type="audio/wav", size=1) for number in range(1_200)]
    theirs = shelf.Shelf(database, Store(tmp_path / "cache"))
    theirs.record("ada", Take(digest="0" * 64, role="voice", engine="any", version="1", result={}, media=tuple(refs[:-1]), seconds=0))

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with pytest.raises(Refusal) as refused:
            theirs.check("ada", "mixing", refs)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert [refs[-1].digest in error["detail"] for error in refused.value.errors] == [True]
    assert len([statement for statement in asked if "made_media" in statement]) == 3
    database.close()


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("media_type", "most"), [("text/plain", 4 << 20), ("audio/wav", 5 << 20)])
def test_what_is_too_large_is_refused_before_it_is_all_here_and_leaves_nothing(
    tmp_path: Path, media_type: str, most: int, *, chunked: bool
) -> None:
    with running_api(tmp_path, open_house=True, media_bytes=5 << 20) as api:
        where = urlsplit(api.address)
        head = f"POST /v1/media HTTP/1.1\r\nHost: localhost\r\nContent-Type: {media_type}\r\n"
        with socket.create_connection((where.hostname or "", where.port or 0), 10) as client:
            if chunked:
                client.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n{most + 65_536:x}\r\n".encode())
                client.sendall(bytes(most + 1))
            else:
                client.sendall(f"{head}Content-Length: {most + 1}\r\n\r\n".encode())
            answer = client.recv(65536).decode()
        assert answer.startswith("HTTP/1.1 413 "), answer
        assert f"larger than {most >> 20} MB" in answer
        assert api.ask("POST", "/v1/media", content=bytes(most), headers={"Content-Type": media_type}).status_code in (201, 422)
        wait_until(lambda: not any(scratch(tmp_path)))


def scratch(folder: Path) -> Iterator[Path]:
    return (folder / "cache" / "scratch").iterdir()


def wait_until(so: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not so():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_media_larger_than_any_other_body_may_be_are_taken(keyed: Api) -> None:
    sound = wave_bytes([0.0] * 96_000)
    assert len(sound) > keyed.settings.body_bytes
    assert keyed.ask("POST", "/v1/media", "ada", content=sound, headers={"Content-Type": "audio/wav"}).json()["size"] == len(sound)


def few_bytes_a_day(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(shelf, "TERMS", {Tier.FREE: replace(TERMS[Tier.FREE], uploaded=most)})


def test_a_day_has_room_for_so_much_media_and_what_was_sent_before_takes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few_bytes_a_day(monkeypatch, 2 * len(SCRIPT))
    with running_api(tmp_path, keys={"bob": "free"}) as api:
        sent = [api.ask("POST", "/v1/media", "bob", content=data, headers=TEXT) for data in (SCRIPT, SCRIPT, SCRIPT[::-1], b"LENA")]
        assert [answer.status_code for answer in sent] == [201, 201, 201, 429]
        full = sent[-1]
        assert int(full.headers["retry-after"]) > 0


def test_what_a_used_key_came_with_takes_of_the_days_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few_bytes_a_day(monkeypatch, 4 * len(SCRIPT))
    with running_api(tmp_path, keys={"bob": "free"}) as api:
        headers = TEXT | {"Idempotency-Key": "media-1"}
        sent = [api.ask("POST", "/v1/media", "bob", content=b"%d" % turn + SCRIPT[1:], headers=headers) for turn in range(5)]
        assert [answer.status_code for answer in sent] == [201, 409, 409, 409, 429]


def test_uploads_at_the_same_time_share_the_days_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few_bytes_a_day(monkeypatch, 5 << 19)
    with running_api(tmp_path, keys={"bob": "free"}) as api:
        where = urlsplit(api.address)
        head = f"POST /v1/media HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api.keys['bob']}\r\nContent-Type: text/plain\r\n"
        with socket.create_connection((where.hostname or "", where.port or 0), 10) as slow:
            slow.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n{3 << 20:x}\r\n".encode() + bytes(5 << 19))
            wait_until(lambda: sum(file.stat().st_size for file in tmp_path.glob("cache/scratch/*/sent")) >= 2 << 20)
            assert api.ask("POST", "/v1/media", "bob", content=bytes(600_000), headers=TEXT).status_code == 429
        wait_until(lambda: not any(scratch(tmp_path)))
        assert api.ask("POST", "/v1/media", "bob", content=bytes(600_000), headers=TEXT).status_code == 201, (
            "what was not finished takes none"
        )


def test_a_tenant_has_only_so_many_uploads_under_way(tmp_path: Path) -> None:
    with running_api(tmp_path, open_house=True, uploads=1) as api:
        where = urlsplit(api.address)
        head = "POST /v1/media HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n"
        with socket.create_connection((where.hostname or "", where.port or 0), 10) as slow:
            slow.sendall(head.encode())
            wait_until(lambda: any(scratch(tmp_path)))
            assert api.ask("POST", "/v1/media", content=SCRIPT, headers=TEXT).status_code == 429
        wait_until(lambda: not any(scratch(tmp_path)))
        assert api.ask("POST", "/v1/media", content=SCRIPT, headers=TEXT).status_code == 201


def test_what_was_sent_as_a_script_goes_to_readers_of_scripts_alone(keyed: Api) -> None:
    sheet = keyed.ask("POST", "/v1/media", "ada", content=b"\0\0\0\x18sprites" * 9, headers=TEXT).json()
    picture = json.loads((resources.files("filmstudio.platform") / "examples.json").read_text("utf-8"))["picture"]["request"]
    drawn = picture | {"portraits": {"ada": {"form": "sheet", "sheet": sheet, "scale": 1.0, "height_units": 1250}}}
    answer = keyed.ask("POST", "/v1/engines/picture/cutout", "ada", json=drawn)
    assert (answer.status_code, answer.json()["detail"]) == (422, "the picture role takes no scripts.")


def test_media_of_another_type_than_a_field_takes_are_told_with_their_place(keyed: Api) -> None:
    sound = keyed.ask("POST", "/v1/media", "ada", content=wave_bytes([0.1] * 480), headers={"Content-Type": "audio/wav"}).json()

    def joined(video: dict[str, object]) -> httpx.Response:
        order = {"segments": [{"video": video, "frames": 12}], "title": "Rain", "fps": 24, "width": 320, "height": 180}
        return keyed.ask("POST", "/v1/engines/conform/remux", "ada", json=order)

    honest, lying = joined(sound), joined(sound | {"media_type": "video/mp4"})
    assert (honest.status_code, lying.status_code) == (422, 422)
    assert honest.json()["errors"][0]["pointer"] == "/segments/0/video"
    assert "video/mp4" in honest.json()["errors"][0]["detail"]
    assert "is audio/wav, not video/mp4" in lying.json()["errors"][0]["detail"]


def test_media_that_were_pruned_are_told_to_be_sent_again(keyed: Api) -> None:
    sent = keyed.ask("POST", "/v1/media", "ada", content=wave_bytes([0.3] * 480), headers={"Content-Type": "audio/wav"}).json()
    Store(Path(keyed.settings.cache)).media_path(sent["digest"]).unlink()
    speech = {"audio": sent, "samples": 480}
    answer = keyed.ask("POST", "/v1/engines/lipsync/visemes", "ada", json={"speech": speech, "fps": 24})
    assert answer.status_code == 422
    assert "removed" in answer.json()["errors"][0]["detail"] and "Send them again" in answer.json()["remedy"]


def test_a_sound_that_was_sent_as_a_script_first_is_a_sound_once_it_is_sent_as_one(keyed: Api) -> None:
    sound = wave_bytes([0.2, -0.2] * 2_400)
    for media_type, status in (("text/plain", 422), ("audio/wav", 200), ("text/plain", 200)):
        sent = keyed.ask("POST", "/v1/media", "ada", content=sound, headers={"Content-Type": media_type}).json()
        speech = {"audio": sent | {"media_type": "audio/wav"}, "samples": 4_800, "phonemes": [], "words": []}
        assert (
            keyed.ask("POST", f"/v1/engines/lipsync/{ROLES['lipsync'].default}", "ada", json={"speech": speech, "fps": 24}).status_code
            == status
        )


def test_a_store_that_is_away_has_lost_nothing(tmp_path: Path) -> None:
    with running_api(tmp_path, open_house=True) as api:
        media = api.ask("POST", "/v1/media", content=SCRIPT, headers=TEXT).json()
        (tmp_path / "cache").rename(tmp_path / "away")
        asked = [api.ask("GET", f"/v1/media/{media['digest']}"), api.ask("POST", "/v1/media", content=SCRIPT, headers=TEXT)]
        assert [answer.status_code for answer in asked] == [503, 503]
        (tmp_path / "away").rename(tmp_path / "cache")
        assert api.ask("GET", f"/v1/media/{media['digest']}").content == SCRIPT


def test_a_disk_that_fails_while_media_arrive_is_not_here_for_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_api(tmp_path, open_house=True) as api:
        monkeypatch.setattr(Store, "scratch", lambda store: store.root / "gone")
        answer = api.ask("POST", "/v1/media", content=SCRIPT, headers=TEXT)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")


def test_pruning_keeps_what_was_sent_lately_and_says_what_is_gone(tmp_path: Path) -> None:
    with running_api(tmp_path, open_house=True) as api:
        media = api.ask("POST", "/v1/media", content=SCRIPT, headers=TEXT).json()
        store = Store(Path(api.settings.cache))
        store.prune(1 << 20)
        assert api.ask("GET", f"/v1/media/{media['digest']}").status_code == 200
        store.prune(0)
        gone = api.ask("GET", f"/v1/media/{media['digest']}")
        assert (gone.status_code, gone.json()["detail"]) == (404, "the media have been removed.")
        assert api.ask("POST", "/v1/media", content=SCRIPT, headers=TEXT).status_code == 201
        assert api.ask("GET", f"/v1/media/{media['digest']}").content == SCRIPT


# --- every engine ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running_api(tmp_path_factory.mktemp("house"), keys={"ada": "pro"}) as found:
        yield found


class Client:
    """Somebody who has nothing but the API: what an engine needs is sent, or made by a call of another."""

    def __init__(self, api: Api, desk: Path) -> None:
        self.api, self.store = api, Store(desk)
        self.known: dict[str, Any] = {}

    def call(self, role: str, name: str = "", request: Any = None) -> dict[str, Any]:
        """What an engine makes of a request, or of the last sample of its role."""
        name, request = name or ROLES[role].default, request or self.with_media(sample_requests(role, self.store.root)[-1].canonical())
        answer = self.api.ask("POST", f"/v1/engines/{role}/{name}", "ada", json=request, timeout=120)
        assert answer.status_code == 200, f"{role}/{name}: {answer.text}"
        made: dict[str, Any] = ROLES[role].result.model_validate(answer.json()).canonical()  # type: ignore[assignment]
        return made

    def drawn(self, role: str) -> dict[str, Any] | None:
        """A request of what is drawn of a film that the API developed: samples name no art pack."""
        if role not in ("portrait", "backdrop"):
            return None
        screenplay = self.call("screenplay")["screenplay"]
        breakdown = self.call("breakdown", request={"screenplay": screenplay})
        characters = self.call("casting", request={"cast": breakdown["cast"]})["characters"]
        if role == "portrait":
            return {"character": characters[0], "scale": 0.125}
        film = self.call("direction", request={"breakdown": breakdown, "characters": characters})["film"]
        return {"set": next(scene["set"] for scene in film["scenes"] if scene["set"]), "scale": 0.25}

    def with_media(self, request: Any) -> Any:
        """The same request with media that are this tenant's."""
        if isinstance(request, dict):
            if request.keys() == {"digest", "media_type", "size"}:
                return self.had(MediaRef.model_validate(request))
            return {key: self.with_media(value) for key, value in request.items()}
        return [self.with_media(value) for value in request] if isinstance(request, list) else request

    def had(self, media: MediaRef) -> Any:
        if media.media_type in (*SCRIPTS, SOUND):
            data = self.store.path(media).read_bytes()
            return self.api.ask("POST", "/v1/media", "ada", content=data, headers={"Content-Type": media.media_type}).json()
        assert media.media_type == "video/mp4", "pictures are made by the engine that makes them"
        if "picture" not in self.known:
            self.known["picture"] = self.call("picture")
        return self.known["picture"]["video"]


ENGINES = [(offer.engine.role, offer.engine.name) for offer in Plugins().engines() if not offer.ready()]


@pytest.mark.slow
@pytest.mark.parametrize(("role", "name"), ENGINES)
def test_every_engine_can_be_called_with_what_the_api_gives(house: Api, tmp_path: Path, role: str, name: str) -> None:
    client = Client(house, tmp_path / "desk")
    made = client.call(role, name, client.drawn(role))
    for media in media_in(made):
        assert house.ask("GET", f"/v1/media/{media.digest}", "ada").status_code == 200


def test_engines_whose_requests_need_media_are_all_among_those_that_are_called(tmp_path: Path) -> None:
    needing = {role for role in ROLES if any(media_in(asked.canonical()) for asked in sample_requests(role, tmp_path))}
    assert needing >= {"screenplay", "lipsync", "mixing", "mastering", "conform", "marketing"}
    assert needing <= {role for role, _ in ENGINES} == set(ROLES)
