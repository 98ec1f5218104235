"""Figures: how tall and wide a cast member is, worked out from the look alone, in drawing units and on a stage."""

from __future__ import annotations

from dataclasses import dataclass

from filmstudio.core.character import Character
from filmstudio.core.film import Posture
from filmstudio.plugins.backdrop.stage import CAST_HEIGHT_PER_DEPTH

ADULT_UNITS = 1250.0
"""Drawing units of a standing adult with hair: what fills a figure's height on the stage."""

_NECK_GROUND, _HEAD_UP, _EYE_IN_HEAD, _CROWN_OVER_EYE = 925.0, 40.0, 92.0, 126.0
_HAIR = 40.0
_SHOULDERS = 125.0

_CREATURES: dict[str, tuple[float, float, float]] = {
    "owl": (385, 270, 115), "crow": (310, 245, 130), "crane": (950, 850, 320), "rabbit": (410, 215, 90), "wolf": (625, 455, 300),
    "tiger": (720, 500, 435), "cat": (335, 220, 140), "dog": (350, 245, 120), "bear": (1155, 880, 410), "elephant": (1145, 800, 630),
    "monkey": (340, 240, 150), "frog": (195, 140, 110), "dragon": (1290, 1020, 585), "robot": (505, 390, 150), "ghost": (415, 300, 195),
    "wind": (1235, 900, 630), "sun": (1150, 890, 255), "moon": (1215, 900, 330), "tree": (1595, 820, 735), "genie": (1060, 780, 305),
    "mascot": (290, 175, 170), "moon_rabbit": (410, 215, 90), "ginger_cat": (335, 220, 140), "snow_wolf": (625, 455, 300),
    "polar_bear": (1155, 880, 410), "gold_dragon": (1290, 1020, 585), "black_dog": (350, 245, 120), "fox": (485, 360, 175),
}  # fmt: skip
"""Top, eye line and half width of the house pack's creatures, measured on their drawings, drawing units above the ground."""

_TALL = {
    "hat_wizard": 230.0, "hat_gele": 175.0, "hat_toque": 150.0, "hat_top": 150.0, "hat_gat": 110.0, "hat_crown": 105.0, "hat_safa": 90.0,
    "hat_fez": 90.0, "hat_peak": 70.0, "hat_conical": 90.0, "h_highbun": 95.0, "north_high": 90.0, "messy": 95.0, "h_afro": 70.0,
    "h_mohawk": 90.0, "h_updo": 90.0, "helm_knight": 120.0, "wrap_": 90.0,
}  # fmt: skip
"""Drawing units above the crown of what rises high over a head, by the beginning of its parts' names."""
_HEADS_AHEAD = {
    "wolf": 129.0, "snow_wolf": 129.0, "tiger": 180.0, "elephant": 229.0, "crane": 105.0, "dragon": 136.0, "gold_dragon": 136.0,
    "bear": 25.0, "polar_bear": 25.0,
}  # fmt: skip
"""Drawing units from the feet forward to the head of creatures that carry it before them."""
_SEATED_GROUND: dict[Posture, float] = {"stand": 925.0, "sit": 702.0, "sit_floor": 452.0, "kneel": 690.0, "lie": 925.0}
"""Drawing units from the neck down to the ground in each posture of the motion data; robed people kneel on their heels."""
_ROBED_KNEEL = 452.0
_LYING_EYE, _LYING_REACH = 130.0, 0.47
"""Eye height of somebody lying down, and how far back the head lies, in eye heights."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Measures of a figure standing upright, drawing units above the ground; ``half`` is half its width at rest.

    ``s`` is the body's own scale; 0 for a creature, which keeps its posture whatever the script says.
    """

    top: float
    eye: float
    half: float
    s: float = 0.0
    robed: bool = False
    ahead: float = 0.0
    """How far before the feet the head is, as of an animal on four legs."""

    def eyes(self, posture: Posture) -> float:
        """Height of the eyes in a posture."""
        if not self.s or posture == "stand":
            return self.eye
        if posture == "lie":
            return _LYING_EYE * self.s
        ground = _ROBED_KNEEL if posture == "kneel" and self.robed else _SEATED_GROUND[posture]
        return self.eye - self.s * (_SEATED_GROUND["stand"] - ground)

    def head(self, posture: Posture) -> float:
        """Height of the top of the hair in a posture."""
        return self.eyes(posture) + (self.top - self.eye)

    def reach(self, posture: Posture) -> float:
        """How far behind the feet the head is: of a person who lies down; less than nothing of an animal on four legs."""
        return _LYING_REACH * self.eye if self.lies(posture) else -self.ahead

    def lies(self, posture: Posture) -> bool:
        """Whether the figure lies down in this posture; a creature never does."""
        return bool(self.s) and posture == "lie"


def figure_of(character: Character) -> Figure:
    """The measures of a character. A look that cannot be read counts as an adult of average build."""
    look = character.identity.look
    creature = look.get("creature")
    if isinstance(creature, str):
        top, eye, half = _CREATURES.get(creature, (800.0, 640.0, 200.0))
        return Figure(top, eye, half, ahead=_HEADS_AHEAD.get(creature, 0.0))
    body, head = look.get("body"), look.get("head")
    height = _number(body, "s", 0.97)
    width = _number(body, "w", 1.0)
    scale = _number(head, "scale", 0.98)
    stoop = body.get("stoop") if isinstance(body, dict) else None
    sunk = float(str(stoop[1])) if isinstance(stoop, list) and len(stoop) == 2 else 0.0
    ground = _NECK_GROUND if character.age != "baby" else 420.0
    eye = height * (ground + _HEAD_UP - sunk) + _EYE_IN_HEAD * scale
    half = max(_SHOULDERS * width * height * 1.05, 105.0 * scale)
    baby = character.age == "baby"
    robed = isinstance(body, dict) and bool(body.get("feet_only"))
    top = eye + _CROWN_OVER_EYE * scale + max(_HAIR, _over_the_crown(head) * scale)
    return Figure(top, eye, half, 0.0 if baby else height, robed)


def _over_the_crown(head: object) -> float:
    """Drawing units that hair or headwear rises above the crown."""
    if not isinstance(head, dict):
        return 0.0
    parts = [str(part) for key in ("back", "front") if isinstance(head.get(key), list) for part in head[key]]
    return max((height for part in parts for name, height in _TALL.items() if part.startswith(name)), default=0.0)


def _number(record: object, key: str, otherwise: float) -> float:
    value = record.get(key, otherwise) if isinstance(record, dict) else otherwise
    return float(value) if isinstance(value, int | float) else otherwise


def stage_scale(ground: float, horizon: float) -> float:
    """Stage units for each drawing unit of a figure whose feet are at ``ground``."""
    return CAST_HEIGHT_PER_DEPTH * (ground - horizon) / ADULT_UNITS
