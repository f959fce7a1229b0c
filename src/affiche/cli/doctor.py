"""`affiche doctor`: what is configured, reachable and missing, and how to mend it."""

import asyncio
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
from affiche.studio.findings import Finding
from affiche.texts import has

MARKS = {"ok": ("✓", "green"), "note": ("·", "yellow"), "broken": ("✗", "red")}


def doctor(
    *,
    json: Annotated[bool, flag("help.json")] = False,
    thorough: Annotated[bool, flag("help.doctor.thorough")] = False,
) -> int:
    logs.silence()
    try:
        settings, _ = read()
    except AfficheError as error:
        found: Sequence[Finding] = [
            Finding("broken", "settings", "invalid", {"reason": error.message(language())})
        ]
    else:
        found = loop.run(lambda _: _look(settings, print_each=not json, thorough=thorough))
    broken = sum(1 for finding in found if finding.state == "broken")
    if json:
        write_json({"ok": not broken, "findings": [_record(finding) for finding in found]})
    else:
        if len(found) == 1:
            _print(found[0])
        out().print()
        out().print(words("doctor.broken" if broken else "doctor.well", broken=broken))
    return Exit.FAILED if broken else Exit.OK


async def _look(settings: Settings, *, print_each: bool, thorough: bool) -> list[Finding]:
    found = []
    async for finding in _findings(settings, thorough):
        found.append(finding)
        if print_each:
            _print(finding)
    return found


async def _findings(settings: Settings, thorough: bool) -> AsyncIterator[Finding]:
    """In the order in which one thing rests on another; all are looked at at the same time."""
    folder = surroundings.data_folder(settings.data)
    looks = [
        asyncio.create_task(each)
        for each in (
            _of_studio(settings),
            _of_database(settings, folder, thorough),
            _of_storage(settings, folder),
        )
    ]
    engine = asyncio.create_task(_of_engine(settings))
    words_model = asyncio.create_task(_of_language_model(settings))
    yield folder
    for finding in surroundings.unfinished_restore(settings.data):
        yield finding
    yield surroundings.space(settings.data)
    found = []
    for look in looks:
        for finding in await look:
            found.append(finding)
            yield finding
    for finding in await engine:
        if all(finding.params["url"] != other.params.get("url") for other in found):
            yield finding
    for finding in _of_runpod(settings):
        yield finding
    for finding in await words_model:
        yield finding
    for finding in surroundings.browser_files():
        yield finding


async def _of_studio(settings: Settings) -> list[Finding]:
    return [await surroundings.studio(settings.data)]


async def _of_database(settings: Settings, folder: Finding, thorough: bool) -> list[Finding]:
    from affiche import app
    from affiche.studio import checkup

    if folder.state == "broken" or not (settings.database_url or _is_made(settings)):
        return [Finding("broken" if folder.state == "broken" else "note", "database", "none_yet")]
    there = running(settings.data) is not None
    try:
        async with app.addresses(settings) as (address, direct):
            return await checkup.database(
                address, direct, settings, running=there, thorough=thorough
            )
    except AfficheError as error:
        reason = " ".join((error.detail or error.message(language())).split())[:300]
        return [Finding("broken", "database", "unreachable", {"reason": reason})]


async def _of_language_model(settings: Settings) -> list[Finding]:
    from affiche.studio import language

    return await language.reached(settings)


async def _of_storage(settings: Settings, folder: Finding) -> list[Finding]:
    from affiche.studio import checkup

    if folder.state != "ok" and not settings.storage_url:
        return []
    where = settings.storage_url or settings.data / "objects"
    # The first thing that a studio makes, wherever its database and its files are.
    used = (settings.data / "secret").is_file()
    return [await checkup.storage(where, used=used)]


async def _of_engine(settings: Settings) -> list[Finding]:
    """The one that is configured: for when no database knows of it."""
    from affiche.studio import checkup

    url = (settings.comfyui_url or "").rstrip("/")
    return [await checkup.server("comfyui", "comfyui", url)] if url else []


def _of_runpod(settings: Settings) -> list[Finding]:
    from affiche.studio import serverless

    return serverless.configured(settings)


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
