"""The OpenAPI description of an API, held against what the API answers."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any
from unittest import mock

import httpx
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from filmstudio.platform.meters import Meters

Answer = tuple[str, str, int]
"""Method, path as it is described, status."""


class Description:
    """What is described, and what was answered."""

    def __init__(self, app: FastAPI) -> None:
        self.root: dict[str, Any] = app.openapi()
        self.seen: set[Answer] = set()
        self._paths = {path: re.compile(_pattern(path)) for path in self.root["paths"]}

    @property
    def answers(self) -> set[Answer]:
        """Every answer that is described."""
        return {
            (method.upper(), path, int(status))
            for path, item in self.root["paths"].items()
            for method, operation in item.items()
            for status in operation["responses"]
        }

    def check(self, answer: httpx.Response) -> None:
        """See that an answer is described: its status, its media type, and what is in it."""
        method = answer.request.method
        path = self.note(method, answer.request.url.raw_path.decode().partition("?")[0], answer.status_code)
        if not path:
            return
        responses = self.root["paths"][path][method.lower()]["responses"]
        assert str(answer.status_code) in responses, f"{method} {path} answers {answer.status_code}, which is not described: {answer.text}"
        described = responses[str(answer.status_code)]
        kinds, kind = described.get("content", {}), answer.headers.get("content-type", "").partition(";")[0]
        assert method == "HEAD" or (kind in kinds or "*/*" in kinds if answer.content else True), f"{method} {path} answers {kind}"
        always = {name.lower() for name, header in described.get("headers", {}).items() if header.get("required")}
        assert always <= set(answer.headers), f"{method} {path} {answer.status_code} lacks {always - set(answer.headers)}"
        if method != "HEAD" and kind.endswith("json") and "schema" in kinds.get(kind, {}):
            self.validate(answer.json(), "paths", path, method.lower(), "responses", str(answer.status_code), "content", kind, "schema")

    def note(self, method: str, asked: str, status: int) -> str:
        """Note an answer; the path as it is described, or nothing where no operation is."""
        path = next((path for path, pattern in self._paths.items() if pattern.fullmatch(asked)), "")
        if method.lower() not in self.root["paths"].get(path, {}):
            return ""
        self.seen.add((method, path, status))
        return path

    def validate(self, value: Any, *steps: str) -> None:
        """See that a value has the schema at this place of the description."""
        pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
        Draft202012Validator({**self.root, "$ref": f"#/{pointer}"}).validate(value)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note every answer meanwhile, however it was asked for; all must be described."""
        count = Meters.answered

        def answered(meters: Meters, method: str, route: str, status: int, seconds: float) -> None:
            path = route.replace(":path", "")
            if method.lower() in self.root["paths"].get(path, {}) and status:
                self.seen.add((method, path, status))
            count(meters, method, route, status, seconds)

        with mock.patch.object(Meters, "answered", answered):
            yield
        assert self.seen <= self.answers, f"answered and not described: {sorted(self.seen - self.answers)}"


def _pattern(path: str) -> str:
    return re.sub(r"\\\{(\w+)\\\}", lambda found: ".*" if found[1] == "name" and "deliverables" in path else "[^/]+", re.escape(path))
