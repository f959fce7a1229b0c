"""A studio of one command: started where none runs, in this process, and stopped again."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from affiche import app
from affiche.api.shapes import work_shape
from affiche.cli.desk import Offer, Record
from affiche.cli.endings import CommandError
from affiche.cli.language import language
from affiche.cli.running import made
from affiche.cli.talkers import with_words
from affiche.errors import NotFound, PictureTooLarge
from affiche.pipeline.crew import Crew
from affiche.settings import Settings
from affiche.studio import people, templates, uploads, works
from affiche.studio.studio import Caller, Studio

LOOK_SECONDS: Final = 0.1


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator["Local"]:
    """A database of our own is brought to this version first; one that others share is not."""
    made(settings.data)
    async with (
        with_words(settings) as worded,
        app.opened(worded, migrating=not settings.database_url) as studio,
    ):
        caller = await people.first_user(studio)
        async with Crew(studio).working() as crew:
            yield Local(studio, caller, crew)


class Local:
    """A `Desk` in this process."""

    def __init__(self, studio: Studio, caller: Caller, crew: Crew) -> None:
        self.studio, self.caller, self.crew = studio, caller, crew

    async def offer(self, name: str) -> Offer:
        try:
            found = (await templates.find(self.studio, self.caller, name)).template
        except NotFound:
            offered = await templates.gallery(self.studio, self.caller)
            known = ", ".join(each.template.slug for each in offered)
            raise CommandError("no_template", name=name, known=known) from None
        return Offer(found.slug, found.title.say(language()), found.fields)

    async def upload(self, path: Path) -> str:
        limit = self.studio.limits
        data = await asyncio.to_thread(_read, path, limit.bytes)
        if data is None:
            raise PictureTooLarge(limit=limit.megabytes)
        return str((await uploads.upload(self.studio, self.caller, data, name=path.name)).id)

    async def ask(self, template: str, inputs: Mapping[str, Any], output_count: int) -> Record:
        request = works.Ask(template=template, inputs=inputs, output_count=output_count)
        return await self._record(await works.ask(self.studio, self.caller, request))

    async def follow(self, work_id: str) -> AsyncIterator[Record]:
        seen: Any = None
        while True:
            work = await works.get(self.studio, self.caller, UUID(work_id))
            if (work.status, work.progress) != seen:
                seen = work.status, work.progress
                yield await self._record(work)
            if work.ended:
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def cancel(self, work_id: str) -> Record:
        work = await works.cancel(self.studio, self.caller, UUID(work_id))
        # Nobody else will stop its run on the engine once this process is gone.
        await self.crew.withdrawals.withdraw()
        return await self._record(work)

    async def read(self, output: Record) -> AsyncIterator[bytes]:
        file = await uploads.get(self.studio, self.caller, UUID(str(output["id"])))
        async for piece in await uploads.read(self.studio, file):
            yield piece

    async def _record(self, work: works.Work) -> Record:
        studio, caller = self.studio, self.caller
        template = await templates.at_version(studio, work.template_id, work.template_version)
        delivered = work.status == "completed"
        files = await works.outputs(studio, caller, [work.id]) if delivered else []
        return work_shape(work, template, files, language(), studio.now()).model_dump(mode="json")


def _read(path: Path, limit: int) -> bytes | None:
    """The file's bytes; None when there are more than `limit`."""
    with path.open("rb") as file:
        data = file.read(limit + 1)
    return data if len(data) <= limit else None
