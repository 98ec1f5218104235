"""The analyst: the embedded breakdown engine."""

from __future__ import annotations

from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import InputError
from filmstudio.core.requests import BreakdownRequest, BreakdownResult


class Analyst(SingleEngine[BreakdownRequest, BreakdownResult]):
    """Breaks a screenplay down by word lists and rules, in eight languages and any script."""

    name: ClassVar[str] = "analyst"
    version: ClassVar[str] = "9"
    role: ClassVar[str] = "breakdown"
    summary: ClassVar[str] = "cast, places, moods and beats by word lists and rules"
    needs: ClassVar[Needs] = Needs(cpu=1.0, memory_mb=256)

    def load(self) -> None:
        """Read the word lists."""
        from filmstudio.plugins.breakdown.lexicon import lexicon

        lexicon()

    def make(self, request: BreakdownRequest, desk: Desk) -> BreakdownResult:
        """Break the screenplay down. Any screenplay has a breakdown.

        Raises:
            InputError: the user named a culture that is none of the studio's.
        """
        from filmstudio.plugins.breakdown.analysis import analyse
        from filmstudio.plugins.breakdown.cultures import CULTURES, DEFAULT, culture_named

        if (
            request.culture
            and culture_named(request.culture) == DEFAULT
            and request.culture.casefold() not in {DEFAULT, *CULTURES[DEFAULT].aliases}
        ):
            names = ", ".join(key.replace("_", " ") for key in CULTURES)
            raise InputError(f"there is no culture {request.culture!r}.", remedy=f"There are: {names}.")
        return analyse(request)
