"""The drawn stage: a pack's drawing, lit for a mood and a weather, painted as planes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import Unsupported
from filmstudio.core.film import StageSet
from filmstudio.core.media import MediaRef
from filmstudio.core.requests import Backdrop, BackdropRequest, Plane
from filmstudio.plugins.art.shelf import installed_pack
from filmstudio.plugins.backdrop import stage as stages
from filmstudio.plugins.backdrop.stage import Stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORM = "stage-planes"
"""Planes as NumPy arrays (``application/x-npy``), uint8 (height, width, 4), premultiplied RGBA."""
ARRAY_TYPE = "application/x-npy"
SCALE_MOST = 4.0
"""Pixels per unit beyond which a plane would not fit a laptop's memory."""


class DrawnStage(SingleEngine[BackdropRequest, Backdrop]):
    """Lights and paints the stages of an art pack."""

    name: ClassVar[str] = "drawn-stage"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "backdrop"
    summary: ClassVar[str] = "Drawn stages in six lights and four weathers, as planes in depth."
    needs: ClassVar[Needs] = Needs(cpu=1.0, memory_mb=800, modules=("pyvips",))

    def load(self) -> None:
        """Import the rasteriser."""
        import filmstudio.plugins.backdrop.painting  # noqa: F401 - heavy

    def make(self, request: BackdropRequest, desk: Desk) -> Backdrop:
        """Paint a stage.

        Raises:
            Unsupported: the pack is not installed or does not have the stage, or the scale is too large.
        """
        from filmstudio.plugins.backdrop.painting import paint_set

        if request.scale > SCALE_MOST:
            raise Unsupported(f"a backdrop at {request.scale:g} pixels per unit is too large.", remedy="Render at 4K or less.")
        folder = installed_pack(request.set.pack).folder
        stage = stage_of(folder, request.set)
        painted = paint_set(folder, stage, request.set, request.scale)
        planes = tuple(
            Plane(id=plane.id, z=plane.z, image=_keep(plane.pixels, desk), box=plane.box, opaque=plane.opaque) for plane in painted.planes
        )
        return Backdrop(
            form=FORM,
            planes=planes,
            scale=request.scale,
            cast_tint=painted.cast_tint,
            rim=painted.rim,
            rim_from=painted.rim_from,
            dark=painted.dark,
            grade=_keep(painted.grade, desk),
            extra=painted.extras.model_dump(mode="json"),
            degraded=_shortfall(stage, request.set),
        )


def stage_of(folder: Path, chosen: StageSet) -> Stage:
    """The stage that a set names.

    Raises:
        Unsupported: the pack has no such stage.
    """
    listed = stages.load_stages(folder)
    if chosen.stage not in listed:
        raise Unsupported(
            f"the art pack {chosen.pack!r} has no stage {chosen.stage!r}.", remedy=f"Choose one of: {', '.join(sorted(listed))}."
        )
    return listed[chosen.stage]


def _keep(pixels: NDArray[np.uint8], desk: Desk) -> MediaRef:
    import numpy as np  # who only lists engines does without

    buffer = io.BytesIO()
    np.save(buffer, pixels, allow_pickle=False)
    return desk.keep_bytes(buffer.getvalue(), ARRAY_TYPE)


def _shortfall(stage: Stage, chosen: StageSet) -> tuple[str, ...]:
    """What the drawing does not have for this light and weather."""
    said = []
    if chosen.weather not in stage.weathers:
        said.append(f"the stage {stage.id} is not drawn for {chosen.weather}: nothing in it is made for this weather but light and air.")
    if chosen.light not in stage.moods:
        said.append(f"the stage {stage.id} is not drawn for {chosen.light}.")
    return tuple(said)
