"""What the API refuses and how it says so: always a problem (RFC 9457), always everything at once, before any work is done."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from api_server import ORDER, Api, running_api

from filmstudio.core.film import StageSet
from filmstudio.core.samples import film
from filmstudio.platform.logs import log_to

JSON = {"Content-Type": "application/json"}


def test_everything_wrong_with_an_order_is_told_at_once_and_where(api: Api) -> None:
    options = {"size": "9p", "duration": "soon", "captions": "huge", "fps": 23, "bogus": 1}
    answer = api.ask("POST", "/v1/films", json={"screenplay": 3, "options": options})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/screenplay", *(f"/options/{name}" for name in options)}


def test_engines_that_are_not_here_are_told_at_once(api: Api) -> None:
    answer = api.ask("POST", "/v1/films", json=ORDER | {"options": {"engine": {"voice": "nobody", "cook": "x"}}})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/options/engine/voice", "/options/engine/cook"]


def test_wishes_that_nobody_here_can_meet_are_told_at_once_and_where(api: Api) -> None:
    options = {"language": "xx", "culture": "martian", "style": "oil", "voice": {"LENA": "nobody", "A/B: C": "no-one"}}
    answer = api.ask("POST", "/v1/films", json=ORDER | {"options": options | {"engine": {"music": "nobody"}, "duration": 9_000}})
    assert (answer.status_code, answer.json()["detail"]) == (422, "the order has 7 problems.")
    told = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert set(told) == {
        "/options/language", "/options/culture", "/options/style", "/options/voice/LENA", "/options/voice/A~1B: C",
        "/options/engine/music", "/options/duration",
    }  # fmt: skip
    assert told["/options/culture"] == "there is no culture 'martian'."
    assert all("--" not in error["detail"] for error in answer.json()["errors"])
    for name, value in options.items():
        alone = api.ask("POST", "/v1/films", json=ORDER | {"options": {name: value}})
        assert alone.status_code == 422, name


def test_wishes_that_cannot_be_met_are_told_with_what_is_no_order_at_all(api: Api) -> None:
    answer = api.ask(
        "POST", "/v1/films", json={"screenplay": " \n\ufeff\u3000\t", "options": {"fps": 23, "culture": "martian", "style": 3}}
    )
    assert answer.status_code == 422
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == ["/screenplay", "/options/fps", "/options/style", "/options/culture"]


def test_a_film_that_cannot_be_made_is_refused_when_it_is_ordered(api: Api) -> None:
    def ordered(**changes: object) -> httpx.Response:
        asked = film().model_copy(update={"characters": (), **changes})
        return api.ask("POST", "/v1/films", json={"film": asked.canonical()})

    scene = film().scenes[0].model_copy(update={"set": StageSet(pack="house", stage="the-moon"), "shots": film().scenes[0].shots[:1]})
    unknown = ordered(scenes=(scene,))
    assert (unknown.status_code, [error["pointer"] for error in unknown.json()["errors"]]) == (422, ["/film"])
    assert "the-moon" in unknown.json()["errors"][0]["detail"]
    nobody = ordered()
    assert nobody.status_code == 422
    assert {error["pointer"] for error in nobody.json()["errors"]} == {"/film"}
    assert "not among the characters" in nobody.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("POST", "/v1/films", {"content": "{", "headers": JSON}, 400),
        ("POST", "/v1/films", {"content": "[1]", "headers": JSON}, 422),
        ("POST", "/v1/films", {"content": "null", "headers": JSON}, 422),
        ("POST", "/v1/films", {"json": {}}, 422),
        ("POST", "/v1/films", {"json": {"screenplay": "x", "film": None, "options": None}}, 422),
        ("POST", "/v1/films", {"content": b"\xff\xfe", "headers": JSON}, 400),
        ("POST", "/v1/films", {"content": "screenplay=x"}, 415),
        ("POST", "/v1/films", {"content": b"x", "headers": JSON | {"Content-Encoding": "gzip"}}, 415),
        ("POST", "/v1/films", {"json": ORDER, "headers": {"Idempotency-Key": "x" * 300}}, 422),
        ("GET", "/v1/films/..", {}, 404),
        ("GET", "/v1/films/unknown", {}, 404),
        ("GET", f"/v1/films/{'0' * 28}", {}, 404),
        ("GET", "/v1/films?limit=0", {}, 422),
        ("GET", "/v1/films?status=lost", {}, 422),
        ("GET", "/nowhere", {}, 404),
        ("DELETE", "/v1/films", {}, 405),
        ("GET", "/v1/media/" + "0" * 64, {}, 404),
        ("POST", "/v1/engines/voice/nobody", {"json": {}}, 404),
        ("POST", "/v1/engines/voice/espeak", {"json": {"text": 3}}, 422),
        ("GET", "/v1/films", {"headers": {"Authorization": "Bearer wrong"}}, 401),
        ("GET", "/v1/films", {"headers": {"Authorization": "Basic eDp5"}}, 401),
    ],
)
def test_every_refusal_is_a_problem(api: Api, method: str, path: str, given: dict[str, object], status: int) -> None:
    answer = api.ask(method, path, **given)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status and told["title"] and told["detail"]
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"]


def test_a_key_is_needed_once_there_is_one(keyed: Api) -> None:
    answer = keyed.ask("GET", "/v1/films")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert keyed.ask("GET", "/healthz").status_code == keyed.ask("GET", "/readyz").status_code == 200


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_without_keys_no_page_of_another_site_is_let_in(api: Api, header: dict[str, str]) -> None:
    assert api.ask("GET", "/v1/films", headers=header).status_code == 403


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused_before_it_is_all_here(keyed: Api, chunked: bool) -> None:
    """Most of it is never sent: the answer comes while the client still holds it."""
    where = urlsplit(keyed.address)
    head = f"POST /v1/films HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {keyed.keys['ada']}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((where.hostname or "", where.port or 0), 10) as client:
        if chunked:
            client.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
            client.sendall(b"20000\r\n" + b"x" * 0x20000 + b"\r\n" + b"30000\r\n" + b"x" * 0x30000 + b"\r\n")
        else:
            client.sendall(f"{head}Content-Length: 900000000\r\n\r\n".encode())
        answer = client.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert json.loads(answer.partition("\r\n\r\n")[2])["status"] == 413


def test_a_body_that_does_not_arrive_is_not_waited_for(tmp_path: Path) -> None:
    with running_api(tmp_path, open_house=True, request_seconds=0.3) as api:
        where = urlsplit(api.address)
        with socket.create_connection((where.hostname or "", where.port or 0), 10) as client:
            began = time.monotonic()
            client.sendall(b"POST /v1/films HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{")
            answer = client.recv(65536).decode()
        assert answer.startswith("HTTP/1.1 408 ")
        assert time.monotonic() - began < 5


def test_a_broken_studio_says_so_without_its_insides(tmp_path: Path) -> None:
    with running_api(tmp_path, open_house=True) as api:
        import sqlalchemy as sa

        with api.database.writing() as connection:
            connection.execute(sa.text("DROP TABLE jobs"))
        answer = api.ask("GET", "/v1/films")
        assert answer.status_code == 500
        assert "no such table" not in answer.text
        assert answer.headers["x-request-id"] in answer.json()["remedy"]
        assert api.ask("GET", "/readyz").status_code == 503
        assert api.ask("GET", "/healthz").status_code == 200


def test_a_studio_whose_store_is_away_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with running_api(tmp_path, open_house=True, cache="s3://away/store?endpoint=http://127.0.0.1:9&region=us-east-1") as api:
        assert api.ask("GET", "/readyz").status_code == 503
        assert api.ask("GET", "/healthz").status_code == 200


def test_requests_are_counted_by_route_and_not_by_what_anyone_may_type(api: Api) -> None:
    film = api.order()
    api.ask("GET", f"/v1/films/{film}")
    api.ask("BREW", "/v1/films")
    api.ask("GET", "/some/path/of/mine")
    page = api.ask("GET", "/metrics").text
    assert 'filmstudio_request_seconds_count{method="GET",route="/v1/films/{film}",status="200"}' in page
    assert 'filmstudio_jobs{status="waiting"}' in page
    assert film not in page and "BREW" not in page and "/some/path" not in page


def test_the_description_of_the_api_names_every_endpoint_and_resolves(api: Api) -> None:
    described = api.ask("GET", "/openapi.json").json()
    assert set(described["paths"]) == {
        "/v1/dead-letters", "/v1/films", "/v1/films/{film}", "/v1/films/{film}/cancel", "/v1/films/{film}/pause", "/v1/films/{film}/resume",
        "/v1/films/{film}/deliverables/{name}", "/v1/films/{film}/events", "/v1/engines", "/v1/engines/{role}/{name}",
        "/v1/media", "/v1/media/{digest}", "/healthz", "/readyz", "/metrics",
    }  # fmt: skip
    health = [described["paths"][path]["get"] for path in ("/healthz", "/readyz", "/metrics")]
    assert [asked["security"] for asked in health] == [[], [], []], "asked by machines that have no key"
    assert "text/plain" in health[2]["responses"]["200"]["content"]
    schemas = described["components"]["schemas"]
    refs = {part.split('"')[0] for part in json.dumps(described).split('"#/components/schemas/')[1:]}
    assert refs <= set(schemas), refs - set(schemas)
    example = described["paths"]["/v1/films"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert api.ask("POST", "/v1/films", json=example).status_code == 202


def test_logs_are_json_with_ids_and_hold_no_key_and_no_script(keyed: Api, tmp_path: Path) -> None:
    log_to(str(tmp_path / "studio.log"))
    film = keyed.order("ada")
    answer = keyed.ask("GET", f"/v1/films/{film}", "ada", headers={"X-Request-ID": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"
    keyed.ask("GET", "/v1/films", headers={"Authorization": "Bearer fsk_wrongwrongwrong"})
    text = (tmp_path / "studio.log").read_text()
    log_to("")
    lines = [json.loads(line) for line in text.splitlines()]
    seen = next(line for line in lines if line.get("request") == "mine-1")
    assert (seen["tenant"], seen["job"], seen["status"]) == ("ada", film, 200)
    for secret in (*keyed.keys.values(), "fsk_wrongwrongwrong", "It rains"):
        assert secret not in text
