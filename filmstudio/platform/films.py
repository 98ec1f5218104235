"""The endpoints of films: ordered, looked at, steered, followed, fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Query, Request, WebSocket
from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.responses import Response, StreamingResponse
from starlette.websockets import WebSocketDisconnect

from filmstudio.core.errors import StudioError
from filmstudio.core.telemetry import traceparent
from filmstudio.platform.described import FILM_ID, KEYED, WITH_BODY, example, files, headless, location, problems
from filmstudio.platform.edge import facts_of
from filmstudio.platform.files import RangedFile
from filmstudio.platform.following import Following, heard_all
from filmstudio.platform.frontdesk import FrontDesk
from filmstudio.platform.keys import Principal
from filmstudio.platform.making import MEDIA_TYPES
from filmstudio.platform.meters import Meters
from filmstudio.platform.orders import FilmOrder
from filmstudio.platform.problems import ProblemPart, Refusal, refusal_of
from filmstudio.platform.reception import Reception
from filmstudio.platform.screening import Screening
from filmstudio.platform.settings import Settings
from filmstudio.scheduler.events import JobEvent
from filmstudio.scheduler.job import FINAL, Job, Status, Submission
from filmstudio.scheduler.jobs import Jobs

_PING_SECONDS: Final = 15.0
_KEY: Final = r"^[\x21-\x7e]{1,200}$"
_ID: Final = r"^[0-9a-z]{28}$"

FilmId = Annotated[str, Path(description="id of a film", pattern=_ID, examples=[FILM_ID])]
IdempotencyKey = Annotated[str | None, Header(pattern=_KEY, description="names the request, so that it may be sent again")]
Cursor = Annotated[str | None, Query(pattern=_ID, description="the `next` of the page before")]
After = Annotated[int, Query(ge=0, description="only events after this one")]


class Accepted(BaseModel):
    """A film that will be made."""

    id: str
    status: Status
    url: str


class Deliverable(BaseModel):
    """A file of a finished film."""

    name: str
    url: str
    size: int = Field(description="bytes")
    sha256: str
    media_type: str


class FilmState(BaseModel):
    """Where a film stands."""

    id: str
    status: Status
    progress: float = Field(ge=0, le=1)
    stage: str = Field(description="what is being done, in words")
    title: str
    verdict: str | None = Field(default=None, description="of the finished film's report: passed, degraded or failed")
    seconds: float | None = Field(default=None, description="length of the finished film")
    attempt: int
    priority: int
    created: float = Field(description="seconds since the epoch, as all times")
    started: float | None = None
    finished: float | None = None
    deliverables: list[Deliverable] = []
    problem: str | None = Field(default=None, description="why it failed")
    remedy: str | None = None
    errors: list[ProblemPart] = Field(default=[], description="everything that is wrong with the screenplay")


class FilmPage(BaseModel):
    """Films, newest first."""

    films: list[FilmState]
    next: str | None = Field(default=None, description="cursor of the next page; null on the last")


@dataclass(frozen=True, slots=True)
class House:
    """What the endpoints of films work with."""

    settings: Settings
    jobs: Jobs
    desk: FrontDesk
    following: Following
    reception: Reception
    meters: Meters
    screening: Screening


def film_routes(house: House) -> APIRouter:
    """The endpoints under ``/v1/films``."""
    routes = APIRouter(prefix="/v1/films", tags=["films"], responses=KEYED)
    reception, jobs = house.reception, house.jobs

    accepted = example(_ACCEPTED, says="It is in the queue.", headers=location("where it can be looked at"))

    @routes.post(
        "", status_code=202, response_model=Accepted, openapi_extra=_order_body(), summary="Order a film",
        responses={202: accepted, **problems(400, 409, 429), **WITH_BODY},
    )  # fmt: skip
    async def order(request: Request, idempotency_key: IdempotencyKey = None) -> Response:
        """Put a film in the queue. It is safe on the disk when this answers. Send an `Idempotency-Key` to be able to send it again."""
        who = await reception.who(request)
        asked = await house.screening.read(request)
        await house.screening.check(asked, who)
        submission = await reception.run(_submission, asked, who, idempotency_key, traceparent())
        job = await house.desk.submit(submission)
        facts_of(request.scope).job = job.id
        house.meters.submitted(who.tier)
        answer = {"id": job.id, "status": job.status, "url": f"/v1/films/{job.id}"}
        return Response(to_json(answer), 202, {"Location": answer["url"]}, "application/json")

    page = example({"films": [_FINISHED], "next": FILM_ID})

    @routes.get("", response_model=FilmPage, summary="Your films", responses={200: page, **problems(422)})
    async def films(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Cursor = None,
        status: Status | None = None,
    ) -> Response:
        """Newest first, a page at a time."""
        who = await reception.who(request)
        found = await reception.run(jobs.page, who.tenant, limit + 1, cursor, status)
        more = found[limit - 1].id if len(found) > limit else None
        return _json({"films": [state_of(job) for job in found[:limit]], "next": more})

    @routes.get("/{film}", response_model=FilmState, summary="Where a film stands", responses={200: _states(), **problems(404)})
    async def film(request: Request, film: FilmId) -> Response:
        """Status, progress, stage, and the deliverables once it has succeeded."""
        return _json(state_of(await _job(reception, jobs.get, request, film)))

    for name, act, says in (
        ("cancel", jobs.cancel, "Cancel a film. One that is being made stops within seconds; what was made is kept in the store."),
        ("pause", jobs.pause, "Let a film wait until it is resumed. What was made is kept."),
        ("resume", jobs.resume, "Go on with a paused film."),
    ):
        _add_steering(routes, reception, name, act, says)
    _add_deliverables(routes, house)
    _add_following(routes, house)
    return routes


def _add_deliverables(routes: APIRouter, house: House) -> None:
    reception, jobs = house.reception, house.jobs

    where, found = "/{film}/deliverables/{name:path}", files([*sorted({*MEDIA_TYPES.values()}), "application/octet-stream"])

    @routes.head(where, summary="Look at a deliverable", response_class=Response, responses=headless(KEYED | found))
    @routes.get(where, summary="Fetch a deliverable", response_class=RangedFile, responses=found)
    async def deliverable(request: Request, film: FilmId, name: str) -> Response:
        """A file of a finished film. Ranges are answered, so players can seek."""
        job = await _job(reception, jobs.get, request, film)
        for entry in _deliverables(job):
            if entry["name"] == name:
                break
        else:
            raise Refusal(404, f"the film has no deliverable called {name[:100]!r}.", remedy=f"See /v1/films/{job.id}.")
        path = house.settings.films / job.id / str(_result(job)["folder"]) / entry["name"]
        if not await reception.run(path.is_file):
            raise Refusal(404, "the deliverable has been removed.", remedy="Order the film again.")
        facts_of(request.scope).take_time(None)
        headers = {"ETag": f'"{entry["sha256"]}"', "Cache-Control": "private, immutable, max-age=31536000"}
        return RangedFile(path, headers=headers, media_type=entry["media_type"])


def _add_following(routes: APIRouter, house: House) -> None:
    reception, jobs = house.reception, house.jobs

    told = {
        "description": "What happens, as it happens.",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EVENTS}},
    }
    nothing = {"description": "Nothing more will come: the film is finished, and all of it has been heard."}

    @routes.get(
        "/{film}/events", summary="Follow a film", response_class=StreamingResponse,
        responses={200: told, 204: nothing, **problems(404, 422, 429)},
    )  # fmt: skip
    async def follow(
        request: Request, film: FilmId, after: After = 0, last_event_id: Annotated[int | None, Header(ge=0)] = None
    ) -> Response:
        """Server-sent events: what happened so far after `after` or `Last-Event-ID`, then what happens, until the film is finished.

        The same events come as JSON texts over a web socket at `/v1/films/{film}/ws`.
        """
        job, number = await _job(reception, jobs.get, request, film), max(after, last_event_id or 0)
        if heard_all(job, number):
            return Response(status_code=204)  # tells a browser's EventSource not to come back
        house.following.begin(job.tenant)
        facts_of(request.scope).take_time(None)
        heard = house.following.events(job, number, _PING_SECONDS)
        return StreamingResponse(
            _sse(heard), media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )

    @routes.websocket("/{film}/ws")
    async def talk(socket: WebSocket, film: str, after: int = 0) -> None:
        """The same events, as JSON texts over a web socket."""
        try:
            who = await reception.who(socket)
            job = await reception.run(jobs.get, film, who.tenant)
            house.following.begin(job.tenant)
        except (Refusal, StudioError) as error:
            refusal = error if isinstance(error, Refusal) else refusal_of(error)
            await socket.send_denial_response(refusal.response())
            return
        await socket.accept()
        try:
            async for event in house.following.events(job, max(after, 0), _PING_SECONDS):
                await socket.send_text(_event_json(event).decode() if event is not None else '{"event":"ping"}')
            await socket.close()
        except WebSocketDisconnect:
            return


def _add_steering(routes: APIRouter, reception: Reception, name: str, act: Callable[[str, str], Job], says: str) -> None:
    @routes.post(
        f"/{{film}}/{name}", response_model=FilmState, summary=says.partition(".")[0], description=says, operation_id=f"{name}_film",
        responses={200: example(_QUEUED), **problems(404, 409)},
    )  # fmt: skip
    async def steer(request: Request, film: FilmId) -> Response:
        return _json(state_of(await _job(reception, act, request, film)))


async def _job(reception: Reception, act: Callable[[str, str], Job], request: Request, film: str) -> Job:
    who = await reception.who(request)
    facts_of(request.scope).job = film
    return await reception.run(act, film, who.tenant)


def _submission(asked: FilmOrder, who: Principal, key: str | None, trace: str) -> Submission:
    return Submission(
        tenant=who.tenant, tier=who.tier, spec=asked.spec(), estimate=asked.estimate(who.tier), title=asked.title,
        priority=asked.priority, key=key, trace=trace,
    )  # fmt: skip


def state_of(job: Job) -> dict[str, Any]:
    """A job as its tenant sees it."""
    result = _result(job)
    state: dict[str, Any] = {
        "id": job.id, "status": job.status.value, "progress": round(job.progress, 4), "stage": job.stage if job.status not in FINAL else "",
        "title": result.get("title") or job.title, "attempt": job.attempt, "priority": job.priority, "created": job.created,
        "started": job.started, "finished": job.finished,
    }  # fmt: skip
    if job.status is Status.SUCCEEDED:
        state |= {"verdict": result.get("verdict"), "seconds": result.get("seconds")}
        state["deliverables"] = [entry | {"url": f"/v1/films/{job.id}/deliverables/{entry['name']}"} for entry in _deliverables(job)]
    if job.status is Status.FAILED and job.evidence:
        last = job.evidence[-1]
        state |= {"problem": last.message, "remedy": last.remedy or None, "errors": [dict(problem) for problem in last.problems]}
    return state


def _result(job: Job) -> dict[str, Any]:
    return job.result if isinstance(job.result, dict) else {}


def _deliverables(job: Job) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _result(job).get("deliverables", [])
    return found


def _json(value: Any) -> Response:
    return Response(to_json(value), media_type="application/json")


def _event_json(event: JobEvent) -> bytes:
    return to_json({"id": event.id, "event": event.kind, "at": event.at, "data": event.body})


async def _sse(events: AsyncIterator[JobEvent | None]) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    async for event in events:
        if event is None:
            yield b": still here\n\n"
        else:
            yield b"id: %d\nevent: %s\ndata: %s\n\n" % (event.id, event.kind.encode(), to_json(event.body))


_EXAMPLE: Final = {
    "screenplay": "INT. CAFE - DAY\n\nLENA\nIt rains. Stay a while.\n",
    "options": {"size": "720p", "preset": "draft", "captions": "size=large"},
}
_ACCEPTED: Final = {"id": FILM_ID, "status": "queued", "url": f"/v1/films/{FILM_ID}"}
_QUEUED: Final = {
    "id": FILM_ID, "status": "queued", "progress": 0.0, "stage": "", "title": "Rain", "attempt": 0, "priority": 0,
    "created": 1767225600.0, "started": None, "finished": None,
}  # fmt: skip
_FINISHED: Final = _QUEUED | {
    "status": "succeeded", "progress": 1.0, "attempt": 1, "started": 1767225601.5, "finished": 1767225622.0, "verdict": "passed",
    "seconds": 6.25, "deliverables": [
        {"name": "film.mp4", "url": f"/v1/films/{FILM_ID}/deliverables/film.mp4", "size": 1048576, "sha256": "9f86d081" * 8,
         "media_type": "video/mp4"},
    ],
}  # fmt: skip
_FAILED: Final = _QUEUED | {
    "status": "failed", "attempt": 1, "started": 1767225601.5, "finished": 1767225602.0, "problem": "screenplay cannot be read.",
    "remedy": None, "errors": [{"detail": "This name has 70 letters.", "remedy": "Use a shorter name.", "line": 12, "column": 1}],
}  # fmt: skip
_EVENTS: Final = (
    "retry: 2000\n\n"
    'id: 1\nevent: status\ndata: {"status":"queued"}\n\n'
    'id: 2\nevent: status\ndata: {"status":"running"}\n\n'
    'id: 3\nevent: progress\ndata: {"progress":0.5,"stage":"Pictures"}\n\n'
    'id: 4\nevent: status\ndata: {"status":"succeeded"}\n\n'
)


def _states() -> dict[str, Any]:
    named = {"queued": _QUEUED, "succeeded": _FINISHED, "failed": _FAILED}
    return {"content": {"application/json": {"examples": {name: {"value": state} for name, state in named.items()}}}}


def _order_body() -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/FilmOrder"}, "example": _EXAMPLE}}
    return {"requestBody": {"required": True, "content": content}}
