"""One Ray of two nodes for all tests of this folder, and a deadline for each: a Ray that hangs fails a test and hangs nothing."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from rain import rendered
from servebench.twonodes import TwoNodes, two_nodes

TEST_SECONDS = 180


@pytest.fixture(autouse=True)
def _deadline() -> Iterator[None]:
    def late(number: int, frame: FrameType | None) -> None:
        faulthandler.dump_traceback()
        pytest.fail(f"no end in {TEST_SECONDS} s: something waits for Ray", pytrace=False)

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(TEST_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def nodes() -> Iterator[TwoNodes]:
    """Two nodes of four cores each, as they count them. They export metrics, as an operator's do and the studio's own do not."""
    os.environ["RAY_enable_metrics_collection"] = "1"  # noqa: SIM112 - Ray's own spelling
    with two_nodes() as started:
        yield started


@pytest.fixture(scope="session")
def ray_of_two(nodes: TwoNodes) -> Iterator[TwoNodes]:
    """The two nodes, with this process connected, and Serve's proxy at ``http_port``: whoever starts Serve first decides that."""
    from filmstudio.cli.house import held
    from filmstudio.serve.cluster import cluster

    with held("127.0.0.1", 0) as port, cluster(nodes.address):
        nodes.http_port = port.getsockname()[1]
        from ray import serve

        serve.start(proxy_location="HeadOnly", http_options={"host": "127.0.0.1", "port": nodes.http_port})
        yield nodes


@pytest.fixture(scope="session")
def local_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The short film's delivery folder, made without Ray."""
    folder = tmp_path_factory.mktemp("local")
    made = rendered(folder, "film", "--workers", "1")
    assert made.returncode == 0, made.stderr
    return folder / "film"
