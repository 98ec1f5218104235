"""Sprite sheets: the same bytes for the same look, a safe file, and sprites on demand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from filmstudio.core.character import Character, Identity
from filmstudio.core.engine import Failure
from filmstudio.core.errors import InputError, LimitError
from filmstudio.core.media import MediaRef
from filmstudio.core.requests import Portrait, PortraitRequest
from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.portrait.cast import rig_for
from filmstudio.plugins.portrait.engine import DrawnPortrait
from filmstudio.plugins.portrait.layer import SpriteKey
from filmstudio.plugins.portrait.raster import rasterise
from filmstudio.plugins.portrait.sheet import FORM, SpriteSheet, draw_sheet, draw_sprite
from filmstudio.testing import hold_to_contract

PACK = house_pack()
LOOK = PACK.people["asha"]
RIG = rig_for(LOOK, PACK)  # type: ignore[arg-type]
KEYS = (SpriteKey("m_AI"), SpriteKey("hand_open@far"), SpriteKey("eye:22:12:20:6:0:1"), SpriteKey("bindi"))


class ShelfDesk:
    """Keeps what an engine stores in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, media: MediaRef) -> Path:
        return self.folder / media.digest

    def keep(self, path: Path, media_type: str) -> MediaRef:
        return self.keep_bytes(path.read_bytes(), media_type)

    def keep_bytes(self, data: bytes, media_type: str) -> MediaRef:
        import hashlib

        media = MediaRef(digest=hashlib.sha256(data).hexdigest(), media_type=media_type, size=len(data))
        self.path(media).write_bytes(data)
        return media

    def scratch(self, suffix: str = "") -> Path:
        return self.folder / f"scratch{suffix}"


@pytest.fixture
def sheet_file(tmp_path: Path) -> Path:
    path = tmp_path / "sheet"
    path.write_bytes(draw_sheet(RIG, LOOK, PACK, 0.5, KEYS))  # type: ignore[arg-type]
    return path


def test_a_sheet_gives_back_what_was_drawn(sheet_file: Path) -> None:
    sheet = SpriteSheet.open(sheet_file, PACK)
    for key in KEYS:
        drawn = draw_sprite(RIG, key, 0.5)
        read = sheet.get(key)
        assert np.array_equal(read.pixels, drawn.pixels)
        assert (read.x, read.y, read.scale) == (drawn.x, drawn.y, drawn.scale)
        assert not read.pixels.flags.writeable
    assert sheet.drawn == 0


def test_what_a_sheet_lacks_is_drawn_on_demand_once(sheet_file: Path) -> None:
    sheet = SpriteSheet.open(sheet_file, PACK)
    key = SpriteKey("m_laugh")
    assert key not in sheet
    assert sheet.get(key) is sheet.get(key)
    assert sheet.drawn == 1
    assert np.array_equal(sheet.get(key).pixels, draw_sprite(RIG, key, 0.5).pixels)


def test_the_same_look_gives_the_same_bytes() -> None:
    other = rig_for(dict(reversed(list(LOOK.items()))), PACK)  # type: ignore[union-attr]
    assert draw_sheet(RIG, LOOK, PACK, 0.25, KEYS) == draw_sheet(other, dict(reversed(list(LOOK.items()))), PACK, 0.25, KEYS)  # type: ignore[arg-type,union-attr]


def test_sprites_are_premultiplied_and_cropped_without_losing_freckles() -> None:
    sprite = RIG.artist.draw(SpriteKey("bindi"), 0.5)
    assert sprite.pixels.shape[0] >= 2
    assert sprite.pixels[..., :3].max() <= 255
    assert np.all(sprite.pixels[..., :3] <= sprite.pixels[..., 3:])
    edges = (sprite.pixels[0], sprite.pixels[-1], sprite.pixels[:, 0], sprite.pixels[:, -1])
    assert all(edge[..., 3].any() for edge in edges)


def test_a_sprite_lies_where_it_was_drawn() -> None:
    sprite = rasterise('<path d="M10,20H30V60H10Z" fill="#102030"/>', {}, 2.0)
    assert (sprite.x, sprite.y) == (10.0, 20.0)
    assert sprite.pixels.shape == (80, 40, 4)
    assert tuple(sprite.pixels[40, 20]) == (0x10, 0x20, 0x30, 255)


@pytest.mark.parametrize(
    ("look", "key"), [(LOOK, "t_kurta"), (LOOK, "skull"), ({"creature": "elephant"}, "el_leg"), ({"creature": "owl"}, "owl_disc")]
)
def test_a_sprite_has_as_many_pixels_as_it_is_shown_with(look: dict[str, object], key: str) -> None:
    rig = rig_for(look, PACK)  # type: ignore[arg-type]
    layer = next(layer for layer in rig.layers(rig.rest()) if layer.sprite.startswith(key))
    a, b, c, d, _, _ = layer.matrix
    shown = abs(a * d - b * c) ** 0.5
    assert draw_sprite(rig, layer.sprite, 0.5).scale == pytest.approx(0.5 * shown, rel=0.05)


def test_nothing_drawn_is_an_empty_sprite() -> None:
    assert rasterise("<g/>", {}, 1.0).empty


@pytest.mark.parametrize("cut", [4, 12, 200, 3000])
def test_a_sheet_cut_short_is_refused(sheet_file: Path, cut: int) -> None:
    sheet_file.write_bytes(sheet_file.read_bytes()[:cut])
    with pytest.raises(InputError):
        SpriteSheet.open(sheet_file, PACK)


def test_a_sheet_of_another_pack_is_refused(sheet_file: Path) -> None:
    sheet_file.write_bytes(sheet_file.read_bytes().replace(b'"pack":"house"', b'"pack":"mouse"'))
    with pytest.raises(InputError, match="mouse"):
        SpriteSheet.open(sheet_file, PACK)


def test_a_scale_beyond_reason_is_refused() -> None:
    with pytest.raises(LimitError):
        draw_sheet(RIG, LOOK, PACK, 90.0, KEYS)  # type: ignore[arg-type]


def character(pack: str = "house", **look: object) -> Character:
    return Character(id="asha", name="Asha", identity=Identity(seed=1, pack=pack, look=look or LOOK))  # type: ignore[arg-type]


def test_the_engine_draws_everything_that_acting_asks_for(tmp_path: Path) -> None:
    engine, desk = DrawnPortrait(), ShelfDesk(tmp_path)
    engine.load()
    (portrait,) = engine.run([PortraitRequest(character=character(), scale=0.1)], desk)
    assert isinstance(portrait, Portrait)
    assert portrait.form == FORM
    assert 860 < portrait.height_units < 920
    sheet = SpriteSheet.open(desk.path(portrait.sheet), PACK)
    for emotion in ("neutral", "happy", "sad"):
        for layer in sheet.rig.layers(sheet.rig.rest(emotion)):
            sheet.get(layer.sprite)
    assert sheet.drawn == 0


def test_the_engine_draws_creatures(tmp_path: Path) -> None:
    (portrait,) = DrawnPortrait().run([PortraitRequest(character=character(creature="owl"), scale=0.1)], ShelfDesk(tmp_path))
    assert isinstance(portrait, Portrait)
    assert 200 < portrait.height_units < 400


def test_a_look_from_a_pack_that_is_not_installed_is_a_failure_with_a_remedy(tmp_path: Path) -> None:
    failed, made = DrawnPortrait().run(
        [PortraitRequest(character=character("moonmen"), scale=0.1), PortraitRequest(character=character(creature="frog"), scale=0.1)],
        ShelfDesk(tmp_path),
    )
    assert isinstance(failed, Failure)
    assert "moonmen" in failed.message
    assert failed.remedy
    assert isinstance(made, Portrait)


@pytest.mark.slow
def test_the_engine_keeps_the_contract(tmp_path: Path) -> None:
    hold_to_contract(
        DrawnPortrait,
        [PortraitRequest(character=character(creature="frog"), scale=0.1), PortraitRequest(character=character(creature="owl"), scale=0.1)],
        tmp_path,
        bad=PortraitRequest(character=character("moonmen"), scale=0.1),
    )
