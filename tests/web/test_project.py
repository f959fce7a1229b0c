"""A project's page: people, keys, webhooks with their log, words that stay, and for whom."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from aiohttp import web
from playwright.async_api import expect
from tests.support.servers import Client
from tests.support.studios import photograph
from tests.web.test_accessibility import check, look
from tests.web.visitors import Open
from tests.webhooks.conftest import sent
from tests.webhooks.receivers import Receiver, receiving

from affiche.domain.translation import Term
from affiche.errors import NotFound
from affiche.pipeline.webhooks import Webhooks
from affiche.studio import (
    credits,
    glossary,
    keys,
    projects,
    storage,
    treasury,
    uploads,
    webhooks,
    works,
)
from affiche.studio.keys import Wish
from affiche.studio.projects import Project
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


@dataclass(frozen=True)
class House:
    """Alice's project with bob in it; what it is told goes to the receiver."""

    project: Project
    receiver: Receiver

    @property
    def path(self) -> str:
        return f"/projects/{self.project.id}"


@pytest.fixture
async def studio(studio: Studio, request: pytest.FixtureRequest) -> Studio:
    """One that may send to loopback, and charges where a program asks."""
    allowed = replace(studio.settings, webhook_private=("127.0.0.1",), webhook_http=True)
    return replace(studio, settings=replace(allowed, credits="client" in request.fixturenames))


@pytest.fixture
async def house(studio: Studio, alice: Caller, bob: Caller) -> AsyncIterator[House]:
    (project, *_) = await projects.mine(studio, alice)
    _, token = await projects.invite(studio, alice, project.id, "bob@example.com")
    await projects.accept(studio, bob, token)
    await glossary.put(studio, alice, project.id, [Term("아피쉬", "Affiche")])
    await keys.make(studio, alice.id, Wish("n8n", ("read", "ask"), None, project.id))
    await uploads.upload(studio, alice, photograph(320, 240), name="a.jpg")
    async with receiving() as receiver:
        yield House(project, receiver)


@pytest.mark.parametrize(
    ("phone", "dark", "language"),
    [(False, False, "en"), (True, True, "ko")],
    ids=["desk-light-en", "phone-dark-ko"],
)
async def test_a_path_through_all_of_it(
    visit: Open,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    house: House,
    phone: bool,
    dark: bool,
    language: str,
) -> None:
    looks = {"phone": phone, "dark": dark, "language": language, "reduced_motion": "reduce"}
    visitor = await visit(alice, **looks)
    visitor.expected += ["status of 422", "status of 409"]
    page = visitor.page
    await look(visitor, "/project")
    await expect(page.locator(".places [aria-current]")).to_have_attribute("href", "/project")
    # Somebody is invited: with a wrong address in place, then by a link that is shown this once.
    await page.fill("#invite-email", "erin")
    await page.click("#invite")
    await expect(page.locator("#people-problem")).to_be_visible()
    await expect(page.locator("#invite-email")).to_have_value("erin")
    await page.fill("#invite-email", "erin@example.com")
    await page.click("#invite")
    link = page.locator("#people .once-secret")
    await expect(link).to_contain_text("/invitation?token=")
    token = (await link.inner_text()).partition("token=")[2]
    assert (await projects.look(studio, token)).email == "erin@example.com"
    (open_one,) = await projects.invitations(studio, alice, house.project.id)
    await page.locator(f"#invitation-{open_one.id} button").click()
    await expect(page.locator(f"#invitation-{open_one.id}")).to_have_count(0)
    # Bob becomes an admin; the button that was pressed keeps the focus.
    role = page.locator(f"#role-{bob.id}")
    await role.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#person-{bob.id} [name=role]")).to_have_value("member")
    await expect(role).to_be_focused()
    assert (await projects.get(studio, bob, house.project.id)).role == "admin"
    # A key for this project cannot manage; without that it is made, and shown this once.
    await page.fill("#key-name", "script")
    await page.check("[name='scope.admin']")
    await page.click("#make-key")
    await expect(page.locator("#keys-problem")).to_be_visible()
    await page.uncheck("[name='scope.admin']")
    await page.click("#make-key")
    secret = page.locator("#keys .once-secret")
    await expect(secret).to_contain_text("aff_")
    holder = await keys.holder(studio, await secret.inner_text())
    assert (holder.id, holder.project_id) == (alice.id, house.project.id)
    await check(visitor, "told this once")
    made = next(each for each in await keys.listed(studio, alice) if each.name == "script")
    row = page.locator(f"#key-{made.id}")
    await row.locator("summary").click()
    await row.get_by_role("button").click()
    await expect(row).to_have_count(0)
    # A word is added, said otherwise, and removed.
    await page.fill("#term", "한강")
    await page.click("#add-term")
    word = page.locator(".term", has_text="한강")
    await expect(word).to_be_visible()
    await expect(page.locator("#term")).to_have_value("")
    await word.locator(".control").fill("Han River")
    await word.locator(".button").first.click()
    await expect(word.locator(".control")).to_have_attribute("value", "Han River")
    await expect(word.locator(".button").first).to_be_focused()
    assert Term("한강", "Han River") in await glossary.listed(studio, alice, house.project.id)
    await word.locator(".button").last.click()
    await expect(word).to_have_count(0)
    await check(visitor, "in the end")


async def test_a_webhook_and_all_that_was_sent_to_it(
    visit: Open, studio: Studio, alice: Caller, house: House
) -> None:
    visitor = await visit(alice, reduced_motion="reduce")
    visitor.expected.append("status of 422")
    page, service = visitor.page, Webhooks(studio)
    await visitor.go(house.path)
    await page.fill("#webhook-url", "http://10.0.0.1/hook")
    await page.click("#make-webhook")
    await expect(page.locator("#webhooks-problem")).to_be_visible()
    await page.fill("#webhook-url", house.receiver.url)
    await page.fill("#webhook-description", "n8n")
    await page.click("#make-webhook")
    secret = page.locator("#webhooks .once-secret")
    await expect(secret).to_contain_text("whsec_")
    told = await secret.inner_text()
    (made,) = await webhooks.listed(studio, alice, house.project.id)
    await page.locator(f"#webhook-{made.id} .button").click()
    await expect(page.locator("h1")).to_have_text("n8n")
    # The receiver refuses, and the log says what it answered; it is read again by itself.
    house.receiver.answer = lambda _: web.Response(status=410, text="gone away")
    await page.click("#test")
    await expect(page.locator("#log .how-pending")).to_have_count(1)
    assert await sent(service) == 1
    assert house.receiver.messages[0].verified(told)["type"] == "webhook.test"
    await expect(page.locator("#log .how-failed")).to_have_count(1)
    await expect(page.locator("#log .meta").first).to_contain_text("410")
    await page.locator(".attempts summary").click()
    await expect(page.locator(".attempts pre")).to_have_text("gone away")
    await check(visitor, "refused")
    # It was put off; on again, the message is sent again under the same id.
    house.receiver.answer = lambda _: web.Response()
    await visitor.go(visitor.path)
    await expect(page.locator("header .how-gone")).to_be_visible()
    await page.click("#pause")
    await expect(page.locator("header .how-on")).to_be_visible()
    await page.locator("#log .row-acts button").click()
    await expect(page.locator("#log .how-pending")).to_have_count(1)
    assert await sent(service) == 1
    await expect(page.locator("#log .how-delivered")).to_have_count(1)
    first, second = house.receiver.messages
    assert first.id == second.id
    # A new secret, then none of it.
    await page.locator(".question summary").first.click()
    await page.locator(".question[open] button").click()
    await expect(page.locator(".once-secret")).to_contain_text("whsec_")
    assert await page.locator(".once-secret").inner_text() != told
    await page.locator(".question summary").last.click()
    await page.locator(".question[open] button").click()
    await page.wait_for_url(f"**{house.path}*")
    assert await webhooks.listed(studio, alice, house.project.id) == []


async def test_without_scripts(
    visit: Open, studio: Studio, alice: Caller, bob: Caller, house: House
) -> None:
    visitor = await visit(alice, scripts=False)
    page = visitor.page
    await visitor.go("/project")
    await page.fill("#term", " ")
    await page.click("#add-term")
    await expect(page.locator("#glossary-problem")).to_be_visible()
    await page.fill("#term", "카카오")
    await page.fill("#english", "Kakao")
    await page.click("#add-term")
    await expect(page.locator(".term", has_text="카카오")).to_be_visible()
    await page.fill("#webhook-url", house.receiver.url)
    await page.click("#make-webhook")
    await expect(page.locator("#webhooks .once-secret")).to_contain_text("whsec_")
    (made,) = await webhooks.listed(studio, alice, house.project.id)
    await visitor.go(f"{house.path}/webhooks/{made.id}")
    await page.click("#test")
    await expect(page.locator("#log .how-pending")).to_have_count(1)
    assert await sent(Webhooks(studio)) == 1
    await page.reload()
    await expect(page.locator("#log .how-delivered")).to_have_count(1)
    await page.locator("[name='type.work.created']").check()
    async with page.expect_navigation():
        await page.click("#save")
    await expect(page.locator("[name='type.work.created']")).to_be_checked()
    assert "work.created" in (await webhooks.get(studio, alice, made.id)).types
    await visitor.go(house.path)
    row = page.locator(f"#person-{bob.id}")
    await row.locator(".question summary").click()
    await row.locator(".question button").click()
    await expect(row).to_have_count(0)
    assert [each.user_id for each in await projects.members(studio, alice, house.project.id)] == [
        alice.id
    ]


async def test_a_member_looks_and_leaves_and_a_stranger_finds_nothing(
    visit: Open, studio: Studio, alice: Caller, bob: Caller, charlie: Caller, house: House
) -> None:
    hook, _ = await webhooks.make(studio, alice, house.receiver.url, project_id=house.project.id)
    member = await visit(bob)
    page = member.page
    await look(member, house.path)
    await expect(page.locator(".term")).to_contain_text("Affiche")
    await expect(page.locator("#webhooks, #invite, #add-term, [name=english]")).to_have_count(0)
    # Alice's keys are hers alone.
    await expect(page.locator("#keys .rows")).to_have_count(0)
    root, hooks = house.path, f"{house.path}/webhooks/{hook.id}"
    acts = {
        f"{root}/invitations": {"email": "erin@example.com"},
        f"{root}/people/{bob.id}/role": {"role": "admin"},
        f"{root}/people/{alice.id}/remove": {},
        f"{root}/glossary": {"term": "한강"},
        f"{root}/glossary/remove": {"term": "아피쉬"},
        f"{root}/webhooks": {"url": house.receiver.url, "type.work.failed": "on"},
        hooks: {"url": house.receiver.url, "type.work.failed": "on"},
        **{f"{hooks}/{act}": {} for act in ("pause", "test", "rotate", "remove")},
    }
    stranger = await visit(charlie)
    for path, form in acts.items():
        own = {"Origin": member.base}
        answer = await member.context.request.post(member.base + path, form=form, headers=own)
        assert answer.status == (404 if path.startswith(hooks) else 403), path
        answer = await stranger.context.request.post(member.base + path, form=form, headers=own)
        assert answer.status == 404, path
    for path in (root, f"/project?id={house.project.id}", hooks):
        answer = await stranger.context.request.get(member.base + path)
        assert answer.status == 404, path
    assert (await webhooks.get(studio, alice, hook.id)).is_active
    # His own project does not lead to another's webhook either.
    (own_project,) = [each for each in await projects.mine(studio, bob) if each.user_id == bob.id]
    answer = await member.context.request.get(
        f"{member.base}/projects/{own_project.id}/webhooks/{hook.id}"
    )
    assert answer.status == 404
    row = page.locator(f"#person-{bob.id}")
    await row.locator(".question summary").click()
    await row.locator(".question button").click()
    await page.wait_for_url("**/project")
    await expect(page.locator("h1")).to_have_text(own_project.name)


async def test_what_a_project_may_spend_and_keep(
    client: Client, studio: Studio, alice: Caller, bob: Caller, picture: File
) -> None:
    (project, *_) = await projects.mine(studio, alice)
    async with studio.database.as_service() as service:
        await service.run("credits.switch", charging=True)
    await treasury.adjust(studio, alice, alice.id, 9, reason="a start")
    await treasury.set_budget(studio, alice, "month", 20, project_id=project.id)
    await storage.set_quota(studio, alice, project.id, 50_000_000)
    inputs = {"image": str(picture.id), "prompt": "a quiet beach"}
    await works.ask(studio, alice, works.Ask(template="klein-i2i", inputs=inputs, output_count=3))
    (budget,) = await credits.budgets_of_project(studio, alice, project.id)
    assert (budget.spent, budget.credits) == (3, 20)
    with pytest.raises(NotFound):
        await credits.budgets_of_project(studio, bob, project.id)
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    answer = await client.get(f"/projects/{project.id}", headers=headers)
    text = answer.body.decode()
    assert "3 of 20" in text
    assert "of 50.0 MB" in text
    assert "you are by yourself" in text.lower()
