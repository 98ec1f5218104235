"""A timing by the clock alone: beats follow one another, each as long as its speech or as its happening asks."""

from __future__ import annotations

from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.film import Line, Scene, Shot
from filmstudio.core.rational import SAMPLE_RATE, frames_covering, frames_in, samples_in_frames
from filmstudio.core.requests import BeatTiming, FilmTiming, SceneTiming, ShotTiming, TimingRequest


class Newcomer(SingleEngine[TimingRequest, FilmTiming]):
    """Nothing overlaps, and nothing waits longer than the film says."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "timing"
    summary: ClassVar[str] = "Beat after beat, as long as each needs."
    needs: ClassVar[Needs] = Needs(memory_mb=128, licence="MIT")

    def make(self, request: TimingRequest, desk: Desk) -> FilmTiming:
        """Time a film."""
        shots: dict[str, ShotTiming] = {}
        scenes: dict[str, SceneTiming] = {}
        starts: dict[str, int] = {}
        frames = 0
        for scene in request.film.scenes:
            shots.update({shot.id: self._shot(shot, request) for shot in scene.shots})
            scenes[scene.id], starts[scene.id] = self._scene(scene, shots, request), frames
            frames += scenes[scene.id].frames
        return FilmTiming(fps=request.fps, frames=frames, shots=shots, scenes=scenes, scene_starts=starts)

    def _shot(self, shot: Shot, request: TimingRequest) -> ShotTiming:
        at = frames_in(shot.lead_in, request.fps)
        beats: dict[str, BeatTiming] = {}
        for beat in shot.beats:
            if isinstance(beat, Line):
                at += frames_in(beat.pause_before, request.fps)
                long = -(-request.speech_samples.get(beat.id, 0) * request.fps // SAMPLE_RATE)
                beats[beat.id] = BeatTiming(start=at, end=at + long)
                at += long + frames_in(beat.pause_after, request.fps)
            else:
                long = frames_covering(beat.seconds, request.fps)
                beats[beat.id] = BeatTiming(start=at, end=at + long)
                at += long
        return ShotTiming(frames=max(1, at + frames_in(shot.hold, request.fps)), beats=beats)

    def _scene(self, scene: Scene, shots: dict[str, ShotTiming], request: TimingRequest) -> SceneTiming:
        at, spans, begins, lengths, speech, hits = 0, {}, {}, {}, [], []
        for shot in scene.shots:
            spans[shot.id] = (at, at + shots[shot.id].frames)
            for beat in shot.beats:
                timing = shots[shot.id].beats[beat.id]
                begins[beat.id] = at + timing.start
                begin = samples_in_frames(begins[beat.id], request.fps)
                if isinstance(beat, Line):
                    lengths[beat.id] = request.speech_samples.get(beat.id, 0)
                    speech.append((begin, begin + lengths[beat.id]))
                else:
                    lengths[beat.id] = samples_in_frames(timing.end - timing.start, request.fps)
                    hits += [(sound, begin) for sound in beat.sounds]
            at += shots[shot.id].frames
        return SceneTiming(
            frames=max(1, at), samples=samples_in_frames(max(1, at), request.fps), shot_spans=spans, beat_starts=begins,
            beat_samples={beat: samples_in_frames(frame, request.fps) for beat, frame in begins.items()}, beat_lengths=lengths,
            speech=tuple(speech), cuts=tuple(samples_in_frames(first, request.fps) for first, _ in list(spans.values())[1:]),
            hits=tuple(hits),
        )  # fmt: skip
