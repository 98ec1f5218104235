"""The simulation: the scheduler's own code on a virtual clock, the same for a seed, and every line says that it is one."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from filmstudio.scheduler.clock import RealClock, VirtualClock
from filmstudio.scheduler.fairshare import FairQueue, Place
from filmstudio.scheduler.simulation import Figures, Plan, pool, simulate
from filmstudio.scheduler.simulation.workload import CRAFTS, film_graph, shapes
from filmstudio.scheduler.tiers import TERMS, Tier

TINY = Plan(tenants=60, gpus=16, hours=0.2, seed=3)
SMALL = Plan(tenants=150, gpus=24, hours=0.6, seed=3)
CROWDED = Plan(tenants=40, gpus=8, hours=0.8, load=3, seed=3)


@pytest.fixture(scope="module")
def figures() -> Figures:
    return simulate(SMALL)


def test_the_same_seed_gives_the_same_lines_and_another_gives_others() -> None:
    lines = simulate(TINY).lines()
    assert simulate(TINY).lines() == lines
    assert simulate(replace(TINY, seed=4)).lines() != lines


def test_every_line_says_that_it_is_simulated(figures: Figures) -> None:
    assert len(figures.lines()) > 10
    assert all(line.startswith("SIMULATED ") for line in figures.lines())


def test_services_stay_within_the_asserted_bound(figures: Figures) -> None:
    assert 0 < figures.worst_gap <= figures.worst_gap_bound


def test_gpus_are_busy_and_never_idle_for_long_while_something_could_run(figures: Figures) -> None:
    assert figures.gpu_utilisation > 0.9
    assert figures.idle_while_runnable < 0.005


def test_what_was_on_a_lost_machine_is_made_again_and_nothing_is_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filmstudio.scheduler.simulation.house.HOURS_TO_LOSS", 0.5)
    monkeypatch.setattr("filmstudio.scheduler.simulation.house.CUT_OFF", 0.7)
    lossy = simulate(SMALL)
    assert lossy.machines_lost > 2
    assert lossy.tasks_retried > 10
    assert lossy.late_answers_refused > 0
    assert lossy.tasks_made_twice == 0
    assert lossy.films_an_hour > 0


def test_a_pool_that_accepts_answers_of_lost_leases_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def accept(self: pool.Pool, run: pool.Run) -> None:
        for entry in run.places:
            self.seen.made_twice += entry.task.done
            entry.task.done = True

    monkeypatch.setattr("filmstudio.scheduler.simulation.house.HOURS_TO_LOSS", 0.5)
    monkeypatch.setattr("filmstudio.scheduler.simulation.house.CUT_OFF", 1.0)
    monkeypatch.setattr(pool.Pool, "_answer_late", accept)
    assert simulate(SMALL).tasks_made_twice > 0


def test_an_order_that_forgets_corrections_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(self: FairQueue[object], place: Place[object], measured: float) -> None:
        settle(self, place, place.cost)

    settle = FairQueue.settle
    monkeypatch.setattr(FairQueue, "settle", forget)
    caught = simulate(CROWDED)
    assert caught.worst_gap > caught.worst_gap_bound


def test_the_fair_order_holds_its_bound_in_the_crowd_that_unfair_ones_are_caught_in() -> None:
    crowded = simulate(CROWDED)
    assert 0 < crowded.worst_gap <= crowded.worst_gap_bound


def test_an_order_that_charges_nothing_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filmstudio.scheduler.virtualtime.Level._move", lambda self, flow, tag: self._enter(flow) if flow.waiting else None)
    caught = simulate(CROWDED)
    assert caught.worst_gap > caught.worst_gap_bound


def test_figures_are_plain_data(figures: Figures) -> None:
    assert asdict(figures)["tiers"]["free"]["films"] > 0


def test_films_have_the_studios_roles_and_no_tier_more_than_it_may() -> None:
    from random import Random

    made = shapes(Random(1))
    for tier, kinds in made.items():
        lines = max(shape.roles.count("voice") for shape in kinds)
        assert lines <= TERMS[tier].longest_seconds / 6 * 1.5 + 2
        assert {"voice", "lipsync", "timing", "mixing", "conform", "marketing"} <= set(kinds[0].roles) <= set(CRAFTS)
    graph = film_graph(Tier.FREE, Random(2))
    assert graph.order[-1] == "marketing"


def test_a_virtual_clock_stands_still_between_events_and_keeps_their_order() -> None:
    clock, seen = VirtualClock(), []
    clock.after(5, lambda: seen.append(("late", clock.now())))
    for name in "abc":
        clock.after(2, lambda name=name: seen.append((name, clock.now())))  # type: ignore[misc]
    clock.after(2, lambda: clock.after(0, lambda: seen.append(("at once", clock.now()))))
    while clock.step(until=4):
        pass
    assert seen == [("a", 2), ("b", 2), ("c", 2), ("at once", 2)]
    assert clock.now() == 4
    assert RealClock().now() <= RealClock().now()
