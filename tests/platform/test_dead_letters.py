"""Films that were given up are not forgotten: their tenants see why over HTTP, the operator of all by a command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_server import Api, running_api
from test_api_films import leased
from typer.testing import CliRunner

from filmstudio.cli.commands import app
from filmstudio.scheduler.leases import Failed, Leases
from filmstudio.scheduler.retries import Retry

BROKE = Failed("engine", "the worker that ran their-voice ended with code 139.", "Update it.", where="plugin theirs, task voice:l1")
UNREAD = Failed("input", "screenplay cannot be read.", problems=({"detail": "nobody speaks", "line": 3, "column": 1},))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Api]:
    with running_api(tmp_path, keys={"ada": "pro", "bob": "free"}) as api:
        api.leases = Leases(api.database, retry=Retry(first_seconds=0.0, elsewhere_seconds=0.0))
        yield api


def given_up(api: Api, tenant: str, why: Failed = BROKE) -> str:
    """A film of which every attempt fails."""
    film = api.order(tenant)
    while api.jobs.get(film, tenant).finished is None:
        api.leases.sweep()
        api.leases.fail(leased(api, film), why, 0.1)
    return film


def test_a_tenant_sees_every_attempt_at_its_own_films_and_nobody_elses(house: Api) -> None:
    broken, unread, other = given_up(house, "ada"), given_up(house, "ada", UNREAD), given_up(house, "bob")
    house.order("ada")
    letters = house.ask("GET", "/v1/dead-letters", "ada").json()["dead_letters"]
    assert [letter["id"] for letter in letters] == [unread, broken], "newest first, and none that goes on"
    attempts = letters[1]["attempts"]
    assert [attempt["attempt"] for attempt in attempts] == [1, 2, 3]
    assert {attempt["worker"] for attempt in attempts} == {"test"}
    assert {attempt["where"] for attempt in attempts} == {"plugin theirs, task voice:l1"}
    assert attempts[2]["problem"] == BROKE.message and attempts[2]["remedy"] == "Update it."
    assert [attempt["errors"] for attempt in letters[0]["attempts"]] == [[{"detail": "nobody speaks", "line": 3, "column": 1}]]
    assert [letter["id"] for letter in house.ask("GET", "/v1/dead-letters", "bob").json()["dead_letters"]] == [other]
    assert house.ask("GET", letters[0]["url"], "ada").json()["status"] == "failed"


def test_dead_letters_come_a_page_at_a_time(house: Api) -> None:
    films = [given_up(house, "ada", UNREAD) for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = house.ask("GET", f"/v1/dead-letters?limit=2{cursor and '&cursor='}{cursor}", "ada").json()
        seen.append([letter["id"] for letter in page["dead_letters"]])
        cursor = page["next"]
    assert seen == [films[:2:-1], films[2:0:-1], films[:1]]


def test_the_operator_sees_those_of_all_tenants(house: Api) -> None:
    films = [given_up(house, "ada"), given_up(house, "bob", UNREAD)]
    data = ["--data", house.settings.data]
    said = CliRunner().invoke(app, ["dead-letters", *data]).stdout
    assert said.index(films[1]) < said.index(films[0])
    assert "plugin theirs, task voice:l1: the worker that ran their-voice ended with code 139. Update it." in said
    assert "attempt 3" in said and "3:1 nobody speaks" in said
    told = [json.loads(line) for line in CliRunner().invoke(app, ["dead-letters", "--json", *data]).stdout.splitlines()]
    assert [(letter["tenant"], letter["id"]) for letter in told] == [("bob", films[1]), ("ada", films[0])]
    assert films[1] not in CliRunner().invoke(app, ["dead-letters", "--tenant", "ada", *data]).stdout
    assert films[1] not in CliRunner().invoke(app, ["dead-letters", "--before", films[1], *data]).stdout
    assert films[0] not in CliRunner().invoke(app, ["dead-letters", "--limit", "1", *data]).stdout


def test_what_a_tenant_wrote_does_not_steer_the_operators_terminal(house: Api) -> None:
    given_up(house, "ada", Failed("input", "\x1b[2Jgone\r\nattempt 9"))
    said = CliRunner().invoke(app, ["dead-letters", "--data", house.settings.data]).stdout
    assert "\x1b" not in said and "\r" not in said and "\nattempt 9" not in said
