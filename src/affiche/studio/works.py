"""Asking for works, looking at them, cancelling them, asking again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from affiche.db.database import Transaction
from affiche.domain.ids import floor
from affiche.domain.titles import plain
from affiche.errors import (
    FieldProblem,
    Forbidden,
    IdempotencyMismatch,
    NotFound,
    TransitionRefused,
)
from affiche.studio import asking, charges, templates
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

STATUSES = ("pending", "taken", "processing", "completed", "failed", "cancelled")
UNDER_WAY = ("pending", "taken", "processing")
ENDED = ("completed", "failed", "cancelled")
FIRST_ID, LAST_ID = UUID(int=0), UUID(int=2**128 - 1)
MOST_OUTPUTS = 10
PRIORITIES = (-10, 10)
"""What people may ask for. Past it is the operator's, by SQL: nobody jumps the queue further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One thing that somebody asked for. `progress` has percent, node, label while it runs;
    and stage (from 1) and stages where its template has several. While a worker is being woken
    for it, `waking` has the seconds that this may take yet. `subject`: what the character and the
    reference said when they were asked for (`affiche.domain.subjects`). `batch_position`: its
    place in its batch, from 0; None where another was tried in its place. `choice`: "kept" or
    "rejected"."""

    id: UUID
    number: int
    user_id: UUID
    project_id: UUID | None
    template_id: UUID
    template_version: int | None
    template_slug: str
    retry_of: UUID | None
    input_data: dict[str, Any]
    output_count: int
    seed: int | None
    status: str
    progress: dict[str, Any] | None
    engine: str | None
    generation_metadata: dict[str, Any] | None
    output_file_id: UUID | None
    title: str | None
    tags: list[str]
    error_code: str | None
    error_params: dict[str, Any] | None
    estimated_time: int
    created_at: datetime
    taken_at: datetime | None
    processing_at: datetime | None
    completed_at: datetime | None
    failed_at: datetime | None
    cancelled_at: datetime | None
    credits_used: int
    credits_refunded: int
    character_id: UUID | None = None
    reference_id: UUID | None = None
    subject: dict[str, Any] | None = None
    batch_id: UUID | None = None
    batch_position: int | None = None
    choice: str | None = None
    translation: dict[str, Any] | None = None
    trashed_at: datetime | None = None
    replayed: bool = False

    @property
    def waking(self) -> int | None:
        found = (self.progress or {}).get("waking") if self.status == "processing" else None
        return found if isinstance(found, int) else None

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def ended_at(self) -> datetime | None:
        return self.completed_at or self.failed_at or self.cancelled_at

    def as_asked(self, inputs: dict[str, Any]) -> "Work":
        """The work as its asker saw it first: the answer that an idempotency key replays."""
        return replace(
            self,
            input_data=inputs,
            status="pending",
            progress=None,
            engine=None,
            generation_metadata=None,
            output_file_id=None,
            title=None,
            tags=[],
            error_code=None,
            error_params=None,
            taken_at=None,
            processing_at=None,
            completed_at=None,
            failed_at=None,
            cancelled_at=None,
            credits_refunded=0,
            choice=None,
            translation=None,
            trashed_at=None,
            replayed=True,
        )


SHOWN = tuple(each.name for each in fields(Work) if each.name != "replayed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """`template`: id, slug or name. `lenient`: the inputs come from an HTML form, all text.
    `priority`: within PRIORITIES; the higher goes first. `front`: before all of the caller's own
    that wait with it, and before nobody else's."""

    template: str
    inputs: Mapping[str, Any]
    output_count: int = 1
    project_id: UUID | None = None
    retry_of: UUID | None = None
    priority: int = 0
    front: bool = False
    idempotency_key: str | None = None
    lenient: bool = field(default=False)

    def digest(self) -> bytes:
        whole = [self.template, dict(self.inputs), self.output_count, str(self.project_id)]
        whole += [self.front] if self.front else []
        return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).digest()


async def ask(studio: Studio, caller: Caller, request: Ask) -> Work:
    """A new work, pending; or with a used idempotency key, the work as it was answered then.

    Raises InvalidInputs with every problem, NotFound, IdempotencyMismatch, CreditsShort,
    BudgetSpent.
    """
    if request.idempotency_key and (before := await _asked_before(studio, caller, request)):
        return before
    found = await templates.find(studio, caller, request.template)
    looked = await asking.looked_at(
        *(studio, caller, found.template, request.inputs),
        lenient=request.lenient,
        project_id=request.project_id,
    )
    looked = replace(looked, problems=[*looked.problems, *_out_of_bounds(request)])
    inputs, seed = await asking.settled(studio, caller, found.template, looked)
    try:
        with charges.explained():
            async with studio.database.alone(caller.id) as transaction:
                rows = await transaction.rows(
                    "works.ask",
                    id=studio.new_id(),
                    template_id=found.template.id,
                    input_data=Jsonb(inputs),
                    output_count=request.output_count,
                    seed=seed,
                    project_id=request.project_id,
                    retry_of=request.retry_of,
                    priority=request.priority,
                    idempotency_key=request.idempotency_key,
                    digest=request.digest() if request.idempotency_key else None,
                )
                if request.front:
                    await transaction.value("queue.front", id=rows[0]["id"])
    except psycopg.errors.UniqueViolation:
        # Another request with the key came first; the database made us wait for it.
        before = await _asked_before(studio, caller, request)
        if before is None:
            raise
        return before
    # The function answers with the whole row of the table.
    return Work(**{name: rows[0][name] for name in SHOWN})


async def get(studio: Studio, caller: Caller, work_id: UUID) -> Work:
    """Raises NotFound for a work that is unknown or somebody else's."""
    async with studio.database.as_user(caller.id) as transaction:
        return await _get(transaction, work_id)


async def outputs(studio: Studio, caller: Caller, work_ids: Sequence[UUID]) -> list[File]:
    """The pictures of those works, by work and then in their order."""
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(File, "files.of_works", work_ids=list(work_ids))


async def page(
    studio: Studio,
    caller: Caller,
    *,
    statuses: Sequence[str] = (),
    template: str | None = None,
    project: UUID | None = None,
    character: UUID | None = None,
    batch: UUID | None = None,
    tag: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[Work]:
    """One page of the caller's works, or of all in a project, of a character or of a batch, whoever
    asked for them, newest first; the next begins `before` the last id. What is not the caller's to
    see is not there. Works asked for from `since` to before `until`: by their ids, which begin with
    that moment, so that dates need no index."""
    template_id = await templates.known(studio, caller, template) if template else None
    bounds = [floor(until)] if until else []
    # One named twice would give each of its works twice.
    params: dict[str, Any] = {
        "user_id": caller.id,
        "project_id": project,
        "character_id": character,
        "batch_id": batch,
        "template_id": template_id,
        "statuses": list(dict.fromkeys(statuses or STATUSES)),
        "since": floor(since) if since else FIRST_ID,
        "before": min([before or LAST_ID, *bounds]),
        "limit": max(1, min(limit, 200)),
    }
    if tag is not None:
        params["tag"] = plain(tag)
    name = _list(params, every=not statuses)
    async with studio.database.as_user(caller.id) as transaction:
        if name == "works.page":
            return await transaction.all(Work, name, **params)
        return await transaction.fitted(Work, name, **params)


def _list(asked: Mapping[str, Any], *, every: bool) -> str:
    """The statement whose index fits best; the rest of what is asked narrows it down."""
    project, template = asked["project_id"], asked["template_id"]
    if "tag" in asked:
        return "titles.page_of_project_tag" if project else "titles.page_of_tag"
    if asked["batch_id"]:
        return "works.page_of_batch"
    if asked["character_id"]:
        return "works.page_of_character"
    if project:
        return "works.page_of_project_template" if template else "works.page_of_project"
    if template:
        return "works.page_of_template"
    return "works.page" if every else "works.page_of_status"


async def cancel(studio: Studio, caller: Caller, work_id: UUID) -> Work:
    """Cancel in whatever state; cancelling twice is fine. By whoever asked for it, or an admin of
    its project.

    Raises NotFound, Forbidden for another member's, or TransitionRefused for a work that completed
    or failed.
    """
    try:
        async with studio.database.as_user(caller.id) as transaction:
            rows = await transaction.rows("works.cancel", id=work_id)
            if not rows:
                raise NotFound(what="work")
            if rows[0]["status"] != "cancelled":
                raise TransitionRefused(status=rows[0]["status"])
            return await _get(transaction, work_id)
    except psycopg.errors.InsufficientPrivilege as error:
        raise Forbidden(detail="another member's work") from error


async def retry(
    studio: Studio, caller: Caller, work_id: UUID, *, idempotency_key: str | None = None
) -> Work:
    """A new work with the same inputs; raises TransitionRefused while the first one runs."""
    work = await get(studio, caller, work_id)
    if not work.ended:
        raise TransitionRefused(status=work.status)
    request = Ask(
        template=str(work.template_id),
        inputs=work.input_data,
        output_count=work.output_count,
        project_id=work.project_id,
        retry_of=work.id,
        idempotency_key=idempotency_key,
    )
    return await ask(studio, caller, request)


async def _get(transaction: Transaction, work_id: UUID) -> Work:
    work = await transaction.maybe(Work, "works.by_id", id=work_id)
    if work is None:
        raise NotFound(what="work")
    return work


async def _asked_before(studio: Studio, caller: Caller, request: Ask) -> Work | None:
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows("works.by_key", key=request.idempotency_key)
        if not rows:
            return None
        if rows[0]["digest"] != request.digest():
            raise IdempotencyMismatch
        return (await _get(transaction, rows[0]["work_id"])).as_asked(rows[0]["inputs"])


def _out_of_bounds(request: Ask) -> list[FieldProblem]:
    bounds = (
        ("output_count", request.output_count, (1, MOST_OUTPUTS)),
        ("priority", request.priority, PRIORITIES),
    )
    return [
        FieldProblem(name, "between", (("low", low), ("high", high)))
        for name, value, (low, high) in bounds
        if not low <= value <= high
    ]
