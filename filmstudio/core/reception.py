"""The reception: what a guest's worker hands in is looked at before any of it enters the store.

The worker ran a stranger's code and could have sent anything. So nothing it says is taken for true: every result is validated
again, every file is copied and measured by the studio, and what does not hold becomes a failure that names the plugin.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from pydantic import JsonValue, ValidationError

from filmstudio.core.engine import Failure, mishap
from filmstudio.core.errors import EngineError, PluginError, StudioError
from filmstudio.core.media import MediaRef
from filmstudio.core.messages import Report
from filmstudio.core.model import canonical_json
from filmstudio.core.perform import Batch, Call, Outcome
from filmstudio.core.requests import Cue, Effects, SceneMix, Speech
from filmstudio.core.roles import ROLES
from filmstudio.core.store import Keeper, Take, media_in
from filmstudio.core.wavefile import check_finite, wave_facts

LARGEST_MEDIA: Final = 4 << 30
"""Bytes of the largest file that a guest may hand in."""
LONGEST_TEXT: Final = 2_000
"""Letters of a guest's message that are passed on."""
_KINDS: Final = frozenset({"engine", "input", "unsupported", "transient"})


def media_asked(batch: Batch) -> list[MediaRef]:
    """Every media that the requests of a batch refer to, once each."""
    found = {media.digest: media for call in batch.calls for media in media_in(call.request)}
    return list(found.values())


def receive(batch: Batch, report: Report, handed_in: Path, keeper: Keeper, seconds: float) -> list[Outcome]:
    """The outcomes of a guest's batch: takes that hold are kept and committed, anything else is a failure in its place.

    Args:
        batch: what it was asked.
        report: what it says; already known to tell of the batch's calls.
        handed_in: the folder with the media it made, named by digest.
        keeper: the store.
        seconds: what the studio's own clock says the batch took.
    """
    outcomes = []
    known = {media.digest for media in media_asked(batch)}
    for call, outcome in zip(batch.calls, report.outcomes, strict=True):
        if outcome.take is None:
            outcomes.append(Outcome(call.task, None, _plain(outcome.failure or Failure(message="it failed."))))
            continue
        try:
            take = _checked(batch, call, outcome.take, seconds)
            for media in take.media:
                if media.digest not in known:
                    _keep(media, handed_in / media.digest, keeper)
                    known.add(media.digest)
            check_sound(batch.role, take.result, keeper.path)
            outcomes.append(Outcome(call.task, keeper.commit(take)))
        except StudioError as error:
            outcomes.append(Outcome(call.task, None, mishap(error)))
    return outcomes


def check_sound(role: str, result: JsonValue, path_of: Callable[[MediaRef], Path]) -> None:
    """See that the sounds of a result are what its role promises: float waves of finite samples, as long as it says.

    Args:
        role: the role.
        result: a result of it, in canonical form.
        path_of: gives the file of a media reference.

    Raises:
        EngineError: one is not.
    """
    made = ROLES[role].result.model_validate(result)
    for name, media, channels, samples in _sounds(made):
        path = path_of(media)
        facts = wave_facts(path)
        if facts.channels != channels:
            raise EngineError(f"its {name} has {facts.channels} channels; {role} makes {channels}.")
        if samples is not None and facts.samples < samples:
            raise EngineError(f"its {name} is {facts.samples} samples long, and {samples} were promised.")
        check_finite(path, facts)


def _sounds(made: object) -> Iterable[tuple[str, MediaRef, int, int | None]]:
    if isinstance(made, Speech):
        yield "speech", made.audio, 1, made.samples
    elif isinstance(made, Cue | Effects) and made.audio is not None:
        yield ("cue" if isinstance(made, Cue) else "effects"), made.audio, 2, made.samples
    elif isinstance(made, SceneMix):
        yield "mix", made.audio, 2, made.samples


def _checked(batch: Batch, call: Call, told: Take, seconds: float) -> Take:
    """The take, with its result validated by the studio and everything else of it the studio's own."""
    try:
        result = ROLES[batch.role].result.model_validate(told.result).canonical()
        text = canonical_json(result)
    except (ValidationError, ValueError) as error:
        raise PluginError(f"its result is no {ROLES[batch.role].result.__name__}: {_first(error)}.") from error
    if text != canonical_json(told.result):
        raise PluginError("its result reads another way when it is read again.")
    return Take(
        digest=call.digest,
        role=batch.role,
        engine=batch.engine,
        version=batch.version,
        result=told.result,
        media=media_in(told.result),
        seconds=round(min(told.seconds, seconds), 4),
    )


def _keep(media: MediaRef, path: Path, keeper: Keeper) -> None:
    """Copy a file that was handed in and keep the copy: what the worker still holds open changes nothing any more."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise PluginError(f"its result refers to media that it did not make: {media.digest[:12]}.") from error
    with os.fdopen(handle, "rb") as source:
        found = os.fstat(source.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size != media.size:
            raise PluginError(f"it made {found.st_size} bytes of {media.media_type}, and its result says {media.size}.")
        if found.st_size > LARGEST_MEDIA:
            size, most = found.st_size / (1 << 20), LARGEST_MEDIA >> 20
            raise PluginError(f"it made a file of {size:.0f} MB; at most {most} MB are kept.", remedy="Ask it for less at a time.")
        folder = keeper.scratch()
        try:
            copy = folder / "copy"
            with copy.open("xb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            kept = keeper.put_file(copy, media.media_type)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    if kept != media:
        raise PluginError(f"its result names media by another digest than their own: {media.digest[:12]}.")


def _plain(failure: Failure) -> Failure:
    kind = failure.kind if failure.kind in _KINDS else "engine"
    return Failure(message=_cut(failure.message) or "it failed, and does not say why.", remedy=_cut(failure.remedy), kind=kind)


def _cut(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:LONGEST_TEXT])


def _first(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)
