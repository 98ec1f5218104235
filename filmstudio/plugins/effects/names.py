"""The names by which a film calls for sounds: what goes on, what happens once, and what is left to voices and music."""

from __future__ import annotations

BED_NAMES = frozenset({
    "air", "birds", "boat", "car", "clock", "crickets", "crowd", "fire", "heartbeat", "machine", "rain", "room", "steam", "storm",
    "traffic", "train", "water", "waves", "wind",
})  # fmt: skip
"""Sounds that go on: each is made in ``beds``."""

STRIKE_NAMES = frozenset({
    "applause", "bell", "cat", "clap", "clink", "conch", "dog", "door", "drum", "explosion", "flute", "footsteps", "glass", "gunshot",
    "horn", "horse", "keys", "knock", "match", "paper", "phone", "pour", "running", "sip", "siren", "sword", "thud", "thunder", "whistle",
})  # fmt: skip
"""Sounds that happen once: each is made in ``strikes``."""

UNVOICED = frozenset({"laughter", "sob", "scream", "music", "call_to_prayer"})
"""Sounds that people make, or sacred ones: no machine noise stands in for a human voice."""
