"""Small wheels built by hand for tests of plugins: no build tool, no network."""

from __future__ import annotations

import zipfile
from pathlib import Path

ENGINE = """
from typing import ClassVar
from filmstudio.core.engine import Needs, SingleEngine
from filmstudio.core.requests import SpeakRequest, Speech
from filmstudio.core.wavefile import wave_bytes

class Taster(SingleEngine[SpeakRequest, Speech]):
    name: ClassVar[str] = "{name}"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"

    def load(self):
        import flavour
        self.flavour = flavour.FLAVOUR

    def make(self, request, desk):
        import sys
        audio = desk.keep_bytes(wave_bytes([0.1] * 480), "audio/wav")
        return Speech(audio=audio, samples=480, degraded=(self.flavour, sys.prefix))
"""
HOOK = """
from filmstudio.core.hookspecs import hookimpl

@hookimpl
def filmstudio_engines():
    from {module}.engine import Taster
    return (Taster,)
"""
MANIFEST = """api_version = 1
name = "{name}"
publisher = "The Test Kitchen"
licence = "MIT"

[[engines]]
role = "voice"
name = "{name}"
version = "1"
engine = "{module}.engine:Taster"
"""


def wheel(folder: Path, name: str, version: str, files: dict[str, str], requires: tuple[str, ...] = (), entry: str = "") -> Path:
    """A wheel of these files."""
    folder.mkdir(parents=True, exist_ok=True)
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {each}\n" for each in requires)
    written = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if entry:
        written[f"{info}/entry_points.txt"] = f"[filmstudio]\n{name} = {entry}\n"
    record = "".join(f"{file},,\n" for file in (*written, f"{info}/RECORD"))
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        for file, text in {**written, f"{info}/RECORD": record}.items():
            packed.writestr(file, text)
    return path


def flavour(folder: Path, version: str) -> Path:
    """A library of which two plugins want different versions."""
    return wheel(folder, "flavour", version, {"flavour/__init__.py": f'FLAVOUR = "flavour {version}"\n'})


def plugin(folder: Path, name: str, requires: tuple[str, ...] = (), manifest: str = MANIFEST) -> Path:
    """A plugin with one engine, a manifest, and requirements."""
    module = name.replace("-", "_")
    files = {
        f"{module}/__init__.py": HOOK.format(module=module),
        f"{module}/engine.py": ENGINE.format(name=name),
        **({f"{module}/filmstudio-plugin.toml": manifest.format(name=name, module=module)} if manifest else {}),
    }
    return wheel(folder, name, "1.0", files, requires, module)


def unpacked(packed: Path, folder: Path) -> Path:
    """Install a wheel as an installer would: its files on a path."""
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
    return folder
