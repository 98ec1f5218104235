"""Light a stage again: the same drawing in another mood and weather. Nothing is redrawn but its style sheet.

A shape's class is ``material_face_plane`` (``stone_r_4``): what it is, where it faces, how deep it lies. Switch classes
(``halo star shaft cap rimlight wet sundisc``) get an opacity.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from filmstudio.core.errors import InputError
from filmstudio.core.film import Light
from filmstudio.plugins.backdrop.colour import hexadecimal, scaled
from filmstudio.plugins.backdrop.light import MOODS, Mood, lamp_strength, slot_colour
from filmstudio.plugins.backdrop.slots import Slots, slots_of
from filmstudio.plugins.backdrop.stage import VIEW_BOX
from filmstudio.plugins.backdrop.weather import Overlay, Sky

PLANE_START = re.compile(r'<g id="p(\d+)-([^"]*)" data-z="([\d.]+)"')
WEATHER = re.compile(r"<!--weather-->.*?<!--/weather-->\n?", re.DOTALL)
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_CLASSES = re.compile(r'class="([^"]+)"')
_GRADE = re.compile(r'<g id="grade">.*?</g>', re.DOTALL)
NEAREST_IN_ROOMS = 0.6
"""Weather nearer than this is in front of the cast, and does not come into rooms."""


def mood_of(slots: Slots, light: Light) -> Mood:
    """A stage's mood: the key comes from where its sun hangs."""
    return MOODS[light].with_sun_at(slots.sun_at(light)[0])


def relight(drawing: str, light: Light, sky: Sky, overlays: Sequence[Overlay] = ()) -> str:
    """``drawing`` (SVG text of a stage, lit or not) in a light and weather, with ``overlays`` between its planes.

    Raises:
        InputError: it is not a stage drawing, or a slot of it has no colour.
    """
    drawing = WEATHER.sub("", drawing)
    slots = slots_of(drawing)
    mood = mood_of(slots, light)
    sheet = "\n".join([*_slot_rules(drawing, slots, mood, sky), *_switch_rules(mood, sky)])
    drawing = _STYLE.sub(f"<style>\n{sheet}\n</style>", drawing)
    x, y = (f"{value:g}" for value in slots.sun_at(light))
    drawing = re.sub(r'(<g id="sun"[^>]*transform=")[^"]*', rf"\g<1>translate({x},{y})", drawing)
    drawing = re.sub(r'(<g id="sunpath"[^>]*transform=")[^"]*', rf"\g<1>translate({x},0)", drawing)
    drawing = _with_overlays(drawing, slots, overlays)
    return _GRADE.sub(lambda _: _grade(slots, light, mood, sky), drawing)


def vignette_strength(mood: Mood) -> float:
    """How dark the corners get, 0 to 1: more where lamps burn."""
    return 0.22 + 0.20 * mood.lamps


def bloom_strength(slots: Slots, sky: Sky) -> float:
    """How far the sun washes over the picture, 0 to 1."""
    return (0.15 if slots.indoor == 1 else 0.06) * sky.sun


def _slot_rules(drawing: str, slots: Slots, mood: Mood, sky: Sky) -> list[str]:
    depths = {number: float(z) for number, _, z in PLANE_START.findall(drawing)}
    used = {name for value in set(_CLASSES.findall(drawing)) for name in value.split() if "_" in name or name.startswith("sky")}
    rules = []
    for name in sorted(used):
        slot = name.removeprefix("k-")
        z = depths.get(slot.rsplit("_", 1)[-1], 1.0) if "_" in slot else 99.0
        try:
            colour = slot_colour(slot, z, slots, mood, sky)
        except (KeyError, IndexError, ValueError) as error:
            raise InputError(f"the drawing uses the slot {name}, which has no colour.", remedy="Name its material in the slots.") from error
        rules.append(f".{name}{{stroke:{colour};fill:none}}" if name != slot else f".{name}{{fill:{colour};stop-color:{colour}}}")
    return rules


def _switch_rules(mood: Mood, sky: Sky) -> list[str]:
    opacities = {
        "halo": lamp_strength(mood, sky),
        "star": mood.stars * sky.sun * (sky.pull == 0),
        "shaft": mood.shafts * sky.sun,
        "cap": sky.caps,
        "sundisc": sky.sun,
        "rimlight": min(1.0, 0.25 + sky.key * 0.6) * sky.sun,
        "wet": sky.wet,
    }
    return [f".{name}{{opacity:{value:.2f}}}" for name, value in opacities.items()]


def _with_overlays(drawing: str, slots: Slots, overlays: Sequence[Overlay]) -> str:
    for overlay in sorted(overlays, key=lambda overlay: -overlay.z):
        z = overlay.z
        if slots.wall is not None:
            if z < NEAREST_IN_ROOMS:
                continue
            z = max(z, slots.wall + 0.01)
        nearer = next((start for start in PLANE_START.finditer(drawing) if float(start[3]) < z), None)
        place = nearer.start() if nearer else drawing.index('<g id="grade"')
        # Marked, so that lighting a lit drawing again starts clean.
        drawing = f"{drawing[:place]}<!--weather-->{overlay.drawing}<!--/weather-->\n{drawing[place:]}"
    return drawing


def _grade(slots: Slots, light: Light, mood: Mood, sky: Sky) -> str:
    corner, key = hexadecimal(scaled(mood.fill, 0.55)), hexadecimal(mood.key)
    x, y = slots.sun_at(light)
    left, top, width, height = VIEW_BOX
    sheet = f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}"'
    return (
        '<g id="grade"><defs><radialGradient id="vig" cx=".5" cy=".46" r=".72">'
        f'<stop offset=".55" stop-color="{corner}" stop-opacity="0"/>'
        f'<stop offset="1" stop-color="{corner}" stop-opacity="{vignette_strength(mood):.2f}"/></radialGradient>'
        f'<radialGradient id="bloom" gradientUnits="userSpaceOnUse" cx="{x:g}" cy="{y:g}" r="820">'
        f'<stop offset="0" stop-color="{key}" stop-opacity="{bloom_strength(slots, sky):.2f}"/>'
        f'<stop offset="1" stop-color="{key}" stop-opacity="0"/></radialGradient></defs>'
        f'{sheet} fill="url(#vig)" style="mix-blend-mode:multiply"/>{sheet} fill="url(#bloom)" style="mix-blend-mode:screen"/></g>'
    )
