"""What crosses Ray: a call sheet on the way to an engine, an answer on the way back, both as JSON text.

Media are named by digest and lie in the store, which both ends open by its address. Nothing is pickled but strings.
"""

from __future__ import annotations

from pydantic import Field, JsonValue

from filmstudio.core.engine import Failure
from filmstudio.core.model import Record
from filmstudio.core.perform import Batch, Call, Outcome
from filmstudio.core.store import Take


class CallSheet(Record):
    """One call of one engine."""

    role: str
    engine: str
    version: str
    task: str
    digest: str
    request: JsonValue
    trace: str = Field(default="", description="the span that asked, as a W3C traceparent")
    alone: bool = Field(default=False, description="its replica died under it once: nobody else shares its batch")

    @classmethod
    def of(cls, batch: Batch, call: Call, *, alone: bool = False) -> CallSheet:
        """The sheet for one call of a batch."""
        return cls(
            role=batch.role,
            engine=batch.engine,
            version=batch.version,
            task=call.task,
            digest=call.digest,
            request=call.request,
            trace=batch.trace,
            alone=alone,
        )

    @property
    def call(self) -> Call:
        """The call in core's words."""
        return Call(self.task, self.digest, self.request)


class Answer(Record):
    """What became of a call, and how much memory its replica has held."""

    task: str
    take: Take | None = None
    failure: Failure | None = None
    fill: float = Field(default=0.0, ge=0, le=1, description="how full its batch was, told by the first of a batch alone")
    replica: str = ""
    peak_mb: float = Field(default=0.0, ge=0)

    @classmethod
    def of(cls, outcome: Outcome, replica: str, peak_mb: float) -> Answer:
        """An outcome, with who made it."""
        return cls(task=outcome.task, take=outcome.take, failure=outcome.failure, fill=outcome.fill, replica=replica, peak_mb=peak_mb)

    @property
    def outcome(self) -> Outcome:
        """The answer in core's words."""
        return Outcome(self.task, self.take, self.failure, self.fill)
