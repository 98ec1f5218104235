"""A Ray that a film cannot be made on is told in words."""

from __future__ import annotations

from pathlib import Path

from rain import rendered


def test_a_ray_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    failed = rendered(tmp_path, "none", "--dispatch", "ray", "--ray-address", "127.0.0.1:1")
    assert failed.returncode == 1
    assert "no Ray answers at 127.0.0.1:1" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_two_places_at_once_are_a_mistake(tmp_path: Path) -> None:
    failed = rendered(tmp_path, "none", "--dispatch", "local", "--ray-address", "auto")
    assert failed.returncode == 2
    assert "exclude each other" in failed.stderr.replace("\n", " ")
