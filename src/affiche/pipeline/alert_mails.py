"""E-mail to operators about alerts: at most once each, as other e-mail goes out (messages)."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from affiche.errors import (
    AfficheError,
    DatabaseUnavailable,
    NoAddress,
    SecretMissing,
    SecretsOpen,
    SettingInvalid,
)
from affiche.pipeline import mail
from affiche.pipeline.messages import LEASE, TOO_OLD, Superseded, pause
from affiche.studio import alerts
from affiche.studio.channels import has_mail
from affiche.studio.ends import all_ended
from affiche.studio.studio import Studio
from affiche.texts import Language

AT_ONCE: Final = 8
LONGEST_PAUSE: Final = timedelta(minutes=30)
BEHIND: Final = (SecretMissing, SecretsOpen, SettingInvalid)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """One that this process sends, under `token`. No `address`: its operator is none any more."""

    id: UUID
    news: list[dict[str, Any]]
    token: UUID
    tries: int
    address: str | None
    language: Language | None


class AlertMails:
    """What waits in `alert_mails`; the rows' locks share it between processes."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.database = studio, studio.database

    async def send(self) -> int:
        """Send what is due; how many this process took. Raises DatabaseUnavailable."""
        if not has_mail(self.studio.settings):
            return 0
        now = self.studio.now()
        async with self.database.singly() as service:
            await service.rows("alerts.lost_mails", now=now, before=now - TOO_OLD)
            held = await service.all(
                Held, "alerts.take_mails", now=now, lease=now + LEASE, most=AT_ONCE
            )
        await all_ended(map(self._deliver, held))
        return len(held)

    async def _deliver(self, held: Held) -> None:
        try:
            await self._send(held)
        except Superseded:
            return
        except DatabaseUnavailable:
            raise
        except AfficheError as error:
            await self._failed(held, error)
        else:
            await self._write("alerts.mail_sent", held, now=self.studio.now())

    async def _send(self, held: Held) -> None:
        if held.address is None:
            raise NoAddress
        settings = self.studio.settings
        default: Language = "en" if settings.language == "en" else "ko"
        language = held.language or default
        made = mail.message(
            settings,
            alerts.letter(held.news, language),
            held.address,
            language,
            held.id,
            self.studio.now(),
        )
        await mail.send(settings, made, held.address, partial(self._hand, held))

    async def _hand(self, held: Held) -> None:
        if not await self._write("alerts.mail_handed", held, now=self.studio.now()):
            raise Superseded

    async def _failed(self, held: Held, error: AfficheError) -> None:
        """Later again, or never."""
        log.warning("an alert's e-mail was not sent: %s", error)
        if error.retryable or isinstance(error, BEHIND):
            run_at = self.studio.now() + min(LONGEST_PAUSE, pause(held.tries))
            await self._write("alerts.mail_again", held, run_at=run_at, error_code=error.code)
        else:
            await self._write(
                "alerts.mail_given_up", held, now=self.studio.now(), error_code=error.code
            )

    async def _write(self, name: str, held: Held, **values: object) -> int:
        async with self.database.singly() as service:
            return await service.run(name, id=held.id, token=held.token, **values)
