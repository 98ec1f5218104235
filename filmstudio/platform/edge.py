"""The edge of the API: what every request goes through before and after its endpoint.

An id, a span that continues the caller's, a limit on the body that holds while it arrives, a deadline, a count, and a line in
the log. Plain ASGI: Starlette's own middleware class would put a task and a queue between the server and every answer.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.propagate import extract
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from filmstudio.platform.meters import Meters
from filmstudio.platform.problems import Refusal

_log: Final = logging.getLogger("filmstudio.api")
_tracer: Final = trace.get_tracer("filmstudio.platform")
_REQUEST_ID: Final = re.compile(rb"[\w.-]{1,64}")
_FACTS: Final = "filmstudio.facts"
_MOST_AT_ONCE: Final = 1_000
"""Requests that are answered at the same time, event streams among them: beyond it memory would be all that gives way."""


@dataclass(slots=True)
class RequestFacts:
    """What is known of a request while it is answered."""

    id: str
    began: float
    deadline: asyncio.Timeout | None = None
    tenant: str = ""
    job: str = ""
    arriving: bool = False
    """Its body is waited for."""
    received: int = 0
    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)

    def take_time(self, seconds: float | None) -> None:
        """Another deadline from now on; None = none, for answers that go on for as long as somebody listens."""
        if self.deadline is not None:
            self.deadline.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)


def facts_of(scope: Scope) -> RequestFacts:
    """The facts of the request with this scope."""
    facts: RequestFacts = scope[_FACTS]
    return facts


class Edge:
    """The ASGI application around the API's."""

    def __init__(self, app: ASGIApp, meters: Meters, body_bytes: int, seconds: float, larger: Mapping[tuple[str, str], int]) -> None:
        """``larger``: bytes of the largest body, by method and path, where it may be larger than ``body_bytes``."""
        self._app, self._meters = app, meters
        self._body_bytes, self._seconds, self._larger = body_bytes, seconds, larger
        self._answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        facts = RequestFacts(given.decode() if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8), time.perf_counter(), headers=headers)
        scope[_FACTS] = facts
        parent = extract({"traceparent": headers[b"traceparent"].decode("latin-1")}) if b"traceparent" in headers else None
        method = scope.get("method", "WS")
        with _tracer.start_as_current_span(f"{method} {scope['path']}", context=parent, kind=trace.SpanKind.SERVER) as span:
            try:
                if scope["type"] == "http":
                    await self._answer(scope, receive, send, facts)
                else:
                    await self._app(scope, receive, send)
            finally:
                self._note(scope, facts, method, span)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, facts: RequestFacts) -> None:
        most, whole = self._larger.get((scope["method"], scope["path"]), self._body_bytes), False

        async def counted() -> Message:
            nonlocal whole
            facts.arriving = not whole
            message = await receive()
            facts.arriving = False
            if message["type"] == "http.request":
                facts.received += len(message.get("body", b""))
                whole = not message.get("more_body", False)
                if facts.received > most:
                    raise too_large(most)
            return message

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                facts.status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", facts.id.encode()), (b"x-content-type-options", b"nosniff")]
            await send(message)

        refusal: Refusal
        try:
            self._answering += 1
            async with asyncio.timeout(self._seconds) as facts.deadline:
                if self._answering > _MOST_AT_ONCE:
                    raise Refusal(503, "too many requests are being answered.", remedy="Try again.", headers={"Retry-After": "1"})
                if int(facts.headers.get(b"content-length", 0)) > most:
                    raise too_large(most)
                await self._app(scope, counted, noted)
            return
        except Refusal as error:
            refusal = error
        except TimeoutError:
            status = 408 if facts.arriving else 504
            detail = "the body did not arrive in time." if facts.arriving else "the answer was not ready in time."
            refusal = Refusal(status, detail, remedy="Try again.", headers={"Connection": "close"} if facts.arriving else {})
        except ClientDisconnect:
            return  # nobody is there to be told
        except Exception:
            _log.exception("failed", extra={"request": facts.id, "tenant": facts.tenant, "job": facts.job, "path": scope["path"]})
            refusal = Refusal(500, "something went wrong in the studio.", remedy=f"It is in the log, as request {facts.id}.")
        finally:
            self._answering -= 1
        if not facts.status:
            await refusal.response()(scope, receive, noted)

    def _note(self, scope: Scope, facts: RequestFacts, method: str, span: trace.Span) -> None:
        seconds = time.perf_counter() - facts.began
        route = getattr(scope.get("route"), "path", "") or "unknown"
        self._meters.answered(method, route, facts.status, seconds)
        if span.is_recording():
            span.update_name(f"{method} {route}")
            names: dict[str, Any] = {"http.request.method": method, "http.route": route, "http.response.status_code": facts.status}
            named = {"filmstudio.tenant": facts.tenant, "filmstudio.job": facts.job, "filmstudio.request": facts.id}
            span.set_attributes(names | {name: value for name, value in named.items() if value})
        _log.info(
            "answered",
            extra={
                "request": facts.id, "tenant": facts.tenant, "job": facts.job, "method": method, "path": scope["path"],
                "status": facts.status, "ms": round(seconds * 1000, 1),
            },
        )  # fmt: skip


def too_large(most: int) -> Refusal:
    """What a body of more than ``most`` bytes is told. The rest of it is not taken in."""
    detail = f"the body is larger than {most >> 20} MB." if most >= 1 << 20 else f"the body is larger than {most >> 10} kB."
    return Refusal(413, detail, remedy="Split it; send a script as UTF-8 without escapes.", headers={"Connection": "close"})
