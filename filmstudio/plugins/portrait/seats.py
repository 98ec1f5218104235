"""Drawn seats: in which cloth and shoes a kneeling or cross-legged person sits."""

from __future__ import annotations

import re
from typing import Final

from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.portrait.person import Person

_MAIN_SLOT: Final = re.compile(r'class="(cloth1|cloth2|vest|trouser|skin|shoe|tabi|accent)"')


def seat_cloth(name: str, person: Person, pack: ArtPack) -> dict[str, dict[str, str]]:
    """The slots that a seat exchanges: the cloth it is drawn in for this person's, and the socks for their shoes."""
    body = person.body
    drawn_in = {"b_seiza": "cloth1", "b_crossed": "cloth2"}.get(name)
    if drawn_in is None:
        return {}
    skirt = bool(body.bottom) and (body.feet_only is not None or name == "b_seiza")
    worn = {drawn_in: body.bottom[0] if skirt else body.thigh, "tabi": body.foot}
    exchange = {}
    for slot, names in worn.items():
        garment = names.split("+")[0]
        markup = pack.part(garment).markup
        found = _MAIN_SLOT.search(markup)
        if found is not None:
            socks = [name for name in ("tabi", "shoe") if slot == "tabi" and f'class="{name}"' in markup]
            main = socks[0] if socks else found[1]
            exchange[slot] = body.remap.get(garment, {}).get(main, main)
    if "cloth1" in exchange and 'class="accent"' not in pack.part(worn["cloth1"].split("+")[0]).markup:
        exchange["accent"] = exchange["cloth1"]  # the motif of a kneeling kimono is not on plain cloth
    changed = {slot: other for slot, other in exchange.items() if slot != other}
    return {name: changed} if changed else {}
