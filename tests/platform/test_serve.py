"""``studio serve --no-ray`` as a user has it: real films over HTTP, a crew that is killed, a flood, and Ctrl-C."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent))

from served_house import House, serving

from filmstudio.scheduler.database import Database, events
from filmstudio.scheduler.jobs import Jobs

pytestmark = pytest.mark.slow

TENANTS = {"giant": "enterprise", "ada": "pro", "bob": "free", "cleo": "free"}
SCRIPT = "INT. CAFE - DAY\n\nLENA\n{}\n"
TALK = "INT. CAFE - DAY\n\nLENA\nIt rains again today.\n\nTOM\nThen stay a while.\n\nLENA\nOnly until it stops.\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, shared_cache: Path) -> Iterator[House]:
    with serving(tmp_path_factory.mktemp("house"), shared_cache, TENANTS, "--films-at-once", "3", "--drain", "0") as found:
        yield found


def test_a_crew_that_is_killed_loses_no_take_and_its_film_is_finished_by_the_next(house: House) -> None:
    film = house.order("ada", TALK)
    house.wait("ada", film, progress=0.35)
    crew = house.crew()
    os.killpg(crew, signal.SIGKILL)
    finished = _tasks_finished(house, film)
    state = house.wait("ada", film)
    assert state["status"] == "succeeded"
    assert house.crew() != crew
    report = house.ask("GET", f"/v1/films/{film}/deliverables/report.json", "ada").json()
    cached = {task["task"] for task in report["tasks"] if task["cached"]}
    assert len(finished) >= 3
    assert finished <= cached, "what was told as finished is found, not made again"
    statuses = [json.loads(line[6:]) for line in _events(house, film) if line.startswith('data: {"status"')]
    assert [status["status"] for status in statuses].count("succeeded") == 1


@pytest.fixture(scope="module")
def flood(house: House) -> list[tuple[str, dict[str, Any]]]:
    """Six small films ordered at once, first those of an enterprise that floods the house; tenant and end of each."""
    orders = [("giant", n) for n in range(4)] + [("bob", 0), ("cleo", 0)]
    films = [(tenant, house.order(tenant, SCRIPT.format(f"{tenant.title()}, {n + 1}."))) for tenant, n in orders]
    return [(tenant, house.wait(tenant, film)) for tenant, film in films]


def test_many_small_films_all_finish_and_free_tenants_get_on_while_another_floods(flood: list[tuple[str, dict[str, Any]]]) -> None:
    assert [state["status"] for _, state in flood] == ["succeeded"] * 6
    assert {state["verdict"] for _, state in flood} <= {"passed", "degraded"}
    assert [state["attempt"] for _, state in flood] == [1] * 6
    last = max(state["started"] for tenant, state in flood if tenant == "giant")
    assert min(state["started"] for tenant, state in flood if tenant in ("bob", "cleo")) < last, (
        "a free film begins before the flood is over"
    )


def test_a_finished_film_is_fetched_whole_and_is_what_was_ordered(
    house: House, flood: list[tuple[str, dict[str, Any]]], tmp_path: Path
) -> None:
    state = next(state for tenant, state in flood if tenant == "bob")
    entries = {entry["name"]: entry for entry in state["deliverables"]}
    assert {"film.mp4", "captions.en.srt", "thumbnail-1.jpg", "film.json", "film.otio", "metadata.json", "report.json"} <= set(entries)
    data = house.ask("GET", entries["film.mp4"]["url"], "bob").content
    assert hashlib.sha256(data).hexdigest() == entries["film.mp4"]["sha256"]
    (tmp_path / "film.mp4").write_bytes(data)
    with av.open(str(tmp_path / "film.mp4")) as decoded:
        assert (decoded.streams.video[0].width, decoded.streams.video[0].height) == (854, 480)
        assert abs(float(decoded.duration or 0) / 1e6 - state["seconds"]) < 0.1
    assert "Bob, 1." in house.ask("GET", entries["captions.en.srt"]["url"], "bob").text


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory, shared_cache: Path) -> Iterator[House]:
    """Without keys, as the guide has it; stopped by the last test."""
    with serving(tmp_path_factory.mktemp("open"), shared_cache, {}, "--drain", "0") as found:
        yield found


def test_the_guide_leads_from_an_order_to_a_film(open_house: House, tmp_path: Path) -> None:
    """Its commands in their order, in one shell, only with the port that this house has."""
    guide = (Path(__file__).parents[2] / "docs" / "serving.md").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"^```sh\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL) if "curl" in block]
    script = "\n".join(f"echo '--- {number}'\n{block}\necho" for number, block in enumerate(blocks))
    script = script.replace("http://127.0.0.1:8000", open_house.address)
    ran = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    ordered, followed, fetched, voice, script, wrong = ran.stdout.split("--- ")[1:]
    assert '"status":"queued"' in ordered
    assert followed.rstrip().endswith('data: {"status":"succeeded"}')
    assert "100\n" in fetched and "It rains. Stay a while." in fetched
    assert '"media_type":"audio/wav"' in voice
    assert '"text":"It rains."' in script
    assert [error["pointer"] for error in json.loads(wrong[1:])["errors"]] == ["/screenplay", "/options/size", "/options/fps"]
    with av.open(str(tmp_path / "rain.mp4")) as film:
        assert film.streams.video[0].frames > 24


def test_stopping_gives_films_back_ends_everything_and_says_no_more_than_that(open_house: House) -> None:
    film = open_house.order("", TALK.replace("today", "tonight"))
    open_house.wait("", film, progress=0.1)
    crew = open_house.crew()
    open_house.process.send_signal(signal.SIGINT)
    assert open_house.process.wait(40) == 0
    said = open_house.errors.read_text()
    assert "Traceback" not in said and "rror" not in said, said
    assert not Path(f"/proc/{crew}").exists()
    database = Database(f"sqlite:///{open_house.data / 'studio.db'}")
    job = Jobs(database).get(film, "local")
    assert (job.status, job.attempt) == ("queued", 0)
    database.close()


def _events(house: House, film: str) -> list[str]:
    return house.ask("GET", f"/v1/films/{film}/events", "ada").text.splitlines()


def _tasks_finished(house: House, film: str) -> set[str]:
    """Tasks that the job's events tell as finished, so far."""
    database = Database(f"sqlite:///{house.data / 'studio.db'}")
    with database.reading() as connection:
        bodies = [json.loads(row.body) for row in connection.execute(sa.select(events).where(events.c.job == film))]
    database.close()
    return {task["task"] for body in bodies for task in body.get("tasks", ()) if task["event"] == "finished"}
