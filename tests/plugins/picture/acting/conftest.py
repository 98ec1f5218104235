"""Fixtures for tests of acting."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from acting_stage import motion_path

from filmstudio.plugins.picture.acting import MotionData, load_motion


@pytest.fixture(scope="session")
def motion() -> MotionData:
    """The house pack's motion data."""
    return load_motion(motion_path())
