"""The embedded portrait engine: draws the sprites of a cast member from an art pack."""

from __future__ import annotations

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.requests import Portrait, PortraitRequest

SHEET_TYPE = "application/vnd.filmstudio.sprites"


class DrawnPortrait(SingleEngine[PortraitRequest, Portrait]):
    """Rasterises everything a rigged person or creature needs to act, once, at the scale of the closest shot."""

    name = "drawn-cast"
    version = "3"
    role = "portrait"
    summary = "the drawn, rigged cast: sprites from vector art packs"
    needs = Needs(cpu=1, memory_mb=512)

    def load(self) -> None:
        """Read the house pack and the drawing library."""
        import pyvips  # noqa: F401 - so that the first request does not pay for it

        from filmstudio.plugins.art.pack import house_pack

        house_pack()

    def make(self, request: PortraitRequest, desk: Desk) -> Portrait:
        """Draw the sheet of one character.

        Raises:
            Unsupported: the character's look is drawn from a pack that is not installed.
            InputError: the look cannot be drawn.
        """
        from filmstudio.plugins.art.shelf import installed_pack
        from filmstudio.plugins.portrait.cast import rig_for
        from filmstudio.plugins.portrait.measure import measure
        from filmstudio.plugins.portrait.repertoire import repertoire
        from filmstudio.plugins.portrait.sheet import FORM, draw_sheet

        identity = request.character.identity
        pack = installed_pack(identity.pack)
        rig = rig_for(identity.look, pack)
        keys = repertoire(rig)
        data = draw_sheet(rig, identity.look, pack, request.scale, keys)
        size = measure(rig)
        return Portrait(
            form=FORM,
            sheet=desk.keep_bytes(data, SHEET_TYPE),
            scale=request.scale,
            height_units=size.height,
            measured={
                "sprites": float(len(keys)),
                "sheet_bytes": float(len(data)),
                "top_units": size.top,
                "eye_units": size.eye,
                "width_units": size.width,
            },
        )
