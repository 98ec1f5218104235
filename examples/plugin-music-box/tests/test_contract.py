"""MusicBox keeps the contract of the studio, and its manifest says what it is."""

from __future__ import annotations

from pathlib import Path

import music_box
from music_box.engine import MusicBox

from filmstudio.core.manifest import FILE_NAME, read_manifest
from filmstudio.testing import hold_to_contract, sample_requests


def test_it_keeps_the_contract(tmp_path: Path) -> None:
    hold_to_contract(MusicBox, sample_requests(MusicBox.role, tmp_path / "store"), tmp_path)


def test_its_manifest_declares_what_it_is() -> None:
    [declared] = read_manifest(Path(music_box.__file__).with_name(FILE_NAME)).engines
    assert (declared.role, declared.name, declared.version) == (MusicBox.role, MusicBox.name, MusicBox.version)
