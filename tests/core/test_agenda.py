"""What starts next: the most urgent, but pictures beside those that the free worker has just drawn."""

from __future__ import annotations

import heapq

from hypothesis import given
from hypothesis import strategies as st

from filmstudio.core.agenda import Agenda, Near
from filmstudio.core.graph import Task

NEAR = st.one_of(st.just(()), st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")))


def task(name: str, near: Near = ()) -> Task:
    return Task(name, "picture", {}, near=near)


def agenda_of(tasks: dict[str, tuple[Near, float]]) -> Agenda:
    agenda = Agenda()
    for name, (near, urgency) in tasks.items():
        agenda.add(task(name, near), urgency)
    return agenda


@given(st.dictionaries(st.text("abc", min_size=1, max_size=6), st.tuples(NEAR, st.floats(0, 100)), max_size=20), NEAR, st.integers(0, 4))
def test_every_task_is_taken_once(tasks: dict[str, tuple[Near, float]], after: Near, few: int) -> None:
    agenda = agenda_of(tasks)
    taken = [agenda.take(after, few) for _ in tasks]
    assert sorted(taken) == sorted(tasks)
    assert len(agenda) == 0


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=6), st.tuples(NEAR, st.integers(0, 3)), max_size=16),
    st.lists(st.tuples(NEAR, st.integers(0, 3)), max_size=32),
)
def test_what_is_taken_is_what_the_words_say(tasks: dict[str, tuple[Near, int]], turns: list[tuple[Near, int]]) -> None:
    """Against the rule spelled out: beside what was done last; else nothing in common with what is being done; else the most urgent."""
    agenda = agenda_of({name: (near, float(urgency)) for name, (near, urgency) in tasks.items()})
    waiting, begun = sorted(tasks, key=lambda name: (-tasks[name][1], name)), list[str]()
    for after, over in turns:
        while begun and len(begun) > over:
            agenda.over(task(begun[0], tasks[begun.pop(0)][0]))
        if not waiting:
            return
        busy = {part for name in begun for part in parts(tasks[name][0])}
        beside = [[name for name in waiting if part in parts(tasks[name][0])] for part in reversed(parts(after))]
        apart = [
            [name for name in waiting if parts(tasks[name][0])[width : width + 1] not in ([], *([part] for part in busy))]
            for width in range(2)
        ]
        choices = [*beside, *apart] if tasks[waiting[0]][0] else []
        wanted = next((names[0] for names in choices if names), waiting[0])
        assert agenda.take(after) == wanted
        waiting.remove(wanted)
        begun.append(wanted)


def parts(near: Near) -> list[Near]:
    return [near[: width + 1] for width in range(len(near))]


@given(st.dictionaries(st.text("abc", min_size=1, max_size=6), st.floats(0, 100), max_size=20))
def test_tasks_that_have_nothing_in_common_start_by_urgency(urgencies: dict[str, float]) -> None:
    agenda = agenda_of({name: ((), urgency) for name, urgency in urgencies.items()})
    by_urgency = [(-urgency, name) for name, urgency in urgencies.items()]
    heapq.heapify(by_urgency)
    assert [agenda.take() for _ in urgencies] == [heapq.heappop(by_urgency)[1] for _ in urgencies]


def test_two_workers_draw_two_scenes_and_meet_at_the_end() -> None:
    names = [f"{scene}.{shot}.{part}" for scene in "ab" for shot in range(3) for part in range(2)]
    agenda = agenda_of({name: (tuple(name.split(".")[:2]), 1.0) for name in names})
    drawn: list[list[str]] = [[], []]
    for _ in range(6):
        for worker in drawn:
            near: Near = tuple(worker[-1].split(".")[:2]) if worker else ()
            worker.append(agenda.take(near))
    assert [{name[0] for name in worker} for worker in drawn] == [{"a"}, {"b"}]
    assert [worker[::2] for worker in drawn] == [["a.0.0", "a.1.0", "a.2.0"], ["b.0.0", "b.1.0", "b.2.0"]]


def test_in_one_scene_nobody_begins_a_shot_that_another_draws() -> None:
    agenda = agenda_of({f"{shot}{part}": (("s", shot), 1.0) for shot in "xy" for part in range(3)})
    first = agenda.take()
    second = agenda.take()
    assert (first, second) == ("x0", "y0")
    assert agenda.take(("s", "y")) == "y1"
    assert agenda.take(("s", "x")) == "x1"


def test_more_urgent_work_of_another_kind_goes_first() -> None:
    agenda = agenda_of({"picture": (("s", "x"), 1.0), "voice": ((), 2.0), "other": (("s", "y"), 1.5)})
    assert [agenda.take(("s", "x")) for _ in range(3)] == ["voice", "picture", "other"]


def test_the_last_few_start_by_urgency_so_that_all_end_together() -> None:
    agenda = agenda_of({"short": (("s", "x"), 1.0), "long": (("s", "y"), 5.0)})
    assert agenda.take(("s", "x"), few=2) == "long"
