"""The OpenAPI description is complete and true: every answer that is described can be had, and no other is given."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa
from api_server import ORDER, Api, running_api
from description import Answer, Description
from test_api_films import finish

from filmstudio.core.engine import Request as EngineRequest
from filmstudio.core.errors import EngineError
from filmstudio.core.plugins import Offer
from filmstudio.core.roles import ROLES
from filmstudio.core.store import Take
from filmstudio.platform import edge, shelf
from filmstudio.platform.http import create_app
from filmstudio.platform.keys import Principal
from filmstudio.platform.making import MEDIA_TYPES
from filmstudio.platform.settings import Settings
from filmstudio.scheduler.tiers import TERMS, Tier

JSON = {"Content-Type": "application/json"}
TEXT = {"Content-Type": "text/plain"}
SPEECH = {"audio": {"digest": "0" * 64, "media_type": "audio/wav", "size": 4}, "samples": 1}
NOBODY = "0" * 28


class Voice:
    """Speaks, or breaks when it is asked to."""

    async def call(self, who: Principal, offer: Offer, request: EngineRequest) -> Take:
        if "break" in str(request):
            raise EngineError("the voice broke.")
        return Take(digest="0" * 64, role="voice", engine="espeak", version="1", result=SPEECH, seconds=0.1)  # type: ignore[arg-type]

    def close(self) -> None: ...


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Description:
    folder = tmp_path_factory.mktemp("described")
    return Description(create_app(Settings(data=str(folder), cache=str(folder / "cache"))))


def places(api: Api, film: str = NOBODY, digest: str = "0" * 64) -> Iterator[tuple[str, str]]:
    """Method and path of every operation."""
    named = {"{film}": film, "{digest}": digest, "{role}/{name}": "voice/espeak", "{name}": "film.mp4"}
    for path, item in api.description.root["paths"].items():
        filled = path
        for name, value in named.items():
            filled = filled.replace(name, value)
        for method in item:
            yield method.upper(), filled


def raw(api: Api, method: str, path: str, *headers: str) -> None:
    """A request whose body never comes; waits for the answer."""
    where = urlsplit(api.address)
    with socket.create_connection((where.hostname or "", where.port or 0), 10) as client:
        client.sendall("\r\n".join((f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", "")).encode())
        api.description.note(method, path, int(client.recv(65536).split()[1]))


def from_any(folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[Answer]:
    """What any endpoint answers when something is wrong with the caller or the house."""
    with running_api(folder / "slow", open_house=True, request_seconds=0.3, media_seconds=0.3) as slow:
        for path, kind in (
            ("/v1/films", "application/json"),
            ("/v1/engines/voice/espeak", "application/json"),
            ("/v1/media", "text/plain"),
        ):
            raw(slow, "POST", path, f"Content-Type: {kind}", "Content-Length: 9")
    with running_api(folder / "open", open_house=True) as api:
        for method, path in places(api):
            api.ask(method, path, headers={"Host": "evil.example"})
            raw(api, method, path, f"Content-Length: {1 << 40}")
        monkeypatch.setattr(edge, "_MOST_AT_ONCE", 0)
        for method, path in places(api):
            api.ask(method, path)
        monkeypatch.undo()
    with running_api(folder / "late", open_house=True, request_seconds=1e-9) as late:
        for method, path in places(late):
            late.ask(method, path)
    with running_api(folder / "broken", open_house=True) as broken:
        with broken.database.writing() as connection:
            for table in ("api_keys", "jobs"):
                connection.execute(sa.text(f"DROP TABLE {table}"))
        for method, path in places(broken):
            broken.ask(method, path)
    return slow.description.seen | api.description.seen | late.description.seen | broken.description.seen


def from_each(folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[Answer]:
    """What each endpoint answers of its own."""
    with running_api(folder, keys={"ada": "pro", "bob": "free"}, caller=Voice(), streams=1) as api:

        def ask(method: str, path: str, **given: Any) -> httpx.Response:
            return api.ask(method, path, "ada", **given)

        film, open_film, cancelled = (api.order("ada") for _ in range(3))
        for method, path in places(api):
            api.ask(method, path)
            ask(method, path, headers=JSON, content="{")
        ask("POST", f"/v1/films/{cancelled}/cancel")
        for _ in range(11):
            api.ask("POST", "/v1/films", "bob", json=ORDER)
        for given in ({"content": "x"}, {"json": {}}, {"json": ORDER | {"priority": 1}, "headers": {"Idempotency-Key": "1"}}):
            ask("POST", "/v1/films", **given)
        ask("POST", "/v1/films", json=ORDER, headers={"Idempotency-Key": "1"})
        for path in (
            "/v1/dead-letters",
            "/v1/dead-letters?limit=0",
            "/v1/films",
            "/v1/films?limit=0",
            f"/v1/films/{film}",
            f"/v1/films/{open_film}/events?after=-1",
        ):
            ask("GET", path)
        for act in ("pause", "resume"):
            ask("POST", f"/v1/films/{open_film}/{act}")
            ask("POST", f"/v1/films/{cancelled}/{act}")
        with api.client.stream("GET", f"/v1/films/{open_film}/events", headers={"Authorization": f"Bearer {api.keys['ada']}"}) as stream:
            lines = stream.iter_lines()  # the stream ends with it
            while not next(lines).startswith("id:"):
                pass
            ask("GET", f"/v1/films/{open_film}/events")
        finish(api, film)
        ask("POST", f"/v1/films/{film}/cancel")
        ask("GET", f"/v1/films/{film}/events?after=3")
        sent = ask("POST", "/v1/media", content=b"INT. CAFE - DAY", headers=TEXT | {"Idempotency-Key": "1"}).headers["location"]
        for method in ("GET", "HEAD"):
            for path in (sent, f"/v1/films/{film}/deliverables/film.mp4"):
                for wanted in ({}, {"Range": "bytes=0-1"}, {"Range": "bytes=0-1,3-4"}, {"Range": "bites"}, {"Range": "bytes=9000-"}):
                    ask(method, path, headers=wanted)
        ask("POST", "/v1/media", content=b"EXT. ROAD - DAY", headers=TEXT | {"Idempotency-Key": "1"})
        ask("POST", "/v1/media", content=b"", headers=TEXT)
        monkeypatch.setattr(shelf, "TERMS", {Tier.PRO: replace(TERMS[Tier.PRO], uploaded=0)})
        ask("POST", "/v1/media", content=b"x", headers=TEXT)
        ask("POST", "/v1/engines/voice/espeak", json={"text": "No room.", "voice": {"voice": "en-us-claire"}})
        monkeypatch.undo()
        for text in ("Good morning.", "break", 3):
            ask("POST", "/v1/engines/voice/espeak", json={"text": text, "voice": {"voice": "en-us-claire"}})
        ask("POST", "/v1/engines/voice/espeak", content="x")
        ask("POST", "/v1/engines/voice/nobody", json={})
    return api.description.seen


@pytest.mark.slow
def test_every_answer_that_is_described_is_given_and_no_other(
    described: Description, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = from_any(tmp_path, monkeypatch) | from_each(tmp_path / "each", monkeypatch)
    assert sorted(described.answers - given) == []
    assert given <= described.answers


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda root: root["paths"]["/v1/films"]["get"]["responses"].pop("422"), "answers 422, which is not described"),
        (
            lambda root: root["paths"]["/v1/films"]["get"]["responses"]["422"].update(content={"text/html": {}}),
            "answers application/problem",
        ),
        (lambda root: root["components"]["schemas"]["ProblemDetails"]["properties"]["status"].update(type="string"), "is not of type"),
    ],
)
def test_planted_a_description_that_says_otherwise_is_found(tmp_path: Path, spoil: Callable[[dict[str, Any]], Any], says: str) -> None:
    with running_api(tmp_path, open_house=True) as api:
        spoiled = Description(create_app(api.settings))
        spoil(spoiled.root)
        with pytest.raises(Exception, match=says):
            spoiled.check(api.client.get("/v1/films?limit=0"))


def test_every_operation_has_examples_that_are_what_they_are_examples_of(described: Description) -> None:
    for path, item in described.root["paths"].items():
        for method, operation in item.items():
            parts = {("responses", status): answer for status, answer in operation["responses"].items()}
            if method == "post" and "requestBody" in operation:
                parts["requestBody",] = operation["requestBody"]
            for steps, part in parts.items():
                for kind, content in part.get("content", {}).items():
                    shown = [content["example"]] if "example" in content else [one["value"] for one in content.get("examples", {}).values()]
                    assert shown or not kind.endswith("json") or "deliverables" in path, f"{method} {path} {steps} has no example"
                    for value in shown if kind.endswith("json") else ():
                        described.validate(value, "paths", path, method, *steps, "content", kind, "schema")


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_an_example_of_its_request_and_of_its_result(described: Description, role: str) -> None:
    call = described.root["paths"]["/v1/engines/{role}/{name}"]["post"]
    asked = call["requestBody"]["content"]["application/json"]["examples"][role]
    ROLES[role].request.model_validate(asked["value"])
    ROLES[role].result.model_validate(call["responses"]["200"]["content"]["application/json"]["examples"][role]["value"])
    assert f"/v1/engines/{role}/{ROLES[role].default}" in asked["summary"]


def test_the_script_that_the_examples_send_is_the_one_that_they_read(api: Api) -> None:
    paths = api.description.root["paths"]
    script = paths["/v1/media"]["post"]["requestBody"]["content"]["text/plain"]["example"]
    sent = api.ask("POST", "/v1/media", content=script.encode(), headers=TEXT)
    assert sent.json() == paths["/v1/media"]["post"]["responses"]["201"]["content"]["application/json"]["example"]
    read = paths["/v1/engines/{role}/{name}"]["post"]["requestBody"]["content"]["application/json"]["examples"]["screenplay"]["value"]
    assert read["script"] == sent.json()
    answer = api.ask("POST", "/v1/engines/screenplay/reader", json=read)
    assert answer.json()["screenplay"]["title_page"] == [{"key": "Title", "values": ["Rain"]}]


def test_deliverables_are_described_with_every_type_that_they_have(described: Description) -> None:
    kinds = described.root["paths"]["/v1/films/{film}/deliverables/{name}"]["get"]["responses"]["200"]["content"]
    assert set(MEDIA_TYPES.values()) < set(kinds) and "video/mp4" in kinds


def test_nothing_of_the_framework_is_left_in_the_description(described: Description) -> None:
    text = json.dumps(described.root)
    assert "HTTPValidationError" not in text
    refs = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert refs <= set(described.root["components"]["schemas"])
