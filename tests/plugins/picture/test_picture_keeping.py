"""Compiled pixel loops are out of date as soon as any file that is compiled into them is another."""

from __future__ import annotations

from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.kernels import keeping


def test_loops_are_kept_under_the_stamp_of_all_their_files() -> None:
    for loop in (kernels.lay, kernels.compose, kernels.develop, kernels.glide):
        place = loop._cache._impl.locator  # type: ignore[attr-defined]
        assert type(place).__module__ == keeping.__name__
        assert place.get_source_stamp() == keeping.sources()
