"""A Ray of two nodes on one machine, quiet and small, for tests and kills."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from filmstudio.serve.cluster import OBJECT_STORE_BYTES, import_ray
from filmstudio.serve.folders import ray_folder

FOLDER_VARIABLE = "RAY_TMPDIR"
"""Names Ray's folder; processes that are to find this Ray by ``auto`` need it."""


@dataclass
class TwoNodes:
    """A head, and one worker node that may be removed and added again."""

    cluster: Any
    worker: Any
    cpus: int
    http_port: int = 0
    """Where Serve's proxy listens, once somebody has started one."""

    @property
    def address(self) -> str:
        """Where drivers find it."""
        address: str = self.cluster.address
        return address

    def remove_worker(self) -> None:
        """Kill the worker node's processes: nobody on it says goodbye."""
        self.cluster.remove_node(self.worker, allow_graceful=False)

    def add_worker(self) -> None:
        """Another worker node."""
        self.worker = self.cluster.add_node(num_cpus=self.cpus, object_store_memory=OBJECT_STORE_BYTES)


@contextlib.contextmanager
def two_nodes(cpus: int = 4) -> Iterator[TwoNodes]:
    """Start both; each counts ``cpus`` cores, whatever the machine has. All is ended and removed with the block."""
    import_ray()
    from ray.cluster_utils import Cluster

    before = os.environ.get(FOLDER_VARIABLE)
    with ray_folder() as folder:
        arguments = {
            "num_cpus": cpus,
            "include_dashboard": False,
            "object_store_memory": OBJECT_STORE_BYTES,
            "temp_dir": str(folder),
            # Nobody reads what these would gather, and no machine is rented here.
            "include_log_monitor": False,
            "no_monitor": True,
            # A dead node refuses and is missed within two seconds; one on a busy machine answers late, and lives.
            "_system_config": {"health_check_failure_threshold": 3, "health_check_period_ms": 500, "health_check_timeout_ms": 10_000},
        }
        # Where Ray notes the address that ``auto`` finds, wherever its own folder is: not where another Ray of this machine does.
        os.environ[FOLDER_VARIABLE] = str(folder)
        (folder / "ray").mkdir()
        cluster = Cluster()
        try:
            cluster.add_node(**arguments)
            nodes = TwoNodes(cluster, None, cpus)
            nodes.add_worker()
            yield nodes
        finally:
            with contextlib.suppress(Exception):
                cluster.shutdown()
            os.environ.pop(FOLDER_VARIABLE)
            if before is not None:
                os.environ[FOLDER_VARIABLE] = before
