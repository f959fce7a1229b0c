"""The preview engine's host: one process of a studio runs it, and says so in the endpoint's row.

Whoever holds an advisory lock hosts; when that process goes, the next one takes over.
"""

import asyncio
import logging
from pathlib import Path
from typing import Final

import psycopg
from psycopg import AsyncConnection

from affiche.db.database import connection_options
from affiche.emulators.comfyui import serving
from affiche.studio.studio import Studio

LOCK: Final = 4207850
TRY_SECONDS: Final = 1.0
log = logging.getLogger(__name__)


async def host(studio: Studio) -> None:
    """Host the preview engine for as long as this process lives, once nobody else does."""
    while True:
        try:
            await _host_if_first(studio)
        except (psycopg.OperationalError, OSError) as error:
            log.warning("the preview engine pauses: %s", error)
        await asyncio.sleep(TRY_SECONDS)


async def _host_if_first(studio: Studio) -> None:
    address = studio.database.direct
    async with await AsyncConnection.connect(
        address.url, **connection_options(address)
    ) as connection:
        while True:
            found = await connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
            row = await found.fetchone()
            if row and row[0]:
                break
            await asyncio.sleep(TRY_SECONDS)
        folder = Path(studio.settings.data) / "preview"
        async with serving(
            folder,
            pace=studio.settings.preview_pace,
            metadata=False,
            any_model=True,
            previews=True,
        ) as server:
            await _announce(studio, server.url)
            log.info("preview engine at %s", server.url)
            try:
                while True:
                    # The lock lives as long as this connection: look that it does.
                    await connection.execute("SELECT 1")
                    await asyncio.sleep(TRY_SECONDS)
            finally:
                await asyncio.shield(_announce(studio, None))


async def _announce(studio: Studio, url: str | None) -> None:
    async with studio.database.as_service() as transaction:
        await transaction.run("endpoints.moved", name="preview", url=url)
