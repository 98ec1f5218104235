"""The render graph: checked when built; a part of a result is all that its readers depend on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstudio.core.errors import StudioError
from filmstudio.core.graph import Ref, RenderGraph, Task, resolve, task_digest

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def test_references_are_replaced_wherever_they_stand() -> None:
    template = {"a": Ref("t", ("x", 1)), "b": [Ref("u"), 5], "c": {"d": Ref("t", ("y",))}}
    assert resolve(template, {"t": {"x": [1, 2], "y": "why"}, "u": None}) == {"a": 2, "b": [None, 5], "c": {"d": "why"}}


def test_a_path_that_leads_nowhere_names_itself() -> None:
    with pytest.raises(StudioError, match=r"result of t has no x\.3"):
        resolve(Ref("t", ("x", 3)), {"t": {"x": [1]}})


def test_cycles_doubles_and_dangling_references_are_refused() -> None:
    with pytest.raises(StudioError, match="cycle"):
        RenderGraph.of([Task("a", "voice", Ref("b")), Task("b", "voice", Ref("a"))])
    with pytest.raises(StudioError, match="two tasks are called a"):
        RenderGraph.of([Task("a", "voice", None), Task("a", "voice", None)])
    with pytest.raises(StudioError, match="refers to ghost"):
        RenderGraph.of([Task("a", "voice", Ref("ghost"))])


def test_the_longest_way_to_the_end_is_the_most_urgent() -> None:
    graph = RenderGraph.of(
        [
            Task("quick", "voice", None, 1),
            Task("slow", "voice", None, 1),
            Task("long", "picture", Ref("slow"), 9),
            Task("end", "conform", [Ref("quick"), Ref("long")], 1),
        ]
    )
    urgency = graph.urgency()
    assert urgency["slow"] > urgency["long"] > urgency["quick"] > urgency["end"]


@given(json_values, json_values)
def test_digests_tell_requests_apart_and_nothing_else(first: object, second: object) -> None:
    import json

    one, two = (task_digest("e", "1", "voice", value) for value in (first, second))  # type: ignore[arg-type]
    assert (one == two) == (json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True))
    assert one != task_digest("e", "2", "voice", first)  # type: ignore[arg-type]


def test_key_order_does_not_enter_a_digest() -> None:
    assert task_digest("e", "1", "voice", {"a": 1, "b": 2}) == task_digest("e", "1", "voice", {"b": 2, "a": 1})
