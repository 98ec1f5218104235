"""The endpoints of engines: what there is, a direct call of one, and the media that calls made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

import sqlalchemy as sa
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, JsonValue
from pydantic_core import to_json
from starlette.responses import Response

from filmstudio.core.engine import Request as EngineRequest
from filmstudio.core.engine import Result
from filmstudio.core.errors import ConfigError
from filmstudio.core.media import MediaRef
from filmstudio.core.plugins import Offer, Plugins
from filmstudio.core.roles import ROLES
from filmstudio.core.store import Store, Take, media_in
from filmstudio.platform.edge import facts_of
from filmstudio.platform.enginecalls import EngineCaller
from filmstudio.platform.files import RangedFile
from filmstudio.platform.problems import DOCUMENTED, Refusal
from filmstudio.platform.reception import Reception
from filmstudio.scheduler.database import Database, made_media

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes")]


class EngineFacts(BaseModel):
    """An engine of this house."""

    role: str
    does: str
    name: str
    version: str
    plugin: str
    summary: str
    default: bool
    ready: bool
    reason: str
    needs: dict[str, JsonValue]


class EngineList(BaseModel):
    """The engines of this house."""

    engines: list[EngineFacts]


_VOICE_EXAMPLE: Final = {
    "text": "Good morning. The coffee is ready.",
    "language": "en",
    "voice": {"voice": "en-us-claire"},
    "emotion": "happy",
}


def engine_routes(
    database: Database, store: Store, reception: Reception, plugins: Callable[[], Plugins], caller: EngineCaller, seconds: float
) -> APIRouter:
    """The endpoints under ``/v1/engines`` and ``/v1/media``."""
    routes = APIRouter(prefix="/v1", tags=["engines"], responses=DOCUMENTED)

    @routes.get("/engines", response_model=EngineList, summary="The engines of this house")
    async def engines(request: Request) -> Response:
        """Every engine with its role, version and needs, and whether it can run here."""
        await reception.who(request)
        found = await reception.run(lambda: [_facts(offer) for offer in plugins().engines()])
        return Response(to_json({"engines": found}), media_type="application/json")

    @routes.post("/engines/{role}/{name}", openapi_extra=_request_body(), summary="Call an engine", response_model=dict[str, Any])
    async def call(request: Request, role: str, name: str) -> Response:
        """One request of the role's model; answers with its result. Media in it can be fetched at `/v1/media/{digest}`.

        A request may refer to media that earlier calls of yours made. The same call again gives the same result at once.
        """
        who = await reception.who(request)
        try:
            offer = plugins().engine(role, name)
        except ConfigError as error:
            raise Refusal(404, error.problem.message, remedy=error.problem.remedy) from error
        asked: EngineRequest = await reception.read(request, ROLES[role].request, f"the request for the {role} role")
        await reception.run(_check_media, database, who.tenant, media_in(asked.canonical()))
        reason = await reception.run(lambda: offer.engine().ready())
        if reason:
            raise Refusal(503, f"the engine {name} cannot run here.", remedy=reason)
        facts_of(request.scope).take_time(seconds)
        take = await caller.call(who.tenant, offer, asked)
        await reception.run(_record_media, database, who.tenant, take)
        headers = {"X-Filmstudio-Take": take.digest, "X-Filmstudio-Seconds": f"{take.seconds:g}"}
        return Response(to_json(take.result), headers=headers, media_type="application/json")

    @routes.head("/media/{digest}", include_in_schema=False)
    @routes.get("/media/{digest}", response_class=RangedFile, summary="Fetch media that a call made")
    async def media(request: Request, digest: Digest) -> Response:
        """Only what calls of yours made. Ranges are answered."""
        who = await reception.who(request)
        ref = await reception.run(_own_media, database, who.tenant, digest)
        if ref is None:
            raise Refusal(404, "no call of yours made media with this digest.")
        path = await reception.run(store.path, ref)
        facts_of(request.scope).take_time(None)
        return RangedFile(path, media_type=ref.media_type, headers={"ETag": f'"{digest}"', "Cache-Control": "private, immutable"})

    return routes


def _facts(offer: Offer) -> dict[str, JsonValue]:
    engine, role = offer.engine, ROLES[offer.engine.role]
    reason = engine().ready()
    needs, plugin = engine.needs.canonical(), offer.distribution or offer.plugin
    return {
        "role": engine.role, "does": role.does, "name": engine.name, "version": engine.version, "plugin": plugin,
        "summary": engine.summary, "default": role.default == engine.name, "ready": not reason, "reason": reason, "needs": needs,
    }  # fmt: skip


def _check_media(database: Database, tenant: str, media: Sequence[MediaRef]) -> None:
    """Media are named by digests, which are no secrets: a tenant may refer only to what was made for it."""
    foreign = [ref.digest for ref in media if _own_media(database, tenant, ref.digest) is None]
    if foreign:
        errors = [{"detail": f"no call of yours made media {digest}."} for digest in foreign]
        raise Refusal(422, "the request refers to media that are not yours.", errors=errors)


def _own_media(database: Database, tenant: str, digest: str) -> MediaRef | None:
    mine = sa.and_(made_media.c.tenant == tenant, made_media.c.digest == digest)
    with database.reading() as connection:
        row = connection.execute(sa.select(made_media).where(mine)).first()
    return None if row is None else MediaRef(digest=row.digest, media_type=row.media_type, size=row.size)


def _record_media(database: Database, tenant: str, take: Take) -> None:
    rows = [{"tenant": tenant, "digest": ref.digest, "media_type": ref.media_type, "size": ref.size} for ref in take.media]
    if rows:
        with database.writing(durable=True) as connection:
            connection.execute(database.insert_new(made_media), rows)


def _request_body() -> dict[str, Any]:
    named = {role.name: {"$ref": f"#/components/schemas/{role.request.__name__}"} for role in ROLES.values()}
    examples = {"voice": {"summary": "speak a line: /v1/engines/voice/espeak", "value": _VOICE_EXAMPLE}}
    content = {"application/json": {"schema": {"oneOf": list(named.values())}, "examples": examples}}
    return {"requestBody": {"required": True, "content": content, "description": "the request of the role; see the schemas"}}


def role_models() -> list[type[EngineRequest] | type[Result]]:
    """Every request and result, for the description of the API."""
    return [model for role in ROLES.values() for model in (role.request, role.result)]
