"""Keeping and rejecting, and more like what was kept."""

import pytest
from tests.batches.conftest import all_works, asked, finish
from tests.batches.test_asking import rows

from affiche.domain.seeds import MAX_SEED
from affiche.errors import (
    CreditsShort,
    Forbidden,
    IdempotencyMismatch,
    InvalidInputs,
    NotFound,
    NothingKept,
)
from affiche.studio import batches, likeness, works
from affiche.studio.studio import Caller, Studio


async def test_many_are_chosen_at_once(studio: Studio, alice: Caller) -> None:
    batch = await asked(studio, alice, 2, variations=2)
    ids = [work.id for work in await all_works(studio, alice, batch)]
    await finish(studio, ids[:3], "completed")
    # The last one has no picture to be chosen for.
    found = await batches.choose(studio, alice, batch.id, ids, "kept")
    assert found.counts == {"completed": 3, "pending": 1, "kept": 3}
    found = await batches.choose(studio, alice, batch.id, ids[:2], "rejected")
    assert found.counts == {"completed": 3, "pending": 1, "kept": 1, "rejected": 2}
    again = await batches.choose(studio, alice, batch.id, ids[:2], "rejected")
    assert again.counts == found.counts
    found = await batches.choose(studio, alice, batch.id, ids[:1], None)
    assert found.counts == {"completed": 3, "pending": 1, "kept": 1, "rejected": 1}
    kept = await batches.works_of(studio, alice, batch.id, choice="kept")
    assert [work.id for work in kept] == [ids[2]]
    assert (await works.get(studio, alice, ids[1])).choice == "rejected"
    with pytest.raises(NotFound):
        await batches.choose(studio, alice, batch.id, ids[3:], "kept")
    other = await asked(studio, alice, 1)
    with pytest.raises(NotFound):
        await batches.choose(studio, alice, other.id, ids, "kept")


async def test_more_has_everything_of_the_kept_ones_but_their_seeds(
    studio: Studio, alice: Caller
) -> None:
    grid = {"x": {"field": "steps", "values": "4, 8"}}
    batch = await asked(studio, alice, 2, variations=2, grid=grid, inputs={"seed": MAX_SEED - 1})
    old = await all_works(studio, alice, batch)
    with pytest.raises(NothingKept):
        await likeness.more(studio, alice, batch.id)
    await finish(studio, [work.id for work in old], "completed")
    chosen = [old[1], old[6]]
    await batches.choose(studio, alice, batch.id, [work.id for work in chosen], "kept")
    more = await likeness.more(studio, alice, batch.id, variations=3, name="더")
    assert (more.works, more.like_id, more.name) == (6, batch.id, "더")
    assert (more.reference_count, more.variations, more.grid) == (2, 3, {})
    found = await all_works(studio, alice, more)
    used = {work.seed for work in old}
    assert len({work.seed for work in found}) == 6
    assert not {work.seed for work in found} & used
    for n, work in enumerate(found):
        like = chosen[n // 3]
        assert work.input_data == like.input_data | {"seed": work.seed}
    # Next after the kept one's own; behind the largest comes 1.
    near = [MAX_SEED, *range(1, 10)]
    assert [work.seed for work in found[:3]] == [each for each in near if each not in used][:3]
    # And more of those again.
    await finish(studio, [found[0].id], "completed")
    await batches.choose(studio, alice, more.id, [found[0].id], "kept")
    third = await likeness.more(studio, alice, more.id)
    assert (third.works, third.like_id) == (1, more.id)


async def test_more_is_asked_for_once_with_a_key(studio: Studio, alice: Caller) -> None:
    batch = await asked(studio, alice, 1)
    (work,) = await all_works(studio, alice, batch)
    await finish(studio, [work.id], "completed")
    await batches.choose(studio, alice, batch.id, [work.id], "kept")
    first = await likeness.more(studio, alice, batch.id, key="k")
    again = await likeness.more(studio, alice, batch.id, key="k")
    assert (again.id, again.replayed) == (first.id, True)
    with pytest.raises(IdempotencyMismatch):
        await likeness.more(studio, alice, batch.id, variations=2, key="k")
    with pytest.raises(InvalidInputs):
        await likeness.more(studio, alice, batch.id, variations=6)


async def test_members_see_and_choose_and_only_admins_end(
    studio: Studio, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    (project,) = (
        await rows(
            studio,
            "INSERT INTO projects (user_id, name) VALUES (%s, 'ours') RETURNING id",
            alice.id,
        )
    )[0]
    await rows(studio, "INSERT INTO project_members VALUES (%s, %s) RETURNING 1", project, bob.id)
    batch = await asked(studio, alice, 2, project_id=project)
    ids = [work.id for work in await all_works(studio, bob, batch)]
    await finish(studio, ids[:1], "completed")
    await finish(studio, ids[1:], "failed")
    assert (await batches.choose(studio, bob, batch.id, ids, "kept")).counts["kept"] == 1
    assert [b.id for b in await batches.page(studio, bob, project=project)] == [batch.id]
    assert await batches.page(studio, bob) == []
    for act in (batches.cancel, batches.retry):
        with pytest.raises(Forbidden):
            await act(studio, bob, batch.id)
    theirs = await likeness.more(studio, bob, batch.id)
    assert theirs.user_id == bob.id
    assert (await batches.cancel(studio, alice, theirs.id)).ended

    assert await batches.page(studio, charlie, project=project) == []
    assert await batches.works_of(studio, charlie, batch.id) == []
    for attempt in (
        batches.get(studio, charlie, batch.id),
        batches.cancel(studio, charlie, batch.id),
        batches.retry(studio, charlie, batch.id),
        batches.choose(studio, charlie, batch.id, ids, "rejected"),
        likeness.more(studio, charlie, batch.id),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_more_is_paid_for(studio: Studio, alice: Caller) -> None:
    batch = await asked(studio, alice, 1)
    (work,) = await all_works(studio, alice, batch)
    await finish(studio, [work.id], "completed")
    await batches.choose(studio, alice, batch.id, [work.id], "kept")
    await rows(studio, "UPDATE credit_rules SET charging = true RETURNING 1")
    with pytest.raises(CreditsShort):
        await likeness.more(studio, alice, batch.id)


async def test_counts_are_the_same_before_and_after_they_are_folded(
    studio: Studio, alice: Caller
) -> None:
    batch = await asked(studio, alice, 1, variations=5)
    ids = [work.id for work in await all_works(studio, alice, batch)]
    await rows(
        studio,
        "INSERT INTO batch_changes (batch_id, gone, come) SELECT %s,"
        " CASE WHEN n %% 2 = 0 THEN 'pending' ELSE 'taken' END,"
        " CASE WHEN n %% 2 = 0 THEN 'taken' ELSE 'pending' END"
        " FROM generate_series(1, 400) AS n RETURNING 1",
        batch.id,
    )
    for _ in range(3):
        assert (await batches.get(studio, alice, batch.id)).counts == {"pending": 5}
    left = await rows(studio, "SELECT count(*) FROM batch_changes WHERE batch_id = %s", batch.id)
    assert left == [(0,)]
    await finish(studio, ids[:2], "completed")
    assert (await batches.get(studio, alice, batch.id)).counts == {"pending": 3, "completed": 2}
    await rows(studio, "DELETE FROM generation_jobs WHERE work_id = %s RETURNING 1", ids[0])
    await rows(studio, "UPDATE files SET work_id = NULL WHERE work_id = %s RETURNING 1", ids[0])
    await rows(studio, "DELETE FROM works WHERE id = %s RETURNING 1", ids[0])
    assert (await batches.get(studio, alice, batch.id)).counts == {"pending": 3, "completed": 1}
