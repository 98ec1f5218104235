"""Posts: every engine has one, from its declared needs alone, and a post that could not work is refused before it starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from servebench.probes import Gatherer, Probe

from filmstudio.core.engine import Needs
from filmstudio.core.errors import ConfigError
from filmstudio.core.plugins import Offer, Papers, Plugins
from filmstudio.serve.posts import HOUSE, Scale, batch_of, deployment_options, interpreter_of, posts_for


def needing(called: str, wanted: Needs) -> Offer:
    class Wanting(Probe):
        name: ClassVar[str] = called
        needs: ClassVar[Needs] = wanted

    return Offer(Wanting, "test")


def test_every_installed_engine_is_at_exactly_one_post() -> None:
    offers = Plugins().engines()
    posts = posts_for(offers)
    assert sorted(station.key for post in posts for station in post.stations) == sorted((o.engine.role, o.engine.name) for o in offers)
    assert posts[0].name == HOUSE
    assert len({post.name for post in posts}) == len(posts)


def test_a_gpu_much_memory_an_environment_or_a_batch_that_waits_stands_apart() -> None:
    offers = [
        needing("light", Needs()),
        needing("gpu", Needs(gpu=0.5)),
        needing("large", Needs(memory_mb=8000)),
        needing("elsewhere", Needs(environment="other")),
        needing("gathering", Needs(batch_size=8, batch_wait_ms=20)),
        needing("many", Needs(batch_size=8)),
        Offer(Probe, "guest", "someone-elses"),
    ]
    house, *apart = posts_for(offers)
    assert [station.engine for station in house.stations] == ["light", "many"]
    assert [post.name for post in apart] == ["voice-gpu", "voice-large", "voice-elsewhere", "voice-gathering", "voice-probe"]


def test_a_deployment_asks_for_what_its_engine_declares() -> None:
    post = posts_for([needing("gpu", Needs(cpu=2, gpu=0.25, memory_mb=4096, batch_size=4, batch_wait_ms=30))])[1]
    options = deployment_options(post, {"OMP_NUM_THREADS": "1"}, "/opt/other/bin/python")
    actor = options["ray_actor_options"]
    assert isinstance(actor, dict)
    assert (actor["num_cpus"], actor["num_gpus"], actor["memory"]) == (2, 0.25, 4096 << 20)
    assert actor["runtime_env"] == {"env_vars": {"OMP_NUM_THREADS": "1"}, "py_executable": "/opt/other/bin/python"}
    assert options["max_ongoing_requests"] == 8
    assert options["autoscaling_config"]["min_replicas"] == 0  # type: ignore[index, call-overload]


def test_a_replica_that_holds_fewer_calls_than_a_batch_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"max_ongoing_requests of voice-gatherer is 3.*gatherer takes batches of 4, 2 at a time"):
        posts_for([Offer(Gatherer, "test")], {"voice-gatherer": Scale(concurrent=2, ongoing=3)})
    posts_for([Offer(Gatherer, "test")], {"voice-gatherer": Scale(concurrent=2, ongoing=8)})


def test_third_parties_are_placed_on_nodes_that_are_theirs_unless_they_need_a_gpu() -> None:
    offers = [needing("light", Needs()), Offer(Probe, "guest", "someone-elses"), needing("large", Needs(memory_mb=8000))]
    gpu = replace(needing("gpu", Needs(gpu=1)), distribution="someone-elses", papers=Papers("someone-elses"))
    offers[1] = replace(offers[1], papers=Papers("someone-elses"))
    options = {post.name: deployment_options(post, {}, guests_on="plugins")["ray_actor_options"] for post in posts_for([*offers, gpu])}
    placed = {name: actor.get("resources") for name, actor in options.items() if isinstance(actor, dict)}
    assert placed == {"house": None, "voice-probe": {"plugins": 0.001}, "voice-large": None, "voice-gpu": None}


@pytest.mark.parametrize(("plugin", "own"), [("filmstudio", True), ("someone-elses", False)])
def test_a_third_partys_environment_is_its_workers_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugin: str, own: bool) -> None:
    """Python runs what stands in an environment as it starts: a replica, which has the store, is not started with a stranger's."""
    python = tmp_path / "other" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setenv("FILMSTUDIO_PLUGINS", str(tmp_path))
    elsewhere = needing("elsewhere", Needs(environment="other"))
    post = posts_for([replace(elsewhere, distribution=plugin, papers=Papers(plugin))])[1]
    assert post.stations[0].guest is not None and post.stations[0].guest.environment == "other"
    assert interpreter_of(post) == (str(python) if own else None)


def test_more_than_one_gpu_is_whole() -> None:
    with pytest.raises(ConfigError, match=r"1\.5 GPUs"):
        posts_for([needing("odd", Needs(gpu=1.5))])
    posts_for([needing("even", Needs(gpu=2))])


def test_an_engine_whose_results_depend_on_neighbours_has_none() -> None:
    assert batch_of(Needs(batch_size=8, batch_wait_ms=20, batch_sensitive=True)) == 1


def test_a_scale_for_nobody_is_told() -> None:
    with pytest.raises(ConfigError, match="no post called voice-nobody"):
        posts_for([Offer(Gatherer, "test")], {"voice-nobody": Scale()})
