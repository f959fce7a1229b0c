"""An engine of an endpoint for a single question: how it is, by whoever asks that now."""

from affiche.domain.endpoints import Endpoint
from affiche.engines.access import Access
from affiche.engines.engine import Engine, Health
from affiche.engines.registry import make
from affiche.errors import AfficheError, EngineUnreachable
from affiche.fetch.urls import Policy
from affiche.settings import Settings
from affiche.studio.secrets import Secrets


def engine(row: Endpoint, settings: Settings) -> Engine:
    """Raises SecretMissing, SecretsOpen, SettingInvalid, or EngineUnreachable for an endpoint
    without an address. Whoever has it closes it."""
    if row.url is None:
        raise EngineUnreachable(detail=f"endpoint {row.name} has no address yet")
    key = Secrets(settings).value(row.secret) if row.secret else ""
    policy = Policy(allow_private=frozenset(settings.fetch_private))
    return make(row.kind, row.url, access=Access(row, key), policy=policy)


async def health(row: Endpoint, settings: Settings) -> Health:
    """What it answers, or in English why it cannot be asked; never raises."""
    try:
        opened = engine(row, settings)
    except AfficheError as error:
        return Health(False, reason=str(error))
    try:
        return await opened.health()
    finally:
        await opened.close()
