"""What the studio and its workers say to each other: a batch goes out, a report comes back, and both are validated where they arrive."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from filmstudio.core.errors import PluginError
from filmstudio.core.perform import Batch, Outcome


@dataclass(frozen=True, slots=True)
class Order:
    """A batch for a worker, and where the media lie that its requests refer to (a worker that has the store needs no paths)."""

    batch: Batch
    media: dict[str, str] = field(default_factory=dict)
    """Paths by digest."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker made of a batch, and how it left its process."""

    outcomes: tuple[Outcome, ...]
    peak_mb: float = 0.0
    """The most memory the worker has held."""
    changed: tuple[str, ...] = ()
    """What the engine changed of its process and could not be put back: the worker takes no other batch."""


@cache
def _form(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def order_message(order: Order) -> bytes:
    """An order as JSON."""
    return _form(Order).dump_json(order)


def read_order(message: bytes) -> Order:
    """An order from JSON."""
    order: Order = _form(Order).validate_json(message)
    return order


def report_message(report: Report) -> bytes:
    """A report as JSON."""
    return _form(Report).dump_json(report)


def read_report(message: bytes, batch: Batch) -> Report:
    """A worker's report on ``batch``.

    Raises:
        PluginError: it is none, or tells of other calls than those of the batch.
    """
    try:
        report: Report = _form(Report).validate_json(message)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PluginError(f"its worker sent what is no report: {where}: {first['msg']}.") from error
    told, asked = [outcome.task for outcome in report.outcomes], [call.task for call in batch.calls]
    if told != asked:
        raise PluginError(f"its worker reported on {len(told)} calls of its own choice; it was given {len(asked)}.")
    for call, outcome in zip(batch.calls, report.outcomes, strict=True):
        take = outcome.take
        if (take is None) == (outcome.failure is None):
            raise PluginError("its worker reported neither a take nor a failure, or both.")
        if take is not None and (take.digest, take.role, take.engine, take.version) != (
            call.digest,
            batch.role,
            batch.engine,
            batch.version,
        ):
            raise PluginError("its worker reported the take of another task.")
    return report
