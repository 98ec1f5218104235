"""The rig of a person: for each pose the draw list, back to front, and where the landmarks are.

head_back > hang > arm_far > legs > body (bottoms, neck, torso, over) > head > fore_far > arm_near
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.portrait.face import FaceRig
from filmstudio.plugins.portrait.layer import Layer, Matrix, SpriteKey
from filmstudio.plugins.portrait.matrix import IDENTITY, at, moved, scaled, scaled_at, sheared, turned, turned_at
from filmstudio.plugins.portrait.person import Person
from filmstudio.plugins.portrait.pose import Arm, Leg, Pose
from filmstudio.plugins.portrait.seats import seat_cloth
from filmstudio.plugins.portrait.sprites import SpriteArtist, sprite_key
from filmstudio.plugins.portrait.stance import CALF, GROUND, HIP_Y, SEAT, SQUASHED_SEATS, THIGH, Stance, foot_angle, lying, stand

UPPER_ARM: Final = 168.0
FOREARM: Final = 150.0
SHOULDER: Final = {"near": (-64.0, 40.0), "far": (58.0, 38.0)}
HIP: Final = {"near": -32.0, "far": 30.0}
STOOL: Final = 338.0
"""Height of the drawn stool, drawing units."""
SHADE: Final = (-5.0, 13.0)
"""How far the contact shade lies from its casters, in body space."""
SWING_LIMIT: Final = 3.5
"""A skirt swings no further, or a bow opens the coat at the back."""
LONG_OVER: Final = 400.0
"""What is worn over the torso and reaches below this gathers from the shoulders instead of piercing the floor."""


class PersonRig:
    """Poses one person. Building it measures a few garments; ``layers`` then is plain arithmetic."""

    def __init__(self, person: Person, pack: ArtPack) -> None:
        body = person.body
        self.person = person
        self.never_mirror = person.never_mirror(pack)
        self.artist = SpriteArtist(pack, person.palette(pack), person.head.eye.shape)
        self._pack = pack
        self._face = FaceRig(person.head, pack)
        self._remap: Mapping[str, Mapping[str, str]] = body.remap
        self._head_scale = person.head.scale / body.s
        self._hand_scale = 0.54 + 0.54 * body.limb
        self._neck = SpriteKey("neck")
        self._torso = [(self._key(name), self._length(name)) for name in body.torso]
        self._over = [(self._key(name), self._length(name)) for name in body.over]
        self._bottom = [(self._key(name), self._length(name)) for name in body.bottom]
        self._hang = [(self._key(name), self._length(name), pack.part(name).pivot) for name in body.hang]
        self._limbs = {
            name: (self._key(names), self._key(names, far=True))
            for name, names in (
                ("upper", body.upper),
                ("lower", body.lower),
                ("thigh", body.thigh),
                ("calf", body.calf),
                ("foot", body.foot),
                ("drop", body.drop),
                ("wing", body.wing),
            )
            if names
        }
        self._held: dict[tuple[str, bool], SpriteKey] = {}
        self._glows: dict[str, bool] = {}
        self._seats: dict[str, SpriteKey] = {}

    def layers(self, pose: Pose) -> tuple[Layer, ...]:
        """The draw list, back to front."""
        body = self.person.body
        seats = self._seats_of(pose)
        stance = stand(pose, robe=body.feet_only is not None, seats=seats)
        m, leaning = self._frames(pose, stance)
        head = self._head_frame(leaning, pose)
        out: list[Layer] = []
        self._face.back(head, pose, out)
        for key, length, (px, py) in self._hang:
            swung = scaled(turned_at(leaning, pose.sway * 1.2, px, py), body.w, 1.0)
            out.append(Layer(key, self._shortened(swung, 40.0, stance.ground, 30.0, length), 1.0, "hang"))
        self._arm(leaning, pose, "far", "arm_far", out, upper=True, lower=not pose.far_front)
        if not seats:
            self._stool(m, pose, stance, out)
            self._legs(m, pose, stance, out)
        self._trunk(m, leaning, pose, stance, seats, out)
        self._face.front(head, pose, out)
        if pose.far_front:
            self._arm(leaning, pose, "far", "fore_far", out, upper=False, lower=True)
        self._arm(leaning, pose, "near", "arm_near", out, upper=True, lower=True)
        return tuple(out)

    def detail(self, key: SpriteKey) -> float:
        """How large the sprite's own unit is drawn, in character units."""
        return self.person.head.scale if self._face.draws(key) else self.person.body.s

    def shade(self, pose: Pose) -> tuple[float, float]:
        """How far the contact shade lies from its casters, in character space."""
        frame = turned(self._base(pose), pose.roll)
        return frame[0] * SHADE[0] + frame[2] * SHADE[1], frame[1] * SHADE[0] + frame[3] * SHADE[1]

    def point(self, pose: Pose, name: str) -> tuple[float, float]:
        """Where a landmark is in character space; see ``Rig.point``."""
        body, head = self.person.body, self.person.head
        stance = stand(pose, robe=body.feet_only is not None, seats=self._seats_of(pose))
        m, leaning = self._frames(pose, stance)
        if name in ("shoulder_near", "shoulder_far", "hand_near", "hand_far"):
            side = name.rpartition("_")[2]
            shoulder, _, wrist = self._arm_frames(leaning, pose, side)
            return at(wrist, 0, 40) if name.startswith("hand") else at(shoulder, 0, 0)
        if name in ("foot_near", "foot_far"):
            near = name == "foot_near"
            if body.feet_only is not None:
                (x, _), foot = (body.feet_only[0], stance.near_foot) if near else (body.feet_only[1], stance.far_foot)
                return at(m, x * body.w + foot.x, 925 + foot.y)
            return at(self._leg_frames(m, pose.nleg if near else pose.fleg, HIP["near" if near else "far"])[2], 26, 50)
        features = {
            "eye": (0.0, head.eye.y, 0.15),
            "mouth": (0.0, head.mouth_y, 0.175),
            "chin": (0.0, 118.0, 0.045),
            "crown": (0.0, -126.0, -0.02),
        }
        if name in features:
            x, y, depth = features[name]
            return at(self._head_frame(leaning, pose), x + depth * 200 * pose.yaw, y - depth * 160 * pose.pitch)
        trunk = {"neck": (0.0, 0.0), "heart": (14.0, 118.0), "hip": (0.0, 310.0)}
        return at(leaning, *trunk[name])

    # --- frames ---------------------------------------------------------------------------------------------------------

    def _base(self, pose: Pose) -> Matrix:
        s = self.person.body.s
        return scaled(moved(IDENTITY, pose.rx * s, -pose.air * s), s, s * pose.sq)

    def _frames(self, pose: Pose, stance: Stance) -> tuple[Matrix, Matrix]:
        """Body space to character space, and the same for what leans with the torso."""
        m = turned_at(moved(self._base(pose), 0, -lying(stance.ground, pose.roll)), pose.roll, 0, HIP_Y)
        return m, turned_at(m, pose.lean, 0, 310)

    def _head_frame(self, leaning: Matrix, pose: Pose) -> Matrix:
        stoop_x, stoop_y = self.person.body.stoop
        m = moved(leaning, 2 + stoop_x + pose.hx, -40 + stoop_y + pose.hy - 3.2 * pose.breath)
        return moved(scaled(turned(m, pose.tilt), self._head_scale, self._head_scale), 6, -92)

    def _arm_frames(self, leaning: Matrix, pose: Pose, side: str) -> tuple[Matrix, Matrix, Matrix]:
        """Shoulder (turned), elbow and wrist of an arm."""
        body = self.person.body
        x, y = SHOULDER[side]
        a, b, c = self._angles(pose, side)
        base = moved(leaning, x * body.w + body.stoop[0] * 0.4, y + body.stoop[1] * 0.4 - 3 * pose.breath - pose.shr)
        upper = turned(base, a)
        lower = turned(moved(upper, 0, UPPER_ARM), b)
        return upper, lower, turned(moved(lower, 0, FOREARM), c)

    @staticmethod
    def _angles(pose: Pose, side: str) -> Arm:
        return pose.near if side == "near" else pose.far

    def _leg_frames(self, m: Matrix, leg: Leg, x: float) -> tuple[Matrix, Matrix, Matrix]:
        """Hip (turned), knee and ankle of a leg."""
        thigh = turned(moved(m, x * self.person.body.w, HIP_Y), leg[0])
        calf = turned(moved(thigh, 0, THIGH), leg[1])
        return thigh, calf, turned(moved(calf, 0, CALF), foot_angle(leg))

    # --- limbs ----------------------------------------------------------------------------------------------------------

    def _arm(self, leaning: Matrix, pose: Pose, side: str, group: str, out: list[Layer], *, upper: bool, lower: bool) -> None:
        body = self.person.body
        near = side == "near"
        tinted = 0 if near or not upper else 1
        above, elbow, wrist = self._arm_frames(leaning, pose, side)
        a, b, c = self._angles(pose, side)
        if lower:
            hand = scaled(wrist, self._hand_scale, self._hand_scale)
            prop = pose.prop_n if near else pose.prop_f
            if prop:
                held = turned(moved(hand, 4, 34), -(a + b + c) + pose.prop_angle)
                out.append(Layer(SpriteKey(prop), held, 1.0, group, False, near and not self._glowing(prop)))
            out.append(Layer(self._hand(pose.hand_n if near else pose.hand_f, bool(tinted)), hand, 1.0, group, False, near))
            if body.drop:
                sleeve = turned(moved(elbow, 0, 84), -(a + b) * 0.94 + pose.sleeve)
                out.append(Layer(self._limbs["drop"][tinted], sleeve, 1.0, group, False, near))
            out.append(Layer(self._limbs["lower"][tinted], scaled(elbow, body.limb, 1.0), 1.0, group, False, near))
        if upper:
            out.append(Layer(self._limbs["upper"][tinted], scaled(above, body.limb, 1.0), 1.0, group, False, near))
            if body.wing and not (body.wing_far_only if near else body.wing_near_only):
                base = turned(above, -a)
                cape = turned(base, max(-58.0, min(40.0, a * 0.45)) + 2 + pose.wing)
                out.append(Layer(self._limbs["wing"][tinted], cape, 1.0, group, False, near))

    def _stool(self, m: Matrix, pose: Pose, stance: Stance, out: list[Layer]) -> None:
        """What somebody sits on, from under the hips down to the ground; it is there as far as the thighs are level."""
        there = min(1.0, max(0.0, (-pose.nleg[0] - 30.0) / 40.0))
        if pose.stool and there > 0.0:
            top = HIP_Y + SEAT - 6.0
            placed = scaled(moved(m, 8.0, top), 1.0, (stance.ground - top) / STOOL)
            out.append(Layer(SpriteKey("p_stool"), placed, round(there, 2), "legs"))

    def _legs(self, m: Matrix, pose: Pose, stance: Stance, out: list[Layer]) -> None:
        body = self.person.body
        if body.feet_only is not None:
            for (x, y), under, tinted in zip(reversed(body.feet_only), (stance.far_foot, stance.near_foot), (1, 0), strict=True):
                placed = turned(moved(m, x * body.w + under.x, y + 874 + under.y), under.turn)
                out.append(Layer(self._limbs["foot"][tinted], placed, 1.0, "legs"))
            return
        for leg, (dx, dy), x, tinted in ((pose.fleg, pose.ffoot, HIP["far"], 1), (pose.nleg, pose.nfoot, HIP["near"], 0)):
            thigh, calf, foot = self._leg_frames(m, leg, x)
            out.append(Layer(self._limbs["foot"][tinted], moved(foot, dx, dy), 1.0, "legs"))
            out.append(Layer(self._limbs["calf"][tinted], scaled(calf, body.limb, 1.0), 1.0, "legs"))
            out.append(Layer(self._limbs["thigh"][tinted], scaled(thigh, body.limb, 1.0), 1.0, "legs"))

    # --- trunk ----------------------------------------------------------------------------------------------------------

    def _trunk(self, m: Matrix, leaning: Matrix, pose: Pose, stance: Stance, seats: tuple[str, ...], out: list[Layer]) -> None:
        """Bottoms, neck, torso and what is worn over it; everything here but the neck takes the contact shade."""
        body = self.person.body
        breathing = scaled_at(leaning, 1.0, 1 + 0.012 * pose.breath, 0, 310)
        neck = moved(leaning, body.stoop[0] * 0.6 + pose.hx * 0.35, body.stoop[1] * 0.6 + pose.hy * 0.5 - 3 * pose.breath)
        neck_layer = Layer(self._neck, scaled(neck, body.neck, 1.0), 1.0, "body")
        bottoms = self._bottoms(m, pose, stance, seats)
        torso = [self._worn(key, breathing, stance, length) for key, length in self._torso]
        over = [self._worn(key, breathing, stance, length) for key, length in self._over]
        if body.tuck:
            _join(out, [neck_layer, *torso, *bottoms, *over])
        else:
            _join(out, [*bottoms, neck_layer, *torso, *over])

    def _worn(self, key: SpriteKey, breathing: Matrix, stance: Stance, length: float) -> Layer:
        body = self.person.body
        across = scaled(breathing, body.w, 1.0)
        gathered = self._shortened(across, 40.0, stance.ground, 60.0, length) if length > LONG_OVER else across
        return Layer(key, gathered, 1.0, "body", True)

    def _bottoms(self, m: Matrix, pose: Pose, stance: Stance, seats: tuple[str, ...]) -> list[Layer]:
        body = self.person.body
        if seats:
            squash = (stance.ground - 300) / 152 if seats[0] in SQUASHED_SEATS else 1.0
            placed = scaled_at(scaled(m, body.w * squash**-0.35, 1.0), 1.0, squash, 0, 300)
            return [Layer(self._seat(name), placed, 1.0, "body", True) for name in seats]
        swing = max(-SWING_LIMIT, min(SWING_LIMIT, pose.sway))
        placed = sheared(turned_at(m, swing, 0, 300), stance.slant, 300)
        out = []
        for key, length in self._bottom:
            hem = stance.hem
            if body.feet_only is None:
                hem = min(hem, _fit(300.0, stance.ground, 14.0, length))
            out.append(Layer(key, scaled_at(placed, body.w * pose.flare, hem, 0, 300), 1.0, "body", True))
        return out

    @staticmethod
    def _shortened(m: Matrix, top: float, ground: float, clearance: float, length: float) -> Matrix:
        """``m`` with what hangs from ``top`` shortened to stay ``clearance`` above the ground, or as near as it is drawn."""
        return scaled_at(m, 1.0, _fit(top, ground, clearance, length), 0, top)

    def _seats_of(self, pose: Pose) -> tuple[str, ...]:
        return (pose.bottom,) if pose.bottom else self.person.pose.bottom

    # --- names ----------------------------------------------------------------------------------------------------------

    def _key(self, names: str, *, far: bool = False) -> SpriteKey:
        return sprite_key(names, self._remap, far=far)

    def _length(self, names: str) -> float:
        """The lowest y of a garment."""
        box = self.artist.extent(self._key(names))
        return 0.0 if box is None else box[1] + box[3] - 8

    def _hand(self, name: str, far: bool) -> SpriteKey:
        key = self._held.get((name, far))
        if key is None:
            key = self._held[(name, far)] = sprite_key(name, self._remap, far=far, whole="hand")
        return key

    def _glowing(self, prop: str) -> bool:
        known = self._glows.get(prop)
        if known is None:
            known = self._glows[prop] = 'fill="url(' in self._pack.part(prop).markup
        return known

    def _seat(self, name: str) -> SpriteKey:
        """A drawn seat in the cloth of this person's legs (crossed legs) or skirt (kneeling)."""
        key = self._seats.get(name)
        if key is None:
            key = self._seats[name] = sprite_key(name, {**seat_cloth(name, self.person, self._pack), **self._remap})
        return key


def _fit(top: float, ground: float, clearance: float, length: float) -> float:
    """The scale at which something ``length`` long, hung at ``top``, clears the ground as it does when standing."""
    floor = ground - min(clearance, max(0.0, GROUND - length))
    return min(1.0, (floor - top) / max(1.0, length - top))


def _join(out: list[Layer], layers: list[Layer]) -> None:
    """Add layers; neighbours that move as one become one sprite."""
    pending: Layer | None = None
    for layer in layers:
        if pending and pending.worn == layer.worn and pending.matrix == layer.matrix:
            pending = Layer(SpriteKey(f"{pending.sprite}+{layer.sprite}"), layer.matrix, 1.0, layer.group, layer.worn)
            continue
        if pending:
            out.append(pending)
        pending = layer
    if pending:
        out.append(pending)
