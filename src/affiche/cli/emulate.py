"""`affiche emulate comfyui`: a ComfyUI server without a GPU, to try things against."""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from affiche.cli import logs, loop
from affiche.cli.endings import CommandError, Exit, Interrupted
from affiche.cli.language import words
from affiche.cli.pages import application, flag
from affiche.cli.terminal import out

if TYPE_CHECKING:
    from affiche.emulators.comfyui import Chance, Fault

emulate = application("emulate")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The server that a command line asks for; `control` opens /_faults."""

    host: str
    port: int
    pace: float
    control: bool
    faults: Sequence["Fault"]
    chance: "Chance | None"


@emulate.command(name="comfyui", help=words("help.emulate.comfyui"))
def comfyui(
    *,
    port: Annotated[int, Parameter(help=words("help.emulate.port"))] = 8188,
    host: Annotated[str, Parameter(help=words("help.up.host"))] = "127.0.0.1",
    pace: Annotated[float, Parameter(help=words("help.emulate.pace"))] = 0.12,
    folder: Annotated[Path | None, Parameter(help=words("help.emulate.folder"))] = None,
    faults: Annotated[bool, flag("help.emulate.faults")] = False,
    fault: Annotated[
        tuple[str, ...],
        Parameter(help=words("help.emulate.fault"), negative=(), show_default=False),
    ] = (),
    chaos: Annotated[float, Parameter(help=words("help.emulate.chaos"))] = 0.0,
    seed: Annotated[int, Parameter(help=words("help.emulate.seed"))] = 0,
    verbose: Annotated[bool, flag("help.up.verbose")] = False,
) -> None:
    logs.set_up(verbose=verbose)
    wanted = Wanted(host, port, pace, faults, *_planned(fault, chaos, seed))
    with tempfile.TemporaryDirectory(prefix="affiche-comfyui-") as made, suppress(Interrupted):
        where = folder or Path(made)
        loop.run(lambda _: _serve(where, wanted), fast=True)


def _planned(
    faults: Sequence[str], chaos: float, seed: int
) -> tuple[Sequence["Fault"], "Chance | None"]:
    from affiche.emulators.comfyui.faults import Chance, parse

    try:
        return [parse(text) for text in faults], Chance(chaos, seed) if chaos else None
    except ValueError as error:
        raise CommandError("no_fault", reason=str(error)) from error


async def _serve(folder: Path, wanted: Wanted) -> None:
    from affiche.emulators.comfyui import serving

    options = {"pace": wanted.pace, "control": wanted.control}
    try:
        async with serving(folder, host=wanted.host, port=wanted.port, **options) as running:
            for fault in wanted.faults:
                running.faults.put(fault)
            running.faults.chance = wanted.chance
            out().print(words("emulate.running", url=running.url))
            out().print(words("emulate.use", url=running.url), style="dim")
            await asyncio.get_running_loop().create_future()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError("no_port", Exit.FAILED, port=wanted.port, reason=reason) from error
