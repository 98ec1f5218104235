"""What the OpenAPI description says that no signature does: problems, files, streams, and an example of everything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel, JsonValue
from pydantic.json_schema import models_json_schema

from filmstudio.core.roles import ROLES
from filmstudio.core.samples import TEXT
from filmstudio.platform.problems import MEDIA_TYPE, TITLES, ProblemDetails

Answers = dict[int | str, dict[str, Any]]
"""Answers of an endpoint by status, as FastAPI takes them."""

JSON: Final = "application/json"
FILM_ID: Final = "01kb0cx8wv2y7gq5mzr4tn6d3f8a"
SCRIPT: Final = TEXT
"""The script that examples are made of."""

_SAID: Final[Mapping[int, str]] = {
    400: "the body is not JSON: EOF while parsing an object at line 1 column 9.",
    401: "a key is needed.",
    403: "without keys, only this machine may ask.",
    404: "there is nothing with this id.",
    408: "the body did not arrive in time.",
    409: "the idempotency key 'rain-1' belongs to another job, 01kb0cx8wv2y7gq5mzr4tn6d3f8a.",
    413: "the body is larger than 8 MB.",
    415: "the body is text/html.",
    416: "the file has no such range.",
    422: "the order has 2 problems.",
    429: "10 jobs wait or run already; the free tier may have 10.",
    500: "something went wrong in the studio.",
    502: "the engine espeak failed.",
    503: "too many requests are being answered.",
    504: "the answer was not ready in time.",
}
_ERRORS: Final = [
    {"detail": "Input should be a valid string", "pointer": "/screenplay"},
    {"detail": "Input should be 24, 25 or 30", "pointer": "/options/fps"},
]


def header(says: str, kind: str = "string", *, always: bool = True, **schema: JsonValue) -> dict[str, Any]:
    """A header of an answer; not ``always`` there perhaps."""
    return {"description": says, "required": always, "schema": {"type": kind, **schema}}


_HEADERS: Final[Mapping[int, dict[str, Any]]] = {
    401: {"WWW-Authenticate": header("Bearer")},
    416: {"Content-Range": header("how long the file is", examples=["bytes */1000"])},
    429: {"Retry-After": header("seconds after which to try again", "integer")},
    503: {"Retry-After": header("seconds after which to try again", "integer", always=False)},
}
_FILE_HEADERS: Final = {"ETag": header("SHA-256 of the file"), "Accept-Ranges": header("bytes")}
_RANGE_HEADERS: Final = {
    "Content-Range": header("which bytes, of how many; of several ranges each part has its own", always=False, examples=["bytes 0-99/1000"])
}


def problems(*statuses: int) -> Answers:
    """Refusals with these statuses."""
    return {status: _problem(status) for status in statuses}


def example(value: Any, *, says: str = "", headers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An answer in JSON, by an example."""
    return _answer({JSON: {"example": value}}, says, headers)


def files(media_types: Iterable[str]) -> Answers:
    """A file of one of these types, and what may be answered instead of it."""
    content: dict[str, dict[str, Any]] = {media_type: {} for media_type in media_types}
    parts = content | {"multipart/byteranges": {}}
    return {
        200: _answer(content, "The whole file.", _FILE_HEADERS),
        206: _answer(parts, "The ranges that were asked for.", _FILE_HEADERS | _RANGE_HEADERS),
        **problems(400, 404, 416),
    }


def headless(answers: Answers) -> Answers:
    """The same to HEAD: no answer has a body."""
    return {status: {key: value for key, value in answer.items() if key != "content"} for status, answer in answers.items()}


def location(says: str) -> dict[str, Any]:
    """The header that tells where the new thing is."""
    return {"Location": header(says)}


def role_examples(part: str, summary: Callable[[str], str]) -> dict[str, Any]:
    """``request`` or ``result`` of every role, as the embedded engines take and gave them; long lists are cut."""
    return {role: {"summary": summary(role), "value": found[part]} for role, found in _by_role().items()}


def describe(app: FastAPI, models: Sequence[type[BaseModel]]) -> None:
    """Add to the description what endpoints read for themselves: these models, problems, and the key."""
    plain = app.openapi
    described: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not described:
            described.update(plain())
            wanted = [(model, "validation") for model in dict.fromkeys([ProblemDetails, *models])]
            _, found = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
            parts: dict[str, Any] = described.setdefault("components", {}).setdefault("schemas", {})
            parts |= found["$defs"]
            described["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
            described["security"] = [{"key": []}]
            _drop_framework_errors(described)
        return described

    app.openapi = openapi  # type: ignore[method-assign]


def _drop_framework_errors(described: dict[str, Any]) -> None:
    """FastAPI describes its own form of 422, which ``http`` turns into problems."""
    for item in described["paths"].values():
        for operation in item.values():
            if "HTTPValidationError" in json.dumps(operation["responses"].get("422", "")):
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(name, None)


def _problem(status: int) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": _SAID[status]}
    if status == 422:
        body["errors"] = _ERRORS
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}, "example": body}}
    return _answer(content, f"{TITLES[status]}.", _HEADERS.get(status))


def _answer(content: Mapping[str, Any], says: str, headers: Mapping[str, Any] | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"content": dict(content)}
    if says:
        answer["description"] = says
    if headers:
        answer["headers"] = dict(headers)
    return answer


@cache
def _by_role() -> Mapping[str, Mapping[str, JsonValue]]:
    found: dict[str, Mapping[str, JsonValue]] = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
    return {role: found[role] for role in ROLES}


KEYED: Final = problems(401, 403, 413, 500, 503, 504)
"""What any endpoint that needs a key may answer instead."""
WITH_BODY: Final = problems(408, 415, 422)
"""What one that reads a body may, too."""
