"""`affiche doctor`: what is configured, reachable and missing, and how to mend it."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Annotated, Any

from rich.text import Text

from affiche.cli import logs, loop, surroundings
from affiche.cli.endings import Exit
from affiche.cli.language import language, words
from affiche.cli.pages import flag
from affiche.cli.running import running
from affiche.cli.terminal import out, write_json
from affiche.errors import AfficheError, GraphProblem
from affiche.settings import Settings, read
from affiche.studio.checkup import Finding
from affiche.texts import has

MARKS = {"ok": ("✓", "green"), "note": ("·", "yellow"), "broken": ("✗", "red")}


def doctor(*, json: Annotated[bool, flag("help.json")] = False) -> int:
    logs.silence()
    try:
        settings, _ = read()
    except AfficheError as error:
        found: Sequence[Finding] = [
            Finding("broken", "settings", "invalid", {"reason": error.message(language())})
        ]
    else:
        found = loop.run(lambda _: _look(settings, print_each=not json))
    broken = sum(1 for finding in found if finding.state == "broken")
    if json:
        write_json({"ok": not broken, "findings": [_record(finding) for finding in found]})
    else:
        if len(found) == 1:
            _print(found[0])
        out().print()
        out().print(words("doctor.broken" if broken else "doctor.well", broken=broken))
    return Exit.FAILED if broken else Exit.OK


async def _look(settings: Settings, *, print_each: bool) -> list[Finding]:
    found = []
    async for finding in _findings(settings):
        found.append(finding)
        if print_each:
            _print(finding)
    return found


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    """In the order in which one thing rests on another."""
    from affiche import app
    from affiche.studio import checkup

    there = running(settings.data)
    folder = surroundings.data_folder(settings.data)
    yield folder
    yield surroundings.space(settings.data)
    yield await surroundings.studio(settings.data)
    engines: list[Finding] = []
    if folder.state == "broken" or not (settings.database_url or _is_made(settings)):
        yield Finding("broken" if folder.state == "broken" else "note", "database", "none_yet")
    else:
        try:
            async with app.addresses(settings) as (address, direct):
                first, *engines = await checkup.database(address, direct, running=there is not None)
                yield first
        except AfficheError as error:
            reason = " ".join((error.detail or error.message(language())).split())[:300]
            yield Finding("broken", "database", "unreachable", {"reason": reason})
    if folder.state == "ok" or settings.storage_url:
        yield await checkup.storage(settings.storage_url or settings.data / "objects")
    for engine in engines:
        yield engine
    url = (settings.comfyui_url or "").rstrip("/")
    if url and all(engine.params.get("url") != url for engine in engines):
        yield await checkup.server("comfyui", "comfyui", url)
    yield Finding("note", "language_model", "no_language_model")
    for finding in surroundings.browser_files():
        yield finding


def _is_made(settings: Settings) -> bool:
    return (settings.data / "postgres").is_dir()


def _print(finding: Finding) -> None:
    mark, style = MARKS[finding.state]
    subject = _subject(finding)
    out().print(Text.assemble((f"{mark} ", style), (f"{subject}  ", "bold"), message(finding)))
    for detail in _details(finding):
        out().print(f"    {detail}")
    if hint := hint_of(finding):
        out().print(Text.assemble("  ", ("hint: ", "cyan"), hint))


def _subject(finding: Finding) -> str:
    key = f"doctor.subjects.{finding.subject}"
    return words(key) if has(f"cli.{key}") else finding.subject


def message(finding: Finding) -> str:
    return words(f"doctor.{finding.code}.message", **finding.params)


def hint_of(finding: Finding) -> str | None:
    key = f"doctor.{finding.code}.hint"
    return words(key, **finding.params) if has(f"cli.{key}") else None


def _details(finding: Finding) -> Iterator[str]:
    for detail in finding.details:
        yield detail.message(language()) if isinstance(detail, GraphProblem) else detail


def _record(finding: Finding) -> dict[str, Any]:
    return {
        "subject": finding.subject,
        "state": finding.state,
        "code": finding.code,
        "message": message(finding),
        "hint": hint_of(finding),
        "details": list(_details(finding)),
    }
