"""Art packs as the studio sees them: a name and a version. What is in a pack is the business of the engines that draw from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

_MANIFEST = "pack.json"


def pack_versions(folders: Sequence[Path]) -> dict[str, str]:
    """The version of each pack by its name, in order of name. A pack that cannot be read is none: whoever draws from it tells."""
    found: dict[str, str] = {}
    for folder in folders:
        try:
            manifest = json.loads((folder / _MANIFEST).read_bytes())
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(manifest, dict) and isinstance(name := manifest.get("name"), str):
            found.setdefault(name, str(manifest.get("version", "")))
    return dict(sorted(found.items()))
