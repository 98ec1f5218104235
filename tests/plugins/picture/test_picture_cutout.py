"""The engine: shots become segments; golden frames say how they look."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from filmstudio.core.character import Character, Identity
from filmstudio.core.engine import Failure
from filmstudio.core.film import Camera, CameraPose, Card, Line, Performer, Scene, Shot, StageSet
from filmstudio.core.media import MediaRef
from filmstudio.core.requests import (
    Backdrop,
    BackdropRequest,
    BeatTiming,
    BurntCaption,
    Mouth,
    Portrait,
    PortraitRequest,
    Segment,
    SegmentRequest,
    ShotTiming,
)
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.backdrop.engine import DrawnStage
from filmstudio.plugins.picture.canvas import Frame
from filmstudio.plugins.picture.cutout import Cutout
from filmstudio.plugins.picture.filming import prepare
from filmstudio.plugins.portrait.engine import DrawnPortrait

GOLDEN = Path(__file__).parent / "golden"
WIDTH, HEIGHT, FPS, FRAMES = 320, 180, 24, 30
STILL = CameraPose(x=1000, y=640, zoom=1.6)


@dataclass(frozen=True, slots=True)
class Set:
    """A store with a stage and a person."""

    root: Path
    desk: StoreDesk
    backdrop: Backdrop
    portrait: Portrait
    character: Character


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Set]:
    root = tmp_path_factory.mktemp("store")
    desk = StoreDesk(Store(root))
    look = house_pack().people["asha"]
    assert isinstance(look, dict)
    character = Character(id="asha", name="Asha", identity=Identity(seed=1, pack="house", look=look))
    backdrop = DrawnStage().make(BackdropRequest(set=StageSet(pack="house", stage="limbo"), scale=0.27), desk)
    portrait = DrawnPortrait().make(PortraitRequest(character=character, scale=0.1), desk)
    yield Set(root, desk, backdrop, portrait, character)
    desk.close()


Ask = Callable[..., SegmentRequest]


@pytest.fixture
def ask(place: Set) -> Ask:
    def request(*, camera: Camera | None = None, card: Card | None = None, alone: bool = False, **wishes: object) -> SegmentRequest:
        line = Line(id="l1", character="asha", text="Where is the lamp?")
        shapes = tuple(("AI", "O", "MBP", "E")[n // 3 % 4] for n in range(16))
        shot = Shot(
            id="s1",
            size="medium",
            camera=camera or Camera(start=STILL),
            performers=() if alone else (Performer(character="asha", x=1000, ground=930),),
            beats=() if alone else (line,),
            card=card,
        )
        asked = SegmentRequest(
            seed=3,
            scene=Scene(id="sc", number="1", set=StageSet(pack="house", stage="limbo")),
            shot=shot,
            characters=(place.character,),
            timing=ShotTiming(frames=FRAMES, beats={} if alone else {"l1": BeatTiming(start=8, end=24)}),
            portraits={"asha": place.portrait},
            backdrop=place.backdrop,
            mouths={"l1": Mouth(fps=FPS, shapes=shapes, width=(1.0,) * 16, height=(1.0,) * 16)},
            width=WIDTH,
            height=HEIGHT,
            fps=FPS,
        )
        return asked.model_copy(update=wishes)

    return request


def picture(request: SegmentRequest, desk: StoreDesk, number: int, start: int = 0) -> NDArray[np.uint8]:
    """RGB of a frame of the shot, drawn from frame ``start`` on."""
    shoot, frame = prepare(request, desk), Frame.blank(request.width, request.height)
    for drawn in range(start, number + 1):
        shoot.draw(drawn, frame)
    planes = np.concatenate([frame.y.ravel(), frame.u.ravel(), frame.v.ravel()]).reshape(request.height * 3 // 2, request.width)
    decoded = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    decoded.colorspace, decoded.color_range = 1, 1
    return np.asarray(decoded.to_ndarray(format="rgb24"), np.uint8)


def decoded_frames(segment: Segment, desk: StoreDesk) -> int:
    with av.open(str(desk.path(segment.video))) as container:
        return sum(1 for _ in container.decode(video=0))


def apart(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    return float(np.abs(a.astype(int) - b).mean())


@pytest.mark.parametrize("name", ["standing", "talking", "pushed_in", "title", "upright"])
def test_frames_look_as_they_did(name: str, place: Set, ask: Ask) -> None:
    cases = {
        "standing": (ask(), 0),
        "talking": (ask(), 14),
        "pushed_in": (ask(camera=Camera(start=STILL, end=CameraPose(x=1060, y=600, zoom=1.8))), 29),
        "title": (ask(alone=True, card=Card(lines=("The Lamp", "a tale"))), 15),
        "upright": (ask(width=180, height=320), 14),
    }
    request, number = cases[name]
    drawn = picture(request, place.desk, number)
    golden = GOLDEN / f"{name}.png"
    if not golden.exists():
        Image.fromarray(drawn).save(golden)
        pytest.fail(f"{golden.name} did not exist and was drawn: look at it.")
    expected = np.asarray(Image.open(golden).convert("RGB"))
    assert apart(drawn, expected) < 0.6
    # The measure sees a shift by one pixel.
    assert apart(np.roll(drawn, 1, axis=1), expected) > 0.6


def test_parts_together_hold_every_frame_once(place: Set, ask: Ask) -> None:
    segments = [Cutout().make(ask(part=part, parts=4), place.desk) for part in range(4)]
    assert [segment.frames for segment in segments] == [7, 8, 7, 8]
    assert [decoded_frames(segment, place.desk) for segment in segments] == [7, 8, 7, 8]


def test_the_same_request_gives_the_same_bytes_in_another_process(place: Set, ask: Ask, tmp_path: Path) -> None:
    request = ask(camera=Camera(start=STILL, end=CameraPose(x=1010, y=630, zoom=1.7), handheld=0.5), watermark="Studio")
    here = Cutout().make(request, place.desk)
    (tmp_path / "request.json").write_text(request.model_dump_json(), encoding="utf-8")
    script = """
import sys
from pathlib import Path
from filmstudio.core.requests import SegmentRequest
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.picture.cutout import Cutout
engine = Cutout()
engine.load()
request = SegmentRequest.model_validate_json(Path(sys.argv[2]).read_text(encoding="utf-8"))
print(engine.make(request, StoreDesk(Store(Path(sys.argv[1])))).model_dump_json())
"""
    told = subprocess.run(
        [sys.executable, "-c", script, str(place.root), str(tmp_path / "request.json")], check=True, capture_output=True, text=True
    )
    assert json.loads(told.stdout)["video"]["digest"] == here.video.digest


def test_drawing_on_from_the_middle_is_nearly_what_drawing_from_the_start_gives(place: Set, ask: Ask) -> None:
    assert apart(picture(ask(), place.desk, 20), picture(ask(), place.desk, 20, start=15)) < 0.4


def test_the_mouth_is_open_only_while_the_line_is_said(place: Set, ask: Ask) -> None:
    segment = Cutout().make(ask(), place.desk)
    opened = segment.mouth_frames["l1"]
    assert opened and all(7 <= frame < 26 for frame in opened)
    shut = Cutout().make(ask(mouths={"l1": Mouth(fps=FPS, shapes=("MBP",) * 16, width=(1.0,) * 16, height=(1.0,) * 16)}), place.desk)
    assert not shut.mouth_frames.get("l1")


def test_blinks_are_told_in_the_frames_of_their_part(place: Set, ask: Ask) -> None:
    whole = ask(timing=ShotTiming(frames=240, beats={"l1": BeatTiming(start=8, end=24)}), parts=2)
    lids = [staged.pose.up for staged in prepare(whole, place.desk).players[0].poses]
    shut = [number for number, up in enumerate(lids) if up < 0.45]
    assert 0 < len(shut) < 60
    told = [Cutout().make(whole.model_copy(update={"part": part}), place.desk).blinks for part in (0, 1)]
    assert [*told[0], *(number + 120 for number in told[1])] == shut


def test_who_keeps_the_eyes_shut_does_not_blink(place: Set, ask: Ask) -> None:
    [player] = prepare(ask(), place.desk).players
    player.poses = tuple(replace(staged, pose=replace(staged.pose, up=0.1)) for staged in player.poses)
    assert not any(player.blinks(number, 10) for number in range(FRAMES))


def test_a_shot_fades_from_and_to_black(place: Set, ask: Ask) -> None:
    plain = ask()
    fading = plain.model_copy(update={"shot": plain.shot.model_copy(update={"fade_in": Fraction(1, 2), "fade_out": Fraction(1, 2)})})
    bright = [float(picture(fading, place.desk, number).mean()) for number in (0, 15, 29)]
    assert bright[0] < 12 and bright[2] < 12
    assert bright[1] == pytest.approx(float(picture(plain, place.desk, 15).mean()), abs=0.1)


def test_a_performer_without_a_portrait_is_told(place: Set, ask: Ask) -> None:
    segment = Cutout().make(ask(portraits={}), place.desk)
    assert segment.degraded and "asha" in segment.degraded[0]


def test_a_card_needs_no_stage(place: Set, ask: Ask) -> None:
    drawn = picture(ask(alone=True, backdrop=None, card=Card(style="end", lines=("The End",))), place.desk, 15)
    assert drawn.max() > 220 and np.median(drawn) < 40


def test_letters_that_no_font_has_are_told_once_with_their_place(place: Set, ask: Ask) -> None:
    card = Card(style="super", lines=("King 𒀀", "Uruk"))
    captions = (BurntCaption(start=20, end=28, lines=("Ꮳ said",)),)
    wishes = {"alone": True, "backdrop": None, "card": card, "captions": captions, "watermark": "ⴰ", "parts": 2}
    first, second = (Cutout().make(ask(part=part, **wishes), place.desk).degraded for part in (0, 1))
    assert [note.partition(": ")[2] for note in first] == [
        "a box stands for it in the card “King 𒀀”.",
        "a box stands for it in the watermark “ⴰ”.",
    ]
    assert ["U+13E3" in note and "the caption" in note for note in second] == [True]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"width": 321}, "odd"),
        ({"height": 20_000}, "20000"),
        ({"part": 3, "parts": 3}, "part 3"),
    ],
)
def test_what_cannot_be_drawn_is_refused_kindly(place: Set, ask: Ask, wish: dict[str, int], words: str) -> None:
    (failure,) = Cutout().run([ask(**wish)], place.desk)
    assert isinstance(failure, Failure)
    assert failure.kind == "unsupported" and words in failure.message and failure.remedy


def test_forms_of_other_engines_are_refused_by_name(place: Set, ask: Ask) -> None:
    strange = MediaRef(digest="0" * 64, media_type="image/png", size=1)
    backdrop = Backdrop(form="diffused", planes=(), scale=1.0)
    portrait = Portrait(form="photograph", sheet=strange, scale=1.0, height_units=1.0)
    for request, name in ((ask(backdrop=backdrop), "diffused"), (ask(portraits={"asha": portrait}), "photograph")):
        (failure,) = Cutout().run([request], place.desk)
        assert isinstance(failure, Failure) and name in failure.message and failure.kind == "unsupported"


def test_a_wing_half_faded_outlasts_a_shorter_shot_of_the_same_picture(place: Set, ask: Ask) -> None:
    """Still stages are shared between shots; the wing of one was asked for frames that only the other has."""
    park = DrawnStage().make(BackdropRequest(set=StageSet(pack="house", stage="park"), scale=0.27), place.desk)
    camera = Camera(start=CameraPose(x=960, y=600, zoom=1.45))
    short, long = (ask(camera=camera, alone=True, backdrop=park, timing=ShotTiming(frames=frames)) for frames in (6, 20))
    assert np.array_equal(picture(short, place.desk, 5), picture(long, place.desk, 18, start=18))
