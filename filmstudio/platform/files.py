"""Files as answers: with ranges, and with a problem in place of plain words where a range cannot be had."""

from __future__ import annotations

from fastapi.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from filmstudio.platform.problems import Refusal

_WRONG_RANGE = {400: "the Range header is none.", 416: "the file has no such range."}


class RangedFile(FileResponse):
    """A file, whole or the ranges that were asked for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; see RFC 9110, section 14."""
        refusal: Refusal | None = None

        async def watched(message: Message) -> None:
            nonlocal refusal
            if message["type"] == "http.response.start" and message["status"] in _WRONG_RANGE:
                size = {name.decode(): value.decode() for name, value in message["headers"] if name == b"content-range"}
                refusal = Refusal(message["status"], _WRONG_RANGE[message["status"]], headers=size)
            if refusal is None:
                await send(message)

        await super().__call__(scope, receive, watched)
        if refusal is not None:
            await refusal.response()(scope, receive, send)
