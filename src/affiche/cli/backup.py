"""`affiche backup`: everything that a studio holds, in one file, while it runs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from affiche.cli import loop
from affiche.cli.endings import Exit
from affiche.cli.language import words
from affiche.cli.pages import flag
from affiche.cli.terminal import err, out, write_json
from affiche.errors import BackupFailed, NothingToBackUp
from affiche.settings import Settings, read
from affiche.studio.backups.making import Made, make
from affiche.studio.backups.manifest import Manifest, summary

MOST_SHOWN = 20


def backup(
    path: Annotated[str, Parameter(help=words("help.backup.path"))],
    /,
    *,
    json: Annotated[bool, flag("help.json")] = False,
) -> int:
    settings, _ = read()
    found = loop.run(lambda _: _backup(settings, _target(path)))
    if json:
        write_json({"file": found.path, "bytes": found.bytes, **summary(found.manifest)})
    else:
        out().print(str(found.path))
        err().print(words("backup.done", size=megabytes(found.bytes), **counts(found.manifest)))
        err().print(words("backup.keys", data=settings.data), style="dim")
        tell_gaps(found.manifest)
    return Exit.FAILED if found.manifest.gaps else Exit.OK


def _target(path: str) -> Path:
    """With a slash at its end it is a folder, and made if need be."""
    target = Path(path).expanduser().absolute()
    if path.endswith("/"):
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise BackupFailed(path=target, reason=reason) from error
    return target


async def _backup(settings: Settings, path: Path) -> Made:
    from affiche import app

    if not (settings.database_url or (settings.data / "postgres").is_dir()):
        raise NothingToBackUp
    async with app.addresses(settings) as (_, direct):
        return await make(direct, app.object_store(settings), path, datetime.now(UTC))


def tell_gaps(manifest: Manifest) -> None:
    """Which pictures are not in the archive, by their works."""
    if not manifest.gaps:
        return
    err().print(words("backup.gaps", gaps=manifest.gaps), style="yellow")
    for gap in manifest.named_gaps[:MOST_SHOWN]:
        kind, owner = ("work", gap.work_id) if gap.work_id else ("upload", gap.file_id)
        whose = words(f"backup.of_{kind}", id=owner)
        err().print(f"  {whose}: {gap.bucket}/{gap.key} {words(f'backup.{gap.reason}')}")
    if manifest.gaps > MOST_SHOWN:
        err().print(words("backup.more", more=manifest.gaps - MOST_SHOWN))


def counts(manifest: Manifest) -> dict[str, int]:
    return {"works": manifest.rows.get("works", 0), "objects": manifest.objects}


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f}"
