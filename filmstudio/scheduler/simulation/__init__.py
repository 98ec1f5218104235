"""The scheduler on a virtual clock: the same fair queue, batches, placement, backfill, admission and autoscaling, on simulated GPUs.

    workload   who comes with what: tenants with heavy tails, films with the shape of the studio's render graphs
    pool       machines of one kind and what runs on them: fair queue > batch > placement; leases, lost machines
    house      arrivals, admission, films walked through the pools, autoscaling
    figures    what was seen; every line of it begins with SIMULATED

Nothing is rendered. How long tasks take is assumed (``workload.CRAFTS``); what is being looked at is who is served when.
"""

from filmstudio.scheduler.simulation.figures import Figures
from filmstudio.scheduler.simulation.house import Plan, simulate

__all__ = ["Figures", "Plan", "simulate"]
