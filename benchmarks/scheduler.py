"""How fast and how fair the scheduler is: microseconds a decision with a long queue, service gaps against the bound, idle slots.

Run it as ``./studio bench scheduler``. Nothing is rendered: tasks are numbers, and the crew of the last part only keeps time.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass

from filmbench.machine import Machine, this_machine
from rich.console import Console
from rich.table import Table
from schedulerbench.decisions import WATCHED, Decisions, measure_decisions, measure_fairness
from schedulerbench.handover import Handover, measure_handover

BUDGET_US = 1000.0
"""Of one decision, at 100,000 queued tasks and 1,000 tenants."""


@dataclass(frozen=True, slots=True)
class Fairness:
    """The gap nearest to its bound, in normalised seconds, of all pairs of the watched tenants."""

    measured: float
    asserted: float
    share: float
    watched: int
    decisions: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the benchmark found."""

    tasks: int
    tenants: int
    single: Decisions
    batched: Decisions
    fairness: Fairness
    fairness_batched: Fairness
    handover: Handover
    machine: Machine
    load_after: float


def main() -> int:
    """Measure, and print a table; with ``--json`` the figures go to standard output and the table to standard error."""
    wanted = _arguments()
    figures = measure(wanted)
    Console(stderr=wanted.json, width=160).print(table(figures))
    if wanted.json:
        json.dump(asdict(figures), sys.stdout, indent=2)
        print()
    return 0


def measure(wanted: argparse.Namespace) -> Figures:
    """Everything, in order."""
    machine, tasks, tenants, decisions = this_machine(), wanted.tasks, wanted.tenants, wanted.decisions
    _say(f"decisions with {tasks} tasks of {tenants} tenants queued")
    single = measure_decisions(tasks, tenants, decisions)
    _say("the same in batches of at most 8")
    batched = measure_decisions(tasks, tenants, decisions // 4, batch=8)
    _say("service gaps between tenants")
    gaps = [(measure_fairness(tasks, tenants, count, batch), count) for batch, count in ((1, decisions), (8, decisions // 4))]
    fairness = [Fairness(round(gap.measured, 2), round(gap.bound, 2), round(gap.share, 4), WATCHED, count) for gap, count in gaps]
    _say("slots idle while tasks wait")
    handover = measure_handover(films=wanted.films, slots=8, tasks=wanted.films * 30, task_ms=100.0)
    return Figures(tasks, tenants, single, batched, *fairness, handover, machine, this_machine().load)


def table(figures: Figures) -> Table:
    """The figures for people."""
    machine, single, batched, handover = figures.machine, figures.single, figures.batched, figures.handover
    made = Table(title="The scheduler", title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    rows = [
        ("queue", f"{figures.tasks} tasks of {figures.tenants} tenants, 10 films each, 1,000 more in flight"),
        ("machine", f"{machine}; one core used"),
        ("load", f"{machine.load:g} before, {figures.load_after:g} after (the benchmark itself gives about 1)"),
        ("", ""),
        ("a decision", f"{_times(single)} (budget: {BUDGET_US:g} us)"),
        ("", "the next task chosen and charged, one that ended corrected, a new one queued; each asserts its bound"),
        ("  decisions a second", f"{single.decisions_a_second}, pauses of Python's garbage collector included: {_pause(single, batched)}"),
        ("a batch of at most 8", f"{_times(batched)}, {batched.calls_a_batch:g} calls each"),
        ("  calls a second", f"{round(batched.decisions_a_second * batched.calls_a_batch)}"),
        ("service gap", _gap(figures.fairness)),
        ("  in batches", _gap(figures.fairness_batched)),
        ("idle while runnable", f"{handover.idle_while_runnable:.3%} of slot time, {handover.handover_us:g} us from task to task"),
        ("", f"{handover.films} films in threads on {handover.slots} slots, {handover.tasks} tasks of {handover.task_ms:g} ms"),
    ]
    for name, value in rows:
        made.add_row(name, value)
    return made


def _times(one: Decisions) -> str:
    return f"{one.mean_us:g} us on average, {one.p50_us:g} median, {one.p99_us:g} p99, {one.worst_us:g} at worst"


def _pause(*found: Decisions) -> str:
    return f"at most {max(one.longest_pause_ms for one in found):g} ms"


def _gap(fairness: Fairness) -> str:
    gap = f"{fairness.measured:g} of at most {fairness.asserted:g} normalised seconds ({fairness.share:.1%})"
    return f"{gap}, in {fairness.decisions} decisions"


def _say(what: str) -> None:
    print(f"measuring: {what} …", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="studio bench scheduler", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--tasks", type=int, default=100_000, help="tasks in the queue (default: 100,000)")
    parser.add_argument("--tenants", type=int, default=1_000, help="tenants (default: 1,000)")
    parser.add_argument("--decisions", type=int, default=100_000, help="decisions to time (default: 100,000)")
    parser.add_argument("--films", type=int, default=40, help="films in threads that share the slots (default: 40)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
