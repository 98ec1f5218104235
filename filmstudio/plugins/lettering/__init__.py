"""Lettering: words as pictures, set with the studio's own fonts. A library of the picture and marketing engines, not a role."""
