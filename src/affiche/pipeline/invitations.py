"""The mail that brings an invitation.

It is sent while whoever invites waits for it: its token stands nowhere but in this message and in
their answer, so that there is nothing to try again with, and they can pass it on themselves.
"""

import asyncio
import logging
from typing import Final
from zoneinfo import ZoneInfo

from affiche.errors import AfficheError
from affiche.pipeline import mail
from affiche.studio.channels import has_mail
from affiche.studio.letters import Letter
from affiche.studio.projects import Invitation
from affiche.studio.studio import Studio
from affiche.texts import Language, say

SECONDS: Final = 20.0
SEOUL: Final = ZoneInfo("Asia/Seoul")
log = logging.getLogger(__name__)


async def send(
    studio: Studio, made: Invitation, project: str, token: str, language: Language
) -> bool:
    """Whether the mail server took it; never raises, and takes twenty seconds at most."""
    settings = studio.settings
    if not has_mail(settings) or not (settings.public_url or settings.url):
        return False
    letter = written(made, project, token, language)
    try:
        message = mail.message(settings, letter, made.email, language, made.id, studio.now())
        async with asyncio.timeout(SECONDS):
            await mail.send(settings, message, made.email, _handing)
    except (AfficheError, TimeoutError) as error:
        log.warning("invitation %s was not sent: %s", made.id, error)
        return False
    return True


def written(made: Invitation, project: str, token: str, language: Language) -> Letter:
    """What it says; pure."""
    subject = say(
        language,
        "data.invitation.subject" if project else "data.invitation.subject_bare",
        project=project,
    )
    until = f"{made.expires_at.astimezone(SEOUL):%Y-%m-%d %H:%M}"
    return Letter(
        subject,
        subject,
        (say(language, "data.invitation.line", until=until),),
        f"/invitation?token={token}",
        say(language, "data.invitation.link"),
        "data.invitation.why",
    )


async def _handing() -> None:
    """Nothing is written down: it is not sent twice."""
