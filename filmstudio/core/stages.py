"""The stages of making a film, in words for whoever waits for it."""

from __future__ import annotations

from typing import Final

STAGES: Final[dict[str, tuple[str, ...]]] = {
    "Voices": ("voice", "lipsync", "timing"),
    "Stages and cast": ("backdrop", "portrait"),
    "Pictures": ("picture",),
    "Music and effects": ("music", "effects"),
    "Mix and master": ("mixing", "mastering"),
    "Captions": ("subtitles",),
    "Joining": ("conform", "marketing"),
}
"""Stages by name, each with its roles."""

STAGE_OF: Final = {role: stage for stage, roles in STAGES.items() for role in roles}
