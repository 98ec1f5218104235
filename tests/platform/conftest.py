"""The API on a real server, and real clients."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from api_server import Api, running_api


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An open house: whoever calls is the tenant 'local'. Nothing makes its films but the tests."""
    with running_api(tmp_path_factory.mktemp("open"), open_house=True) as found:
        yield found


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A house with keys for ada (pro) and bob (free)."""
    with running_api(
        tmp_path_factory.mktemp("keyed"), open_house=True, keys={"ada": "pro", "bob": "free"}, body_bytes=256 << 10, streams=8
    ) as found:
        yield found
