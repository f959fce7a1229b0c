"""Batches: quoted, asked for in one transaction, watched, cancelled, tried again, chosen from."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from affiche.domain.batches import Shape
from affiche.domain.credits import credits_for
from affiche.domain.forms import check
from affiche.domain.templates import Template
from affiche.errors import (
    IdempotencyMismatch,
    InvalidInputs,
    NotFound,
    NothingFailed,
)
from affiche.studio import asking, charges, credits, planning, templates, works
from affiche.studio.planning import BatchAsk, Plan, Prompt
from affiche.studio.studio import Caller, Studio
from affiche.studio.templates import Versioned
from affiche.studio.works import LAST_ID, Work

Choice = Literal["kept", "rejected"]
MOST_CHOSEN: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Works that were asked for together. `counts`: of its places by the status of the work in
    each, and by choice; what there is none of is absent. `like_id`: the batch of whose kept ones
    this is more."""

    id: UUID
    number: int
    user_id: UUID
    project_id: UUID | None
    template_id: UUID
    template_version: int | None
    template_slug: str
    estimated_time: int
    name: str
    inputs: dict[str, Any]
    reference_key: str | None
    reference_count: int
    variations: int
    grid: dict[str, Any]
    seed: int
    works: int
    like_id: UUID | None
    counts: dict[str, int]
    created_at: datetime
    replayed: bool = field(default=False)

    @property
    def shape(self) -> Shape:
        sides = [len(self.grid[name]["values"]) if name in self.grid else 1 for name in ("x", "y")]
        return Shape(self.reference_count, self.variations, *sides)

    @property
    def ended(self) -> bool:
        return not any(self.counts.get(status) for status in works.UNDER_WAY)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a batch would come to. `credits` for all its works, and what the asker has of them
    (`balance`); both None where works cost nothing. `prompts`: of the first references, before they
    are translated. `seconds`: if nobody else asks."""

    template: Versioned
    plan: Plan
    prompts: Sequence[Prompt]
    credits: int | None
    balance: int | None
    seconds: int

    @property
    def suffices(self) -> bool:
        return self.credits is None or (self.balance or 0) >= self.credits


ROW: Final = tuple(each.name for each in fields(Batch) if each.name not in ("counts", "replayed"))


async def quote(studio: Studio, caller: Caller, asked: BatchAsk) -> Quote:
    """What would be asked for, and what it would cost; nothing is kept. Raises as `ask` does,
    but for what is not paid for."""
    found = await templates.find(studio, caller, asked.template)
    made, problems = await planning.plan(studio, caller, found.template, asked)
    looked = await planning.looked_at(studio, caller, found.template, asked, made)
    if problems or looked.problems:
        raise InvalidInputs([*problems, *looked.problems])
    count = made.shape.works
    async with studio.database.singly() as service:
        places = await service.value("batches.places", template_id=found.template.id)
    own = await credits.account_if_charged(studio, caller)
    cost, balance = (credits_for(found.template, count), own.balance) if own else (None, None)
    seconds = planning.estimate(found.template, count, places)
    prompts = await planning.prompts(studio, caller, found.template, asked, made, looked)
    return Quote(found, made, prompts, cost, balance, seconds)


async def ask(studio: Studio, caller: Caller, asked: BatchAsk) -> Batch:
    """All works of a batch, or none; with a used idempotency key, the batch as it is.

    Raises InvalidInputs with every problem, BatchTooLarge, NotFound, IdempotencyMismatch,
    CreditsShort, BudgetSpent, StorageFull.
    """
    digest = _digest(asked)
    if asked.idempotency_key and (
        before := await asked_before(studio, caller, asked.idempotency_key, digest)
    ):
        return before
    found = await templates.find(studio, caller, asked.template)
    made, problems = await planning.plan(studio, caller, found.template, asked)
    looked = await planning.looked_at(studio, caller, found.template, asked, made)
    looked = replace(looked, problems=[*problems, *looked.problems])
    inputs, seed = await asking.settled(studio, caller, found.template, looked)
    own = set(made.sample())
    seeded = "seed" in inputs
    common = {key: value for key, value in inputs.items() if key not in own | {"seed"}}
    places = [
        {
            "position": each.position,
            "seed": each.seed,
            "inputs": {**differing, **({"seed": each.seed} if seeded else {})},
        }
        for each, differing in made.works(seed)
    ]
    return await put(
        studio,
        caller,
        {
            "template_id": str(found.template.id),
            "project_id": asked.project_id and str(asked.project_id),
            "name": asked.name.strip(),
            "inputs": common,
            "reference_key": made.field.request_key if made.field else None,
            "reference_count": made.shape.references,
            "variations": made.shape.variations,
            "grid": made.grid,
            "seed": seed,
        },
        places,
        priority=asked.priority,
        key=asked.idempotency_key,
        digest=digest,
    )


async def put(
    studio: Studio,
    caller: Caller,
    batch: Mapping[str, Any],
    places: Sequence[Mapping[str, Any]],
    *,
    priority: int = 0,
    key: str | None = None,
    digest: bytes = b"",
) -> Batch:
    """A batch of those columns with those works, each `{position, seed, inputs}`."""
    # In their order, so that a page of works has them as the batch does.
    ids = sorted(studio.new_id() for _ in places)
    numbered = [{"id": str(work_id), **place} for work_id, place in zip(ids, places, strict=True)]
    whole = {"id": str(studio.new_id()), **batch}
    try:
        with charges.explained():
            async with studio.database.as_user(caller.id) as transaction:
                rows = await transaction.rows(
                    "batches.ask",
                    asked=Jsonb(whole),
                    places=Jsonb(numbered),
                    priority=priority,
                    idempotency_key=key,
                    digest=digest if key else None,
                )
    except psycopg.errors.UniqueViolation:
        # Another request with the key came first; the database made us wait for it.
        before = await asked_before(studio, caller, key, digest) if key else None
        if before is None:
            raise
        return before
    made = {name: rows[0][name] for name in ROW}
    return Batch(**made, counts={"pending": len(places)})


async def get(studio: Studio, caller: Caller, batch_id: UUID) -> Batch:
    """Raises NotFound for one that is unknown or not the caller's to see."""
    async with studio.database.as_user(caller.id) as transaction:
        found = await transaction.maybe(Batch, "batches.by_id", id=batch_id)
    if found is None:
        raise NotFound(what="batch")
    return found


async def page(
    studio: Studio,
    caller: Caller,
    *,
    project: UUID | None = None,
    before: UUID | None = None,
    limit: int = 20,
) -> list[Batch]:
    """One page of the caller's, or of all in a project, newest first."""
    params = {"before": before or LAST_ID, "limit": max(1, min(limit, 100))}
    async with studio.database.as_user(caller.id) as transaction:
        if project:
            return await transaction.all(
                Batch, "batches.page_of_project", project_id=project, **params
            )
        return await transaction.all(Batch, "batches.page", user_id=caller.id, **params)


async def works_of(
    studio: Studio,
    caller: Caller,
    batch_id: UUID,
    *,
    first: int = 0,
    statuses: Sequence[str] = (),
    choice: Choice | None = None,
    limit: int = 100,
) -> list[Work]:
    """Its works from the position `first` on, in the batch's order; the one in each place."""
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(
            Work,
            "batches.works",
            batch_id=batch_id,
            first=first,
            statuses=list(statuses) or None,
            choice=choice,
            limit=max(1, min(limit, 500)),
        )


async def before(
    studio: Studio,
    caller: Caller,
    batch_id: UUID,
    first: int,
    *,
    statuses: Sequence[str] = (),
    choice: Choice | None = None,
    limit: int = 100,
) -> int:
    """Where a page of as many of its works begins that ends before the position `first`; 0 where
    there are none."""
    async with studio.database.as_user(caller.id) as transaction:
        found = await transaction.value(
            "batches.before",
            batch_id=batch_id,
            first=first,
            statuses=list(statuses) or None,
            choice=choice,
            limit=limit,
        )
    return found or 0


async def cancel(studio: Studio, caller: Caller, batch_id: UUID) -> Batch:
    """What has not ended is cancelled; again is fine. Raises NotFound, and Forbidden for another
    member's."""
    await _act(studio, caller, "batches.cancel", batch_id)
    return await get(studio, caller, batch_id)


async def retry(studio: Studio, caller: Caller, batch_id: UUID) -> Batch:
    """What failed is asked for anew, in its place and with its seed; the caller pays.

    Raises NotFound, Forbidden, NothingFailed, CreditsShort, BudgetSpent, StorageFull, and
    InvalidInputs where the template changed and does not take the inputs any more.
    """
    batch = await get(studio, caller, batch_id)
    found = await templates.find(studio, caller, str(batch.template_id))
    if found.version != batch.template_version:
        await _recheck(studio, caller, found.template, batch_id)
    if not await _act(studio, caller, "batches.retry", batch_id):
        raise NothingFailed
    return await get(studio, caller, batch_id)


async def choose(
    studio: Studio,
    caller: Caller,
    batch_id: UUID,
    work_ids: Sequence[UUID],
    choice: Choice | None,
) -> Batch:
    """Those of its complete works are kept or rejected, or neither any more. Raises NotFound, also
    where none of them is one."""
    params = {"work_ids": list(work_ids)[:MOST_CHOSEN], "choice": choice}
    if not await _act(studio, caller, "batches.choose", batch_id, **params):
        raise NotFound(what="work")
    return await get(studio, caller, batch_id)


async def _act(studio: Studio, caller: Caller, name: str, batch_id: UUID, **params: Any) -> int:
    """How many works it touched."""
    with charges.explained(foreign="another member's batch"):
        async with studio.database.as_user(caller.id) as transaction:
            done = await transaction.value(name, batch_id=batch_id, **params)
    if done is None:
        raise NotFound(what="batch")
    return int(done)


async def _recheck(studio: Studio, caller: Caller, template: Template, batch_id: UUID) -> None:
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows("batches.failed", batch_id=batch_id)

    def first_problems() -> Sequence[Any]:
        checked = (check(template.fields, row["input_data"]).problems for row in rows)
        return next((problems for problems in checked if problems), ())

    if problems := await asyncio.to_thread(first_problems):
        raise InvalidInputs(problems)


async def asked_before(studio: Studio, caller: Caller, key: str, digest: bytes) -> Batch | None:
    """The batch that was asked for with the key, as it was answered then. Raises
    IdempotencyMismatch where something else was."""
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows("works.by_key", key=key)
    if not rows:
        return None
    if rows[0]["digest"] != digest:
        raise IdempotencyMismatch
    batch = await get(studio, caller, rows[0]["work_id"])
    # As it was answered then.
    return replace(batch, counts={"pending": batch.works}, replayed=True)


def _digest(asked: BatchAsk) -> bytes:
    whole = {
        each.name: getattr(asked, each.name)
        for each in fields(asked)
        if each.name not in ("idempotency_key", "lenient", "priority")
    }
    text = json.dumps(["batch", whole], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).digest()
