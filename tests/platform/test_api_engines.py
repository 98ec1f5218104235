"""Direct calls of engines: a real voice speaks, what it made can be fetched, and by nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from api_server import Api

from filmstudio.core.dispatch import Dispatcher
from filmstudio.core.engine import Failure
from filmstudio.core.errors import EngineError
from filmstudio.core.perform import Batch, Outcome
from filmstudio.core.plugins import Plugins
from filmstudio.core.requests import SpeakRequest
from filmstudio.core.store import Store
from filmstudio.platform.enginecalls import PooledCaller

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
        asyncio.run(asyncio.wait_for(caller.call("ada", offer, request), 20))
    assert dying.asked >= asked
    caller.close()
