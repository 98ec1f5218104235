"""The director: an engine that makes a film of a broken-down script by the rules of the trade."""

from __future__ import annotations

from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.film import Film, Remark
from filmstudio.core.requests import DirectRequest, DirectResult
from filmstudio.plugins.direction.shooting import shoot


class Director(SingleEngine[DirectRequest, DirectResult]):
    """Chooses stages, blocks scenes and divides them into shots; the same script gives the same shots, cut for cut."""

    name: ClassVar[str] = "director"
    version: ClassVar[str] = "9"
    role: ClassVar[str] = "direction"
    summary: ClassVar[str] = "stages scenes and divides them into shots by the rules of continuity"
    needs: ClassVar[Needs] = Needs(cpu=1.0, memory_mb=256)

    def make(self, request: DirectRequest, desk: Desk) -> DirectResult:
        """Direct the film.

        Raises:
            EngineError: a beat names a character that was not cast.
        """
        told = request.breakdown
        scenes, remarks = shoot(request)
        film = Film(
            title=told.title,
            authors=told.authors,
            logline=told.logline,
            tags=told.tags,
            kind=told.kind,
            language=told.language,
            culture=told.culture,
            style=request.style,
            aspect=request.aspect,
            seed=request.seed,
            target=request.target,
            characters=request.characters,
            scenes=scenes,
            remarks=tuple(Remark(about=about, text=text, degraded=degraded) for about, text, degraded in told.remarks) + remarks,
        )
        return DirectResult(film=film, degraded=tuple(f"{remark.about}: {remark.text}" for remark in remarks if remark.degraded))
