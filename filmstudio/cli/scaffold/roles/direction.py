"""A direction of one wide shot a scene: the camera stands still, and everything happens before it."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import Field, TypeAdapter

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.film import Beat, Camera, CameraPose, Card, Film, MusicBrief, Performer, Scene, Shot, StageSet
from filmstudio.core.requests import DirectRequest, DirectResult, SceneNote

_BEAT: TypeAdapter[Beat] = TypeAdapter(Annotated[Beat, Field(discriminator="kind")])
_CAMERA = Camera(start=CameraPose(x=960, y=540))


class Newcomer(SingleEngine[DirectRequest, DirectResult]):
    """Stages a film as a theatre would."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "direction"
    summary: ClassVar[str] = "A title, and then one wide shot a scene, seen from where the audience sits."
    needs: ClassVar[Needs] = Needs(memory_mb=128, licence="MIT")

    def make(self, request: DirectRequest, desk: Desk) -> DirectResult:
        """Stage a film."""
        notes = request.breakdown
        scenes = [self._scene(note, request) for note in notes.scenes]
        title = Shot(id="title", size="card", camera=_CAMERA, card=Card(lines=(notes.title,)), hold=Fraction(2))
        if scenes:
            scenes[0] = scenes[0].model_copy(update={"shots": (title, *scenes[0].shots)})
        film = Film(
            title=notes.title, authors=notes.authors, language=notes.language, culture=notes.culture, kind=notes.kind,
            aspect=request.aspect, seed=request.seed, characters=request.characters, scenes=tuple(scenes),
        )  # fmt: skip
        return DirectResult(film=film)

    def _scene(self, note: SceneNote, request: DirectRequest) -> Scene:
        seen = {character.id for character in request.characters if character.seen}
        people = [each for each in note.present if each in seen]
        performers = tuple(
            Performer(character=each, x=1920 * (place + 1) / (len(people) + 1), ground=980) for place, each in enumerate(people)
        )
        beats = tuple(_BEAT.validate_python(beat) for beat in note.beats)
        shot = Shot(id=f"{note.id}-wide", size="wide", camera=_CAMERA, performers=performers, beats=beats)
        stage = StageSet.model_validate({"pack": "house", "stage": "cafe", "light": note.light, "weather": note.weather})
        return Scene(
            id=note.id, number=note.number, heading=note.heading, setting=note.setting, place=note.place, set=stage,
            mood=note.mood, music=MusicBrief(mood=note.mood), shots=(shot,),
        )  # fmt: skip
