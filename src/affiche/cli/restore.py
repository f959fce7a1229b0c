"""`affiche restore`: a studio out of a backup, where there is none; or only a look at the file."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from affiche.cli import loop
from affiche.cli.backup import counts, megabytes, tell_gaps
from affiche.cli.endings import Exit
from affiche.cli.language import words
from affiche.cli.pages import flag
from affiche.cli.running import claimed
from affiche.cli.terminal import err, out, write_json
from affiche.settings import Settings, read
from affiche.studio.backups.checking import Checked, check
from affiche.studio.backups.manifest import summary
from affiche.studio.backups.restoring import Restored
from affiche.studio.backups.restoring import restore as restored


def restore(
    file: Annotated[Path, Parameter(help=words("help.restore.file"))],
    /,
    *,
    check: Annotated[bool, flag("help.restore.check")] = False,
    json: Annotated[bool, flag("help.json")] = False,
) -> int:
    settings, _ = read()
    found = loop.run(lambda _: _checked(file))
    if check:
        return _told_check(found, json=json)
    with claimed(settings.data, restoring=True):
        done = loop.run(lambda _: _restore(settings, found))
    if json:
        about = {"data": settings.data, "begun": done and done.begun}
        write_json(_record(found) | about)
        return Exit.OK
    err().print(words("restore.done", data=settings.data, **_about(found)))
    if done and done.begun:
        err().print(words("restore.begun", begun=done.begun))
    err().print(words("restore.next"), style="dim")
    tell_gaps(found.manifest)
    return Exit.OK


async def _checked(file: Path) -> Checked:
    return await asyncio.to_thread(check, file)


async def _restore(settings: Settings, found: Checked) -> Restored | None:
    from affiche import app

    async with app.addresses(settings) as (_, direct):
        return await restored(found, direct, app.object_store(settings), settings.data)


def _told_check(found: Checked, *, json: bool) -> int:
    if json:
        write_json(_record(found))
    else:
        out().print(words("restore.whole", file=found.path, **_about(found)))
        tell_gaps(found.manifest)
    return Exit.FAILED if found.manifest.gaps else Exit.OK


def _about(found: Checked) -> dict[str, object]:
    return {
        "version": found.about.version,
        "made_at": f"{found.about.made_at.astimezone():%Y-%m-%d %H:%M}",
        "size": megabytes(found.manifest.bytes),
        **counts(found.manifest),
    }


def _record(found: Checked) -> dict[str, object]:
    return {
        "file": found.path,
        "version": found.about.version,
        "made_at": found.about.made_at.isoformat(),
        "sha256": found.digest,
        **summary(found.manifest),
    }
