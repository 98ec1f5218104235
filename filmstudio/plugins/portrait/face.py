"""The head of a person in layers: every part shifts by its own depth when the head turns and nods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.portrait.eyes import EyeState
from filmstudio.plugins.portrait.layer import Layer, Matrix, SpriteKey
from filmstudio.plugins.portrait.matrix import moved, scaled, turned, turned_at
from filmstudio.plugins.portrait.person import Head
from filmstudio.plugins.portrait.pose import Pose
from filmstudio.plugins.portrait.sprites import sprite_key

HEAD_WIDTH: Final = 200.0
PIVOT: Final = (-6.0, 92.0)
"""The head's own pivot; a part with another one hangs from it and swings."""
JAW: Final = {
    "m_AI": 1.0,
    "m_O": 1.1,
    "m_laugh": 1.2,
    "m_L": 0.6,
    "m_E": 0.4,
    "m_afraid": 0.5,
    "m_UW": 0.3,
    "m_TH": 0.3,
    "m_FV": 0.15,
    "m_SD": 0.1,
    "m_disgust": 0.2,
}
"""How far the jaw drops with each mouth; 0 for the others."""

_RESTING_LIPS: Final = ("m_MBP", "m_smile", "m_think")
_CLOSED_LIPS: Final = (*_RESTING_LIPS, "m_sad", "m_angry")
_EAR_FADE: Final = 0.08
_FRINGE_LIMIT: Final = -9.0


@dataclass(frozen=True, slots=True)
class _Feature:
    """One sprite of the head: parallax depth, where it hangs from (None = fixed), and whether it turns about
    when the head looks back."""

    key: SpriteKey
    depth: float
    root: tuple[float, float] | None = None
    mirrors: bool = False


class FaceRig:
    """Gives the layers of one head."""

    def __init__(self, head: Head, pack: ArtPack) -> None:
        self._head = head
        self._pack = pack
        # What is seen between hair and temple when the head turns: hair in its own shade, not the stage.
        linings = (name.removesuffix("_front") + "_under" for name in head.front if name.endswith("_front"))
        self._back = self._features((*head.back, *(name for name in linings if name in pack.parts)))
        self._front = self._features(head.front)
        self._over_eyes = self._features(head.over_eyes)
        self._marks = self._features(head.feat, own=False)
        self._skull = self._feature("skull")
        self._face = self._feature(head.face, own=False)
        self._cheeks = self._feature("cheeks")
        self._scrunch = self._feature(head.scrunch, own=False)
        self._beard = self._feature(head.beard, own=False) if head.beard else None
        self._stache = self._feature(head.stache, own=False) if head.stache else None
        self._nose = self._feature(head.nose, own=False)
        self._ear = SpriteKey("ear" + (f"+{head.ear_part}" if head.ear_part else ""))
        self._brow = SpriteKey(head.brow)
        lists = (*self._back, *self._front, *self._over_eyes, *self._marks)
        single = (self._skull, self._face, self._cheeks, self._scrunch, self._beard, self._stache, self._nose)
        self._own = frozenset((*(feature.key for feature in (*lists, *single) if feature), self._ear, self._brow, SpriteKey("lip_bed")))

    def draws(self, key: SpriteKey) -> bool:
        """True when a sprite belongs to the head."""
        return key.startswith(("eye:", "m_")) or key in self._own

    def back(self, m: Matrix, pose: Pose, out: list[Layer]) -> None:
        """Add what lies behind the body. ``m``: head space to character space."""
        self._put_all(self._back, m, pose, "head_back", out)

    def front(self, m: Matrix, pose: Pose, out: list[Layer]) -> None:
        """Add the head itself, back to front."""
        head, eye = self._head, self._head.eye
        yaw, pitch = pose.yaw, pose.pitch
        across, up = HEAD_WIDTH * yaw, -0.80 * HEAD_WIDTH * pitch
        turn = abs(yaw)
        side = -1.0 if yaw < 0 else 1.0
        mouth = pose.mouth
        jaw = JAW.get(mouth, 0.0) * pose.mh if pose.jaw is None else pose.jaw

        def put(key: SpriteKey, at: Matrix, opacity: float = 1.0, caster: bool = False) -> None:
            out.append(Layer(key, at, opacity, "head", False, caster))

        def mirrored(feature: _Feature, dy: float = 0.0) -> Matrix:
            return scaled(moved(m, feature.depth * across, dy + feature.depth * up), side, 1.0)

        if not head.no_ears:
            put(self._ear, self._ear_at(m, side, False, turn, up))
            if turn < _EAR_FADE:
                put(self._ear, self._ear_at(m, -side, True, turn, up))
        put(self._skull.key, moved(m, self._skull.depth * across, self._skull.depth * up))
        face = moved(m, self._face.depth * across, self._face.depth * up)
        put(self._face.key, moved(scaled(moved(face, 0, -126), side, 1 + 0.03 * jaw), 0, 126), caster=True)
        if pose.blush > 0.02:
            put(self._cheeks.key, moved(m, self._cheeks.depth * across, self._cheeks.depth * up), min(1.0, pose.blush))
        for mark in self._marks:
            put(mark.key, mirrored(mark))
        if pose.scrunch > 0.02:
            put(self._scrunch.key, mirrored(self._scrunch), min(1.0, pose.scrunch))
        if self._beard:
            put(self._beard.key, mirrored(self._beard, 5 * jaw), caster=True)
        if not head.no_ears and turn > 0:
            put(self._ear, self._ear_at(m, -side, True, turn, up), min(1.0, turn / _EAR_FADE))
        size = head.mouth_s
        lips = scaled(moved(m, 0.175 * across, head.mouth_y + 0.12 * up), side * size * (1 - 0.10 * turn), size)
        if self._beard and mouth in _CLOSED_LIPS:
            put(SpriteKey("lip_bed"), lips if mouth in _RESTING_LIPS else moved(scaled(lips, 1, -0.8), 0, -9))
        put(SpriteKey(mouth), scaled(lips, pose.mw, pose.mh))
        if self._stache:
            put(self._stache.key, mirrored(self._stache, head.mouth_y - 10))
        put(self._nose.key, mirrored(self._nose, head.nose_y - 0.05 * up))
        centres = []
        for s in (-1, 1):
            narrow = 1 - 0.24 * max(0.0, s * yaw)
            centre = eye.cx + s * eye.x * (1 - 0.14 * turn) + 0.15 * across
            centres.append((s, s * narrow, centre))
            state = EyeState.near(pose.up, pose.low, pose.iris, pose.gx, pose.gy, s)
            put(SpriteKey(state.key), scaled(moved(m, centre, eye.y + 0.15 * up), s * narrow, 1.0))
        self._put_all(self._over_eyes, m, pose, "head", out)
        lid = min(2.0, max(0.0, 0.88 - pose.up) * 2.2)
        for s, narrow, centre in centres:
            raised = _below_fringe(pose.brow, pitch) + pose.asym * (1.0 if s * side > 0 else -0.3)
            at = moved(m, centre + 1.5 * s, head.brow_y + raised + lid + 0.17 * up)
            put(self._brow, turned(scaled(at, narrow, 1.0), -pose.brow_a))
        self._put_all(self._front, m, pose, "head", out)

    def _ear_at(self, m: Matrix, s: float, near: bool, turn: float, up: float) -> Matrix:
        """The ear on side ``s``; the near one slides inwards and widens as the head turns."""
        # both widths are .8 at yaw 0, so that the ears do not jump when they change roles
        inwards, width = (22.0, max(0.8, 0.72 + 0.4 * turn)) if near else (12.0, 0.8)
        return scaled(moved(m, s * 92 - s * inwards * turn, self._head.ear_y - 0.10 * up), -s * width, 1.0)

    def _put_all(self, features: tuple[_Feature, ...], m: Matrix, pose: Pose, group: str, out: list[Layer]) -> None:
        across, up = HEAD_WIDTH * pose.yaw, -0.80 * HEAD_WIDTH * pose.pitch
        for feature in features:
            at = moved(m, feature.depth * across, feature.depth * up)
            if feature.root:
                at = turned_at(at, pose.hair, *feature.root)
            if feature.mirrors and pose.yaw < 0:
                at = scaled(at, -1.0, 1.0)
            out.append(Layer(feature.key, at, 1.0, group))

    def _feature(self, name: str, *, own: bool = True) -> _Feature:
        """One part; ``own``: takes the head's exchanged slots (a head's own cloth)."""
        part = self._pack.part(name)
        root = None if part.pivot in (PIVOT, (0.0, 0.0)) else part.pivot
        mirrors = name in self._pack.mirror_with_head
        return _Feature(sprite_key(name, self._head.remap if own else {}, whole="*"), part.yaw, root, mirrors)

    def _features(self, names: tuple[str, ...], *, own: bool = True) -> tuple[_Feature, ...]:
        """The parts of a list; neighbours that never move against each other become one sprite."""
        joined: list[_Feature] = []
        for name in names:
            feature = self._feature(name, own=own)
            last = joined[-1] if joined else None
            if last and last.root is None and feature.root is None and (last.depth, last.mirrors) == (feature.depth, feature.mirrors):
                joined[-1] = _Feature(SpriteKey(f"{last.key}+{feature.key}"), feature.depth, None, feature.mirrors)
            else:
                joined.append(feature)
        return tuple(joined)


def _below_fringe(brow: float, pitch: float) -> float:
    """The height of the brows; a head that looks up may not push them under a low fringe."""
    if pitch <= 0.3:
        return brow
    limit = -30 + (_FRINGE_LIMIT + 30) * min(1.0, (pitch - 0.3) / 0.2)
    return max(brow, limit)
