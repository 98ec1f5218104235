"""Pixel loops in integer fixed point, compiled by numba: the same bytes on every processor.

An RGBA picture is a ``uint32`` array of premultiplied pixels, red in the lowest byte and alpha in the highest; a YUVA
picture has Y, U and V, in BT.709 and limited range, in place of red, green and blue. So one
load fetches a pixel and one 64-bit multiplication weighs its four channels (SIMD within a register: each channel sits in
a 16-bit lane). YUV planes are ``uint8``, BT.709 in limited range, chroma at half size. No floating point is used: its
rounding depends on how a compiler fuses operations.
"""

from filmstudio.plugins.picture.kernels.areas import BLOCK, survey
from filmstudio.plugins.picture.kernels.compiling import ONE
from filmstudio.plugins.picture.kernels.composing import ABOVE, BAND, BOX, CASTER, FIELDS, INVERSE, OPACITY, WORN, compose
from filmstudio.plugins.picture.kernels.developing import develop, light_up
from filmstudio.plugins.picture.kernels.gliding import glide, soften
from filmstudio.plugins.picture.kernels.laying import extremes, fade, lay
from filmstudio.plugins.picture.kernels.sampling import warp_under
from filmstudio.plugins.picture.kernels.strokes import dab, streak
from filmstudio.plugins.picture.kernels.tiling import boxes_of, hide

__all__ = [
    "ABOVE",
    "BAND",
    "BLOCK",
    "BOX",
    "CASTER",
    "FIELDS",
    "INVERSE",
    "ONE",
    "OPACITY",
    "WORN",
    "boxes_of",
    "compose",
    "dab",
    "develop",
    "extremes",
    "fade",
    "glide",
    "hide",
    "lay",
    "light_up",
    "soften",
    "streak",
    "survey",
    "warp_under",
]
