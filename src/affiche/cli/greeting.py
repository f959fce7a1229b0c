"""What a studio says when it is up: where it is, how to get in, how to go on."""

import os
import shutil
import sys
from pathlib import Path

from rich.text import Text

from affiche.cli.language import words
from affiche.cli.terminal import out
from affiche.settings import Settings
from affiche.studio import language


def address(url: str, token: str) -> str:
    return f"{url.rstrip('/')}/sign-in?token={token}"


def greet(settings: Settings, url: str, link: str, *, working: bool) -> None:
    """Short: whoever reads it wants to open the studio."""
    rows = {
        "up.address": url,
        "up.engine": _engines(settings) if working else words("up.elsewhere"),
        "up.words": _words(settings),
        "up.data": str(settings.data),
        "up.shell": f'{_program()} run klein-i2i image=@photo.jpg prompt="…"',
    }
    width = max(_cells(words(key)) for key in rows)
    say = out().print
    say()
    say(Text.assemble("  ", ("Affiche", "bold"), " ", words("up.running")))
    say()
    say(Text.assemble("  ", (link, "bold cyan")))
    say(Text.assemble("  ", (words("up.once"), "dim")))
    say()
    for key, value in rows.items():
        label = words(key)
        say(Text.assemble((f"  {label}{' ' * (width - _cells(label))}  ", "dim"), value))
    say()
    say(Text.assemble("  ", (words("up.stop"), "dim")))
    say()


def _engines(settings: Settings) -> str:
    """Those of the settings, the first that are chosen first."""
    ids, url = settings.runpod_endpoint_id, settings.runpod_base_url
    named = [words("up.runpod", id=", ".join(ids), url=url)] if ids else []
    named += [settings.comfyui_url] if settings.comfyui_url else []
    return ", ".join(named) or words("up.preview")


def _words(settings: Settings) -> str:
    place = language.place(settings)
    if place is None:
        return words("up.no_words")
    return words("up.stand_in") if place.is_stand_in else f"{place.model} ({place.url})"


def _program() -> str:
    """How this program is called from here: `make up` calls one that no PATH knows."""
    if shutil.which("affiche"):
        return "affiche"
    near = os.path.relpath(sys.argv[0])
    return str(Path(sys.argv[0]).absolute()) if near.startswith("..") else near


def _cells(text: str) -> int:
    return Text(text).cell_len
