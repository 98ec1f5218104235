"""The timeline as OpenTimelineIO: tracks of picture, dialogue, music, effects and captions that refer to the delivered media."""

from __future__ import annotations

from typing import Any

from filmstudio.core.film import Film, Line
from filmstudio.core.requests import CaptionCue, FilmTiming


def film_otio(film: Film, timing: FilmTiming, captions: dict[str, tuple[CaptionCue, ...]], stems: tuple[str, ...] = ()) -> str:
    """``film.otio`` as JSON text.

    Media are named relative to the delivery folder: picture clips are ranges of ``film.mp4``; sound clips are ranges of
    their stem where stems are delivered, and of ``film.mp4`` where not.
    """
    import opentimelineio as otio

    schema, at = otio.schema, otio.opentime

    def span(start: int, frames: int) -> Any:
        return at.TimeRange(at.RationalTime(start, timing.fps), at.RationalTime(frames, timing.fps))

    def media(url: str) -> Any:
        return schema.ExternalReference(target_url=url, available_range=span(0, timing.frames))

    def track(name: str, kind: str, clips: list[tuple[int, int, str, str, dict[str, Any]]]) -> Any:
        made = schema.Track(name=name, kind=kind)
        cursor = 0
        for start, frames, label, url, details in clips:
            if start > cursor:
                made.append(schema.Gap(source_range=span(0, start - cursor)))
            # Lines that overlap (dual dialogue) share one track: the later one begins where the earlier ends.
            first, last = max(start, cursor), start + frames
            if last <= first:
                continue
            clip = schema.Clip(name=label, media_reference=media(url), source_range=span(first, last - first))
            clip.metadata["filmstudio"] = details
            made.append(clip)
            cursor = last
        return made

    def sound(stem: str) -> str:
        return f"stems/{stem}.wav" if stem in stems else "film.mp4"

    pictures, dialogue, music, effects = [], [], [], []
    for scene in film.scenes:
        place, begin = timing.scenes[scene.id], timing.scene_starts[scene.id]
        for shot in scene.shots:
            first, last = place.shot_spans[shot.id]
            pictures.append((begin + first, last - first, shot.id, "film.mp4", {"scene": scene.number, "size": shot.size}))
            for beat in shot.beats:
                if isinstance(beat, Line):
                    length = -(-place.beat_lengths[beat.id] * timing.fps // 48_000)
                    details = {"character": beat.character, "text": beat.text, "emotion": beat.emotion}
                    dialogue.append((begin + place.beat_starts[beat.id], length, beat.id, sound("dialogue"), details))
        if scene.music is not None:
            music.append((begin, place.frames, f"cue {scene.number}", sound("music"), {"mood": scene.music.mood}))
        effects.append((begin, place.frames, f"ambience {scene.number}", sound("effects"), {"ambience": list(scene.ambience)}))
    dialogue.sort(key=lambda clip: clip[0])

    timeline = schema.Timeline(name=film.title, global_start_time=at.RationalTime(0, timing.fps))
    picture = track("Picture", schema.TrackKind.Video, pictures)
    for scene in film.scenes:
        for cue in captions.get(scene.id, ()):
            start = timing.scene_starts[scene.id] + cue.start
            marker = schema.Marker(name="\n".join(cue.lines), marked_range=span(start, cue.end - cue.start), color=schema.MarkerColor.WHITE)
            marker.metadata["filmstudio"] = {"caption": True, "speaker": cue.speaker}
            picture.markers.append(marker)
    timeline.tracks.append(picture)
    for name, clips in (("Dialogue", dialogue), ("Music", music), ("Effects", effects)):
        timeline.tracks.append(track(name, schema.TrackKind.Audio, clips))
    text: str = otio.adapters.write_to_string(timeline, "otio_json")
    return text + "\n"
