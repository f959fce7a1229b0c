"""`affiche run`: one work from the command line, to the path of its picture."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final

from cyclopts import Parameter
from rich.text import Text

from affiche.cli import answers, loop, saving
from affiche.cli.desk import Desk, Offer, Record
from affiche.cli.endings import CommandError, Exit, Problem, Refused, problem
from affiche.cli.language import language, words
from affiche.cli.pages import flag
from affiche.cli.progress import View, watching
from affiche.cli.running import running
from affiche.cli.terminal import complain, err, write_json
from affiche.errors import AfficheError, InvalidInputs, PictureError
from affiche.settings import Settings, read
from affiche.texts import has

OUT: Final = Path("out")
LONG_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asked for; `given` are its answers, still text."""

    template: str
    given: dict[str, str]
    output_count: int
    folder: Path
    wait: bool
    json: bool


def run(
    template: Annotated[str, Parameter(help=words("help.run.template"))],
    /,
    *answer: Annotated[str, Parameter(help=words("help.run.answers"))],
    out: Annotated[Path, Parameter(name=("--out", "-o"), help=words("help.run.out"))] = OUT,
    seed: Annotated[str | None, Parameter(help=words("help.run.seed"))] = None,
    outputs: Annotated[int, Parameter(help=words("help.run.outputs"))] = 1,
    later: Annotated[bool, flag("help.run.no_wait", "--no-wait")] = False,
    json: Annotated[bool, flag("help.json")] = False,
) -> int:
    """One work, from asking to its picture."""
    from affiche.cli import logs

    logs.silence()
    given = answers.pairs(answer if seed is None else (*answer, f"seed={seed}"))
    settings, _ = read()
    wanted = Wanted(template, given, outputs, out, not later, json)
    if wanted.wait:
        saving.ready(out)
    return loop.run(lambda stop: _run(stop, settings, wanted))


async def _run(stop: loop.Stop, settings: Settings, wanted: Wanted) -> int:
    with watching(quiet=wanted.json) as view:
        async with await _desk(settings, wanted, view) as desk:
            offer = await desk.offer(wanted.template)
            work = await _ask(desk, offer, wanted)
            if not wanted.wait:
                return _told(work, [], wanted)
            work = await _followed(desk, work, view, stop)
            paths = await _saved(desk, offer, work, wanted.folder)
    return _told(work, paths, wanted, stopped=bool(stop.signals))


async def _desk(
    settings: Settings, wanted: Wanted, view: View
) -> AbstractAsyncContextManager[Desk]:
    """The studio at AFFICHE_URL, else the one on this data folder, else one of our own.

    AFFICHE_URL is also what a studio here calls itself to others; its own key goes nowhere else.
    """
    from affiche.cli import remote

    there = running(settings.data)
    if settings.url and (settings.api_key or there is None):
        return remote.opened(settings.url, settings.api_key)
    if there is not None and await remote.is_well(there.url):
        return remote.opened(there.url, there.api_key)
    if not wanted.wait:
        raise CommandError("none_running", Exit.UNREACHABLE)
    from affiche.cli import local

    view.say(words("run.starting"))
    return local.started(settings)


async def _ask(desk: Desk, offer: Offer, wanted: Wanted) -> Record:
    read = answers.read(offer.fields, wanted.given)
    values: dict[str, Any] = dict(read.values)
    refused: list[tuple[str, str]] = []
    for name, path in read.files.items():
        try:
            values[name] = await desk.upload(path)
        except PictureError as error:
            refused.append((name, error.message(language())))
        except Refused as error:
            if error.problem.exit is not Exit.USAGE:
                raise
            refused.append((name, error.problem.message))
    if refused:
        raise CommandError("answers", fields=refused)
    try:
        return await desk.ask(offer.slug, values, wanted.output_count)
    except InvalidInputs as error:
        raise CommandError("answers", fields=problem(error, language()).fields) from None


async def _followed(desk: Desk, work: Record, view: View, stop: loop.Stop) -> Record:
    """The work at its end; the first Ctrl-C cancels it."""
    stop.asked = lambda: view.say(words("run.cancelling"))
    try:
        async for seen in desk.follow(str(work["id"])):
            work = seen
            if work["status"] == "pending" and work["seconds"] > LONG_SECONDS:
                view.say(words("run.waiting", label=work["label"]))
            else:
                view.show(work)
    except asyncio.CancelledError:
        if stop.signals != 1:
            raise
        task = asyncio.current_task()
        assert task is not None
        task.uncancel()
        try:
            work = await desk.cancel(str(work["id"]))
        except (AfficheError, Refused):
            # It came to its end in the same moment.
            async for seen in desk.follow(str(work["id"])):
                work = seen
    return work


async def _saved(desk: Desk, offer: Offer, work: Record, folder: Path) -> list[Path]:
    outputs: list[Record] = list(work.get("outputs") or ())
    stem = f"{offer.slug}-{work['number']}"
    return [
        await saving.save(
            folder,
            stem if len(outputs) == 1 else f"{stem}-{place}",
            PurePosixPath(str(output["name"])).suffix or ".png",
            desk.read(output),
        )
        for place, output in enumerate(outputs, 1)
    ]


def _told(work: Record, paths: list[Path], wanted: Wanted, *, stopped: bool = False) -> int:
    """Say how it ended; the exit code."""
    code = _exit(work, wanted, stopped=stopped)
    if wanted.json:
        write_json({**work, "files": [str(path) for path in paths]})
        return code
    if not wanted.wait:
        _print(str(work["id"]))
        return code
    if code is Exit.OK:
        err().print(Text.assemble(("✓ ", "green"), _summary(work)))
        if len(paths) < wanted.output_count:
            missing = wanted.output_count - len(paths)
            err().print(words("run.missing", missing=missing), style="yellow")
    for line in _english(work):
        err().print(line, style="dim", markup=False, soft_wrap=True)
    for path in paths:
        _print(str(path))
    if work["status"] == "failed":
        error = dict(work.get("error") or {})
        message = error.get("message") or words("run.failed")
        complain(Problem(str(error.get("code")), message, error.get("hint"), code))
    elif work["status"] == "cancelled":
        err().print(words("run.cancelled"))
    return code


def _english(work: Record) -> list[str]:
    """What was sent to the image model, where that is not what was written."""
    told = dict(work.get("translation") or {})
    inputs = dict(work.get("inputs") or {})
    sent = {name: str(each["english"]) for name, each in dict(told.get("fields") or {}).items()}
    other = [english for name, english in sent.items() if english != inputs.get(name)]
    written = told.get("status") in ("failed", "unavailable")
    return [str(told["label"]), *(f"  {each}" for each in other)] if other or written else []


def _summary(work: Record) -> str:
    """How long it took and what made what."""
    parts = [f"{work['label']} {words('run.seconds', seconds=round(work['seconds'], 1))}"]
    parts += [f"{output['width']} × {output['height']}" for output in work["outputs"][:1]]
    parts.append(words("run.used_seed", seed=work["seed"]))
    engine = f"run.engines.{work['engine']}"
    parts.append(words(engine) if has(f"cli.{engine}") else str(work["engine"]))
    return " · ".join(parts)


def _exit(work: Record, wanted: Wanted, *, stopped: bool) -> Exit:
    if not wanted.wait or work["status"] == "completed":
        return Exit.OK
    return Exit.INTERRUPTED if stopped and work["status"] == "cancelled" else Exit.FAILED


def _print(line: str) -> None:
    from affiche.cli.terminal import out

    out().print(line)
