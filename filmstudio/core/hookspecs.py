"""The hook specs: everything a plugin can do, by phase. This module is the plugin author's manual.

A plugin is a module or object whose functions are marked with ``@filmstudio.hookimpl`` and named in the entry point group
``filmstudio``. The studio's own engines are found in exactly the same way. A hook that raises is passed over, and the report
names its plugin. Engines of plugins that are not the studio's own run in workers of their own; hooks run in the studio's process,
and only of plugins that share its environment: one in an environment of its own is known by its manifest alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import typer

    from filmstudio.core.character import Identity
    from filmstudio.core.engine import Engine
    from filmstudio.core.errors import Problem
    from filmstudio.core.store import Take
    from filmstudio.core.vocabulary import Kind, Known

PROJECT = "filmstudio"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


# --- when the studio starts ---------------------------------------------------------------------------------------------


@hookspec
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """Offer engine classes. Called once, when engines are first looked up; import nothing heavy here."""
    return ()


@hookspec
def filmstudio_art_packs() -> Sequence[Path]:
    """Offer folders that hold an art pack (a ``pack.json`` manifest beside its drawings)."""
    return ()


@hookspec
def filmstudio_voice_packs() -> Sequence[Path]:
    """Offer voice catalogues: JSON files in the form of the studio's own ``voices.json``."""
    return ()


@hookspec
def filmstudio_words(packs: Sequence[Path]) -> Mapping[Kind, Known]:
    """Offer the words of a film that your engines act on, by kind: the report tells of words that no plugin knows. Must be quick.

    ``packs`` are the folders of the installed art packs. Where your engine is chosen for a role, a film that asks it for a language,
    voice, stage or pack that you do not offer is refused before any work, and so is a wish for a culture or style. A kind that you
    offer no words of is left to your engine. Leave the argument out where you do not need it.
    """
    return {}


@hookspec
def filmstudio_flaws(identity: Identity) -> Sequence[Problem]:
    """Tell what of an identity your portrait engine cannot draw: errors for what it would refuse, warnings for what it passes over.

    Asked of everyone who plays in a film that somebody has written or edited, before any work, where your engine is the one that
    is chosen. Messages begin with the place in the look, such as ``body.torso:``. Must be quick: draw nothing.
    """
    return ()


@hookspec
def filmstudio_commands(app: typer.Typer) -> None:
    """Add commands to ``app``, for the command line. None takes the place of the studio's own."""


# --- while a film is made -----------------------------------------------------------------------------------------------


@hookspec
def filmstudio_task_started(task: str, role: str, engine: str) -> None:
    """Told when a task is handed to an engine. Runs in the studio's process; must not block."""


@hookspec
def filmstudio_task_finished(task: str, take: Take, cached: bool) -> None:
    """Told when a task's take is in the store, made now or found there."""


# --- when it is done ------------------------------------------------------------------------------------------------------


@hookspec
def filmstudio_film_delivered(folder: Path) -> None:
    """Told when a delivery folder is complete and in its place."""
