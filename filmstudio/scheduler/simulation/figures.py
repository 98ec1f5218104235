"""What a simulation has shown. Every line of it begins with SIMULATED: nobody shall take it for a measurement of machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from filmstudio.scheduler.simulation.house import Plan
    from filmstudio.scheduler.simulation.pool import Pool

MARK: Final = "SIMULATED"


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles, seconds."""

    p50: float
    p95: float
    p99: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of these values; zeros of none."""
        if not values:
            return cls(0.0, 0.0, 0.0, 0.0)
        ordered = sorted(values)
        return cls(*(round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) for share in (0.5, 0.95, 0.99, 1.0)))


@dataclass(frozen=True, slots=True)
class TierFigures:
    """What one tier got. Waits are of single tasks from being ready to starting; turnarounds of finished films."""

    films: int
    refused: int
    finished: int
    wait: Spread
    turnaround: Spread


@dataclass(frozen=True, slots=True)
class Figures:
    """What a simulation has shown."""

    tenants: int
    gpus: int
    hours: float
    load: float
    seed: int
    films_an_hour: float
    tasks_an_hour: float
    tasks_waiting_at_the_end: int
    gpu_utilisation: float
    """Of the GPUs that were up."""
    gpus_up: float
    """On average."""
    idle_while_runnable: float
    """Share of GPU time idle while a waiting task could have used it."""
    kept_idle: float
    """Share of GPU time idle because it was kept for a task of several GPUs."""
    core_utilisation: float
    calls_a_batch: float
    warm_share: float
    """Of batches, those that found their model loaded."""
    reserved: int
    backfilled: int
    shared_takes: int
    machines_lost: int
    tasks_retried: int
    late_answers_refused: int
    tasks_made_twice: int
    tasks_given_up: int
    worst_gap: float
    """Normalised core-seconds by which two tenants' services grew apart, where that was nearest to the bound."""
    worst_gap_bound: float
    worst_gap_share: float
    watched_tenants: int
    tiers: Mapping[str, TierFigures]

    @classmethod
    def of(cls, plan: Plan, seconds: float, gpus: Pool, cores: Pool, tiers: Mapping[str, TierFigures], shared: int) -> Figures:
        """Gather what the pools have seen."""
        hours, seen, witness = seconds / 3600, gpus.seen, gpus.witness
        assert witness is not None  # noqa: S101 - the house watches its GPUs
        both = (gpus.seen, cores.seen)
        return cls(
            tenants=plan.tenants,
            gpus=plan.gpus,
            hours=plan.hours,
            load=plan.load,
            seed=plan.seed,
            films_an_hour=round(sum(tier.finished for tier in tiers.values()) / hours, 1),
            tasks_an_hour=round(sum(one.pieces for one in both) / hours, 1),
            tasks_waiting_at_the_end=len(gpus.queue) + len(cores.queue),
            gpu_utilisation=_share(seen.busy, seen.up),
            gpus_up=round(seen.up / seconds, 1),
            idle_while_runnable=_share(seen.idle_while_runnable, seen.up),
            kept_idle=_share(seen.kept, seen.up),
            core_utilisation=_share(cores.seen.busy, cores.seen.up),
            calls_a_batch=round(seen.pieces / max(1, seen.batches), 3),
            warm_share=_share(seen.warm, seen.warm + seen.cold),
            reserved=gpus.floor.farm.reserved,
            backfilled=gpus.floor.farm.backfilled,
            shared_takes=shared,
            machines_lost=sum(one.lost_machines for one in both),
            tasks_retried=sum(one.retries for one in both),
            late_answers_refused=sum(one.refused_answers for one in both),
            tasks_made_twice=sum(one.made_twice for one in both),
            tasks_given_up=sum(one.given_up for one in both),
            worst_gap=round(witness.worst.measured, 1),
            worst_gap_bound=round(witness.worst.bound, 1),
            worst_gap_share=round(witness.worst.share, 4),
            watched_tenants=witness.watched,
            tiers=tiers,
        )

    def lines(self) -> list[str]:
        """For people, each with the mark."""
        return [f"{MARK} {name:<26}{value}".rstrip() for name, value in self.rows()]

    def rows(self) -> list[tuple[str, str]]:
        """The same in columns, without the mark."""
        rows = [
            ("plan", f"{self.gpus} GPUs, {self.tenants} tenants, {self.hours:g} h, load {self.load:g} and a flood, seed {self.seed}"),
            (
                "throughput",
                f"{self.films_an_hour:.0f} films and {self.tasks_an_hour:.0f} tasks an hour; {self.tasks_waiting_at_the_end} wait",
            ),
            ("GPUs", f"{self.gpus_up:.0f} up on average, {self.gpu_utilisation:.1%} in use, {self.calls_a_batch:.2f} calls a batch"),
            (
                "idle while runnable",
                f"{self.idle_while_runnable:.4%} of GPU time; {self.kept_idle:.2%} kept idle for tasks of several GPUs",
            ),
            ("cores", f"{self.core_utilisation:.1%} in use"),
            ("models", f"{self.warm_share:.1%} of batches found theirs loaded"),
            ("backfill", f"{self.reserved} machines kept for big tasks, {self.backfilled} small tasks let in before them"),
            ("single flight", f"{self.shared_takes} takes shared"),
            (
                "machines lost",
                f"{self.machines_lost}: {self.tasks_retried} tasks tried again, {self.late_answers_refused} late answers refused",
            ),
            ("", f"{self.tasks_made_twice} tasks made twice, {self.tasks_given_up} given up"),
            (
                "worst service gap",
                f"{self.worst_gap:.0f} of at most {self.worst_gap_bound:.0f} core-seconds by weight: {self.worst_gap_share:.1%}",
            ),
            ("", f"of all pairs of {self.watched_tenants} watched tenants, over all time in which both waited"),
        ]
        for name, tier in self.tiers.items():
            rows.append((name, f"{tier.films} films came, {tier.finished} finished, {tier.refused} turned away"))
            rows.append(("  wait of a task, s", _spread(tier.wait)))
            rows.append(("  turnaround of a film, s", _spread(tier.turnaround)))
        return rows


def _spread(spread: Spread) -> str:
    return f"p50 {spread.p50:.0f}, p95 {spread.p95:.0f}, p99 {spread.p99:.0f}, at most {spread.most:.0f}"


def _share(part: float, whole: float) -> float:
    return round(part / whole, 6) if whole else 0.0
