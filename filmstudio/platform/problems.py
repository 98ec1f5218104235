"""Errors as HTTP tells them: problem details (RFC 9457), with every problem of an input at once, from one table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import to_json
from starlette.responses import Response

from filmstudio.core.errors import (
    ConfigError,
    EngineError,
    InputError,
    LimitError,
    PluginError,
    Problem,
    StoreError,
    StudioError,
    Unsupported,
)
from filmstudio.scheduler.admission import Refused
from filmstudio.scheduler.job import KeyConflict, NoSuchJob, QuotaExceeded, WrongStatus

MEDIA_TYPE: Final = "application/problem+json"

TITLES: Final[dict[int, str]] = {
    400: "Bad request",
    401: "A key is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    408: "The request took too long to arrive",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    416: "Range not satisfiable",
    422: "It cannot be used as it is",
    429: "Too many",
    500: "The studio failed",
    502: "An engine failed",
    503: "Not available now",
    504: "It took too long",
}

_STATUS: Final[tuple[tuple[type[StudioError], int], ...]] = (
    (NoSuchJob, 404),
    (KeyConflict, 409),
    (WrongStatus, 409),
    (QuotaExceeded, 429),
    (Refused, 429),
    (LimitError, 422),
    (InputError, 422),
    (Unsupported, 422),
    (ConfigError, 422),
    (EngineError, 502),
    (PluginError, 502),
    (StoreError, 503),
)
"""Status by error, most special first; any other is the studio's own failure."""


class ProblemPart(BaseModel):
    """One thing that is wrong."""

    detail: str
    pointer: str | None = Field(default=None, description="where in the body, as a JSON pointer")
    remedy: str | None = None
    line: int | None = Field(default=None, description="of the screenplay, from 1")
    column: int | None = None


class ProblemDetails(BaseModel):
    """Problem details, RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    remedy: str | None = None
    errors: list[ProblemPart] | None = None


class Refusal(Exception):
    """An answer that is a problem, raised from anywhere in a request."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        remedy: str = "",
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.remedy = status, detail, remedy
        self.errors, self.headers = errors, dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": TITLES.get(self.status, "Error"),
            "status": self.status,
            "detail": self.detail,
        }
        if self.remedy:
            body["remedy"] = self.remedy
        if self.errors:
            body["errors"] = [dict(error) for error in self.errors]
        return Response(to_json(body), self.status, self.headers, MEDIA_TYPE)


_FILE: Final = re.compile(r"(?<![\w/.:-])/(?P<root>[\w.-]+)(?:/[^\s'\"<>|,;:()]+)+")


def without_folders(text: str) -> str:
    """A text for tenants: a file of this machine is named without the folders that it lies in, which are for the log alone."""
    return _FILE.sub(lambda found: Path(found[0]).name if Path("/", found["root"]).is_dir() else found[0], text)


def refusal_of(error: StudioError) -> Refusal:
    """A studio's error as an answer."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    several = parts_of(error)
    headers = {"Retry-After": "10"} if status in (429, 503) else {}
    detail, remedy = without_folders(error.problem.message), without_folders(error.problem.remedy)
    return Refusal(status, detail, remedy=remedy, errors=several, headers=headers)


def parts_of(error: StudioError) -> list[dict[str, Any]]:
    """Every problem of an input, or of anything else that has several."""
    return [part_of(problem) for problem in error.problems] if isinstance(error, InputError) or len(error.problems) > 1 else []


def part_of(problem: Problem) -> dict[str, Any]:
    """One problem of an input, without what is not known of it."""
    place = problem.place
    detail, remedy = without_folders(problem.message), without_folders(problem.remedy) or None
    fields = {"detail": detail, "remedy": remedy, "line": place.line, "column": place.column}
    return {key: value for key, value in fields.items() if value is not None}


_MOST_ERRORS: Final = 100


def invalid(error: ValidationError, what: str, besides: Sequence[Mapping[str, Any]] = ()) -> Refusal:
    """Everything that is wrong with a body, each with its place. What was sent is not repeated. ``besides``: what was found further."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    errors = [*({"detail": item["msg"], "pointer": pointer_of(*item["loc"])} for item in found), *besides]
    if found[0]["type"] == "json_invalid":
        return Refusal(400, f"the body is not JSON: {found[0]['msg']}.")
    count = "a problem" if len(errors) == 1 else f"{len(errors)} problems"
    return Refusal(422, f"{what} has {count}.", errors=errors[:_MOST_ERRORS])


def pointer_of(*steps: int | str) -> str:
    """A place in a body, as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
