"""A project's webhooks: made on its page, and each on one of its own with all that was sent."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from affiche.api.auth import Administering
from affiche.domain.webhooks import OPERATORS, TYPES
from affiche.errors import InvalidInputs, NotFound, WebhookOff, WebhooksFull
from affiche.studio import projects, webhooks
from affiche.studio.studio import Caller
from affiche.studio.webhooks import Webhook
from affiche.web.doors import words
from affiche.web.pages import Desk, desk
from affiche.web.projects import Said, after, chosen, problem_of, show_project
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 20
LONGEST: Final = 200
LONGEST_URL: Final = 2000
ROOT: Final = "/projects/{project_id}/webhooks/{webhook_id}"


@router.post("/projects/{project_id}/webhooks")
async def make_webhook(request: Request, project_id: UUID, caller: Administering) -> Response:
    """Its secret is shown this once."""
    page, sent = desk(request, caller), await words(request)
    try:
        made, secret = await webhooks.make(
            page.studio,
            caller,
            sent.get("url", "").strip()[:LONGEST_URL],
            project_id=project_id,
            types=chosen(sent, "type"),
            description=_description(sent),
        )
    except (InvalidInputs, WebhooksFull) as error:
        return await show_project(page, caller, project_id, Said("webhooks", error, sent))
    said = Said("webhooks", secret=secret, about=made.url)
    return await show_project(page, caller, project_id, said)


@router.get(ROOT)
async def show_webhook(
    request: Request,
    project_id: UUID,
    webhook_id: UUID,
    caller: Administering,
    before: UUID | None = None,
) -> Response:
    page = desk(request, caller)
    return await _page(page, caller, project_id, webhook_id, before=before)


@router.post(ROOT)
async def change_webhook(
    request: Request, project_id: UUID, webhook_id: UUID, caller: Administering
) -> Response:
    page, sent = desk(request, caller), await words(request)
    webhook = await _of(page, caller, project_id, webhook_id)
    url = sent.get("url", "").strip()[:LONGEST_URL]
    try:
        await webhooks.change(
            page.studio,
            caller,
            webhook_id,
            url=url if url != webhook.url else None,
            types=chosen(sent, "type"),
            description=_description(sent),
        )
    except InvalidInputs as error:
        return await _page(page, caller, project_id, webhook_id, Said("change", error, sent))
    return await _after(page, caller, project_id, webhook_id)


@router.post(f"{ROOT}/remove")
async def remove_webhook(
    request: Request, project_id: UUID, webhook_id: UUID, caller: Administering
) -> Response:
    page, _ = desk(request, caller), await words(request)
    await _of(page, caller, project_id, webhook_id)
    await webhooks.remove(page.studio, caller, webhook_id)
    if page.wants_fragment:
        return page.go(f"/projects/{project_id}#webhooks")
    return await after(page, caller, project_id, "webhooks")


@router.post(f"{ROOT}/rotate")
async def rotate_webhook(
    request: Request, project_id: UUID, webhook_id: UUID, caller: Administering
) -> Response:
    page, _ = desk(request, caller), await words(request)
    await _of(page, caller, project_id, webhook_id)
    found, secret = await webhooks.rotate(page.studio, caller, webhook_id)
    said = Said("secret", secret=secret, about=found.url)
    return await _page(page, caller, project_id, webhook_id, said)


@router.post(f"{ROOT}/{{act}}")
async def act_on_webhook(
    request: Request, project_id: UUID, webhook_id: UUID, act: str, caller: Administering
) -> Response:
    """Put it off or on, or send it something to try it."""
    page, _ = desk(request, caller), await words(request)
    await _of(page, caller, project_id, webhook_id)
    try:
        match act:
            case "pause" | "resume":
                on = act == "resume"
                await webhooks.change(page.studio, caller, webhook_id, is_active=on)
            case "test":
                await webhooks.try_out(page.studio, caller, webhook_id)
            case _:
                raise NotFound(what="page")
    except WebhookOff as error:
        return await _page(page, caller, project_id, webhook_id, Said("log", error))
    return await _after(page, caller, project_id, webhook_id)


@router.post(f"{ROOT}/deliveries/{{delivery_id}}/again")
async def send_again(
    request: Request, project_id: UUID, webhook_id: UUID, delivery_id: UUID, caller: Administering
) -> Response:
    page, _ = desk(request, caller), await words(request)
    await _of(page, caller, project_id, webhook_id)
    try:
        await webhooks.redeliver(page.studio, caller, webhook_id, delivery_id)
    except WebhookOff as error:
        return await _page(page, caller, project_id, webhook_id, Said("log", error))
    return await _after(page, caller, project_id, webhook_id)


async def _of(page: Desk, caller: Caller, project_id: UUID, webhook_id: UUID) -> Webhook:
    """Raises NotFound for one of another project."""
    found = await webhooks.get(page.studio, caller, webhook_id)
    if found.project_id != project_id:
        raise NotFound(what="webhook")
    return found


async def _after(page: Desk, caller: Caller, project_id: UUID, webhook_id: UUID) -> Response:
    if page.wants_fragment:
        return await _page(page, caller, project_id, webhook_id)
    return page.go(f"/projects/{project_id}/webhooks/{webhook_id}")


async def _page(
    page: Desk,
    caller: Caller,
    project_id: UUID,
    webhook_id: UUID,
    said: Said | None = None,
    before: UUID | None = None,
) -> Response:
    webhook = await _of(page, caller, project_id, webhook_id)
    found = await webhooks.log(page.studio, caller, webhook_id, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    return page.page(
        "project/webhook.html",
        status=said.error.status if said and said.error else 200,
        project=await projects.get(page.studio, caller, project_id),
        webhook=webhook,
        state=webhooks.state(page.studio, webhook),
        types=OPERATORS if caller.is_operator else TYPES,
        root=f"/projects/{project_id}/webhooks/{webhook_id}",
        said=said,
        problem=problem_of(page, said) if said else None,
        deliveries=shown,
        waiting=any(each.status == "pending" and each.next_at <= page.now for each, _ in shown),
        before=before,
        next=shown[-1][0].id if len(found) > PAGE else None,
        now=page.now,
    )


def _description(sent: dict[str, str]) -> str:
    """As it may be kept: short, and of one line."""
    kept = "".join(each if each.isprintable() else " " for each in sent.get("description", ""))
    return kept.strip()[:LONGEST]
