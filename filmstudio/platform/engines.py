"""The endpoints of engines: what there is, and a direct call of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, JsonValue
from pydantic_core import to_json
from starlette.responses import Response

from filmstudio.core.engine import Request as EngineRequest
from filmstudio.core.engine import Result
from filmstudio.core.errors import ConfigError
from filmstudio.core.plugins import Offer, Plugins
from filmstudio.core.roles import ROLES, Role
from filmstudio.core.store import media_in
from filmstudio.platform.described import KEYED, WITH_BODY, example, header, problems, role_examples
from filmstudio.platform.edge import facts_of
from filmstudio.platform.enginecalls import EngineCaller
from filmstudio.platform.extents import check_extents
from filmstudio.platform.keys import Principal
from filmstudio.platform.problems import Refusal
from filmstudio.platform.reception import Reception
from filmstudio.platform.shelf import Shelf


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


_ENGINES_EXAMPLE: Final = {
    "engines": [
        {
            "role": "voice", "does": "speaks lines", "name": "espeak", "version": "1", "plugin": "filmstudio", "summary": "60 languages",
            "default": True, "ready": True, "reason": "", "needs": {"cpu": 1.0, "gpu": 0.0, "memory_mb": 512, "batch_size": 1},
        }
    ]
}  # fmt: skip


def engine_routes(shelf: Shelf, reception: Reception, plugins: Callable[[], Plugins], caller: EngineCaller, seconds: float) -> APIRouter:
    """The endpoints under ``/v1/engines``."""
    routes = APIRouter(prefix="/v1/engines", tags=["engines"], responses=KEYED)

    @routes.get("", response_model=EngineList, summary="The engines of this house", responses={200: example(_ENGINES_EXAMPLE)})
    async def engines(request: Request) -> Response:
        """Every engine with its role, version and needs, and whether it can run here."""
        await reception.who(request)
        found = await reception.run(lambda: [_facts(offer) for offer in plugins().engines()])
        return Response(to_json({"engines": found}), media_type="application/json")

    @routes.post(
        "/{role}/{name}", openapi_extra=_request_body(), summary="Call an engine", response_model=None,
        responses={200: _result(), **problems(400, 404, 429, 502), **WITH_BODY},
    )  # fmt: skip
    async def call(request: Request, role: str, name: str) -> Response:
        """One request of the role's model; answers with its result. Media in it can be fetched at `/v1/media/{digest}`.

        A request may refer to media that earlier calls of yours made or that you sent. The same call again gives the same result
        at once. What asks for a longer or larger result than a film of your tier has is refused.
        """
        who = await reception.who(request)
        try:
            offer = plugins().engine(role, name)
        except ConfigError as error:
            raise Refusal(404, error.problem.message, remedy=error.problem.remedy) from error
        asked: EngineRequest = await reception.read(request, ROLES[role].request, f"the request for the {role} role")
        await reception.run(_check, shelf, who, role, asked)
        reason = await reception.run(lambda: offer.engine().ready())
        if reason:
            raise Refusal(503, f"the engine {name} cannot run here.", remedy=reason)
        facts_of(request.scope).take_time(seconds)
        take = await caller.call(who, offer, asked)
        await reception.run(shelf.record, who.tenant, take)
        headers = {"X-Filmstudio-Take": take.digest, "X-Filmstudio-Seconds": f"{take.seconds:g}"}
        return Response(to_json(take.result), headers=headers, media_type="application/json")

    return routes


def _check(shelf: Shelf, who: Principal, role: str, asked: EngineRequest) -> None:
    body = asked.canonical()
    check_extents(body, who.tier)
    shelf.check_room(who, 1)
    shelf.check(who.tenant, role, media_in(body))


def _facts(offer: Offer) -> dict[str, JsonValue]:
    engine, role = offer.engine, ROLES[offer.engine.role]
    reason = engine().ready()
    needs, plugin = engine.needs.canonical(), offer.distribution or offer.plugin
    return {
        "role": engine.role, "does": role.does, "name": engine.name, "version": engine.version, "plugin": plugin,
        "summary": engine.summary, "default": role.default == engine.name, "ready": not reason, "reason": reason, "needs": needs,
    }  # fmt: skip


def _request_body() -> dict[str, Any]:
    examples = role_examples("request", lambda role: f"{ROLES[role].does}: /v1/engines/{role}/{ROLES[role].default}")
    content = {"application/json": {"schema": _any_of(lambda role: role.request), "examples": examples}}
    return {"requestBody": {"required": True, "content": content, "description": "the request of the role; see the schemas"}}


def _result() -> dict[str, Any]:
    headers = {
        "X-Filmstudio-Take": header("digest of the take"),
        "X-Filmstudio-Seconds": header("that the engine took when it made it", "number"),
    }
    examples = role_examples("result", lambda role: f"of /v1/engines/{role}/{ROLES[role].default}; long lists are cut")
    content = {"application/json": {"schema": _any_of(lambda role: role.result), "examples": examples}}
    return {"description": "The result of the role.", "content": content, "headers": headers}


def _any_of(model: Callable[[Role], type[EngineRequest] | type[Result]]) -> dict[str, Any]:
    return {"anyOf": [{"$ref": f"#/components/schemas/{model(role).__name__}"} for role in ROLES.values()]}


def role_models() -> list[type[EngineRequest] | type[Result]]:
    """Every request and result, for the description of the API."""
    return [model for role in ROLES.values() for model in (role.request, role.result)]
