"""What a person saw of a work on its way, and what it left behind when it had ended."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

import pyvips
from tests.cloud.backstage import BUCKET_SECRET, ENDPOINT, KEY, Backstage
from tests.cloud.place import Cloud

from affiche.api.shapes import WorkShape, work_shape
from affiche.storage import pages
from affiche.storage.keys import BUCKETS
from affiche.studio import orphans, templates, works
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language

TABLES: Final = """
SELECT tablename AS name FROM pg_tables
WHERE schemaname = 'public' AND has_table_privilege(quote_ident(tablename), 'SELECT')
"""
LANGUAGES: Final[tuple[Language, ...]] = ("ko", "en")


@dataclass(slots=True)
class Seen:
    """The labels in both languages as they followed each other, and how far it was."""

    labels: dict[Language, list[str]] = field(default_factory=lambda: {"ko": [], "en": []})
    percents: list[int] = field(default_factory=list)
    stages: list[tuple[int, int]] = field(default_factory=list)
    wakings: list[int] = field(default_factory=list)

    def see(self, shape: WorkShape, language: Language) -> None:
        _new(self.labels[language], shape.label)
        if shape.progress is not None:
            told = shape.progress
            _new(self.percents, told.percent)
            _new(self.wakings, told.waking)
            _new(self.stages, told.stage and (told.stage, told.stages))


def _new(found: list[Any], value: Any) -> None:
    if value is not None and found[-1:] != [value]:
        found.append(value)


async def shape(studio: Studio, caller: Caller, work: works.Work, language: Language) -> WorkShape:
    """As the API answers."""
    template = await templates.at_version(studio, work.template_id, work.template_version)
    files = await works.outputs(studio, caller, [work.id])
    return work_shape(work, template, files, language, studio.now())


async def watched(
    studio: Studio, caller: Caller, work: works.Work, within: float = 60.0
) -> tuple[works.Work, Seen]:
    """The work once it has ended, and what was seen of it until then."""
    seen = Seen()
    async with asyncio.timeout(within):
        while True:
            found = await works.get(studio, caller, work.id)
            for language in LANGUAGES:
                seen.see(await shape(studio, caller, found, language), language)
            if found.ended:
                return found, seen
            await asyncio.sleep(0.02)


async def said(studio: Studio, caller: Caller, work: works.Work) -> dict[Language, str]:
    """Why it failed."""
    found: dict[Language, str] = {}
    for language in LANGUAGES:
        error = (await shape(studio, caller, work, language)).error
        assert error is not None
        found[language] = error.message
    return found


async def settled(backstage: Backstage, endpoint: str = ENDPOINT) -> None:
    """Until nothing is queued or runs at RunPod or on ComfyUI; fails the test if something does."""
    async with asyncio.timeout(30):
        while any(backstage.under_way(endpoint)):
            await asyncio.sleep(0.02)


async def delivered(studio: Studio, caller: Caller, work: works.Work) -> pyvips.Image:
    """The work's one picture, decoded to its end; its row tells the truth of it."""
    (file,) = await works.outputs(studio, caller, [work.id])
    data = await studio.objects.read("works", file.object_key)
    assert len(data) == file.file_size
    image = pyvips.Image.new_from_buffer(data, "", fail_on="error").copy_memory()
    assert (image.width, image.height) == (file.width, file.height)
    return image


def same(one: pyvips.Image, other: pyvips.Image) -> bool:
    """To the last pixel."""
    if (one.width, one.height) != (other.width, other.height):
        return False
    return bool((one[0:3] - other[0:3]).abs().max() == 0)


async def check_nothing_left(cloud: Cloud) -> None:
    """No object without a row."""
    studio = cloud.studio
    for bucket in BUCKETS:
        async for page in pages.pages(studio.objects, bucket):
            assert not await orphans.among(studio.database, bucket, page.found), bucket


async def check_no_secret(cloud: Cloud, logged: str, backstage: Backstage) -> None:
    """Neither in the studio's log nor in the workers', nor in any row."""
    written = [logged, backstage.log.read_text(errors="replace")]
    for table in await cloud.rows(TABLES):
        found = await cloud.rows(f'SELECT t::text AS row FROM "{table["name"]}" t')
        written += [row["row"] for row in found]
    assert any(backstage.runpod.url in text for text in written), "the endpoint's row is seen"
    for secret in (KEY, BUCKET_SECRET):
        assert not [text[:200] for text in written if secret in text]
