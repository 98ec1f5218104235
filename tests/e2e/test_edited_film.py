"""A film edited by hand: what it asks for in words that nobody knows is told in the report, and the film is made."""

from __future__ import annotations

from pathlib import Path

from filmstudio.app import Studio, Wishes
from filmstudio.core.film import MusicBrief
from filmstudio.core.options import RenderOptions


def test_the_report_of_a_film_tells_of_words_that_no_engine_knows(tmp_path: Path, shared_cache: Path) -> None:
    script = tmp_path / "a.fountain"
    script.write_text("INT. CAFE - DAY\n\nLENA\nIt rains.\n")
    studio, options = Studio(shared_cache), RenderOptions(size="480p", preset="draft")
    film = studio.develop(studio.read(script)[0], Wishes(), options)
    scene = film.scenes[0].model_copy(update={"music": MusicBrief(tradition="klezmer")})
    report = studio.render(film.model_copy(update={"scenes": (scene,)}), options, tmp_path / "out", workers=1).report
    assert report.verdict == "degraded"
    assert [note for note in report.notes if "no tradition is called 'klezmer'" in note and "the music of scene 1" in note]
