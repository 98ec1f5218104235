"""The command group: what it suggests for a command that does not exist."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class Commands(TyperGroup):
    """A group that suggests commands which its help shows, and no hidden one: those are for the studio itself."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that ``args`` begin with; an error names those that are near it."""
        if args and args[0] not in self.commands:
            self.commands = {name: command for name, command in self.commands.items() if not command.hidden}
        return super().resolve_command(ctx, args)
