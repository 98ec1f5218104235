"""Dead letters: films that were given up, with the evidence of every attempt. Tenants see their own here; the operator has a command."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.responses import Response

from filmstudio.platform.described import FILM_ID, KEYED, example, problems
from filmstudio.platform.films import Cursor
from filmstudio.platform.problems import ProblemPart
from filmstudio.platform.reception import Reception
from filmstudio.scheduler.job import ErrorClass, Evidence, Job
from filmstudio.scheduler.jobs import Jobs


class Attempt(BaseModel):
    """One attempt at a film that failed."""

    attempt: int = Field(description="its number, from 1; those that were given back unharmed are not counted")
    worker: str = Field(description="the crew that made it")
    at: float = Field(description="when it failed")
    kind: ErrorClass = Field(
        description="whose fault it was: of what was sent, of no engine that can do it, nobody's, the store's, or an engine's"
    )
    where: str = Field(description="the task that was given up, and whose engine it was, where one was")
    problem: str
    remedy: str | None = None
    errors: list[ProblemPart] = Field(default=[], description="everything that is wrong with the screenplay")


class DeadLetter(BaseModel):
    """A film that was given up."""

    id: str
    url: str
    title: str
    created: float
    finished: float | None = None
    attempts: list[Attempt] = Field(description="oldest first; the last says why it was given up")


class DeadLetterPage(BaseModel):
    """Films that were given up, newest first."""

    dead_letters: list[DeadLetter]
    next: str | None = Field(default=None, description="cursor of the next page; null on the last")


def dead_letter_routes(jobs: Jobs, reception: Reception) -> APIRouter:
    """The endpoint at ``/v1/dead-letters``."""
    routes = APIRouter(prefix="/v1/dead-letters", tags=["films"], responses=KEYED)

    @routes.get(
        "", response_model=DeadLetterPage, summary="Your films that were given up", responses={200: example(_EXAMPLE), **problems(422)}
    )  # fmt: skip
    async def dead_letters(request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor: Cursor = None) -> Response:
        """Why each was given up: every attempt, what went wrong in which task, and at whose hands. Newest first, a page at a time."""
        who = await reception.who(request)
        found = await reception.run(jobs.dead_letters, limit + 1, cursor, who.tenant)
        more = found[limit - 1].id if len(found) > limit else None
        return Response(to_json({"dead_letters": [letter_of(job) for job in found[:limit]], "next": more}), media_type="application/json")

    return routes


def letter_of(job: Job) -> dict[str, Any]:
    """A job that was given up, as it is told."""
    return {
        "id": job.id, "url": f"/v1/films/{job.id}", "title": job.title, "created": job.created, "finished": job.finished,
        "attempts": [_attempt(entry) for entry in job.evidence],
    }  # fmt: skip


def _attempt(entry: Evidence) -> dict[str, Any]:
    return {
        "attempt": entry.attempt, "worker": entry.worker, "at": entry.at, "kind": entry.kind, "where": entry.where,
        "problem": entry.message, "remedy": entry.remedy or None, "errors": [dict(problem) for problem in entry.problems],
    }  # fmt: skip


_EXAMPLE: Final = {
    "dead_letters": [
        {
            "id": FILM_ID, "url": f"/v1/films/{FILM_ID}", "title": "Rain", "created": 1767225600.0, "finished": 1767225630.0,
            "attempts": [
                {
                    "attempt": attempt, "worker": "studio-1-4f2a", "at": 1767225610.0 + 10 * attempt, "kind": "engine",
                    "where": "plugin their-voices, task voice:l1", "problem": "the worker that ran their-voice ended with code 139.",
                    "remedy": "It may have run out of memory.", "errors": [],
                }
                for attempt in (1, 2, 3)
            ],
        }
    ],
    "next": FILM_ID,
}  # fmt: skip
