"""A portrait as a child draws one: a round head on a body, in the colours that the identity's seed gives."""

from __future__ import annotations

import random
from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.requests import Portrait, PortraitRequest

HEIGHT = 1250.0
"""Drawing units from crown to sole of a grown-up."""


class Newcomer(SingleEngine[PortraitRequest, Portrait]):
    """Draws one picture of a character, as SVG. Only a picture engine that knows this form can move it."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "portrait"
    summary: ClassVar[str] = "A round head on a body, in two colours of its own."
    needs: ClassVar[Needs] = Needs(memory_mb=128, licence="MIT")

    def make(self, request: PortraitRequest, desk: Desk) -> Portrait:
        """Draw one character."""
        chance = random.Random(request.character.identity.seed)
        skin, coat = (f"hsl({chance.randrange(360)} {share}% 60%)" for share in (35, 60))
        height = round(HEIGHT * request.scale, 2)
        drawing = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{height / 2:g}" height="{height:g}" viewBox="0 0 625 1250">'
            f'<path d="M130 1250V620q0-180 182-180t182 180v630z" fill="{coat}"/><circle cx="312" cy="230" r="200" fill="{skin}"/>'
            f'<circle cx="245" cy="220" r="18"/><circle cx="380" cy="220" r="18"/><path d="M250 310q62 50 124 0" fill="none" '
            f'stroke="black" stroke-width="12"/></svg>\n'
        )
        sheet = desk.keep_bytes(drawing.encode("utf-8"), "image/svg+xml")
        return Portrait(form="newcomer", sheet=sheet, scale=request.scale, height_units=HEIGHT)
