"""What the guides show: their code blocks and command lines."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parents[2]
GUIDES = sorted([*HOME.glob("*.md"), *(HOME / "docs").rglob("*.md")])


@dataclass(frozen=True)
class Command:
    """A ``./studio …`` line of a guide, without ``./studio``."""

    guide: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.guide}: {' '.join(self.words)}"


def commands() -> list[Command]:
    """Every command line that the guides show, in blocks and in running text, once each."""
    found: dict[tuple[str, ...], Command] = {}
    for guide in GUIDES:
        for line in re.findall(r"(?:^|`)(\./studio[^`\n]*)", guide.read_text(encoding="utf-8"), re.MULTILINE):
            words = tuple(shlex.split(line, comments=True)[1:])
            found.setdefault(words, Command(str(guide.relative_to(HOME)), words))
    return list(found.values())


def files_shown(guide: Path, folder: Path) -> list[Path]:
    """Write the files that a guide shows (blocks whose first line is ``# NAME``) into ``folder``."""
    written = []
    blocks = re.findall(r"^```\w+\n# ([\w.]+)\n(.*?)^```$", guide.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for name, text in blocks:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
