"""References to media in the store: what travels between engines in place of bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from filmstudio.core.model import Record


class MediaRef(Record):
    """A file in the store, named by the SHA-256 of its bytes."""

    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    media_type: str = Field(description="IANA media type, such as audio/wav or video/mp4")
    size: int = Field(ge=0, description="bytes")


def _of(media_type: str) -> Callable[[MediaRef], MediaRef]:
    def check(media: MediaRef) -> MediaRef:
        if media.media_type != media_type:
            raise PydanticCustomError("media_type", "media of the type {wanted} are needed here, not {given}", {
                "wanted": media_type, "given": media.media_type,
            })  # fmt: skip
        return media

    return check


Sound = Annotated[MediaRef, AfterValidator(_of("audio/wav")), Field(description="audio/wav: 32-bit float at 48 kHz")]
EncodedSound = Annotated[MediaRef, AfterValidator(_of("audio/mp4")), Field(description="audio/mp4: AAC-LC, 48 kHz stereo")]
Video = Annotated[MediaRef, AfterValidator(_of("video/mp4")), Field(description="video/mp4: H.264")]
Photo = Annotated[MediaRef, AfterValidator(_of("image/jpeg")), Field(description="image/jpeg")]
