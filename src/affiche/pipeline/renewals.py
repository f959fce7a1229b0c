"""Subscriptions whose month is over."""

import asyncio
import logging
from typing import Final

from affiche.errors import DatabaseUnavailable
from affiche.studio import treasury
from affiche.studio.studio import Studio

EVERY: Final = 60.0
log = logging.getLogger(__name__)


class Renewals:
    """A service of every `affiche work`; the people's rows share the work between processes."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio

    async def run(self) -> None:
        while True:
            try:
                if renewed := await treasury.renew(self.studio):
                    log.info("%d subscriptions renewed", renewed)
            except DatabaseUnavailable as error:
                log.warning("renewals wait: %s", error)
            await asyncio.sleep(EVERY)
