"""Backdrop: drawn stages, lit for a mood and a weather, as planes in depth."""
