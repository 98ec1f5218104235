"""Who asks, and what they sent: keys become tenants, bodies become models, before any work is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import HTTPConnection, Request

from filmstudio.platform.edge import facts_of
from filmstudio.platform.keys import LOCAL, Keys, Principal
from filmstudio.platform.problems import Refusal, invalid
from filmstudio.scheduler.tiers import Tier

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=BaseModel)
Besides = Callable[[bytes, ValidationError], Sequence[Mapping[str, Any]]]

_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1", "testserver"}
_AT_ONCE: Final = 64 << 10
"""Bodies up to this many bytes are checked at once; larger ones in a thread, so that nobody else waits for them."""


class Reception:
    """Tells who asks, and reads what they sent."""

    def __init__(self, keys: Keys, executor: Executor, *, open_house: bool) -> None:
        self._keys, self._executor, self._open_house = keys, executor, open_house

    async def run(self, call: Callable[..., T], *arguments: Any) -> T:
        """Do something that may wait for the database or a disk, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(call, *arguments))

    async def who(self, connection: HTTPConnection) -> Principal:
        """Whose request it is.

        Raises:
            Refusal: there is no key, or it is not known.
        """
        given = connection.headers.get("authorization", "")
        if given:
            scheme, _, key = given.partition(" ")
            found = await self._known(key.strip()) if scheme.casefold() == "bearer" else None
            if found is None:
                raise Refusal(401, "the key is not known.", remedy="Check it, or make one with: studio keys add", headers=_CHALLENGE)
        elif self._open_house and not await self.run(self._keys.exist):
            _check_neighbour(connection)
            found = Principal(LOCAL, Tier.ENTERPRISE)
        else:
            raise Refusal(401, "a key is needed.", remedy="Send it as: Authorization: Bearer KEY", headers=_CHALLENGE)
        facts_of(connection.scope).tenant = found.tenant
        return found

    def _known(self, key: str) -> Awaitable[Principal | None]:
        remembered, found = self._keys.recall(key)
        return _ready(found) if remembered else self.run(self._keys.principal, key)

    async def read(self, request: Request, model: type[ModelT] | TypeAdapter[Any], what: str, besides: Besides = lambda _, __: ()) -> Any:
        """The body of a request as its model; everything that is wrong with it is told at once.

        ``besides`` finds what else is wrong with a body that does not have the model's form.

        Raises:
            Refusal: it is not JSON, too large, or not what it should be.
        """
        kind = media_type_of(request)
        if kind != "application/json":
            raise Refusal(415, f"the body is {kind or 'of no stated type'}.", remedy="Send JSON, as Content-Type: application/json.")
        body = await request.body()
        adapter = model if isinstance(model, TypeAdapter) else TypeAdapter(model)
        try:
            if len(body) <= _AT_ONCE:
                return adapter.validate_json(body)
            return await self.run(adapter.validate_json, body)
        except ValidationError as error:
            raise invalid(error, what, await self.run(besides, body, error)) from error


def media_type_of(request: Request) -> str:
    """What the body is said to be, without parameters; empty when nothing is said.

    Raises:
        Refusal: it is compressed.
    """
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refusal(415, "the body is compressed.", remedy="Send it as it is.")
    return request.headers.get("content-type", "").partition(";")[0].strip().casefold()


_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="filmstudio"'}


async def _ready(found: Principal | None) -> Principal | None:
    return found


def _check_neighbour(connection: HTTPConnection) -> None:
    """Without keys, only programs of this machine are let in: not a page of some site that the user's browser shows.

    A page that resolves its own name to loopback (DNS rebinding) still sends that name as Host; one that simply calls
    loopback is named by Origin.
    """
    host = urlsplit(f"//{connection.headers.get('host', '')}").hostname
    origin = connection.headers.get("origin")
    if host not in _LOOPBACK or (origin is not None and urlsplit(origin).hostname not in _LOOPBACK):
        raise Refusal(403, "without keys, only this machine may ask.", remedy="Make a key with: studio keys add TENANT")
