"""What a studio says when it is up: where it is, how to get in, how to go on."""

from rich.text import Text

from affiche.cli.language import words
from affiche.cli.terminal import out
from affiche.settings import Settings


def address(url: str, token: str) -> str:
    return f"{url.rstrip('/')}/sign-in?token={token}"


def greet(settings: Settings, url: str, link: str) -> None:
    """Short: whoever reads it wants to open the studio."""
    engine = settings.comfyui_url or words("up.preview")
    say = out().print
    say()
    say(Text.assemble("  ", ("Affiche", "bold"), "  ", (words("up.running"), "dim")))
    say()
    say(Text.assemble(f"  {words('up.open')}  ", (link, "bold cyan underline")))
    say(Text.assemble("  ", (words("up.once"), "dim")))
    say()
    rows = {
        "up.address": url,
        "up.engine": engine,
        "up.data": str(settings.data),
        "up.shell": 'affiche run klein-i2i image=@photo.jpg prompt="…"',
    }
    width = max(_cells(words(key)) for key in rows)
    for key, value in rows.items():
        label = words(key)
        say(Text.assemble((f"  {label}{' ' * (width - _cells(label))}  ", "dim"), value))
    say()
    say(Text.assemble("  ", (words("up.stop"), "dim")))
    say()


def _cells(text: str) -> int:
    return Text(text).cell_len
