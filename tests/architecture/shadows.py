"""The guard against names that would shadow the standard library's: a module or folder called ``platform`` or ``queue`` where
Python starts is imported in its place by every program started there. Run by the tests, or by itself: ``python shadows.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]


def starting_points(home: Path) -> list[Path]:
    """Folders of a checkout that are put first on the path: its top, and those whose scripts or tests are started."""
    scripts = [folder for folder in (home / "benchmarks", home / "examples", home / "tests") if folder.is_dir()]
    return [home, *scripts, *sorted(path for path in (home / "tests").rglob("*") if path.is_dir() and any(path.glob("*.py")))]


def shadows(folders: Iterable[Path]) -> list[Path]:
    """What in these folders would be imported instead of a module of the standard library."""
    found = []
    for folder in folders:
        for path in sorted(folder.iterdir()):
            imported = path.suffix == ".py" or (path / "__init__.py").exists()  # a folder without that comes after all modules
            if imported and path.stem in sys.stdlib_module_names:
                found.append(path)
    return found


if __name__ == "__main__":
    met = shadows(starting_points(HOME))
    print("\n".join(f"{path.relative_to(HOME)} shadows the standard library's {path.stem}" for path in met) or "nothing is shadowed")
    sys.exit(1 if met else 0)
