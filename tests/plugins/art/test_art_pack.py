"""The art pack loader takes the house pack and a stranger's alike, and refuses what could harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from filmstudio.core.errors import InputError, LimitError, Unsupported
from filmstudio.core.plugins import Plugins
from filmstudio.plugins.art import pack as packs
from filmstudio.plugins.art import parts
from filmstudio.plugins.art.pack import ArtPack, house_pack, load_pack
from filmstudio.plugins.art.shelf import installed_pack
from filmstudio.plugins.portrait.cast import rig_for

SQUARE = '<g id="square" data-pivot="1,2" data-yaw="0.1"><path class="skin" d="M0,0H9V9H0Z"/></g>'


def svg(inner: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg">{inner}</svg>'


def write_pack(folder: Path, drawing: str = svg(SQUARE), **changes: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.svg").write_text(drawing)
    manifest = {"name": "stranger", "version": "0.1.0", "api": 1, "licence": "CC0-1.0", "files": {"parts": ["a.svg"]}, **changes}
    (folder / "pack.json").write_text(json.dumps(manifest))
    return folder


def names_in(value: object) -> set[str]:
    if isinstance(value, str):
        return set(value.split("+"))
    if isinstance(value, dict):
        return set().union(*(names_in(inner) for inner in value.values()))
    return set().union(*(names_in(inner) for inner in value)) if isinstance(value, list) else set()


def test_the_house_pack_holds_its_cast_creatures_and_stages() -> None:
    pack = house_pack()
    assert len(pack.parts) == 850
    assert len(pack.people) == 131
    assert isinstance(pack.creatures, dict)
    assert len(pack.creatures["cast"]) == 28  # type: ignore[arg-type]
    assert isinstance(pack.stages, dict)
    assert set(pack.ramps) == {f"T{tone}" for tone in range(1, 9)}


def test_every_part_that_casting_may_name_is_drawn() -> None:
    pack = house_pack()
    assert isinstance(pack.index, dict)
    for item in pack.index["items"]:  # type: ignore[union-attr]
        drawn = {**item["parts"], "remap": {}} if isinstance(item["parts"], dict) else item["parts"]  # type: ignore[index,call-overload]
        if item["kind"] in ("outfit", "prop"):  # type: ignore[index,call-overload]
            assert names_in(drawn) <= pack.parts.keys() | {"near", "far"}, item["id"]  # type: ignore[index,call-overload]


def test_a_strangers_pack_loads_with_pivot_yaw_and_markup(tmp_path: Path) -> None:
    pack = load_pack(write_pack(tmp_path))
    part = pack.part("square")
    assert (part.pivot, part.yaw) == ((1.0, 2.0), 0.1)
    assert part.markup == '<path class="skin" d="M0,0H9V9H0Z"/>'
    assert isinstance(pack, ArtPack)


@pytest.mark.parametrize("escape", ["../a.svg", "/etc/hostname", "b/../../a.svg", "C:a.svg", "..\\a.svg"])
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, escape: str) -> None:
    with pytest.raises(InputError, match="leads out"):
        load_pack(write_pack(tmp_path / "inner", files={"parts": [escape]}))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "inner", files={"parts": ["link.svg"]})
    (tmp_path / "outside.svg").write_text(svg(SQUARE))
    (folder / "link.svg").symlink_to(tmp_path / "outside.svg")
    with pytest.raises(InputError, match="leads out"):
        load_pack(folder)


def test_all_missing_files_are_named_together(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"b\.svg, c\.json"):
        load_pack(write_pack(tmp_path, files={"parts": ["a.svg", "b.svg"], "index": "c.json"}))


@pytest.mark.parametrize(
    "drawing",
    [
        svg('<g id="x"><script>1</script></g>'),
        svg('<g id="x"><image href="http://example.org/a.png"/></g>'),
        svg('<g id="x"><foreignObject/></g>'),
        svg('<g id="x"><path d="M0,0" onload="1"/></g>'),
        svg('<g id="x"><path d="M0,0" fill="url(http://example.org/a)"/></g>'),
        svg('<g id="x"><path d="M0,0" style="fill:red"/></g>'),
        svg('<g id="x"><path d="M0,0" class="a b"/></g>'),
        svg('<g id="../x"><path d="M0,0"/></g>'),
        svg('<g id="x" data-pivot="here"/>'),
        svg(SQUARE + SQUARE),
        '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg"><g id="x"><path d="&a;"/></g></svg>',
        "<svg",
    ],
)
def test_a_drawing_that_is_more_than_a_drawing_is_refused(tmp_path: Path, drawing: str) -> None:
    with pytest.raises(InputError):
        load_pack(write_pack(tmp_path, drawing))


def test_a_part_drawn_in_two_files_is_refused(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, files={"parts": ["a.svg", "b.svg"]})
    (folder / "b.svg").write_text(svg(SQUARE))
    with pytest.raises(InputError, match="two files"):
        load_pack(folder)


def test_drawings_and_packs_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_pack(tmp_path)
    monkeypatch.setattr(parts, "SVG_LIMIT_BYTES", 20)
    with pytest.raises(LimitError):
        load_pack(folder)
    monkeypatch.setattr(parts, "SVG_LIMIT_BYTES", 2000)
    monkeypatch.setattr(packs, "PACK_LIMIT_BYTES", 20)
    with pytest.raises(LimitError):
        load_pack(folder)


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"api": 2}, "form 2"), ({"licence": None}, "licence"), ({"colour": 1}, "colour"), ({"never_mirror": ["hat"]}, "hat")],
)
def test_a_wrong_manifest_is_told(tmp_path: Path, changes: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        load_pack(write_pack(tmp_path, **changes))


def test_a_folder_without_a_manifest_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"pack\.json"):
        load_pack(tmp_path)


def test_an_unknown_part_is_told_by_name() -> None:
    with pytest.raises(InputError, match="t_spaceship"):
        house_pack().part("t_spaceship")


def test_a_pack_may_add_a_garment_to_the_house(tmp_path: Path) -> None:
    cape = svg('<g id="t_poncho" data-pivot="0,310"><path class="cloth1" d="M-80,-20 L80,-20 L120,330 L-120,330Z"/></g>')
    pack = load_pack(write_pack(tmp_path, cape, extends="house", never_mirror=["t_poncho"]))
    look = dict(pack.people["emma"])  # type: ignore[arg-type,call-overload]
    look["body"] = {**look["body"], "torso": ["t_poncho"]}
    rig = rig_for(look, pack)
    assert any(layer.sprite == "t_poncho" for layer in rig.layers(rig.rest()))
    assert rig.never_mirror
    assert pack.motion == house_pack().motion
    assert pack.ramps["T4"] == house_pack().ramps["T4"]


def test_a_pack_may_not_redraw_what_it_extends(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="skull"):
        load_pack(write_pack(tmp_path, svg('<g id="skull"><path class="skin" d="M0,0H9V9H0Z"/></g>'), extends="house"))


def test_packs_of_plugins_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, stranger = tmp_path / "broken", write_pack(tmp_path / "stranger")
    broken.mkdir()
    monkeypatch.setattr(Plugins, "art_packs", lambda _: (broken, stranger))
    installed_pack.cache_clear()
    assert installed_pack("stranger").parts.keys() == {"square"}
    assert installed_pack("house") is house_pack()
    with pytest.raises(Unsupported, match="moonmen") as caught:
        installed_pack("moonmen")
    assert "house, stranger" in caught.value.problem.remedy
    installed_pack.cache_clear()


def test_the_house_pack_is_offered_through_the_hook() -> None:
    assert house_pack().folder in Plugins().art_packs()
