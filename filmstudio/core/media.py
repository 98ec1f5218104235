"""References to media in the store: what travels between engines in place of bytes."""

from __future__ import annotations

from pydantic import Field

from filmstudio.core.model import Record


class MediaRef(Record):
    """A file in the store, named by the SHA-256 of its bytes."""

    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    media_type: str = Field(description="IANA media type, such as audio/wav or video/mp4")
    size: int = Field(ge=0, description="bytes")
