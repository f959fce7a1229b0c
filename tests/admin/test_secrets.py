"""How old secrets are is known, and nothing of what they are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.admin.conftest import sql
from tests.support.servers import Client

from affiche.pipeline.alerts import Alerts
from affiche.studio import endpoints, keys, secret_ages, webhooks
from affiche.studio.keys import Wish
from affiche.studio.secret_ages import SIGNING
from affiche.studio.studio import Caller, Studio

FIRST, SECOND = "sk-live-0123456789abcdef", "sk-live-fedcba9876543210"
WORD = "hunter2-of-the-database"


def having(studio: Studio, now: datetime, **more: object) -> Studio:
    chosen = replace(studio.settings, oidc_client_secret=FIRST)
    return replace(studio, settings=replace(chosen, **more), now=lambda: now)  # type: ignore[arg-type]


async def ages(studio: Studio, alice: Caller) -> dict[str, int]:
    return {each.name: each.days(studio.now()) for each in await secret_ages.listed(studio, alice)}


async def test_one_that_is_replaced_is_new_and_one_that_stays_grows_old(
    studio: Studio, alice: Caller
) -> None:
    begun = datetime.now(UTC)
    later, latest = begun + timedelta(days=60), begun + timedelta(days=120)
    await secret_ages.look(having(studio, begun))
    await secret_ages.look(having(studio, later))
    name = "AFFICHE_OIDC_CLIENT_SECRET"
    assert (await ages(having(studio, later), alice))[name] == 60
    replaced = having(studio, latest, oidc_client_secret=SECOND)
    await secret_ages.look(replaced)
    found = await ages(replaced, alice)
    assert (found[name], found[SIGNING]) == (0, 120)
    # What nobody has any more is not asked for.
    gone = having(studio, latest + timedelta(days=3), oidc_client_secret=None)
    await secret_ages.look(gone)
    assert name not in await ages(gone, alice)


async def test_nothing_that_is_stored_tells_what_they_are(
    studio: Studio, alice: Caller, client: Client
) -> None:
    url = f"postgresql://somebody:{WORD}@127.0.0.1/none"
    made = having(studio, studio.now(), direct_url=url, webhook_key=SECOND)
    await secret_ages.look(made)
    stored = str(await sql(studio, "SELECT to_jsonb(a) FROM secret_ages a"))
    answer = (await client.get("/v1/admin/secrets")).body.decode()
    assert "AFFICHE_DIRECT_URL" in answer
    for secret in (FIRST, SECOND, WORD, "somebody", studio.secret.hex()):
        assert secret not in stored
        assert secret not in answer
    # Nor does another studio's key give the same digest.
    other = replace(made, secret=bytes(32))
    await secret_ages.look(other)
    rows = await sql(
        studio, "SELECT digest FROM secret_ages WHERE name = 'AFFICHE_OIDC_CLIENT_SECRET'"
    )
    assert len({bytes(digest) for (digest,) in rows}) == 2


async def test_keys_of_engines_webhooks_and_people_are_among_them(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    path = studio.settings.data / "secrets.toml"
    path.write_text(f'POD_KEY = "{FIRST}"\n')
    path.chmod(0o600)
    given = {"remote_id": "abc", "secret": "POD_KEY"}
    await endpoints.add(studio, alice, "pod", "runpod", given)
    hook, _ = await webhooks.make(studio, bob, "https://example.com/hook?token=x")
    key = await keys.make(studio, bob.id, Wish("n8n"))
    await secret_ages.look(studio)
    found = {(a.kind, a.name): a.subject for a in await secret_ages.listed(studio, alice)}
    assert ("settings", "POD_KEY") in found
    assert found["webhook", "https://example.com"] == str(hook.id)
    assert found["api_key", f"{key.key.hint}… n8n"] == str(key.key.id)
    assert key.secret not in str(found)
    await keys.revoke(studio, bob, key.key.id)
    await webhooks.remove(studio, bob, hook.id)
    left = {each.kind for each in await secret_ages.listed(studio, alice)}
    assert "webhook" not in left


async def test_after_ninety_days_doctor_says_so(
    studio: Studio, alice: Caller, client: Client
) -> None:
    service = Alerts(having(studio, studio.now()))
    await service.note_secrets()
    assert await secret_ages.findings(studio.database, studio.settings) == []
    await sql(studio, "UPDATE secret_ages SET since = now() - interval '91 days'")
    (finding,) = await secret_ages.findings(studio.database, studio.settings)
    assert (finding.state, finding.code) == ("note", "old_secrets")
    assert any("AFFICHE_OIDC_CLIENT_SECRET (91 d)" in str(each) for each in finding.details)
    told = (await client.get("/v1/admin/secrets")).json
    assert told["after_days"] == 90
    old = {each["name"] for each in told["secrets"] if each["old"]}
    assert {"AFFICHE_OIDC_CLIENT_SECRET", SIGNING} <= old
