"""A template from a graph to a version and back, as operators do it."""

from typing import Any
from uuid import UUID

import pytest
from tests.support.studios import at_work, ended

from affiche import app
from affiche.catalog import catalog
from affiche.domain import drafts as edits
from affiche.domain.drafts import Content
from affiche.emulators.comfyui import Server
from affiche.errors import (
    DraftChanged,
    DraftUnfinished,
    Forbidden,
    NotFound,
    TemplateMoved,
    TemplateNameTaken,
    VersionCurrent,
)
from affiche.graphs.schemas import known
from affiche.graphs.suggestions import suggest
from affiche.studio import audit, drafts, templates, trials, uploads, works, workshop
from affiche.studio.studio import Caller, Studio

KLEIN = next(t for t in catalog.shipped() if t.slug == "klein-i2i")
GRAPH = KLEIN.stages[0].workflow.graph
INPUTS = (("76", "image"), ("75:74", "text"), ("75:73", "noise_seed"), ("75:62", "steps"))
WORDS = {
    "slug": "repaint",
    "template_name": "repaint",
    "title": {"ko": "다시 그리기", "en": "Repaint"},
    "description": {"ko": "사진을 다시 그립니다.", "en": "Repaints a picture."},
    "fallback_title": {"ko": "작품", "en": "Work"},
}


def bound(content: Content) -> Content:
    for node, name in INPUTS:
        guess = suggest(GRAPH, known(), node, name)
        assert guess is not None
        content = edits.with_field(content, 0, guess.field, guess.binding)
    return content


def named(content: Content, **other: Any) -> Content:
    return {**content, **WORDS, **other}


async def made(studio: Studio, alice: Caller, **other: Any) -> UUID:
    draft = await drafts.begin(studio, alice, GRAPH)
    await drafts.change(studio, alice, draft, bound)
    await drafts.change(studio, alice, draft, lambda content: named(content, **other))
    return draft


async def test_from_a_graph_to_a_version_and_back(
    studio: Studio, alice: Caller, bob: Caller, comfyui: Server, picture: uploads.File
) -> None:
    draft_id = await drafts.begin(studio, alice, GRAPH)
    with pytest.raises(DraftUnfinished):
        await workshop.publish(studio, alice, draft_id, over=0)
    draft = await drafts.change(studio, alice, draft_id, bound)
    assert draft.content["model"] == "flux-2-klein-9b-fp8"
    assert draft.content["stages"][0]["outputs"] == ["9"]
    assert [f["type"] for f in draft.content["fields"]] == ["file", "textarea", "number", "number"]
    wanted = {finding.name for finding in await workshop.findings(studio, draft)}
    assert wanted == {"slug", "template_name", "title", "description", "fallback_title"}
    await drafts.change(studio, alice, draft_id, named)
    assert await workshop.publish(studio, alice, draft_id, over=0, note="first") == ("repaint", 1)
    with pytest.raises(NotFound):
        await drafts.get(studio, alice, draft_id)
    inputs = {"image": str(picture.id), "prompt": "노을"}
    async with at_work(studio):
        work = await works.ask(studio, alice, works.Ask(template="repaint", inputs=inputs))
        assert (await ended(studio, alice, work.id)).status == "completed"
    # Changed, and asked for before: that work keeps what it was asked with.
    again = await drafts.begin_from(studio, alice, "repaint")
    assert await drafts.begin_from(studio, alice, "repaint") == again
    await drafts.change(studio, alice, again, lambda c: edits.without_field(c, "steps"))
    before = (await workshop.get(studio, alice, "repaint")).template
    told = workshop.differences(await drafts.get(studio, alice, again), before)
    assert [(c.kind, c.what, c.name) for c in told] == [
        ("removed", "field", "steps"),
        ("removed", "binding", "main #75:62.steps"),
    ]
    with pytest.raises(TemplateMoved):
        await workshop.publish(studio, alice, again, over=7)
    await workshop.publish(studio, alice, again, over=1)
    old = await works.get(studio, alice, work.id)
    assert (old.template_version, len((await offered(studio, bob)).fields)) == (1, 3)
    # What was is published again, and nothing is rewritten.
    assert await workshop.restore(studio, alice, "repaint", 1, note="too bare") == 3
    with pytest.raises(VersionCurrent):
        await workshop.restore(studio, alice, "repaint", 1)
    assert len((await offered(studio, bob)).fields) == 4
    found = await workshop.versions(studio, alice, before.id)
    assert [(v.version, v.again, v.note) for v in found] == [
        (3, 1, "too bare"),
        (2, None, ""),
        (1, None, "first"),
    ]
    assert [e.action for e in await audit.page(studio, alice, subject="repaint")] == [
        "templates.restore",
        "templates.publish",
        "templates.draft",
        "templates.publish",
    ]


async def offered(studio: Studio, caller: Caller) -> Any:
    return (await templates.find(studio, caller, "repaint")).template


async def test_a_trial_costs_nothing_and_is_on_nobody_s_page(
    studio: Studio, alice: Caller, bob: Caller, comfyui: Server, picture: uploads.File
) -> None:
    async with studio.database.as_service() as service:
        await service.run("credits.switch", charging=True)
    draft = await drafts.get(studio, alice, await made(studio, alice, title={"ko": "", "en": ""}))
    inputs = {"image": str(picture.id), "prompt": "a beach", "seed": "7", "steps": "4"}
    async with at_work(studio):
        work_id = await trials.start(studio, alice, draft, "comfyui", inputs)
        work = await ended(studio, alice, work_id)
        comfyui.faults.add("node", "fail", exception="ValueError", message="bad latent")
        failed = await ended(
            studio, alice, await trials.start(studio, alice, draft, "comfyui", inputs)
        )
    assert (work.status, work.credits_used, work.seed) == ("completed", 0, 7)
    assert (failed.status, failed.error_code) == ("failed", "run_failed")
    assert [w.id for w in await trials.listed(studio, alice, draft)] == [failed.id, work.id]
    assert await trials.came_out_well(studio, draft)
    slugs = {each.row.slug for each in await workshop.listed(studio, alice)}
    assert slugs == {template.slug for template in catalog.shipped()}
    with pytest.raises(NotFound):
        await templates.find(studio, bob, str(draft.id))
    with pytest.raises(NotFound):
        await works.ask(studio, alice, works.Ask(template=str(draft.id), inputs=inputs))


async def test_what_one_changed_the_other_does_not_lose(studio: Studio, alice: Caller) -> None:
    draft_id = await made(studio, alice)
    seen = edits.seal(WORDS["title"])
    title = {"ko": "새 이름", "en": "New name"}

    async def rename(to: dict[str, str], seen: str) -> None:
        await drafts.change(
            *(studio, alice, draft_id),
            lambda c: {**c, "title": to},
            part=lambda c: c["title"],
            seen=seen,
        )

    await rename(title, seen)
    with pytest.raises(DraftChanged):
        await rename({"ko": "다른 이름", "en": "Other name"}, seen)
    # Another part of the same draft is nobody's but one's own.
    await drafts.change(
        *(studio, alice, draft_id),
        lambda c: edits.moved(c, "seed", -1),
        part=edits.names,
        seen=edits.seal(["image", "prompt", "seed", "steps"]),
    )
    content = (await drafts.get(studio, alice, draft_id)).content
    assert (content["title"], edits.names(content)) == (title, ["image", "seed", "prompt", "steps"])


async def test_what_was_published_here_outlives_a_restart_until_it_is_given_back(
    studio: Studio, alice: Caller
) -> None:
    draft = await drafts.begin_from(studio, alice, "klein-i2i")
    await drafts.change(studio, alice, draft, lambda c: {**c, "credits": 9})
    _, version = await workshop.publish(studio, alice, draft, over=1)
    assert await app.furnish(studio.settings, studio.database) == []
    here = await workshop.get(studio, alice, "klein-i2i")
    assert (version, here.row.version, here.row.origin, here.template.credits) == (2, 2, "here", 9)
    assert await workshop.give_back(studio, alice, "klein-i2i")
    back = await workshop.get(studio, alice, "klein-i2i")
    assert (back.row.version, back.row.origin, back.template) == (3, "catalog", KLEIN)
    assert not await workshop.give_back(studio, alice, "klein-i2i") or back.row.version == 3


async def test_names_are_one_template_s_alone(studio: Studio, alice: Caller) -> None:
    draft = await made(studio, alice, slug="klein-i2i")
    with pytest.raises(TemplateNameTaken):
        await workshop.publish(studio, alice, draft, over=0)


async def test_offering_and_placing(studio: Studio, alice: Caller, bob: Caller) -> None:
    await workshop.offer(studio, alice, "klein-i2i", offered=False)
    with pytest.raises(NotFound):
        await templates.find(studio, bob, "klein-i2i")
    await workshop.offer(studio, alice, "klein-i2i", offered=True)
    before = [each.row.slug for each in await workshop.listed(studio, alice)]
    await workshop.place(studio, alice, before[0], 1)
    after = [each.row.slug for each in await workshop.listed(studio, alice)]
    assert after == [before[1], before[0], *before[2:]]
    # A folder that changes does not take its place back.
    async with studio.database.as_service() as service:
        row = await service.rows("templates.present", id=KLEIN.id)
    await app.furnish(studio.settings, studio.database)
    assert [each.row.slug for each in await workshop.listed(studio, alice)] == after
    assert row[0]["version"] == 1


async def test_it_is_for_operators_alone(studio: Studio, alice: Caller, bob: Caller) -> None:
    draft = await made(studio, alice)
    with pytest.raises(Forbidden):
        await workshop.listed(studio, bob)
    with pytest.raises(Forbidden):
        await drafts.get(studio, bob, draft)
    with pytest.raises(Forbidden):
        await drafts.change(studio, bob, draft, named)
    with pytest.raises(Forbidden):
        await workshop.publish(studio, bob, draft, over=0)
    with pytest.raises(Forbidden):
        await workshop.restore(studio, bob, "klein-i2i", 1)
