"""How old keys and secrets are, as far as that can be known, and never what they are.

Webhooks' secrets and API keys have a row with a date. What stands in settings, the environment or
the secrets file has none: it is known again by a digest under the data folder's key, and is as old
as it has been seen unchanged.
"""

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from affiche.db.database import Database
from affiche.errors import SecretMissing, SecretsOpen, SettingInvalid
from affiche.settings import Settings
from affiche.studio.audit import require_operator
from affiche.studio.findings import Finding
from affiche.studio.secrets import RUNPOD, Secrets
from affiche.studio.studio import Caller, Studio

SIGNING: Final = "signing key of the data folder"
_DIGEST, _PRINT = 16, 8
NAMED: Final = 5
Kind = Literal["settings", "webhook", "api_key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """`name`: a setting's or a key's name in the environment, a webhook's host, or how an API key
    begins and what it is called. `subject`: the webhook's or key's id."""

    kind: Kind
    name: str
    subject: str
    since: datetime

    def days(self, now: datetime) -> int:
        return max(0, (now - self.since).days)


async def look(studio: Studio) -> int:
    """Note what this process has of them; how many. Raises DatabaseUnavailable."""
    async with studio.database.singly() as service:
        names = [row["secret"] for row in await service.rows("secret_ages.names")]
    found = await asyncio.to_thread(known, studio.settings, names)
    made = await asyncio.to_thread(_made_at, studio.settings)
    now, key_print = studio.now(), _digest(studio, "print", "")[:_PRINT]
    seen = {name: (value, now) for name, value in found.items()}
    seen[SIGNING] = (studio.secret.hex(), min(made or now, now))
    for name, (value, since) in seen.items():
        async with studio.database.singly() as service:
            await service.run(
                "secret_ages.see",
                name=name,
                key_print=key_print,
                digest=_digest(studio, name, value),
                since=since,
                now=now,
            )
    return len(seen)


async def listed(studio: Studio, operator: Caller) -> list[Age]:
    """The oldest first, a thousand of them. Raises Forbidden."""
    require_operator(operator)
    return await all_known(studio.database, studio.now())


async def all_known(database: Database, now: datetime) -> list[Age]:
    async with database.singly() as service:
        return await service.all(Age, "secret_ages.all", now=now)


async def findings(database: Database, settings: Settings) -> list[Finding]:
    """For `affiche doctor`: those that should be replaced."""
    now, bound = datetime.now(UTC), timedelta(days=settings.secret_days)
    old = [each for each in await all_known(database, now) if now - each.since >= bound]
    if not old:
        return []
    named = tuple(f"{each.name} ({each.days(now)} d)" for each in old[:NAMED])
    params = {"n": len(old), "days": round(settings.secret_days)}
    return [Finding("note", "secrets", "old_secrets", params, named)]


def known(settings: Settings, names: list[str]) -> Mapping[str, str]:
    """Secrets by the names under which they are given: of settings, and of these keys of engines.
    What cannot be read is told of elsewhere."""
    found: dict[str, str] = {}
    for each in fields(Settings):
        value = getattr(settings, each.name)
        if each.metadata.get("secret") and value:
            # Of an address, only what is secret in it.
            value = urlsplit(value).password if "://" in value else value
            if value:
                runpod = each.name == "runpod_api_key"
                found[RUNPOD if runpod else f"AFFICHE_{each.name.upper()}"] = value
    secrets = Secrets(settings)
    for name in {*names, *([settings.smtp_secret] if settings.smtp_user else [])}:
        try:
            found[name] = secrets.value(name)
        except (SecretMissing, SecretsOpen, SettingInvalid):
            continue
    return found


def _made_at(settings: Settings) -> datetime | None:
    """When the data folder's key was written."""
    try:
        return datetime.fromtimestamp((settings.data / "secret").stat().st_mtime, UTC)
    except OSError:
        return None


def _digest(studio: Studio, name: str, value: str) -> bytes:
    told = b"affiche secret age\n" + name.encode() + b"\n" + value.encode()
    return hmac.digest(studio.secret, told, "sha256")[:_DIGEST]
