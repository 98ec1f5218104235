"""Screening: what an order asks for is looked at before it is taken in: its length, its engines, and a screenplay of many words.

A screenplay whose words all spoken would fit its tenant's tier is taken in unread. One with more is read, by the engine that will read it
for its film, in a process beside the API; the take is found again when the film is made. What its lines take to say at
least decides: a film is never refused here that could be made. How long it really becomes, pauses and action included, is known when
it has been developed: the crew looks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from filmstudio.core.errors import ConfigError, StudioError
from filmstudio.core.estimate import least_seconds
from filmstudio.core.plugins import Offer, Plugins
from filmstudio.core.requests import ReadRequest, ReadResult
from filmstudio.core.screenplay import SPOKEN, Screenplay, spoken_text
from filmstudio.core.store import Store
from filmstudio.platform.enginecalls import EngineCaller
from filmstudio.platform.keys import Principal
from filmstudio.platform.orders import SCRIPT_NAME, FilmOrder
from filmstudio.platform.problems import Refusal
from filmstudio.platform.reception import Reception
from filmstudio.scheduler.tiers import TERMS

READING_SECONDS: Final = 5.0
"""Longest that an order waits for its screenplay to be read; then the crew will see."""


class Screening:
    """Looks at orders."""

    def __init__(self, reception: Reception, plugins: Callable[[], Plugins], store: Store, caller: EngineCaller) -> None:
        self._reception, self._plugins, self._store, self._caller = reception, plugins, store, caller

    async def check(self, asked: FilmOrder, who: Principal) -> None:
        """See that the film of an order can be made.

        Raises:
            Refusal: it would be longer than its tenant's tier allows, names engines that are not here, or cannot be read.
        """
        pointer, may_be = await self._reception.run(lambda: (asked.too_long_for(who.tier), asked.may_be_too_long_for(who.tier)))
        if pointer:
            raise _too_long(who, pointer)
        self._check_engines(asked)
        if may_be:
            await self._check_script(asked, who)

    def _check_engines(self, asked: FilmOrder) -> None:
        errors = []
        for role, name in (asked.options.engine or {}).items():
            try:
                self._plugins().engine(role, name)
            except ConfigError as error:
                errors.append({"detail": error.problem.message, "remedy": error.problem.remedy, "pointer": f"/options/engine/{role}"})
        if errors:
            raise Refusal(422, "the order names engines that are not here.", errors=errors)

    async def _check_script(self, asked: FilmOrder, who: Principal) -> None:
        result = await self._read(asked, who)
        if result is None:
            return
        if result.screenplay is None:
            errors = [
                {"detail": problem.message, "remedy": problem.remedy, "line": problem.line, "column": problem.column}
                for problem in result.problems
            ]
            kept = [{key: value for key, value in error.items() if value} | {"pointer": "/screenplay"} for error in errors]
            raise Refusal(422, "the screenplay cannot be read.", errors=kept)
        if await self._reception.run(says_more_than, result.screenplay, TERMS[who.tier].longest_seconds):
            raise _too_long(who, "/screenplay")

    async def _read(self, asked: FilmOrder, who: Principal) -> ReadResult | None:
        """The screenplay as the film's engine reads it; None if that cannot be had in time."""
        script = (asked.screenplay or "").encode("utf-8")
        try:
            offer: Offer = self._plugins().engine("screenplay", (asked.options.engine or {}).get("screenplay"))
            media = await self._reception.run(self._store.put_bytes, script, "text/plain")
            request = ReadRequest(script=media, name=SCRIPT_NAME, language=asked.options.language)
            take = await asyncio.wait_for(self._caller.call(who.tenant, offer, request), READING_SECONDS)
        except (StudioError, TimeoutError):
            return None
        return ReadResult.model_validate(take.result)


def says_more_than(screenplay: Screenplay, seconds: float) -> bool:
    """Whether the lines of a screenplay surely take longer than this to say: then no film of it is shorter."""
    said = Fraction(0)
    for element in screenplay.elements:
        if element.kind in SPOKEN:
            said += least_seconds(spoken_text(element.text))
            if said > seconds:
                return True
    return False


def _too_long(who: Principal, pointer: str) -> Refusal:
    detail = f"the film would be longer than {TERMS[who.tier].longest_seconds} s, the most of the {who.tier} tier."
    remedy = "Shorten the script, or divide it into several." if pointer == "/screenplay" else "Shorten it."
    return Refusal(422, detail, remedy=remedy, errors=[{"detail": detail, "pointer": pointer}])
