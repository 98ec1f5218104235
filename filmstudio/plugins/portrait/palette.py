"""Palettes: the colours of one person by slot, with the shades and lights that follow from them.

The slots and formulas are those of the house's art direction: cloth shade = colour x (.78 .71 .80), easing to
(.86 .82 .86) for pale cloth; light = 30 % towards a warm white; whatever stands on the far side = 30 % towards its shade.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from filmstudio.core.errors import InputError

BASE: Final = MappingProxyType(
    {
        "line": "#3B2230",
        "sclera": "#FFFBF4",
        "sclera_shade": "#D9CBD3",
        "mouth": "#6A1F2B",
        "teeth": "#FFF9F0",
        "tongue": "#D8707A",
        "tabi": "#FFFFFF",
        "tabi_shade": "#CFC8D8",
    }
)
"""Slots that everyone has unless the person says otherwise."""

DEEP: Final = (0.78, 0.71, 0.80)
PALE: Final = (0.86, 0.82, 0.86)
WARM_WHITE: Final = "#FFF1D6"
BLUSH: Final = "#E8505B"
VEST: Final = "#34405A"
DARK_SKIN: Final = 560
"""Skins whose red, green and blue sum to less have a palm lighter than the hand."""

_DERIVED: Final = ("cloth1", "cloth2", "accent", "hair", "hat", "vest", "trouser", "shoe", "lip")
_CLASS: Final = re.compile(r'class="(\w+)"')
_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}\Z")


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of #RRGGBB, 0..255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(first: str, second: str, amount: float) -> str:
    """``first`` moved towards ``second`` by ``amount`` (0..1)."""
    return _colour(tuple(a + (b - a) * amount for a, b in zip(channels(first), channels(second), strict=True)))


def shade_of(colour: str) -> str:
    """The shade of a cloth: pale cloth takes a lighter one."""
    rgb = channels(colour)
    pale = min(1.0, max(0.0, (sum(rgb) / 3 - 120) / 110))
    return _colour(tuple(v * (deep + (light - deep) * pale) for v, deep, light in zip(rgb, DEEP, PALE, strict=True)))


def light_of(colour: str) -> str:
    """The lit side of a cloth."""
    return mix(colour, WARM_WHITE, 0.30)


@dataclass(frozen=True)
class Palette:
    """Every slot's colour, and the same for what stands on the far side."""

    slots: Mapping[str, str]
    far: Mapping[str, str]

    @classmethod
    def of(cls, slots: Mapping[str, str], skin: tuple[str, str, str] | None = None, vest: str = VEST) -> Palette:
        """Fill in what a person leaves unsaid. ``skin`` is a tone's base, shade and light and wins over the slots.

        Raises:
            InputError: a slot is not #RRGGBB, or there is no skin.
        """
        for slot, colour in slots.items():
            if not _COLOUR.match(colour):
                raise InputError(f"The colour of {slot!r} is {colour!r}.", remedy="Write it as #RRGGBB.")
        full = {**BASE, **slots}
        if skin is not None:
            full["skin"], full["skin_shade"], full["skin_light"] = skin
        if "skin" not in full:
            raise InputError("The look has no skin.", remedy="Name a tone of the pack, or give the slot 'skin'.")
        full.setdefault("skin_shade", shade_of(full["skin"]))
        full.setdefault("skin_light", light_of(full["skin"]))
        full.setdefault("eye", full["line"])
        full.setdefault("vest", vest)
        full.setdefault("trouser", vest)
        full.setdefault("hat", full.get("cloth2", full["line"]))
        for slot in _DERIVED:
            full.setdefault(slot, full["line"])
            full.setdefault(f"{slot}_shade", shade_of(full[slot]))
            full.setdefault(f"{slot}_light", light_of(full[slot]))
        full.setdefault("brow", mix(full["hair"], full["line"], 0.35))
        dark = sum(channels(full["skin"])) < DARK_SKIN
        full["palm"] = mix(full["skin"], full["skin_light"], 0.9) if dark else mix(full["skin"], full["skin_shade"], 0.10)
        full["lid"] = mix(full["skin"], full["skin_shade"], 0.38)
        far = {slot: mix(colour, shade_of(colour), 0.30) for slot, colour in full.items()}
        return cls(MappingProxyType(full), MappingProxyType(far))

    def paint(self, markup: str, *, far: bool = False) -> str:
        """The markup with every slot turned into its colour.

        Raises:
            InputError: the markup names a slot that the palette does not have.
        """
        colours = self.far if far else self.slots

        def attribute(found: re.Match[str]) -> str:
            name = found[1]
            colour = colours.get(name)
            if colour is not None:
                return f'fill="{colour}"'
            colour = colours.get(name.removesuffix("_s"))
            if colour is None:
                raise InputError(f"The look has no colour for {name!r}.", remedy=f"Give the look a slot {name!r}.")
            return f'fill="none" stroke="{colour}"'

        return _CLASS.sub(attribute, markup)

    @property
    def blush(self) -> str:
        """The colour of a blush, fading outwards."""
        return mix(self.slots["skin"], BLUSH, 0.5)


def remapped(markup: str, remap: Mapping[str, str]) -> str:
    """The markup with slots exchanged, all at once: {"cloth1": "vest"} also takes shade, light and strokes along."""
    if not remap:
        return markup
    names = "|".join(re.escape(name) for name in sorted(remap, key=lambda name: (-len(name), name)))
    return re.sub(
        rf'class="({names})(_shade|_light)?(_s)?"', lambda found: f'class="{remap[found[1]]}{found[2] or ""}{found[3] or ""}"', markup
    )


def _colour(rgb: tuple[float, ...]) -> str:
    return "#" + "".join(f"{max(0, min(255, round(value))):02X}" for value in rgb)
