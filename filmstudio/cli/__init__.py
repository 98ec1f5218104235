"""The command line: thin commands over ``filmstudio.app``."""

from filmstudio.cli.commands import main

__all__ = ["main"]
