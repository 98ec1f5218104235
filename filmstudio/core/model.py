"""The base of every immutable record: frozen, strict about unknown keys, with one canonical JSON form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue


class Record(BaseModel):
    """An immutable, validated record. Unknown keys are errors: a typing mistake in ``film.json`` is told, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants", allow_inf_nan=False)

    def canonical(self) -> JsonValue:
        """This record as plain JSON values, the form that is saved and digested."""
        value: JsonValue = self.model_dump(mode="json")
        return value


def canonical_json(value: JsonValue | Mapping[str, Any] | Sequence[Any]) -> str:
    """One text for one value: sorted keys, no spaces, UTF-8; what digests are taken over."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(value: JsonValue | Mapping[str, Any] | Sequence[Any]) -> str:
    """SHA-256 of the canonical JSON of ``value``, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()


def seed_from(*parts: int | str) -> int:
    """A 63-bit seed from the parts, the same on every machine: how a film's seed becomes a shot's or a line's."""
    return int(digest_of([str(part) for part in parts])[:16], 16) >> 1
