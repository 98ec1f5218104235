"""What the API and the crew need to know, in one record that goes from process to process as JSON in one variable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError

from filmstudio.core.errors import ConfigError
from filmstudio.core.model import Record
from filmstudio.core.storage import default_cache

VARIABLE: Final = "FILMSTUDIO_SERVE"
"""Names the settings of a process that was started to serve."""


class Settings(Record):
    """Where things are kept, and the limits of a request."""

    data: str = Field(description="folder of finished films, and of the database unless one is named")
    cache: str = Field(default_factory=default_cache, description="address of the store of takes: a folder or s3://…")
    database: str = Field(default="", description="address of the database of jobs; empty = SQLite in the data folder")
    open_house: bool = Field(
        default=False,
        description="whoever can reach this address is the tenant 'local', as long as there are no keys: for loopback alone",
    )
    body_bytes: int = Field(default=8 << 20, gt=0, description="largest body of a request")
    request_seconds: float = Field(default=30.0, gt=0, description="longest that a request may take, its body included")
    media_bytes: int = Field(default=256 << 20, gt=0, description="largest file of media that is sent")
    media_seconds: float = Field(default=300.0, gt=0, description="longest that media may take to arrive")
    uploads: int = Field(default=16, gt=0, description="media that a tenant may be sending at the same time")
    engine_seconds: float = Field(default=300.0, gt=0, description="longest that a direct call of an engine may take")
    streams: int = Field(default=50, gt=0, description="event streams that a tenant may have open")
    log: str = Field(default="", description="file for structured logs; empty = standard error")

    @property
    def films(self) -> Path:
        """Folder with a folder of deliveries for each job."""
        return Path(self.data) / "films"

    @property
    def database_address(self) -> str:
        """Address of the database of jobs."""
        return self.database or f"sqlite:///{(Path(self.data) / 'studio.db').absolute()}"


def default_data() -> Path:
    """The user's data folder for the studio."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "filmstudio"


def settings_from_environment() -> Settings:
    """The settings in ``FILMSTUDIO_SERVE``.

    Raises:
        ConfigError: the variable is missing or wrong.
    """
    text = os.environ.get(VARIABLE, "")
    if not text:
        raise ConfigError(f"{VARIABLE} is not set.", remedy="Start the API with: studio serve")
    try:
        return Settings.model_validate_json(text)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_input=False))
        raise ConfigError(f"{VARIABLE} is wrong: {wrong}.", remedy="Start the API with: studio serve") from error
