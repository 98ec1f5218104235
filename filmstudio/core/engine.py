"""What an engine is: a named, versioned, batch-first maker of one role's results, with its needs declared."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar

from pydantic import Field, JsonValue

from filmstudio.core.errors import EngineError, InputError, Place, StoreError, StudioError, Unsupported
from filmstudio.core.media import MediaRef
from filmstudio.core.model import Record, digest_of

API_VERSION = 1
"""Version of the engine interface; a plugin built for another is refused at registration."""


class Needs(Record):
    """What an engine needs to run. The dispatcher and the Ray deployment are configured from it alone."""

    cpu: float = Field(default=1.0, gt=0, description="CPU cores while running")
    gpu: float = Field(default=0.0, ge=0, description="GPUs, fractions allowed")
    memory_mb: int = Field(default=512, gt=0, description="memory of its worker while running; one that holds far more is ended")
    batch_size: int = Field(default=1, ge=1, description="most requests in one call of run()")
    batch_wait_ms: int = Field(default=0, ge=0, description="how long to wait for a batch to fill")
    batch_by: tuple[str, ...] = Field(
        default=(),
        max_length=16,
        description="fields of a request that are equal in all of a batch, as voice.voice; none = any may share one",
    )
    deadline_s: float = Field(default=900.0, gt=0, le=86_400, description="longest that a batch may take, with load() before the first")
    batch_sensitive: bool = Field(default=False, description="true when the output of one request depends on its neighbours in the batch")
    licence: str = Field(default="Apache-2.0", description="SPDX expression of the engine and what it loads")
    environment: str = Field(default="", description="name of the virtual environment it must run in; empty = the studio's own")
    modules: tuple[str, ...] = Field(default=(), description="optional modules it imports in load(); told to the user when missing")


class Request(Record):
    """The base of every request. Randomness comes from ``seed`` alone."""

    seed: int = Field(default=0, ge=0)


class Result(Record):
    """The base of every result."""

    degraded: tuple[str, ...] = Field(default=(), description="what fell short, in words for the report; empty = nothing")
    measured: dict[str, float] = Field(default_factory=dict, description="measurements worth reporting, by name with unit: peak_dbfs …")


class Failure(Record):
    """A request that failed, standing in its place in the results; its neighbours are not touched."""

    message: str
    remedy: str = ""
    kind: str = Field(default="engine", description="engine, input, unsupported, transient or store: who can mend it")

    @classmethod
    def of(cls, error: StudioError) -> Failure:
        """The failure that tells of ``error``."""
        kinds = ((Unsupported, "unsupported"), (InputError, "input"), (StoreError, "store"))
        kind = next((kind for sort, kind in kinds if isinstance(error, sort)), "engine")
        return cls(message=error.problem.message, remedy=error.problem.remedy, kind=kind)


def mishap(error: StudioError) -> Failure:
    """The failure of a call whose worker, or whose media, came to grief: the engine's or the store's, and never the user's."""
    return Failure(message=error.problem.message, remedy=error.problem.remedy, kind="store" if isinstance(error, StoreError) else "engine")


class Desk(Protocol):
    """An engine's way to media: reads by reference, writes into the store. Engines touch no other files."""

    def path(self, media: MediaRef) -> Path:
        """A local, read-only file with the bytes of ``media``."""
        ...

    def keep(self, path: Path, media_type: str) -> MediaRef:
        """Move a finished file from ``scratch()`` into the store."""
        ...

    def keep_bytes(self, data: bytes, media_type: str) -> MediaRef:
        """Store bytes."""
        ...

    def scratch(self, suffix: str = "") -> Path:
        """A new path in a private folder that is emptied when the task ends."""
        ...


RequestT = TypeVar("RequestT", bound=Request)
ResultT = TypeVar("ResultT", bound=Result)


class Engine(ABC, Generic[RequestT, ResultT]):
    """A plugin's implementation of a role.

    ``load()`` is called once in each worker before the first call; heavy imports and models belong there. ``run()`` must
    then be stateless: the same request gives the same bytes, whatever ran before. Engines own no threads.
    """

    name: ClassVar[str]
    """Unique within the role: lower-case words joined by hyphens."""
    version: ClassVar[str]
    """Part of every digest: raise it whenever the output of an unchanged request changes."""
    role: ClassVar[str]
    """One of the roles of ``filmstudio.core.roles``."""
    summary: ClassVar[str] = ""
    """One line for ``studio plugins``."""
    needs: ClassVar[Needs] = Needs()
    api_version: ClassVar[int] = API_VERSION

    def load(self) -> None:
        """Import and load what is heavy. Called once per worker."""

    def ready(self) -> str:
        """Why this engine cannot run here (a missing module, GPU or key) with its remedy, or an empty text. Must be quick."""
        return ""

    @abstractmethod
    def run(self, requests: Sequence[RequestT], desk: Desk) -> Sequence[ResultT | Failure]:
        """Make one result for each request, in the same order. A request that fails is a ``Failure`` in its place."""


class SingleEngine(Engine[RequestT, ResultT]):
    """An engine whose requests are made one at a time: implement ``make()`` and raise ``StudioError`` where a request fails."""

    @abstractmethod
    def make(self, request: RequestT, desk: Desk) -> ResultT:
        """Make the result of one request.

        Raises:
            Unsupported: the engine cannot do this; the remedy says what can.
            EngineError: it should have been able to, and failed.
        """

    def run(self, requests: Sequence[RequestT], desk: Desk) -> Sequence[ResultT | Failure]:
        """Make each request in turn."""
        results: list[ResultT | Failure] = []
        for request in requests:
            try:
                results.append(self.make(request, desk))
            except StudioError as error:
                results.append(Failure.of(error))
        return results


def batch_key(fields: Sequence[str], request: Request) -> str:
    """What requests must share to be made in one ``run()``: model, shape, steps, adapters, as ``Needs.batch_by`` names the fields.

    Equal texts may share a batch. It is reckoned from what an engine declares: nobody's code is run to gather calls.
    """
    if not fields:
        return ""
    said = request.canonical()
    return digest_of([_value(said, field) for field in fields])[:16]


def _value(said: JsonValue, field: str) -> JsonValue:
    for step in field.split("."):
        said = said.get(step) if isinstance(said, dict) else None
    return said


def failed(failure: Failure, *, task: str, plugin: str) -> StudioError:
    """The error that a failure stands for, with its place."""
    if failure.kind == "input":
        # The user's own input is at fault: which engine said so is of no help to them.
        return InputError(failure.message, remedy=failure.remedy)
    kind = {"unsupported": Unsupported, "store": StoreError}.get(failure.kind, EngineError)
    return kind(failure.message, remedy=failure.remedy, place=Place(plugin=plugin, task=task))
