"""A film on a Ray of two nodes is the film made locally, byte for byte; and nothing of Ray is seen or left."""

from __future__ import annotations

from pathlib import Path

from rain import rendered
from servebench.twonodes import TwoNodes

SAME = ("film.mp4", "film.json", "film.otio", "captions.en.srt", "captions.en.vtt", "metadata.json")


def test_the_film_is_the_same_and_only_the_studio_is_heard(ray_of_two: TwoNodes, local_film: Path, tmp_path: Path) -> None:
    on_ray = rendered(tmp_path, "ray", "--dispatch", "ray", "--ray-address", ray_of_two.address, "--workers", "3")
    assert on_ray.returncode == 0, on_ray.stderr
    for name in SAME:
        assert (local_film / name).read_bytes() == (tmp_path / "ray" / name).read_bytes(), name
    extra = [line for line in on_ray.stderr.splitlines() if " done, " not in line]
    assert extra == [f"Joining the Ray at {ray_of_two.address} …", "Loading engines on 3 replicas …"]


def test_a_ray_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    failed = rendered(tmp_path, "none", "--dispatch", "ray", "--ray-address", "127.0.0.1:1")
    assert failed.returncode == 1
    assert "no Ray answers at 127.0.0.1:1" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_two_places_at_once_are_a_mistake(tmp_path: Path) -> None:
    failed = rendered(tmp_path, "none", "--dispatch", "local", "--ray-address", "auto")
    assert failed.returncode == 2
    assert "exclude each other" in failed.stderr.replace("\n", " ")
