"""Arguments of the engines' application: what a configuration file may say, checked before anything starts. No ray here."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from filmstudio.core.local import DEADLINE_SECONDS
from filmstudio.core.model import Record
from filmstudio.serve.posts import Scale

IMPORT_PATH: Final = "filmstudio.serve.applications:engines"


class EnginesArgs(Record):
    """Arguments of the application. A mistake in them is told when it is built, before anything starts."""

    store: str = Field(min_length=1, description="address of the store, the same for every node: a shared folder or s3://…")
    cache: str = Field(default="", description="folder of a node for copies of a store that is elsewhere; empty = the default")
    only: tuple[str, ...] = Field(default=(), description="engines as ROLE/NAME; empty = all that are installed")
    scales: dict[str, Scale] = Field(default_factory=dict, description="replicas and batches by post, where not the defaults")
    preload: tuple[str, ...] = Field(default=(), description="engines as ROLE/NAME that the house loads before it is ready")
    guests_on: str = Field(default="", description="resource of Ray by which nodes for third parties' engines are known")
    deadline_s: float = Field(default=DEADLINE_SECONDS, gt=0, description="after which a run is taken for hung")
    variables: dict[str, str] = Field(default_factory=dict, description="environment variables of the engines' processes")
