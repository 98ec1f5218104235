"""The rig of a creature: the same poses as people's, answered with ears, tails, wings, trunks and four legs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.portrait.eyes import EyeState
from filmstudio.plugins.portrait.face import HEAD_WIDTH, JAW
from filmstudio.plugins.portrait.layer import Layer, Matrix, SpriteKey
from filmstudio.plugins.portrait.matrix import IDENTITY, at, moved, scaled, turned, turned_at
from filmstudio.plugins.portrait.menagerie import Bestiary, HeadLayer, Node, Speech
from filmstudio.plugins.portrait.pose import Pose
from filmstudio.plugins.portrait.rest import creature_pose
from filmstudio.plugins.portrait.sprites import SpriteArtist, sprite_key
from filmstudio.plugins.portrait.temper import blend, temper

SHADE: Final = (-5.0, 15.0)
FLOAT_BOB: Final = 26.0
"""Units that a floating creature rises with a breath."""
LEG_SWING: Final = 22.0
"""Degrees that a four-footed leg swings at most."""
FOUR_FEET_LEAN: Final = 0.25
"""How far a body on four feet leans: it has a foot at either end to keep on the ground."""
CHANNELS: Final = ("ear", "arm", "tail", "trunk", "neck", "paw", "ray", "lift", "squash")

Move = dict[str, float]


class CreatureRig:
    """Poses one creature."""

    never_mirror = False

    def __init__(self, bestiary: Bestiary, pack: ArtPack) -> None:
        creature = bestiary.creature
        self.bestiary = bestiary
        self.artist = SpriteArtist(pack, bestiary.palette(), creature.head.eye.shape)
        self._pack = pack
        self._creature = creature
        self._head = creature.head
        self._presets = {creature.preset: creature.body, **creature.bodies}
        self._four_footed = frozenset(name for name, nodes in self._presets.items() if _legs(nodes) >= 4)
        self._keys: dict[tuple[str, bool], SpriteKey] = {}
        drawn = [layer.part for layer in creature.head.layers if isinstance(layer, HeadLayer)]
        self._on_head = frozenset((*drawn, *bestiary.look.wear.values(), creature.head.brow, "cheeks"))
        self._top = self._crown()

    def rest(self, emotion: str | None = None) -> Pose:
        """How the creature holds itself by nature, with the face of ``emotion`` (its own when None)."""
        return creature_pose(self._pack, emotion or self._creature.emo)

    def layers(self, pose: Pose) -> tuple[Layer, ...]:
        """The draw list, back to front."""
        preset, move = self._move(pose)
        base = self._base(pose, move)
        out: list[Layer] = []
        for node in self._presets.get(preset, self._creature.body):
            self._node(node, base, pose, move, out)
        return _grouped(out)

    def detail(self, key: SpriteKey) -> float:
        """How large the sprite's own unit is drawn, in character units."""
        on_head = key.startswith(("eye:", "m_")) or key.partition("~")[0] in self._on_head
        return self._creature.scale * (self._head.s if on_head else 1.0)

    def shade(self, pose: Pose) -> tuple[float, float]:
        """How far the contact shade lies from its casters, in character space."""
        base = self._base(pose, self._move(pose)[1])
        return base[0] * SHADE[0] + base[2] * SHADE[1], base[1] * SHADE[0] + base[3] * SHADE[1]

    def point(self, pose: Pose, name: str) -> tuple[float, float]:
        """Where a landmark is in character space; see ``Rig.point``."""
        preset, move = self._move(pose)
        base = self._base(pose, move)
        nodes = self._presets.get(preset, self._creature.body)
        place = next((node.at for node in nodes if node.head and node.at), (0.0, 0.0))
        head = self._head_frame(moved(base, *place), pose, move)
        mouth = self._head.mouth
        features = {
            "eye": (self._head.eye.cx, self._head.eye.y),
            "mouth": mouth.at if mouth else (20.0, 60.0),
            "chin": (mouth.at[0], mouth.at[1] + 36) if mouth else (10.0, 96.0),
            "crown": (0.0, self._top),
            "neck": self._head.pivot,
        }
        if name in features:
            return at(head, *features[name])
        x, y = self._head.at[0] + place[0], self._head.at[1] + place[1]
        body = {
            "heart": (x, y * 0.72),
            "hip": (x, y * 0.3),
            "shoulder_near": (x - 40, y * 0.8),
            "shoulder_far": (x + 40, y * 0.8),
            "hand_near": (x - 30, y * 0.4),
            "hand_far": (x + 60, y * 0.4),
            "foot_near": (x - 30, 0.0),
            "foot_far": (x + 30, 0.0),
        }
        return at(base, *body[name])

    # --- what moves -----------------------------------------------------------------------------------------------------

    def _move(self, pose: Pose) -> tuple[str, Move]:
        """The preset of a pose, and every channel's value."""
        creature, bestiary = self._creature, self.bestiary
        walking = pose.nleg[2] is not None
        own = bestiary.look.preset or creature.preset
        preset = pose.preset or ("walk" if walking and own != "float" else own)
        body = preset
        if preset == "walk" and "walk" not in self._presets:
            body = "stand" if "stand" in self._presets else own
        move: Move = dict(bestiary.presets.get("float", {})) if preset == "float" else {}
        moods = temper(pose)
        blend(moods, bestiary.postures, move)
        blend(moods, creature.postures, move)
        raised = max(_raise(pose.near[0] - 10, pose.near[1]), _raise(pose.far[0] + 10, pose.far[1]))
        # opposite legs of a person's walk become diagonal pairs
        stride = (pose.nleg[0] - pose.fleg[0] - 10) * 0.4 if walking or pose.preset == "walk" else 0.0
        stride = max(-LEG_SWING, min(LEG_SWING, stride))
        floating = preset == "float"
        added = {
            "arm": raised + abs(stride) * 0.3,
            "paw": max(-45.0, min(0.0, (pose.near[0] + 30) * 0.5)),
            "tail": pose.sway * 2.5 + pose.hair * 0.6,
            "neck": pose.lean * 0.25,
            "leg_a": stride,
            "leg_b": -stride,
            "lean": max(-10.0, min(12.0, pose.lean * 0.45)),
            "lift": pose.air + (FLOAT_BOB * pose.breath if floating else abs(stride) * 0.25),
            "squash": 0.0 if floating else pose.breath,
            "hx": pose.hx,
            "hy": pose.hy,
        }
        for channel, value in added.items():
            move[channel] = move.get(channel, 0.0) + value
        for channel in CHANNELS:
            move[channel] = move.get(channel, 0.0) + getattr(pose, channel)
        if body in self._four_footed:
            move["lean"] *= FOUR_FEET_LEAN
        return body, move

    def _base(self, pose: Pose, move: Move) -> Matrix:
        creature = self._creature
        squash = move["squash"] / 100
        m = scaled(moved(IDENTITY, pose.rx * creature.scale, 0.0), creature.scale, creature.scale * pose.sq)
        m = turned(moved(m, 0.0, -(creature.lift + move["lift"])), move["lean"] * creature.lean_gain)
        return scaled(m, 1 + squash * 0.6, 1 - squash)

    def _head_frame(self, m: Matrix, pose: Pose, move: Move) -> Matrix:
        head = self._head
        place = moved(m, head.at[0] + move.get("hx", 0.0) * head.s, head.at[1] + move.get("hy", 0.0) * head.s)
        tilted = turned(place, (pose.tilt + move.get("tilt", 0.0)) * head.tilt_gain)
        return moved(scaled(tilted, head.s, head.s), -head.pivot[0], -head.pivot[1])

    # --- body -----------------------------------------------------------------------------------------------------------

    def _node(self, node: Node, m: Matrix, pose: Pose, move: Move, out: list[Layer]) -> None:
        if node.at:
            m = moved(m, *node.at)
        if node.head:
            self._draw_head(self._head_frame(m, pose, move), pose, move, out)
            return
        if node.s:
            m = scaled(m, *node.s)
        m = turned_at(m, node.r + _turn(node.ch, move), *self._pack.part(node.p).pivot)
        for child in node.under:
            self._node(child, m, pose, move, out)
        key = sprite_key(node.p, {node.p: node.remap}, far=node.far) if node.remap else self._key(node.p, node.far)
        out.append(Layer(key, m, 1.0, "body", node.worn))
        for child in node.within:
            self._node(child, m, pose, move, out)

    def _key(self, name: str, far: bool = False) -> SpriteKey:
        key = self._keys.get((name, far))
        if key is None:
            self._pack.part(name)
            key = self._keys[(name, far)] = sprite_key(name, {}, far=far)
        return key

    # --- head -----------------------------------------------------------------------------------------------------------

    def _draw_head(self, m: Matrix, pose: Pose, move: Move, out: list[Layer]) -> None:
        head, eye = self._head, self._head.eye
        side = -1.0 if pose.yaw < 0 else 1.0
        turn = abs(pose.yaw)
        m = scaled(m, side, 1.0)  # a head that looks back is the mirrored head
        across, up = HEAD_WIDTH * turn, -0.80 * HEAD_WIDTH * pose.pitch
        speech = self._speech(pose)

        def put(key: SpriteKey, at_: Matrix, opacity: float = 1.0, caster: bool = False) -> None:
            out.append(Layer(key, at_, opacity, "head", False, caster))

        for layer in head.layers:
            if isinstance(layer, HeadLayer):
                self._head_layer(layer, m, move, pose.mouth, speech, turn, side, across, up, out)
            elif layer == "mouth" and head.mouth:
                mouth = head.mouth
                wide = mouth.s * (1 - 0.10 * turn) * pose.mw
                tall = mouth.s * mouth.tall * (1 + 0.06 * JAW.get(pose.mouth, 0.0)) * pose.mh
                lips = turned(moved(m, mouth.at[0] + mouth.k * across, mouth.at[1] + mouth.k * up), mouth.r)
                put(sprite_key(pose.mouth, {pose.mouth: mouth.remap}), scaled(lips, wide, tall))
            elif layer == "blush" and pose.blush > 0.02:
                put(self._key("cheeks"), moved(m, 0.12 * across, head.blush_y + 0.12 * up), min(1.0, pose.blush))
            elif layer in ("eyes", "brows"):
                for s in (-1, 1):
                    x = eye.cx + s * eye.x * (1 - 0.13 * turn) + head.eye_k * across
                    narrow = s * (1 - 0.20 * max(0.0, s * turn))
                    if layer == "eyes":
                        state = EyeState.near(pose.up, pose.low, pose.iris, pose.gx * side, pose.gy, s)
                        put(SpriteKey(state.key), scaled(moved(m, x, eye.y + head.eye_k * up), narrow, 1.0))
                    else:
                        raised = head.brow_y + pose.brow * head.brow_gain + pose.asym * (1.0 if s > 0 else -0.3)
                        brow = moved(m, x + 4 * s, raised + (head.eye_k + 0.02) * up)
                        put(self._key(head.brow), turned(scaled(brow, narrow * head.brow_s, head.brow_s), -pose.brow_a))
        for slot, depth, (x, y, size) in (("face", 0.165, head.face), ("hat", 0.05, head.hat)):
            worn = self.bestiary.look.wear.get(slot)
            if worn and not any(isinstance(layer, HeadLayer) and layer.slot == slot for layer in head.layers):
                put(self._key(worn), scaled(moved(m, x + depth * across, y + depth * up), size, size))

    def _head_layer(
        self,
        layer: HeadLayer,
        m: Matrix,
        move: Move,
        mouth: str,
        speech: Speech,
        turn: float,
        side: float,
        across: float,
        up: float,
        out: list[Layer],
    ) -> None:
        name = self.bestiary.look.wear.get(layer.slot, layer.part) if layer.slot else layer.part
        if not name or (layer.show and mouth not in layer.show):
            return
        if (layer.gape and speech.open < 0.06) or (layer.tip is not None and not speech.tongue):
            return
        px, py = pivot = self._pack.part(name).pivot
        x, y = layer.at
        angle = _turn(layer.ch, move) + layer.mood * speech.mood + (layer.tip or 0.0) * speech.tongue
        wide, tall = 1.0, 1.0
        if layer.open:
            degrees, dx, dy = layer.open
            angle, x, y = angle + degrees * speech.open, x + dx * speech.open, y + dy * speech.open
            wide -= layer.purse * speech.round
        y += layer.jaw * speech.open
        if layer.gape:
            wide, tall = 1 - 0.3 * speech.round, speech.open
        if layer.short is not None:
            wide *= layer.short + (1 - layer.short) * min(1.0, turn / 0.4)
        if layer.far:
            wide, px = wide * -(1 - 0.20 * turn), -px
        if layer.slot == "logo":
            wide *= side
        placed = scaled(moved(m, x + px + layer.depth * across, y + py + layer.depth * up), wide, tall)
        placed = moved(turned(placed, angle), -pivot[0], -pivot[1])
        key = sprite_key(name, {name: layer.remap}) if layer.remap else self._key(name)
        out.append(Layer(key, placed, 1.0, "head", False, name == self._head.cast))

    def _speech(self, pose: Pose) -> Speech:
        said = self.bestiary.mouths.get(pose.mouth) or Speech(open=0.0, round=0.0, mood=0.0, tongue=0.0)
        if pose.mh == 1.0:
            return said
        return Speech(open=said.open * pose.mh, round=said.round, mood=said.mood, tongue=said.tongue)

    def _crown(self) -> float:
        """The highest y of the skull, in head space."""
        drawn = [layer for layer in self._head.layers if isinstance(layer, HeadLayer)]
        skull = self._head.cast or next((layer.part for layer in drawn if layer.depth >= 0 and not layer.ch), drawn[0].part)
        box = self.artist.extent(self._key(skull))
        return -120.0 if box is None else box[1] + 6


def _legs(nodes: tuple[Node, ...]) -> int:
    """How many legs of a body swing in a walk."""
    return sum(("leg_a" in node.ch or "leg_b" in node.ch) + _legs(node.under) + _legs(node.within) for node in nodes)


def _turn(channels: Mapping[str, float], move: Move) -> float:
    return sum(move.get(channel, 0.0) * gain for channel, gain in channels.items()) if channels else 0.0


def _raise(shoulder: float, elbow: float) -> float:
    """How far a person's arm gesture opens a creature's arms, in degrees."""
    return max(0.0, min(34.0, -shoulder * 0.3 + max(0.0, -elbow - 30) * 0.12))


def _grouped(layers: list[Layer]) -> tuple[Layer, ...]:
    """What comes after the head is the near side."""
    last = max((index for index, layer in enumerate(layers) if layer.group == "head"), default=len(layers))
    return tuple(
        Layer(layer.sprite, layer.matrix, layer.opacity, "arm_near", layer.worn, layer.caster) if index > last else layer
        for index, layer in enumerate(layers)
    )
