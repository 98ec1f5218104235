"""How a film is made: size, speed, finish. What the film *is* stands in ``core.film``."""

from __future__ import annotations

import unicodedata
from typing import Final, Literal

from pydantic import Field

from filmstudio.core.film import Aspect
from filmstudio.core.model import Record
from filmstudio.core.requests import Preset, TextStyle

Size = Literal["480p", "720p", "1080p", "4k"]

_SHORT_SIDE: dict[Size, int] = {"480p": 480, "720p": 720, "1080p": 1080, "4k": 2160}
_RATIO: dict[Aspect, tuple[int, int]] = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}

FRAME_RATES = (24, 25, 30)

LOUDNESS: dict[str, tuple[float, float]] = {
    "youtube": (-14.0, -1.0),
    "podcast": (-16.0, -1.0),
    "broadcast": (-23.0, -1.0),
    "cinema": (-27.0, -2.0),
}
"""Integrated loudness (LUFS) and true-peak ceiling (dBTP) by target. YouTube and podcasts play at these; broadcast is EBU R 128."""


class RenderOptions(Record):
    """Everything that may change how the film is made, but not the film."""

    size: Size = "1080p"
    aspect: Aspect = "16:9"
    fps: Literal[24, 25, 30] = 24
    preset: Preset = "standard"
    captions: TextStyle | None = Field(default=None, description="burn captions into the picture in this style")
    watermark: str = Field(default="", max_length=60)
    stems: bool = False
    loudness: Literal["youtube", "podcast", "broadcast", "cinema"] = "youtube"
    engines: dict[str, str] = Field(default_factory=dict, description="engine by role, where not the default")
    fallback: bool = Field(default=False, description="play a role with its default engine when the chosen one cannot run")

    @property
    def frame(self) -> tuple[int, int]:
        """Width and height in pixels, both even. 480p in 16:9 is 854 wide, as players expect."""
        short = _SHORT_SIDE[self.size]
        across, down = _RATIO[self.aspect]
        long = round(short * max(across, down) / min(across, down) / 2) * 2
        return (long, short) if across > down else (short, long)


def credits_for(seconds: float) -> int:
    """Credits a film of this length costs: three a minute, begun credits counted whole, at least one."""
    return max(1, -int(-(seconds * 3) // 60))


_NAME_BYTES: Final = 80


def folder_name(title: str) -> str:
    """A folder name made from a title: letters with their marks, digits and hyphens of any script, at most 80 bytes, never a path."""
    letters = unicodedata.normalize("NFC", title.casefold())
    words = "".join(letter if unicodedata.category(letter)[0] in "LMN" or letter == "_" else " " for letter in letters).split()
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word
        if len(longer.encode("utf-8")) > _NAME_BYTES:
            break
        name = longer
    return name or _cut("".join(words[:1]), _NAME_BYTES) or "untitled"


def _cut(text: str, most: int) -> str:
    """As much of a text as has room in so many bytes of UTF-8."""
    return text.encode("utf-8")[:most].decode("utf-8", "ignore")
