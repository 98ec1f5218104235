"""The files that the guides show are files that the studio takes."""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from guide import HOME

from filmstudio.cli import settings
from filmstudio.plugins.art.pack import load_pack


def block(guide: str, language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", (HOME / "docs" / guide).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found, f"{guide} shows no {language}"
    return found[1]


def test_the_configuration_of_the_guide_sets_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / settings.CONFIG_NAME
    path.write_text(block("rendering.md", "toml"))
    values = settings.read_config(path)
    options, wishes = settings.render_options(values), settings.wishes(values)
    assert (options.size, options.fps, options.loudness, options.stems, options.watermark) == ("720p", 25, "podcast", True, "Preview")
    assert options.captions is not None and options.captions.size == "large"
    assert options.engines == {"music": "composer"}
    assert wishes.voices == {"ASHA": "en-in-anaya"}


def test_every_option_of_the_configuration_is_in_the_guide() -> None:
    shown = (HOME / "docs" / "rendering.md").read_text(encoding="utf-8")
    assert [key for key in sorted(settings.RenderTable.model_fields) if f"`--{key.replace('_', '-')}" not in shown] == []


def test_the_art_pack_of_the_guide_loads(tmp_path: Path) -> None:
    (tmp_path / "rig").mkdir()
    (tmp_path / "people").mkdir()
    (tmp_path / "pack.json").write_text(block("art-packs.md", "json"))
    (tmp_path / "rig" / "garments.svg").write_text(block("art-packs.md", "xml"))
    (tmp_path / "people" / "cast.json").write_text("{}")
    pack = load_pack(tmp_path)
    assert pack.part("t_oilskin").yaw == 0.1
    assert "t_oilskin" in pack.never_mirror
    assert pack.part("neck").markup, "a pack that extends the house has its parts"
