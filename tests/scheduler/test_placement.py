"""Placement: a task runs where it fits, where its model is warm, and where there is least to do."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from filmstudio.scheduler.placement import Demand, Node, place

DEMANDS = st.builds(
    Demand, st.sampled_from([0.5, 1, 2, 4]), st.sampled_from([0, 0.25, 0.5, 1, 2]), st.integers(0, 4000), st.sampled_from("ABC")
)


def farm(machines: int = 4) -> list[Node]:
    return [Node(f"node-{number}", cpu=8, gpu=2, memory_mb=8000, models_kept=2) for number in range(machines)]


@given(st.lists(DEMANDS, max_size=40), st.randoms(use_true_random=False))
def test_nothing_is_ever_placed_where_it_does_not_fit_and_all_is_given_back(demands: list[Demand], chance: random.Random) -> None:
    nodes, running = farm(), []
    for demand in demands:
        node = place(demand, nodes)
        assert (node is None) == (not any(node.fits(demand) for node in nodes))
        if node is not None:
            node.occupy(demand)
            running.append((node, demand))
        for node in nodes:
            assert node.free.cpu >= 0
            assert node.free.gpu >= 0
            assert node.free.memory_mb >= 0
            assert len(node.warm) <= 2
    chance.shuffle(running)
    for node, demand in running:
        node.release(demand)
    assert all((node.free.cpu, node.free.gpu, node.free.memory_mb) == (8, 2, 8000) for node in nodes)


@given(st.lists(DEMANDS, max_size=20), st.randoms(use_true_random=False))
def test_the_order_in_which_nodes_are_told_of_changes_nothing(demands: list[Demand], chance: random.Random) -> None:
    one, other = farm(), farm()
    for demand in demands:
        chance.shuffle(other)
        chosen, same = place(demand, one), place(demand, other)
        assert (chosen.name if chosen else None) == (same.name if same else None)
        for node in (chosen, same):
            if node is not None:
                node.occupy(demand)


def test_a_warm_node_is_preferred_though_it_is_busier() -> None:
    nodes = farm(2)
    nodes[1].occupy(Demand(4, 1, 100, "sdxl"))
    assert place(Demand(1, 1, 100, "sdxl"), nodes) is nodes[1]
    assert place(Demand(1, 1, 100, "xtts"), nodes) is nodes[0]
    assert place(Demand(1, 0, 100), nodes) is nodes[0]


def test_the_model_used_longest_ago_is_dropped() -> None:
    node = farm(1)[0]
    warm = [node.occupy(Demand(0.1, 0, 0, model)) for model in "ABACAB"]
    assert warm == [False, False, True, False, True, False]


def test_three_thirds_of_a_gpu_are_one() -> None:
    node = Node("n", cpu=8, gpu=1)
    for _ in range(3):
        assert node.fits(Demand(1, 1 / 3))
        node.occupy(Demand(1, 1 / 3))
    assert not node.fits(Demand(1, 0.01))
