"""A breakdown that takes a script at its word: who speaks is in it, and a heading begins a scene."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.film import Happening, Line
from filmstudio.core.requests import BreakdownRequest, BreakdownResult, CastNote, SceneNote


class Newcomer(SingleEngine[BreakdownRequest, BreakdownResult]):
    """Finds scenes, people and beats; guesses at nothing."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "breakdown"
    summary: ClassVar[str] = "Finds scenes by their headings and people by their cues, and nothing else."
    needs: ClassVar[Needs] = Needs(memory_mb=128, licence="MIT")

    def make(self, request: BreakdownRequest, desk: Desk) -> BreakdownResult:
        """Break a script down."""
        language = request.language or request.screenplay.language
        scenes: list[dict[str, Any]] = []
        lines: dict[str, int] = {}
        speaker = ""
        for index, element in enumerate(request.screenplay.elements):
            if element.kind == "heading" or not scenes:
                heading = element.text if element.kind == "heading" else ""
                scenes.append({"heading": heading, "present": [], "beats": []})
            if element.kind == "character":
                speaker = element.text
                lines.setdefault(speaker, 0)
                scenes[-1]["present"].append(_id(speaker))
            elif element.kind in ("dialogue", "lyric") and speaker:
                lines[speaker] += 1
                spoken = Line(id=f"l{index}", character=_id(speaker), text=element.text, language=language)
                scenes[-1]["beats"].append(spoken.canonical())
            elif element.kind == "action":
                scenes[-1]["beats"].append(Happening(id=f"h{index}", text=element.text).canonical())
        return BreakdownResult(
            title=request.title or request.screenplay.title or "Untitled",
            language=language,
            culture=request.culture or "western",
            cast=tuple(CastNote(id=_id(name), name=name, lines=count, language=language) for name, count in lines.items()),
            scenes=tuple(_scene(number, scene) for number, scene in enumerate(scenes, 1)),
        )


def _id(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "somebody"


def _scene(number: int, scene: dict[str, Any]) -> SceneNote:
    place, _, hour = re.sub(r"^(INT|EXT)\.?\s*", "", scene["heading"]).partition(" - ")
    return SceneNote(
        id=f"scene-{number}",
        number=str(number),
        heading=scene["heading"],
        setting="interior" if scene["heading"].startswith("INT") else "exterior",
        place=place,
        light="night" if hour.strip().upper() == "NIGHT" else "day",
        present=tuple(dict.fromkeys(scene["present"])),
        beats=tuple(scene["beats"]),
    )
