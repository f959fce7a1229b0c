"""More like the pictures that somebody kept.

Like one is what has everything of it but the seed: its reference, its prompt, its parameters, those
that a grid gave it among them. The seeds are those next after its own that its batch has not used.
Neighbours as numbers are no neighbours as noise; what makes the new pictures like the old one is
the reference and the parameters, and with them as much of it as the template's strength lets
through (docs/decisions/0032).
"""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from affiche.domain.batches import MOST_WORKS, neighbours
from affiche.domain.forms import check
from affiche.domain.templates import Template
from affiche.errors import BatchTooLarge, InvalidInputs, NothingKept
from affiche.studio import batches, planning, templates
from affiche.studio.batches import Batch
from affiche.studio.studio import Caller, Studio
from affiche.studio.works import Work

PAGE = 500


async def more(
    studio: Studio,
    caller: Caller,
    batch_id: UUID,
    *,
    variations: int = 1,
    name: str = "",
    key: str | None = None,
) -> Batch:
    """A new batch with `variations` of each kept work, which is a group of its own in it.

    Raises NothingKept, and what `batches.ask` does.
    """
    if problems := planning.out_of_bounds(variations, name):
        raise InvalidInputs(problems)
    digest = hashlib.sha256(json.dumps(["more", str(batch_id), variations, name]).encode()).digest()
    if key and (before := await batches.asked_before(studio, caller, key, digest)):
        return before
    batch = await batches.get(studio, caller, batch_id)
    found = await templates.find(studio, caller, str(batch.template_id))
    kept = await _kept(studio, caller, batch_id)
    if not kept:
        raise NothingKept
    if len(kept) * variations > MOST_WORKS:
        raise BatchTooLarge(works=len(kept) * variations, limit=MOST_WORKS)
    if found.version != batch.template_version:
        await asyncio.to_thread(_recheck, found.template, kept)
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows("batches.seeds", batch_id=batch_id)
    places = _places(kept, variations, {row["seed"] for row in rows})
    return await batches.put(
        studio,
        caller,
        {
            "template_id": str(batch.template_id),
            "project_id": batch.project_id and str(batch.project_id),
            "name": name.strip() or batch.name,
            "reference_key": batch.reference_key,
            "reference_count": len(kept),
            "variations": variations,
            "seed": places[0]["seed"],
            "like_id": str(batch.id),
        },
        places,
        key=key,
        digest=digest,
    )


def _places(kept: Sequence[Work], variations: int, used: set[int]) -> list[dict[str, Any]]:
    """The works, in the order of the kept ones; no seed twice among them and the old ones."""
    found: list[dict[str, Any]] = []
    for work in kept:
        for seed in list(islice(neighbours(work.seed or 1, used), variations)):
            used.add(seed)
            inputs = dict(work.input_data)
            if "seed" in inputs:
                inputs["seed"] = seed
            found.append({"position": len(found), "seed": seed, "inputs": inputs})
    return found


async def _kept(studio: Studio, caller: Caller, batch_id: UUID) -> list[Work]:
    found: list[Work] = []
    while True:
        first = (found[-1].batch_position or 0) + 1 if found else 0
        page = await batches.works_of(
            studio, caller, batch_id, first=first, choice="kept", limit=PAGE
        )
        found += page
        if len(page) < PAGE:
            return found


def _recheck(template: Template, kept: Sequence[Work]) -> None:
    for work in kept:
        if problems := check(template.fields, work.input_data).problems:
            raise InvalidInputs(problems)
