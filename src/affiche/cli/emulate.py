"""`affiche emulate comfyui`: a ComfyUI server without a GPU, to try things against."""

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from affiche.cli import logs, loop
from affiche.cli.endings import CommandError, Exit, Interrupted
from affiche.cli.language import words
from affiche.cli.pages import application, flag
from affiche.cli.terminal import out

emulate = application("emulate")


@emulate.command(name="comfyui", help=words("help.emulate.comfyui"))
def comfyui(
    *,
    port: Annotated[int, Parameter(help=words("help.emulate.port"))] = 8188,
    host: Annotated[str, Parameter(help=words("help.up.host"))] = "127.0.0.1",
    pace: Annotated[float, Parameter(help=words("help.emulate.pace"))] = 0.12,
    folder: Annotated[Path | None, Parameter(help=words("help.emulate.folder"))] = None,
    faults: Annotated[bool, flag("help.emulate.faults")] = False,
    verbose: Annotated[bool, flag("help.up.verbose")] = False,
) -> None:
    logs.set_up(verbose=verbose)
    with tempfile.TemporaryDirectory(prefix="affiche-comfyui-") as made, suppress(Interrupted):
        where = folder or Path(made)
        loop.run(lambda _: _serve(where, host, port, pace, faults), fast=True)


async def _serve(folder: Path, host: str, port: int, pace: float, faults: bool) -> None:
    from affiche.emulators.comfyui import serving

    try:
        server = serving(folder, host=host, port=port, pace=pace, control=faults)
        async with server as running:
            out().print(words("emulate.running", url=running.url))
            out().print(words("emulate.use", url=running.url), style="dim")
            await asyncio.get_running_loop().create_future()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError("no_port", Exit.FAILED, port=port, reason=reason) from error
