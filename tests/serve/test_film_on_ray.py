"""A film on a Ray that is joined, whose engines the command itself deploys; a Ray that it cannot be made on is told in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from rain import SAME, rendered
from servebench.twonodes import TwoNodes


@pytest.mark.slow
def test_a_film_on_engines_that_the_command_deploys_on_two_replicas_is_the_local_one_and_nothing_is_left(
    ray_of_two: TwoNodes, local_film: Path, tmp_path: Path
) -> None:
    from ray import serve

    before = set(serve.status().applications)
    on_ray = rendered(tmp_path, "ray", "--dispatch", "ray", "--ray-address", ray_of_two.address, "--workers", "2")
    assert on_ray.returncode == 0, on_ray.stderr
    for name in SAME:
        assert (local_film / name).read_bytes() == (tmp_path / "ray" / name).read_bytes(), name
    told = [line for line in on_ray.stderr.splitlines() if " done, " not in line]
    assert told == [f"Joining the Ray at {ray_of_two.address} …", "Loading engines on 2 replicas …"]
    assert set(serve.status().applications) == before


def test_a_ray_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    failed = rendered(tmp_path, "none", "--dispatch", "ray", "--ray-address", "127.0.0.1:1")
    assert failed.returncode == 1
    assert "no Ray answers at 127.0.0.1:1" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_two_places_at_once_are_a_mistake(tmp_path: Path) -> None:
    failed = rendered(tmp_path, "none", "--dispatch", "local", "--ray-address", "auto")
    assert failed.returncode == 2
    assert "exclude each other" in failed.stderr.replace("\n", " ")
