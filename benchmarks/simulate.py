"""The scheduler on a virtual clock: 1,000 GPUs and 10,000 tenants, simulated. Every line says so.

Run it as ``./studio bench simulate``. What it decides with is the scheduler's own code; machines, films and times are made up, so
the figures say how work is shared out, not how fast anything is. The same seed gives the same lines.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict

from filmbench.machine import this_machine

from filmstudio.scheduler.simulation import Plan, simulate
from filmstudio.scheduler.simulation.figures import MARK


def main() -> int:
    """Simulate, and print lines; with ``--json`` one line, the figures after the mark."""
    wanted = _arguments()
    plan = Plan(tenants=wanted.tenants, gpus=wanted.gpus, hours=wanted.hours, load=wanted.load, seed=wanted.seed)
    started = time.perf_counter()
    figures = simulate(plan)
    passed = time.perf_counter() - started
    if wanted.json:
        print(f"{MARK} {json.dumps({'simulated': True, **asdict(figures), 'machine': asdict(this_machine())})}")
        return 0
    machine = this_machine()
    print("\n".join(figures.lines()))
    print(f"{MARK} in {passed:.1f} s on one core of {machine.cpu}, Python {machine.python}, without any GPU")
    return 0


def _arguments() -> argparse.Namespace:
    plan = Plan()
    parser = argparse.ArgumentParser(prog="studio bench simulate", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help=f"print the figures as JSON, on one line after the word {MARK}")
    parser.add_argument("--tenants", type=int, default=plan.tenants, help=f"default: {plan.tenants}")
    parser.add_argument("--gpus", type=int, default=plan.gpus, help=f"default: {plan.gpus}")
    parser.add_argument("--hours", type=float, default=plan.hours, help=f"of simulated time (default: {plan.hours:g})")
    parser.add_argument("--load", type=float, default=plan.load, help=f"films that come, against what can be made (default: {plan.load:g})")
    parser.add_argument("--seed", type=int, default=plan.seed, help=f"default: {plan.seed}")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
