"""Acting: what every person of a shot does in every frame, as poses for the rig.

motion = load_motion(path)
staged = Performance.of(performer, shot, timing, character, others, mouths, fps, seed, figure_height, motion).poses()
"""

from filmstudio.plugins.picture.acting.motion import MotionData, load_motion
from filmstudio.plugins.picture.acting.performance import Performance
from filmstudio.plugins.picture.acting.staged import StagedPose

__all__ = ["MotionData", "Performance", "StagedPose", "load_motion"]
