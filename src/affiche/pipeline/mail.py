"""One e-mail to one person, by SMTP."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from uuid import UUID

import aiosmtplib
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
)

from affiche.errors import ChannelOff, MessageDelayed, MessageRefused, MessageUncertain
from affiche.settings import Settings
from affiche.studio import letters
from affiche.studio.channels import has_mail
from affiche.studio.letters import Letter
from affiche.studio.secrets import Secrets
from affiche.texts import Language, say

ANSWER_SECONDS: Final = 20.0
ALL_SECONDS: Final = 60.0
Handing = Callable[[], Awaitable[None]]


def message(
    settings: Settings, letter: Letter, to: str, language: Language, id: UUID, now: datetime
) -> EmailMessage:
    """Text and HTML of the same; raises MessageRefused for an address that is none. Pure."""
    assert settings.smtp_from
    made = EmailMessage(policy=SMTP)
    try:
        sender = Address(say(language, "web.site.name"), addr_spec=settings.smtp_from)
        made["From"], made["To"] = sender, Address(addr_spec=to)
    except (ValueError, IndexError) as error:
        raise MessageRefused(detail=f"no address: {error}") from error
    made["Subject"] = " ".join(letter.subject.split())
    made["Date"] = format_datetime(now)
    # The same for every try, so that a mailbox that gets it twice can tell.
    made["Message-ID"] = f"<{id}@{sender.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    address = (settings.public_url or settings.url or "").rstrip("/")
    made.set_content(letters.plain(letter, address, language))
    made.add_alternative(letters.html(letter, address, language), subtype="html")
    return made


async def send(
    settings: Settings,
    made: EmailMessage,
    to: str,
    handing: Handing,
    context: ssl.SSLContext | None = None,
) -> None:
    """Give it to the mail server; `handing` is awaited when it would take the message, just before
    it is given.

    Raises MessageDelayed or MessageRefused where it was not taken for sure, MessageUncertain where
    it may have been; ChannelOff without a mail server, SecretMissing and SecretsOpen.
    """
    if not has_mail(settings):
        raise ChannelOff
    assert settings.smtp_host
    assert settings.smtp_from
    password = Secrets(settings).value(settings.smtp_secret) if settings.smtp_user else None
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        timeout=ANSWER_SECONDS,
        use_tls=settings.smtp_tls == "tls",
        start_tls=settings.smtp_tls == "starttls",
        tls_context=context,
    )
    handed = False
    try:
        async with asyncio.timeout(ALL_SECONDS):
            await client.connect()
            if settings.smtp_user and password:
                await client.login(settings.smtp_user, password)
            await client.mail(settings.smtp_from)
            await client.rcpt(to)
            await handing()
            handed = True
            await client.data(made.as_bytes())
    except SMTPAuthenticationError as error:
        # A password that is being replaced is right again soon, and the message is none the worse.
        raise MessageDelayed(detail=f"sign-in: {error.code}") from error
    except SMTPResponseException as error:
        failure = MessageRefused if 500 <= error.code < 600 else MessageDelayed
        raise failure(detail=f"{error.code} {error.message}"[:300]) from error
    except (SMTPException, OSError, TimeoutError) as error:
        failed = MessageUncertain if handed else MessageDelayed
        raise failed(detail=f"{type(error).__name__}: {error}"[:300]) from error
    finally:
        client.close()
