"""Structured logs: one JSON object a line, with the ids of request, tenant and job. No key, script or body is ever in one."""

from __future__ import annotations

import json
import logging
import sys
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from filmstudio.core.errors import ConfigError

ROOT: Final = "filmstudio"
_FIELDS: Final = ("request", "tenant", "job", "attempt", "method", "path", "status", "ms", "worker", "detail")
_FILE_BYTES, _FILES = 16 << 20, 4


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z"
        line: dict[str, object] = {"at": at, "level": record.levelname.lower(), "part": record.name, "event": record.getMessage()}
        line |= {name: value for name in _FIELDS if (value := getattr(record, name, None)) not in (None, "")}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to(file: str) -> None:
    """Write the studio's logs to ``file`` (kept to four of 16 MB), or to standard error when it is empty."""
    writer: logging.Handler
    if file:
        try:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"{Path(file).parent} cannot be made: {error.strerror}."
            raise ConfigError(message, remedy="Name a folder that can be written with --data.") from error
        writer = RotatingFileHandler(file, maxBytes=_FILE_BYTES, backupCount=_FILES - 1, encoding="utf-8", delay=True)
    else:
        writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(_Lines())
    logger = logging.getLogger(ROOT)
    logger.handlers[:] = [writer]
    logger.propagate = False
    logger.setLevel(logging.INFO)
