"""Every example becomes a film, and the film keeps every promise that can be measured."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import opentimelineio
import pysubs2
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from probe import load, longest_silence, probe, squeezed

from filmstudio.app import Studio, Wishes
from filmstudio.core.film import Film
from filmstudio.core.options import RenderOptions
from filmstudio.core.report import Metadata, Report

EXAMPLES = sorted(
    path for path in (Path(__file__).parents[2] / "examples").iterdir() if path.suffix in {".fountain", ".fdx", ".md", ".txt"}
)


@pytest.mark.slow
@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_becomes_a_film(script: Path, shared_cache: Path, tmp_path: Path) -> None:
    studio, options = Studio(shared_cache), RenderOptions(size="480p", preset="draft")
    screenplay, _ = studio.read(script)
    film = studio.develop(screenplay, Wishes(), options)
    out = tmp_path / "delivery"
    report = studio.render(film, options, out, workers=1).report

    failed = [f"{check.name}: {check.detail}" for check in report.checks if not check.passed]
    assert not failed
    assert report.verdict in ("passed", "degraded")
    assert Film.model_validate_json((out / "film.json").read_text()) == film
    Report.model_validate_json((out / "report.json").read_text())
    Metadata.model_validate_json((out / "metadata.json").read_text())

    seen = probe(out)
    assert (seen.width, seen.height) == (854, 480)
    assert seen.frames == report.film.frames and seen.pts_in_order
    assert seen.profile.startswith("High") or options.preset == "draft"
    assert seen.colour[0] == 1 and seen.colour[1] == 1 and seen.colour[2:] == (1, 1)  # BT.709 matrix, limited range, primaries, transfer
    assert seen.index_first
    assert abs(len(seen.sound) / 48_000 - seen.seconds) < 1 / 24 + 1024 / 48_000
    assert abs(seen.loudness + 14) < 0.5
    assert np.abs(seen.sound).max() < 1.0
    assert longest_silence(seen.sound) < 3.0

    spoken = squeezed("".join(line.text for line in film.lines()))
    assert squeezed("".join(seen.subtitles)) == spoken
    for form in ("srt", "vtt", "ass"):
        read = pysubs2.load(str(out / f"captions.{film.language}.{form}"))
        assert squeezed("".join(event.plaintext for event in read)) == spoken
        shortest = 820 if form == "ass" else 833  # ASS counts hundredths of a second
        assert all(event.end - event.start >= shortest for event in read)
    timeline = opentimelineio.adapters.read_from_file(str(out / "film.otio"))
    assert round(timeline.duration().value) == seen.frames
    assert {path.name for path in out.iterdir()} >= {
        "thumbnail-1.jpg",
        "thumbnail-2.jpg",
        "thumbnail-3.jpg",
        f"captions.{film.language}.ttml",
    }
    assert load(out, "metadata.json")["technical"]["sha256"]
