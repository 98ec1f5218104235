"""The endpoints of media: sent to be referred to by calls of engines, and fetched."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic_core import to_json
from starlette.responses import Response

from filmstudio.core.errors import EngineError, MediaLost, StoreError
from filmstudio.core.media import MediaRef
from filmstudio.core.store import Store
from filmstudio.core.wavefile import check_finite, wave_facts
from filmstudio.core.wishes import MAX_SCRIPT_BYTES
from filmstudio.platform.described import KEYED, SCRIPT, WITH_BODY, example, files, headless, location, problems
from filmstudio.platform.edge import facts_of, too_large
from filmstudio.platform.files import RangedFile
from filmstudio.platform.films import IdempotencyKey
from filmstudio.platform.problems import Refusal
from filmstudio.platform.reception import Reception, media_type_of
from filmstudio.platform.settings import Settings
from filmstudio.platform.shelf import SCRIPTS, Shelf

SOUND: Final = "audio/wav"
"""32-bit float at 48 kHz, as engines make and take it."""
_MADE: Final = (SOUND, "audio/mp4", "video/mp4", "image/jpeg", "application/vnd.filmstudio.sprites", "application/x-npy", "*/*")
"""Types of what the studio's own engines make; those of others may make anything."""
_SENT: Final = {"digest": hashlib.sha256(SCRIPT.encode()).hexdigest(), "media_type": "text/plain", "size": len(SCRIPT)}
_AT_ONCE: Final = 1 << 20
"""Bytes that are written to the disk together."""

Digest = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes")]


def media_routes(settings: Settings, store: Store, shelf: Shelf, reception: Reception) -> APIRouter:
    """The endpoints under ``/v1/media``."""
    routes = APIRouter(prefix="/v1/media", tags=["media"], responses=KEYED)

    under_way: Counter[str] = Counter()
    """Uploads by tenant: each may take minutes, and there are only so many requests that are answered at the same time."""
    arriving: Counter[str] = Counter()
    """Bytes by tenant that are on the disk and not yet on the shelf: they take of its room too, however many uploads share it."""
    sent = example(_SENT, says="It is in the store.", headers=location("where it can be fetched"))

    @routes.post(
        "", status_code=201, response_model=MediaRef, summary="Send media", openapi_extra=_body(),
        responses={201: sent, **problems(409, 429), **WITH_BODY},
    )  # fmt: skip
    async def send(request: Request, idempotency_key: IdempotencyKey = None) -> Response:
        """A script or a sound, as the body itself. The answer is what a request to an engine refers to it by; only yours can."""
        who = await reception.who(request)
        media_type = media_type_of(request)
        if media_type not in (*SCRIPTS, SOUND):
            kinds = ", ".join((*SCRIPTS, SOUND))
            raise Refusal(415, f"media of the type {media_type or 'that is not stated'} are not taken.", remedy=f"Send one of {kinds}.")
        most = min(settings.media_bytes, MAX_SCRIPT_BYTES) if media_type in SCRIPTS else settings.media_bytes
        size = int(request.headers.get("content-length", 0))
        if size > most:
            raise too_large(most)
        await reception.run(shelf.check_room, who, arriving[who.tenant] + size)
        facts_of(request.scope).take_time(settings.media_seconds)
        if under_way[who.tenant] >= settings.uploads:
            says = f"{settings.uploads} uploads of yours are under way, as many as may be."
            raise Refusal(429, says, remedy="Wait until one has ended.", headers={"Retry-After": "10"})
        under_way[who.tenant] += 1
        folder, here = None, 0

        async def arrived(count: int) -> None:
            nonlocal here
            here += count
            arriving[who.tenant] += count
            await reception.run(shelf.check_room, who, arriving[who.tenant])

        try:
            folder = await reception.run(store.scratch)
            file = folder / "sent"
            size = await _write(reception, request.stream(), file, most, arrived)
            await reception.run(_check, file, media_type, size)
            media = await reception.run(shelf.keep, who, file, media_type, idempotency_key)
        finally:
            under_way[who.tenant] -= 1
            arriving[who.tenant] -= here
            if folder is not None:
                await reception.run(partial(shutil.rmtree, folder, ignore_errors=True))
        return Response(to_json(media), 201, {"Location": f"/v1/media/{media.digest}"}, "application/json")

    found = files([*SCRIPTS, *_MADE])

    @routes.head("/{digest}", response_class=Response, summary="Look at media", responses=headless(KEYED | found))
    @routes.get("/{digest}", response_class=RangedFile, summary="Fetch media", responses=found)
    async def media(request: Request, digest: Digest) -> Response:
        """Only what calls of yours made, and what you sent. Ranges are answered."""
        who = await reception.who(request)
        ref = await reception.run(shelf.find, who.tenant, digest)
        if ref is None:
            raise Refusal(404, "no call of yours made media with this digest, nor did you send it.")
        try:
            path = await reception.run(store.path, ref)
        except MediaLost as error:
            raise Refusal(404, "the media have been removed.", remedy="Send them again, or make the call again.") from error
        facts_of(request.scope).take_time(None)
        return RangedFile(path, media_type=ref.media_type, headers={"ETag": f'"{digest}"', "Cache-Control": "private, immutable"})

    return routes


def _body() -> dict[str, Any]:
    text = {"schema": {"type": "string"}, "example": SCRIPT}
    content: dict[str, Any] = {media_type: text if media_type.startswith("text/plain") else {} for media_type in SCRIPTS}
    says = "the bytes themselves: a script of up to 4 MB, or a sound (32-bit float at 48 kHz)"
    return {"requestBody": {"required": True, "content": content | {SOUND: {}}, "description": says}}


async def _write(
    reception: Reception, pieces: AsyncIterator[bytes], file: Path, most: int, arrived: Callable[[int], Awaitable[None]]
) -> int:
    """Write what arrives, as it arrives; returns its size. ``arrived`` is told of so many bytes before they are written.

    Raises:
        Refusal: it is larger than ``most`` bytes; the rest is not taken in.
        StoreError: the disk is full or away.
    """
    size, held = 0, bytearray()
    try:
        with await reception.run(file.open, "xb") as target:
            async for piece in pieces:
                size += len(piece)
                if size > most:
                    raise too_large(most)
                held += piece
                if len(held) >= _AT_ONCE:
                    await arrived(len(held))
                    await reception.run(target.write, held)
                    held = bytearray()
            await arrived(len(held))
            await reception.run(target.write, held)
    except OSError as error:
        raise StoreError(f"the media could not be written to the disk: {error.strerror or error}.", remedy="Try again later.") from error
    return size


def _check(file: Path, media_type: str, size: int) -> None:
    """See that a file is of the type that it was said to be.

    Raises:
        Refusal: it is not.
    """
    if not size:
        raise Refusal(422, "the media are empty.")
    if media_type != SOUND:
        return
    try:
        check_finite(file, wave_facts(file))
    except EngineError as error:
        remedy = "Convert it: ffmpeg -i SOUND -ar 48000 -c:a pcm_f32le SOUND.wav"
        raise Refusal(422, f"it is no sound that engines take: {error.problem.message}", remedy=remedy) from error
