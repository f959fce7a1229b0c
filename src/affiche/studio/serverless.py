"""What `affiche doctor` says of RunPod: whether there is a key, who has it, and who works there."""

from collections.abc import Sequence

from affiche.domain.endpoints import Endpoint
from affiche.errors import EngineUnreachable, SecretMissing, SecretsOpen, SettingInvalid
from affiche.settings import Settings
from affiche.studio import access
from affiche.studio.findings import Finding, line
from affiche.studio.secrets import RUNPOD, Secrets, path_of


def configured(settings: Settings) -> list[Finding]:
    """What the settings alone tell; nothing where RunPod is not named in them."""
    named = bool(settings.runpod_endpoint_id)
    try:
        has_key = Secrets(settings).has(RUNPOD)
    except SecretsOpen:
        return [_open("runpod", settings)]
    except SettingInvalid as error:
        return [Finding("broken", "runpod", "invalid", {"reason": error.message("en")})]
    if named and not has_key:
        return [Finding("broken", "runpod", "no_key", {"name": RUNPOD})]
    if has_key and not named:
        return [Finding("note", "runpod", "no_endpoint_id")]
    return []


async def endpoint(row: Endpoint, settings: Settings, templates: int) -> Finding:
    """Of one endpoint, for which so many templates on offer are fit."""
    try:
        opened = access.engine(row, settings)
    except SecretMissing as error:
        return Finding("broken", row.name, "no_key", error.params)
    except SecretsOpen:
        return _open(row.name, settings)
    except SettingInvalid as error:
        return Finding("broken", row.name, "invalid", {"reason": error.message("en")})
    except EngineUnreachable:
        return Finding("broken", row.name, "homeless")
    try:
        found = await opened.health()
    finally:
        await opened.close()
    about = {"id": row.remote_id, "url": row.url, "templates": templates}
    if not found.ok:
        reason = {"reason": line(found.reason)}
        # Only one that knows us tells of its workers.
        code = "cloud_unwell" if found.workers is not None else "cloud_refused"
        return Finding("broken", row.name, code, about | reason)
    counts = {"workers": found.workers or 0, "waking": found.waking or 0}
    counts["queued"] = found.queued or 0
    return Finding("ok", row.name, "cloud", about | counts)


def webhooks(rows: Sequence[Endpoint], settings: Settings) -> list[Finding]:
    """Whether the ends of runs can be told to us."""
    if settings.public_url is None and any(row.kind == "runpod" for row in rows):
        return [Finding("note", "webhooks", "no_public_url")]
    return []


def _open(subject: str, settings: Settings) -> Finding:
    return Finding("broken", subject, "keys_open", {"path": path_of(settings)})
