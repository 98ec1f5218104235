"""What a drawing says of itself: its local colours, its suns, its air, and whether it has a roof."""

from __future__ import annotations

import re

from pydantic import ConfigDict, Field, ValidationError

from filmstudio.core.errors import InputError
from filmstudio.core.film import Light
from filmstudio.core.model import Record

_METADATA = re.compile(r'<metadata id="slots">(.*?)</metadata>', re.DOTALL)
SUN_WHERE_NONE_IS_NAMED = (1400.0, 300.0)


class Slots(Record):
    """The ``slots`` metadata of a stage drawing. Notes for the artist are left unread."""

    model_config = ConfigDict(extra="ignore")

    local: dict[str, str] = Field(description="#rrggbb of each material in neutral light")
    sun: dict[Light, tuple[float, float]]
    air: float = Field(default=1.0, ge=0, description="factor on the mood's haze")
    indoor: float = Field(default=1.0, gt=0, le=1, description="share of light under a roof; 1 = open sky")
    wall: float | None = Field(default=None, description="z of the window plane of a room")

    def sun_at(self, light: Light) -> tuple[float, float]:
        """Where the sun or moon hangs, in stage units."""
        return self.sun.get(light, SUN_WHERE_NONE_IS_NAMED)


def slots_of(drawing: str) -> Slots:
    """Read the metadata of a stage drawing (SVG text).

    Raises:
        InputError: the drawing has none, or it is wrong.
    """
    found = _METADATA.search(drawing)
    if not found:
        raise InputError(
            "the drawing is not a stage: it has no slots.", remedy="Write its local colours and suns in <metadata id='slots'>."
        )
    try:
        return Slots.model_validate_json(found[1])
    except ValidationError as error:
        raise InputError(f"the slots of the drawing are wrong: {error.errors()[0]['msg']}.") from error
