"""An open-loop load: requests begin when their time has come, whether or not earlier ones were answered.

Each request's time counts from the moment it was due, not from the moment a connection was free for it: a server that stalls
is charged for everybody who would have waited. The client is a bare protocol over asyncio, so that it takes little of the
machine that it shares with the server.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["read", "submit"]
_GIVE_UP_SECONDS = 30.0
_MOST_CONNECTIONS = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """One request's end."""

    kind: Kind
    status: int
    """0 = no answer."""
    seconds: float
    """From when it was due."""


@dataclass(slots=True)
class Mix:
    """What is asked: mostly where a film stands, sometimes for the list, and a share of new films."""

    keys: list[str]
    screenplay: str
    submissions: float = 0.2
    lists: float = 0.1
    chance: random.Random = field(default_factory=lambda: random.Random(3))
    films: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=5_000))
    """Key and id of films that were ordered."""
    count: int = 0

    def next(self) -> tuple[Kind, bytes, str]:
        """Kind, bytes and key of the next request."""
        roll = self.chance.random()
        if roll < self.submissions or not self.films:
            self.count += 1
            key = self.chance.choice(self.keys)
            body = json.dumps({"screenplay": self.screenplay, "options": {"size": "480p", "preset": "draft"}}).encode()
            head = f"POST /v1/films HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: bench-{self.count}\r\n"
            return "submit", f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body, key
        if roll < self.submissions + self.lists:
            key = self.chance.choice(self.keys)
            return "read", _get("/v1/films?limit=20", key), key
        key, film = self.chance.choice(self.films)
        return "read", _get(f"/v1/films/{film}", key), key


def _get(path: str, key: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


class _Connection(asyncio.Protocol):
    """One request at a time over one connection; answers have a Content-Length."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self.open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        self.open = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result((0, b""))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end]).lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length or self._waiting is None:
            return
        status, body = int(head[9:12]), bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        if not self._waiting.done():
            self._waiting.set_result((status, body))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body; (0, b"") when the connection broke or nothing came in time."""
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await asyncio.wait_for(self._waiting, _GIVE_UP_SECONDS)
        except TimeoutError:
            self._transport.abort()
            self.open = False
            return 0, b""


async def load(address: str, mix: Mix, rate: float, seconds: float) -> list[Answer]:
    """``rate`` requests a second for ``seconds``, evenly spaced."""
    where = urlsplit(address)
    loop, free = asyncio.get_running_loop(), deque[_Connection]()
    room = asyncio.Semaphore(_MOST_CONNECTIONS)
    answers: list[Answer] = []

    async def one(due: float) -> None:
        kind, request, key = mix.next()
        status, body = 0, b""
        async with room:
            try:
                connection = free.pop() if free else None
                if connection is None or not connection.open:
                    _, connection = await loop.create_connection(_Connection, where.hostname, where.port)
                status, body = await connection.ask(request)
                if connection.open:
                    free.append(connection)
            except OSError:
                status = 0  # counted as an error: every answer but 200 and 202 is
        answers.append(Answer(kind, status, time.perf_counter() - due))
        if kind == "submit" and status == 202:
            mix.films.append((key, json.loads(body)["id"]))

    began, tasks = time.perf_counter() + 0.1, set[asyncio.Task[None]]()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        task = asyncio.create_task(one(due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    while tasks:
        await asyncio.wait(tasks)
    return answers


def percentile(seconds: list[float], share: float) -> float:
    """The time that ``share`` of the requests did not exceed, in ms."""
    if not seconds:
        return float("nan")
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000
