"""Direct calls of engines: a real voice speaks, what it made can be fetched, and by nobody else."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from api_server import Api, running_api

from filmstudio.core.dispatch import Dispatcher
from filmstudio.core.engine import Failure
from filmstudio.core.engine import Request as EngineRequest
from filmstudio.core.errors import EngineError
from filmstudio.core.media import MediaRef
from filmstudio.core.perform import Batch, Outcome
from filmstudio.core.plugins import Offer, Plugins
from filmstudio.core.requests import SpeakRequest
from filmstudio.core.store import Store, Take
from filmstudio.platform import shelf
from filmstudio.platform.enginecalls import PooledCaller
from filmstudio.platform.keys import Principal
from filmstudio.platform.problems import Refusal
from filmstudio.scheduler.tiers import TERMS, Tier

LINE = {"text": "Good morning.", "voice": {"voice": "en-us-claire"}}


def test_engines_are_listed_with_what_they_need(keyed: Api) -> None:
    engines = keyed.ask("GET", "/v1/engines", "ada").json()["engines"]
    voice = next(engine for engine in engines if (engine["role"], engine["name"]) == ("voice", "espeak"))
    assert voice["default"] and voice["ready"]
    assert voice["needs"]["cpu"] > 0


def test_a_voice_speaks_and_what_it_made_is_its_tenants_alone(keyed: Api) -> None:
    answer = keyed.ask("POST", "/v1/engines/voice/espeak", "ada", json=LINE)
    assert answer.status_code == 200, answer.text
    speech = answer.json()
    audio = keyed.ask("GET", f"/v1/media/{speech['audio']['digest']}", "ada")
    assert audio.headers["content-type"] == "audio/wav"
    assert len(audio.content) == speech["audio"]["size"]
    assert int.from_bytes(audio.content[24:28], "little") == 48_000, "samples a second, of a WAV file"
    part = keyed.ask("GET", f"/v1/media/{speech['audio']['digest']}", "ada", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")
    assert keyed.ask("GET", f"/v1/media/{speech['audio']['digest']}", "bob").status_code == 404

    mouth = {"speech": speech, "fps": 24}
    assert keyed.ask("POST", "/v1/engines/lipsync/visemes", "ada", json=mouth).status_code == 200
    stolen = keyed.ask("POST", "/v1/engines/lipsync/visemes", "bob", json=mouth)
    assert stolen.status_code == 422
    assert "not yours" in stolen.json()["detail"]

    again = keyed.ask("POST", "/v1/engines/voice/espeak", "ada", json=LINE)
    assert again.headers["x-filmstudio-take"] == answer.headers["x-filmstudio-take"]
    assert again.json() == speech
    bobs = keyed.ask("POST", "/v1/engines/voice/espeak", "bob", json=LINE)
    assert bobs.headers["x-filmstudio-take"] != answer.headers["x-filmstudio-take"], "nobody learns of another's takes"


def test_what_an_engine_refuses_is_told(keyed: Api) -> None:
    answer = keyed.ask("POST", "/v1/engines/voice/espeak", "ada", json=LINE | {"voice": {"voice": "nobody"}})
    assert answer.status_code in (422, 502)
    assert answer.json()["detail"]


ADA, BOB = Principal("ada", Tier.FREE), Principal("bob", Tier.FREE)


class OneAtATime:
    """Makes one call at a time, of one second each, in the order in which they come."""

    slots = 1

    def __init__(self) -> None:
        self.made: list[str] = []
        self._batches = list[Batch]()
        self.go = threading.Event()

    def submit(self, batch: Batch) -> None:
        assert not self._batches, "more calls than are made at the same time"
        self._batches.append(batch)

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        self.go.wait(timeout)
        done, self._batches = self._batches, []
        self.made += [str(batch.calls[0].request["text"]) for batch in done]
        take = Take(digest="0" * 64, role="voice", engine="espeak", version="1", result={}, seconds=1.0)
        return [Outcome(batch.calls[0].task, take, None) for batch in done]

    def interrupt(self) -> None: ...

    def cancel(self) -> None: ...


def test_calls_of_tenants_take_turns_and_one_tenant_has_only_so_many(tmp_path: Path) -> None:
    one = OneAtATime()

    @contextmanager
    def pool() -> Iterator[Dispatcher]:
        yield one

    caller, offer = PooledCaller(Store(tmp_path), pool), Plugins().engine("voice")

    async def flood() -> list[Take | BaseException]:
        asked = [
            asyncio.ensure_future(caller.call(who, offer, SpeakRequest.model_validate(LINE | {"text": f"{who.tenant} {number}"})))
            for who, count in ((ADA, 40), (BOB, 2))
            for number in range(count)
        ]
        while sum(not call.done() for call in asked) > 34:
            await asyncio.sleep(0.01)
        one.go.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(asyncio.wait_for(flood(), 60))
    caller.close()
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [answer.status for answer in refused] == [429] * 8
    assert len(one.made) == 34
    assert {"bob 0", "bob 1"} <= set(one.made[:5]), one.made


class Loud:
    """Makes 2000 bytes of sound with every call."""

    async def call(self, who: Principal, offer: Offer, request: EngineRequest) -> Take:
        digest = hashlib.sha256(str(request).encode()).hexdigest()
        media = MediaRef(digest=digest, media_type="audio/wav", size=2000)
        return Take(
            digest=digest,
            role="voice",
            engine="espeak",
            version="1",
            result={"audio": media.canonical(), "samples": 1},
            media=(media,),
            seconds=1.0,
        )

    def close(self) -> None: ...


def test_what_calls_make_takes_of_the_days_room_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "TERMS", {tier: replace(terms, uploaded=3000) for tier, terms in TERMS.items()})
    with running_api(tmp_path, keys={"eve": "free"}, caller=Loud()) as api:

        def call(text: str) -> httpx.Response:
            return api.ask("POST", "/v1/engines/voice/espeak", "eve", json=LINE | {"text": text})

        assert [call(text).status_code for text in ("One.", "One.", "Two.")] == [200, 200, 200]
        refused = call("Three.")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")


class Dying:
    """Workers that die with the first calls they get, as planned."""

    slots = 1

    def __init__(self, deaths: int) -> None:
        self.deaths, self.asked, self._batches = deaths, 0, list[Batch]()

    def submit(self, batch: Batch) -> None:
        self.asked += 1
        if self.asked > self.deaths:
            raise OSError("no more processes")
        self._batches.append(batch)

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        done, self._batches = self._batches, []
        return [Outcome(batch.calls[0].task, None, Failure(message="the worker died.", kind="transient")) for batch in done]

    def interrupt(self) -> None: ...

    def cancel(self) -> None: ...


@pytest.mark.parametrize(("deaths", "asked"), [(5, 3), (0, 1)])
def test_planted_workers_that_die_or_cannot_start_are_told_and_nobody_waits_for_ever(tmp_path: Path, deaths: int, asked: int) -> None:
    dying = Dying(deaths)

    @contextmanager
    def pool() -> Iterator[Dispatcher]:
        yield dying

    caller, offer = PooledCaller(Store(tmp_path), pool), Plugins().engine("voice")
    request = SpeakRequest.model_validate(LINE)
    with pytest.raises(EngineError):
        asyncio.run(asyncio.wait_for(caller.call(ADA, offer, request), 20))
    assert dying.asked >= asked
    caller.close()
