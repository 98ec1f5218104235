"""Films over HTTP: ordered once, found by their tenant alone, followed from any event, fetched in ranges."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from pathlib import Path

import pytest
from api_server import ORDER, Api, running_api
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from filmstudio.core.engine import Request as EngineRequest
from filmstudio.core.errors import EngineError
from filmstudio.core.plugins import Offer
from filmstudio.core.store import Take
from filmstudio.platform import screening
from filmstudio.platform.keys import Principal
from filmstudio.scheduler.job import Lease


def leased(api: Api, film: str) -> Lease:
    """The lease of this film; whatever waits before it is cancelled."""
    for _ in range(200):
        lease = api.leases.lease("test")
        assert lease is not None
        if lease.job.id == film:
            return lease
        api.leases.release(lease, 0.0)
        api.jobs.cancel(lease.job.id, lease.job.tenant)
    raise AssertionError("the film does not wait")


def finish(api: Api, film: str, data: bytes = b"0123456789" * 100) -> None:
    """What a crew does at the end of a film."""
    lease = leased(api, film)
    folder = api.settings.films / film / str(lease.token)
    (folder / "stems").mkdir(parents=True)
    entries = []
    for name, media_type in (("film.mp4", "video/mp4"), ("stems/music.wav", "audio/wav")):
        (folder / name).write_bytes(data)
        entries.append({"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "media_type": media_type})
    (folder / "secret.txt").write_text("not a deliverable")
    result = {"folder": str(lease.token), "title": "Rain", "verdict": "passed", "seconds": 2.0, "deliverables": entries}
    api.leases.succeed(lease, result, 1.0)


def test_an_order_is_acknowledged_at_once_and_its_film_is_where_the_answer_says(api: Api) -> None:
    answer = api.ask("POST", "/v1/films", json=ORDER)
    assert answer.status_code == 202
    film = answer.json()
    assert film == {"id": film["id"], "status": "queued", "url": f"/v1/films/{film['id']}"}
    assert answer.headers["location"] == film["url"]
    state = api.ask("GET", film["url"]).json()
    assert (state["status"], state["progress"], state["title"]) == ("queued", 0.0, "Rain")


def test_an_order_sent_twice_with_one_key_is_one_film_and_another_order_a_conflict(api: Api) -> None:
    key = {"Idempotency-Key": "order-7"}
    first, again = (api.ask("POST", "/v1/films", json=ORDER, headers=key).json() for _ in range(2))
    assert first["id"] == again["id"]
    other = api.ask("POST", "/v1/films", json={"screenplay": "Another."}, headers=key)
    assert other.status_code == 409
    assert other.headers["content-type"] == "application/problem+json"


def test_films_are_listed_newest_first_a_page_at_a_time(api: Api) -> None:
    ids = [api.order() for _ in range(5)]
    first = api.ask("GET", "/v1/films?limit=3").json()
    assert [film["id"] for film in first["films"]] == ids[:1:-1]
    second = api.ask("GET", f"/v1/films?limit=2&cursor={first['next']}").json()
    assert [film["id"] for film in second["films"]] == ids[1::-1]


def test_a_film_that_waits_is_paused_resumed_and_cancelled(api: Api) -> None:
    film = api.order()
    seen = [api.ask("POST", f"/v1/films/{film}/{act}").json()["status"] for act in ("pause", "resume", "cancel", "cancel")]
    assert seen == ["paused", "queued", "cancelled", "cancelled"]
    refused = api.ask("POST", f"/v1/films/{film}/resume")
    assert (refused.status_code, refused.json()["title"]) == (409, "Conflict")


def test_a_finished_film_tells_its_deliverables_and_gives_ranges_of_them(api: Api) -> None:
    film = api.order()
    finish(api, film)
    state = api.ask("GET", f"/v1/films/{film}").json()
    assert (state["status"], state["progress"], state["verdict"]) == ("succeeded", 1.0, "passed")
    entry = state["deliverables"][0]
    whole = api.ask("GET", entry["url"])
    assert (len(whole.content), hashlib.sha256(whole.content).hexdigest()) == (entry["size"], entry["sha256"])
    assert whole.headers["content-type"] == "video/mp4"
    part = api.ask("GET", entry["url"], headers={"Range": "bytes=5-14"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"5678901234", "bytes 5-14/1000")
    stale = api.ask("GET", entry["url"], headers={"Range": "bytes=5-14", "If-Range": '"another film"'})
    assert (stale.status_code, len(stale.content)) == (200, 1000)
    assert api.ask("HEAD", entry["url"]).headers["content-length"] == "1000"
    beyond = api.ask("GET", entry["url"], headers={"Range": "bytes=2000-"})
    assert (beyond.status_code, beyond.json()["status"], beyond.headers["content-range"]) == (416, 416, "bytes */1000")
    assert api.ask("GET", f"/v1/films/{film}/deliverables/stems/music.wav").status_code == 200


@pytest.mark.parametrize("name", ["secret.txt", "..%2f..%2f..%2fstudio.db", "%2fetc%2fpasswd", "film.mp4%00", "FILM.MP4", ""])
def test_nothing_but_a_deliverable_by_its_name_is_given(api: Api, name: str) -> None:
    film = api.order()
    finish(api, film)
    answer = api.ask("GET", f"/v1/films/{film}/deliverables/{name}")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_a_film_is_followed_from_the_first_event_to_its_end(api: Api) -> None:
    film = api.order()
    lease = leased(api, film)

    def work() -> None:
        time.sleep(0.3)
        api.leases.report(lease, 0.5, "Pictures", 1.0, [{"task": "picture:1", "role": "picture", "event": "finished"}])
        time.sleep(0.3)
        api.leases.succeed(lease, {"deliverables": []}, 2.0)

    worker = threading.Thread(target=work)
    worker.start()
    with api.client.stream("GET", f"/v1/films/{film}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        text = "".join(stream.iter_text())
    worker.join()
    events = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")[1:]]
    assert [event["id"] for event in events] == ["1", "2", "3", "4"]
    assert [event["event"] for event in events] == ["status", "status", "progress", "status"]
    assert json.loads(events[2]["data"])["progress"] == 0.5
    assert json.loads(events[3]["data"]) == {"status": "succeeded"}

    later = api.ask("GET", f"/v1/films/{film}/events", headers={"Last-Event-ID": "2"}).text
    assert later.count("id: ") == 2 and "id: 3\n" in later
    assert api.ask("GET", f"/v1/films/{film}/events?after=3").text.count("id: ") == 1
    assert api.ask("GET", f"/v1/films/{film}/events?after=4").status_code == 204, "nothing more will come"


def test_a_web_socket_replays_from_the_event_that_was_seen_last(api: Api) -> None:
    film = api.order()
    finish(api, film)
    with connect(f"{api.address.replace('http', 'ws')}/v1/films/{film}/ws?after=1") as socket:
        told = [json.loads(message) for message in socket]
    assert [(event["id"], event["data"]["status"]) for event in told] == [(2, "running"), (3, "succeeded")]
    with connect(f"{api.address.replace('http', 'ws')}/v1/films/{film}/ws?after=3") as socket:
        assert list(socket) == [], "nothing more will come"


def test_a_web_socket_to_no_film_is_refused_with_a_problem(api: Api) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(f"{api.address.replace('http', 'ws')}/v1/films/{'0' * 28}/ws"):
        pass
    assert refused.value.response.status_code == 404
    assert json.loads(refused.value.response.body)["status"] == 404


def test_a_failed_film_tells_why_and_every_problem_of_its_script(api: Api) -> None:
    from filmstudio.scheduler.leases import Failed

    film = api.order()
    why = Failed("input", "the screenplay cannot be read.", "Mend it.", ({"detail": "nobody speaks", "line": 3},))
    api.leases.fail(leased(api, film), why, 0.1)
    state = api.ask("GET", f"/v1/films/{film}").json()
    assert (state["status"], state["problem"], state["remedy"]) == ("failed", "the screenplay cannot be read.", "Mend it.")
    assert state["errors"] == [{"detail": "nobody speaks", "line": 3}]


def test_a_tenants_films_are_nobody_elses(keyed: Api) -> None:
    film = keyed.order("ada")
    for method, path in (
        ("GET", ""), ("POST", "/cancel"), ("POST", "/pause"), ("POST", "/resume"), ("GET", "/events"), ("GET", "/deliverables/film.mp4"),
    ):  # fmt: skip
        assert keyed.ask(method, f"/v1/films/{film}{path}", "bob").status_code == 404, path
    assert keyed.ask("GET", "/v1/films", "bob").json()["films"] == []
    assert keyed.ask("GET", f"/v1/films/{film}", "ada").json()["status"] == "queued"


def test_a_full_queue_is_told_with_when_to_come_back(keyed: Api) -> None:
    for _ in range(10):
        keyed.order("bob")
    answer = keyed.ask("POST", "/v1/films", "bob", json=ORDER)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "the free tier may have 10" in answer.json()["detail"]
    for film in keyed.ask("GET", "/v1/films", "bob").json()["films"]:
        keyed.ask("POST", f"/v1/films/{film['id']}/cancel", "bob")


def test_event_streams_are_limited_for_each_tenant(keyed: Api) -> None:
    film, key = keyed.order("ada"), {"Authorization": f"Bearer {keyed.keys['ada']}"}
    address = f"{keyed.address.replace('http', 'ws')}/v1/films/{film}/ws"
    with contextlib.ExitStack() as open_sockets:
        for _ in range(keyed.settings.streams):
            open_sockets.enter_context(connect(address, additional_headers=key)).recv()
        with pytest.raises(InvalidStatus) as refused, connect(address, additional_headers=key):
            pass
        assert refused.value.response.status_code == 429


def test_the_callers_trace_goes_with_the_job(api: Api) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = api.ask("POST", "/v1/films", json=ORDER, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert api.jobs.get(answer.json()["id"], "local").trace.split("-")[1] == trace


SAID = "INT. CAFE - DAY\n\nLENA\n" + "It rains again today, as it did all week. " * 40
SEEN = "INT. CAFE - DAY\n\n" + "She walks on in the rain, and looks at nobody.\n\n" * 40 + "LENA\nIt rains.\n"


def test_a_screenplay_that_says_more_than_the_tier_has_time_for_is_refused_at_once(keyed: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "READING_SECONDS", 60.0)  # of a machine that does much else
    answer = keyed.ask("POST", "/v1/films", "bob", json={"screenplay": SAID})
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"] == "the film would be longer than 60 s, the most of the free tier."
    assert answer.json()["errors"][0]["pointer"] == "/screenplay"
    assert keyed.ask("POST", "/v1/films", "ada", json={"screenplay": SAID}).status_code == 202
    assert keyed.ask("POST", "/v1/films", "bob", json={"screenplay": SEEN}).status_code == 202, "what is seen may be short"


def test_a_long_screenplay_that_cannot_be_read_is_told_with_every_problem(keyed: Api) -> None:
    answer = keyed.ask("POST", "/v1/films", "bob", json={"screenplay": "LENA\n" + "rain " * 26_000})
    assert answer.status_code == 422
    assert any("words" in error["detail"] for error in answer.json()["errors"])


def test_a_reader_that_fails_leaves_the_order_to_the_crew(tmp_path: Path) -> None:
    class Broken:
        async def call(self, who: Principal, offer: Offer, request: EngineRequest) -> Take:
            raise EngineError("the workers for engine calls failed.")

        def close(self) -> None: ...

    with running_api(tmp_path, keys={"bob": "free"}, caller=Broken()) as api:
        assert api.ask("POST", "/v1/films", "bob", json={"screenplay": SAID}).status_code == 202
