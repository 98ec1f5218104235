"""Arguments and options that several commands have, with what their help says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Script = Annotated[
    Path | None,
    typer.Argument(help="A screenplay: Fountain, Final Draft (.fdx), Markdown or NAME: text dialogue, or prose.", show_default=False),
]
FilmFile = Annotated[Path | None, typer.Option("--film", help="A film.json, instead of a script.", show_default=False)]
Voice = Annotated[
    list[str] | None, typer.Option("--voice", metavar="NAME=VOICE", help="Give someone a voice; see studio voices.", show_default=False)
]
EngineChoice = Annotated[
    list[str] | None, typer.Option("--engine", metavar="ROLE=NAME", help="Choose an engine; see studio plugins.", show_default=False)
]
Duration = Annotated[str | None, typer.Option(help="Length to aim for: 90, 1:30 or 1m30s.", show_default=False)]
Culture = Annotated[
    str | None, typer.Option(help="Culture of people, places and music, when the script leaves it open.", show_default=False)
]
Style = Annotated[str | None, typer.Option(help="Look of the film; a plugin may bring others.", show_default="drawn")]
Language = Annotated[str | None, typer.Option(help="Language of the script, such as en, hi or ja.", show_default="found from the text")]
Seed = Annotated[int | None, typer.Option(help="Another seed gives another cast, music and acting.", show_default="0")]
Title = Annotated[str | None, typer.Option(help="Title, when the script has none.", show_default=False)]
Aspect = Annotated[str | None, typer.Option(help="16:9, 9:16 or 1:1.", show_default="16:9")]
Config = Annotated[Path | None, typer.Option("--config", help="Options from a file.", show_default="filmstudio.toml")]
CacheDir = Annotated[
    str | None,
    typer.Option("--cache-dir", help="Where finished takes are kept: a folder, or s3://BUCKET/PREFIX.", show_default="your cache folder"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text.")]
