"""Screening: what an order asks for is looked at before it is taken in: its length, its wishes, and a screenplay of many words.

A screenplay whose words all spoken would fit its tenant's tier is taken in unread. One with more is read, by the engine that will read it
for its film, in a process beside the API; the take is found again when the film is made. What its lines take to say at
least decides: a film is never refused here that could be made. How long it really becomes, pauses and action included, is known when
it has been developed: the crew looks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import from_json
from starlette.requests import Request

from filmstudio.core.errors import InputError, StudioError
from filmstudio.core.estimate import least_seconds
from filmstudio.core.plugins import Offer, Plugins
from filmstudio.core.preflight import Preflight
from filmstudio.core.requests import ReadRequest, ReadResult
from filmstudio.core.screenplay import SPOKEN, Screenplay, spoken_text
from filmstudio.core.soundness import check_film
from filmstudio.core.store import Store
from filmstudio.core.wishes import Wishes
from filmstudio.platform.enginecalls import EngineCaller
from filmstudio.platform.keys import Principal
from filmstudio.platform.orders import SCRIPT_NAME, FilmOptions, FilmOrder
from filmstudio.platform.problems import Refusal, part_of, pointer_of
from filmstudio.platform.reception import Reception
from filmstudio.scheduler.tiers import TERMS

READING_SECONDS: Final = 5.0
"""Longest that an order waits for its screenplay to be read; then the crew will see."""


class Screening:
    """Looks at orders."""

    def __init__(self, reception: Reception, plugins: Callable[[], Plugins], store: Store, caller: EngineCaller) -> None:
        self._reception, self._plugins, self._store, self._caller = reception, plugins, store, caller

    def open(self) -> None:
        """Ask the plugins for all that they know, so that no order waits for it."""
        self._preflight.unmet(Wishes(language="en"))

    @cached_property
    def _preflight(self) -> Preflight:
        return Preflight(self._plugins())

    async def read(self, request: Request) -> FilmOrder:
        """The order in a request.

        Raises:
            Refusal: it is none; what else is wrong in it is told with that.
        """
        order: FilmOrder = await self._reception.read(request, FilmOrder, "the order", besides=self._besides)
        return order

    async def check(self, asked: FilmOrder, who: Principal) -> None:
        """See that the film of an order can be made.

        Raises:
            Refusal: it would be longer than its tenant's tier allows, asks for what is not here, or cannot be read; all is told at once.
        """
        errors, may_be = await self._reception.run(lambda: (self._errors(asked, who), asked.may_be_too_long_for(who.tier)))
        if errors:
            said = str(errors[0]["detail"]) if len(errors) == 1 else f"the order has {len(errors)} problems."
            raise Refusal(422, said, errors=errors)
        if may_be:
            await self._check_script(asked, who)

    def _errors(self, asked: FilmOrder, who: Principal) -> list[dict[str, Any]]:
        pointer = asked.too_long_for(who.tier)
        errors = [_too_long(who, pointer)] if pointer else []
        errors += self._unmet(asked.options)
        if asked.film is not None:
            try:
                told = self._preflight.of_film(check_film(asked.film, "film"), asked.options.engine)
            except InputError as error:
                told = error.problems
            errors += [part_of(problem) | {"pointer": "/film"} for problem in told]
        return errors

    def _unmet(self, options: FilmOptions) -> list[dict[str, Any]]:
        """What is asked for and not here, each with its place."""
        found = self._preflight.unmet(options.wishes(), options.engine)
        return [part_of(unmet.problem) | {"pointer": pointer_of("options", *unmet.option)} for unmet in found]

    def _besides(self, body: bytes, error: ValidationError) -> list[dict[str, Any]]:
        """What is wrong with the options of an order that is none, beside what made it none."""
        order = from_json(body) if error.errors()[0]["type"] != "json_invalid" else None
        options = order.get("options") if isinstance(order, dict) else None
        if not isinstance(options, dict):
            return []
        wrong = {item["loc"][1] for item in error.errors() if item["loc"][:1] == ("options",) and len(item["loc"]) > 1}
        return self._unmet(FilmOptions.model_validate({key: value for key, value in options.items() if key not in wrong}))

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
            error = _too_long(who, "/screenplay")
            raise Refusal(422, error["detail"], errors=[error])

    async def _read(self, asked: FilmOrder, who: Principal) -> ReadResult | None:
        """The screenplay as the film's engine reads it; None if that cannot be had in time."""
        script = (asked.screenplay or "").encode("utf-8")
        try:
            offer: Offer = self._plugins().engine("screenplay", (asked.options.engine or {}).get("screenplay"))
            media = await self._reception.run(self._store.put_bytes, script, "text/plain")
            request = ReadRequest(script=media, name=SCRIPT_NAME, language=asked.options.language)
            take = await asyncio.wait_for(self._caller.call(who, offer, request), READING_SECONDS)
        except (StudioError, Refusal, TimeoutError):  # a tenant whose calls fill its line may order films all the same
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


def _too_long(who: Principal, pointer: str) -> dict[str, Any]:
    detail = f"the film would be longer than {TERMS[who.tier].longest_seconds} s, the most of the {who.tier} tier."
    remedy = "Shorten the script, or divide it into several." if pointer == "/screenplay" else "Shorten it."
    return {"detail": detail, "remedy": remedy, "pointer": pointer}
