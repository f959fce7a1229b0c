"""A studio with full walls, served by a process of its own, and somebody's browser before it.

A few pictures are made by the preview engine from the sample photographs; their works are then
copied, with the same files behind them, until there are enough.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from playwright.async_api import Browser, Page, async_playwright

import affiche.catalog
from affiche import app, settings
from affiche.api.auth import COOKIE
from affiche.db import embedded
from affiche.pipeline.crew import Crew
from affiche.studio import people, uploads, works
from affiche.studio.studio import Caller, Studio
from bench.works import address, process

SAMPLES = Path(affiche.catalog.__file__).parent / "samples"
PROMPTS = ("노을 지는 해변", "봄날의 벚꽃길", "a quiet coastal cliff", "짙은 숲속, 이끼 낀 바위 위")
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
COPY_WORKS = """
WITH made AS MATERIALIZED (
  SELECT n, w, uuidv7(make_interval(mins => -n)) AS id, now() - make_interval(mins => n) AS at
  FROM generate_series(1, %(count)s) n
  JOIN (SELECT w, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS all_of
    FROM works w WHERE status = 'completed') known ON place = n %% all_of),
files_made AS (
  INSERT INTO files (id, user_id, work_id, bucket_id, path, object_key, thumbnail_key, name, width,
    height, file_size, mime_type, sha256, project_id, thumbnail_size)
  SELECT uuidv7(), f.user_id, m.id, f.bucket_id, m.id || '/output.png', f.object_key,
    f.thumbnail_key, f.name, f.width, f.height, f.file_size, f.mime_type, f.sha256, f.project_id,
    f.thumbnail_size
  FROM made m JOIN files f ON f.work_id = (m.w).id AND f.bucket_id = 'works')
INSERT INTO works OVERRIDING SYSTEM VALUE
SELECT (jsonb_populate_record(w, jsonb_build_object('id', id, 'created_at', at, 'completed_at', at,
  'number', nextval(pg_get_serial_sequence('works', 'number'))))).* FROM made
"""
WORDS = """
INSERT INTO work_words (work_id, user_id, project_id, words)
SELECT id, user_id, project_id, words_of(input_data, translation, title, tags) FROM works
ON CONFLICT DO NOTHING
"""
COPY_REFERENCES = """
WITH made AS MATERIALIZED (
  SELECT n, uuidv7() AS file_id, f FROM generate_series(1, %(count)s) n
  JOIN (SELECT f, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS all_of
    FROM files f WHERE id = ANY (%(files)s)) known ON place = n %% all_of),
files_made AS (
  INSERT INTO files (id, user_id, bucket_id, path, object_key, thumbnail_key, name, width, height,
    file_size, mime_type, sha256, project_id, thumbnail_size)
  SELECT file_id, (f).user_id, (f).bucket_id, 'reference/' || n, (f).object_key, (f).thumbnail_key,
    (f).name, (f).width, (f).height, (f).file_size, (f).mime_type, (f).sha256, (f).project_id,
    (f).thumbnail_size FROM made)
INSERT INTO reference_images (project_id, user_id, filename, category, file_id, sha256,
  vision_description, caption_ko, caption_state)
SELECT p.id, p.user_id, lpad(n::text, 5, '0') || '.jpg', 'set ' || n %% 8, file_id,
  sha256(n::text::bytea), 'a cup on a table, warm light, number ' || n, '따뜻한 빛의 컵 ' || n,
  'written'
FROM made CROSS JOIN (SELECT id, user_id FROM projects WHERE user_id = %(me)s AND is_default) p
"""


@dataclass(frozen=True)
class House:
    """`works` are those that the preview engine made, oldest first."""

    studio: Studio
    me: Caller
    url: str
    session: str
    photographs: Sequence[UUID]
    works: Sequence[UUID]

    @property
    def cookie(self) -> dict[str, str]:
        return {"name": COOKIE, "value": self.session, "url": self.url}


@asynccontextmanager
async def furnished(copies: int, references: int = 0) -> AsyncIterator[House]:
    """Open it with so many works more than those that were made, and so many references."""
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as folder:
        data = Path(folder) / "data"
        chosen, _ = settings.read({"AFFICHE_DATA": str(data), "AFFICHE_PREVIEW_PACE": "0"})
        async with (
            embedded.running(data) as database,
            app.opened(chosen, migrating=True) as studio,
        ):
            me = await people.first_user(studio)
            photographs = [
                (await uploads.upload(studio, me, path.read_bytes(), name=path.name)).id
                for path in sorted(SAMPLES.glob("*.jpg"))
            ]
            async with Crew(studio).working():
                made = await asked(studio, me, photographs)
            counts = {"works": copies, "references": references}
            await asyncio.to_thread(fill, database, me.id, photographs, counts)
            token = await people.make_link(studio, me.id)
            session = await people.redeem_link(studio, token)
            async with process("bench.serving", AFFICHE_DATA=str(data)) as server:
                url = await address(server)
                yield House(studio, me, url, session, photographs, made)


async def asked(studio: Studio, me: Caller, photographs: Sequence[UUID]) -> list[UUID]:
    """Of every photograph one work of every prompt, completed."""
    made = []
    for n, prompt in enumerate(PROMPTS):
        for file_id in photographs:
            inputs = {"image": str(file_id), "prompt": prompt, "seed": n, "megapixels": 0.5}
            work = await works.ask(studio, me, works.Ask(template="klein-i2i", inputs=inputs))
            made.append(work.id)
    while await works.page(studio, me, statuses=works.UNDER_WAY, limit=1):
        await asyncio.sleep(0.2)
    if lost := await works.page(studio, me, statuses=("failed",), limit=1):
        raise SystemExit(f"a work failed: {lost[0].error_code} {lost[0].error_params}")
    return made


def fill(
    database: embedded.Server, me: UUID, photographs: Sequence[UUID], counts: dict[str, int]
) -> None:
    url = database.superuser_url(embedded.DATABASE)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        if counts["works"]:
            connection.execute(COPY_WORKS, {"count": counts["works"]})
            connection.execute(WORDS)
        if counts["references"]:
            about = {"count": counts["references"], "files": list(photographs), "me": me}
            connection.execute(COPY_REFERENCES, about)
        connection.execute("VACUUM (ANALYZE)")


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--js-flags=--expose-gc"]
        )


def chromium() -> str:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found:
        raise SystemExit("no Chromium was found\nhint: CHROMIUM=$(scripts/chromium) installs one")
    return found


@asynccontextmanager
async def looking(
    house: House, browser: Browser, *, phone: bool = False, language: str = "ko", **more: Any
) -> AsyncIterator[Page]:
    """A window of the one who is signed in."""
    context = await browser.new_context(
        viewport=PHONE if phone else DESK,
        is_mobile=phone,
        has_touch=phone,
        locale=language,
        **more,
    )
    await context.add_cookies([house.cookie])  # type: ignore[list-item]
    yield await context.new_page()
    await context.close()
