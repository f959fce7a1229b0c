"""Asking for a batch: all of it or nothing, and as if each work had been asked for alone."""

from typing import Any

import pytest
from tests.batches.conftest import all_works, asked, finish, pictures, wanted
from tests.support.studios import ask

from affiche.errors import (
    BatchTooLarge,
    BudgetSpent,
    CreditsShort,
    IdempotencyMismatch,
    InvalidInputs,
    NotFound,
    NothingFailed,
)
from affiche.studio import batches, reckoning, treasury, uploads
from affiche.studio.planning import BatchAsk
from affiche.studio.studio import Caller, Studio


async def rows(studio: Studio, query: str, *params: Any) -> list[Any]:
    async with studio.database.as_service() as service:
        return await (await service.connection.execute(query, params)).fetchall()


async def count(studio: Studio, table: str) -> int:
    return int((await rows(studio, f"SELECT count(*) FROM {table}"))[0][0])


async def price(studio: Studio, caller: Caller, subscription: int, purchased: int) -> None:
    """Works cost three credits each."""
    await rows(studio, "UPDATE credit_rules SET charging = true RETURNING 1")
    await rows(
        studio,
        "UPDATE template_versions SET definition = definition || '{\"credits\": 3}' RETURNING 1",
    )
    for pool, amount in (("subscription", subscription), ("purchased", purchased)):
        if amount:
            await treasury.grant(studio, caller, caller.id, amount, pool=pool)  # type: ignore[arg-type]


async def agrees(studio: Studio) -> bool:
    return [found async for _, found in reckoning.reconcile(studio.database)] == [[]]


async def test_a_batch_is_its_works_in_their_places(studio: Studio, alice: Caller) -> None:
    references = await pictures(studio, alice, 2)
    batch = await batches.ask(
        studio,
        alice,
        wanted(
            references,
            variations=2,
            inputs={"seed": 42},
            grid={"x": {"field": "steps", "values": "4, 8"}},
            name="바다",
        ),
    )
    assert (batch.works, batch.seed, batch.name, batch.counts) == (8, 42, "바다", {"pending": 8})
    works = await all_works(studio, alice, batch)
    assert [work.batch_position for work in works] == list(range(8))
    assert [work.input_data["image"] for work in works] == [references[0]] * 4 + [references[1]] * 4
    assert [work.input_data["steps"] for work in works] == [4, 8] * 4
    assert works[0].seed == 42
    assert [works[n].seed == works[n + 1].seed for n in range(7)] == [True, False] * 3 + [True]
    assert all(work.input_data["seed"] == work.seed for work in works)
    assert all(work.input_data["prompt"] == "a quiet beach" for work in works)
    # A page of works has the last one first.
    assert sorted(work.id for work in works) == [work.id for work in works]
    again = await batches.ask(studio, alice, wanted(references, variations=2, inputs={"seed": 42}))
    assert {w.seed for w in await all_works(studio, alice, again)} == {w.seed for w in works}


async def test_a_work_of_a_batch_is_as_one_that_is_asked_for_alone(
    studio: Studio, alice: Caller, picture: uploads.File
) -> None:
    await price(studio, alice, 100, 0)
    alone = await ask(studio, alice, picture)
    references = [str(picture.id)]
    batch = await batches.ask(
        studio, alice, wanted(references, inputs={"prompt": "a quiet beach", "megapixels": 0.5})
    )
    (work,) = await all_works(studio, alice, batch)
    own = ("id", "number", "seed", "created_at", "updated_at", "turn", "work_id", "token", "run_at")
    own = (*own, "batch_id", "batch_position", "input_data", "line")
    for table, column in (("works", "id"), ("generation_jobs", "work_id")):
        found = [
            {k: v for k, v in row[0].items() if k not in own}
            for work_id in (alone.id, work.id)
            for row in await rows(
                studio, f"SELECT to_jsonb(t) FROM {table} t WHERE {column} = %s", work_id
            )
        ]
        assert found[0] == found[1]
    assert alone.input_data | {"seed": 0} == work.input_data | {"seed": 0}
    used = "SELECT file_id FROM file_uses WHERE work_id = %s"
    assert await rows(studio, used, work.id) == await rows(studio, used, alone.id)
    assert await rows(studio, used, work.id) != []
    assert await agrees(studio)


async def test_it_is_charged_in_whole_from_the_subscription_first(
    studio: Studio, alice: Caller
) -> None:
    await price(studio, alice, 4, 100)
    batch = await asked(studio, alice, 2, variations=2)
    found = await rows(
        studio,
        "SELECT credits_used, subscription_credits_used, purchased_credits_used FROM works"
        " WHERE batch_id = %s ORDER BY batch_position",
        batch.id,
    )
    assert found == [(3, 3, 0), (3, 1, 2), (3, 0, 3), (3, 0, 3)]
    assert await rows(
        studio, "SELECT subscription_credits, purchased_credits FROM users WHERE id = %s", alice.id
    ) == [(0, 92)]
    assert await agrees(studio)
    await batches.cancel(studio, alice, batch.id)
    assert await rows(
        studio, "SELECT subscription_credits, purchased_credits FROM users WHERE id = %s", alice.id
    ) == [(4, 100)]
    assert await agrees(studio)


async def test_nothing_is_asked_for_where_credits_do_not_cover_all(
    studio: Studio, alice: Caller
) -> None:
    await price(studio, alice, 0, 11)
    with pytest.raises(CreditsShort) as caught:
        await asked(studio, alice, 4)
    assert caught.value.params == {"needed": 12, "balance": 11}
    for table in ("works", "batches", "generation_jobs", "batch_changes", "file_uses"):
        assert await count(studio, table) == 0
    await treasury.set_budget(studio, alice, "day", 5, user_id=alice.id)
    with pytest.raises(BudgetSpent):
        await asked(studio, alice, 2)
    assert await count(studio, "works") == 0
    assert await agrees(studio)
    await asked(studio, alice, 1)
    assert await count(studio, "works") == 1


async def test_a_charge_that_is_claimed_and_not_in_the_ledger_is_refused(
    studio: Studio, alice: Caller
) -> None:
    await price(studio, alice, 0, 100)
    batch = await asked(studio, alice, 1)
    with pytest.raises(Exception, match="was not charged"):
        await rows(
            studio,
            "INSERT INTO works (user_id, template_id, batch_id, credits_used,"
            " purchased_credits_used) SELECT user_id, template_id, id, 3, 3 FROM batches"
            " WHERE id = %s RETURNING 1",
            batch.id,
        )
    await rows(
        studio,
        "INSERT INTO works (user_id, template_id, batch_id) SELECT user_id, template_id, id"
        " FROM batches WHERE id = %s RETURNING 1",
        batch.id,
    )
    assert await rows(studio, "SELECT purchased_credits FROM users WHERE id = %s", alice.id) == [
        (94,)
    ]
    assert await agrees(studio)


async def test_one_event_tells_of_all_its_works(studio: Studio, alice: Caller) -> None:
    batch = await asked(studio, alice, 3)
    found = await rows(studio, "SELECT type, data FROM events")
    assert found == [("batch.created", {"batch_id": str(batch.id), "works": 3})]


async def test_what_is_quoted_is_what_is_asked_for(studio: Studio, alice: Caller) -> None:
    await price(studio, alice, 0, 20)
    references = await pictures(studio, alice, 3)
    request = wanted(references, variations=2, grid={"x": {"field": "steps", "values": "4..8/4"}})
    quote = await batches.quote(studio, alice, request)
    assert quote.plan.shape.works == 12
    assert (quote.credits, quote.balance, quote.suffices) == (36, 20, False)
    assert quote.seconds > 0
    assert quote.prompts[0].positive == "a quiet beach"
    assert await count(studio, "works") == 0
    await treasury.grant(studio, alice, alice.id, 16, pool="purchased")
    assert (await batches.quote(studio, alice, request)).suffices
    assert (await batches.ask(studio, alice, request)).works == 12


async def test_a_key_gives_the_first_answer(studio: Studio, alice: Caller) -> None:
    references = await pictures(studio, alice, 2)
    first = await batches.ask(studio, alice, wanted(references, idempotency_key="k"))
    await batches.cancel(studio, alice, first.id)
    again = await batches.ask(studio, alice, wanted(references, idempotency_key="k"))
    assert (again.id, again.replayed, again.counts) == (first.id, True, {"pending": 2})
    assert await count(studio, "works") == 2
    with pytest.raises(IdempotencyMismatch):
        await batches.ask(studio, alice, wanted(references[:1], idempotency_key="k"))


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"references": []}, {"references": "required"}),
        ({"references": ["no id"]}, {"references": "references_mixed"}),
        ({"references": ["01a1fe6a-a666-737b-82bf-0123456789ab"]}, {"references": "file_unknown"}),
        ({"reference_field": "prompt"}, {"references": "no_references"}),
        ({"variations": 6}, {"variations": "between"}),
        ({"variations": 0}, {"variations": "between"}),
        ({"name": "x" * 201}, {"name": "too_long"}),
        ({"grid": {"x": {"field": "prompt", "values": "a"}}}, {"grid.x": "grid_field"}),
        ({"inputs": {"steps": 4000, "nothing": 1}}, {"steps": "too_large", "nothing": "unknown"}),
    ],
)
async def test_what_is_wrong_is_named_and_leaves_nothing(
    studio: Studio, alice: Caller, more: dict[str, Any], codes: dict[str, str]
) -> None:
    references = more.pop("references", None)
    if references is None:
        references = await pictures(studio, alice, 1)
    request = wanted(references, **more)
    for act in (batches.quote, batches.ask):
        with pytest.raises(InvalidInputs) as caught:
            await act(studio, alice, request)
        assert {each.field: each.code for each in caught.value.problems} == codes
    assert await count(studio, "batches") == 0


async def test_ten_thousand_references_are_too_many_before_any_is_looked_up(
    studio: Studio, alice: Caller
) -> None:
    with pytest.raises(BatchTooLarge) as caught:
        await batches.ask(studio, alice, wanted(["nothing"] * 10_000))
    assert caught.value.params["works"] == 10_000


async def test_a_batch_of_five_thousand(studio: Studio, alice: Caller) -> None:
    await price(studio, alice, 20_000, 0)
    (reference,) = await pictures(studio, alice, 1)
    batch = await batches.ask(studio, alice, wanted([reference] * 1000, variations=5))
    assert (batch.works, batch.counts) == (5000, {"pending": 5000})
    assert await rows(
        studio, "SELECT count(*), count(DISTINCT seed) FROM works WHERE batch_id = %s", batch.id
    ) == [(5000, 5000)]
    assert await agrees(studio)
    # Another's single work waits for one of them.
    await rows(
        studio,
        "INSERT INTO users (email, purchased_credits) VALUES ('other@example.com', 3) RETURNING 1",
    )
    turn = await rows(
        studio,
        "WITH asked AS (INSERT INTO works (user_id, template_id)"
        " SELECT u.id, b.template_id FROM users u, batches b WHERE u.email = 'other@example.com'"
        " RETURNING id) INSERT INTO generation_jobs (work_id) SELECT id FROM asked RETURNING turn",
    )
    before = await rows(
        studio, "SELECT count(*) FROM generation_jobs WHERE turn < %s", turn[0][0] + 1
    )
    assert before[0][0] <= 2


async def test_a_batch_needs_no_reference(studio: Studio, alice: Caller) -> None:
    (picture,) = await pictures(studio, alice, 1)
    request = BatchAsk(template="klein-i2i", inputs={"prompt": "x", "image": picture}, variations=3)
    batch = await batches.ask(studio, alice, request)
    assert (batch.works, batch.reference_key) == (3, None)
    assert len({work.seed for work in await all_works(studio, alice, batch)}) == 3


async def test_another_s_picture_is_as_absent_as_none(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    references = await pictures(studio, alice, 1)
    with pytest.raises(InvalidInputs) as caught:
        await batches.ask(studio, bob, wanted(references))
    assert [each.code for each in caught.value.problems][:1] == ["file_unknown"]
    mine = await rows(studio, "SELECT id FROM projects WHERE user_id = %s", alice.id)
    own = await pictures(studio, bob, 1)
    with pytest.raises(NotFound):
        await batches.ask(studio, bob, wanted(own, project_id=mine[0][0]))


async def test_what_failed_is_tried_again_in_its_place(studio: Studio, alice: Caller) -> None:
    await price(studio, alice, 0, 30)
    batch = await asked(studio, alice, 2, variations=2)
    before = await all_works(studio, alice, batch)
    with pytest.raises(NothingFailed):
        await batches.retry(studio, alice, batch.id)
    await finish(studio, [before[1].id, before[2].id], "failed")
    found = await batches.get(studio, alice, batch.id)
    assert (found.counts, found.ended) == ({"pending": 2, "failed": 2}, False)
    again = await batches.retry(studio, alice, batch.id)
    assert again.counts == {"pending": 4}
    after = await all_works(studio, alice, batch)
    assert [w.seed for w in after] == [w.seed for w in before]
    assert [w.input_data for w in after] == [w.input_data for w in before]
    assert [w.retry_of for w in after] == [None, before[1].id, before[2].id, None]
    assert await agrees(studio)
    used = await rows(studio, "SELECT DISTINCT count(*) FROM file_uses GROUP BY work_id")
    assert used == [(1,)]
    with pytest.raises(NothingFailed):
        await batches.retry(studio, alice, batch.id)


async def test_cancelling_the_rest_leaves_what_has_ended(studio: Studio, alice: Caller) -> None:
    await price(studio, alice, 0, 30)
    batch = await asked(studio, alice, 4)
    works = await all_works(studio, alice, batch)
    await finish(studio, [works[0].id], "completed")
    await finish(studio, [works[1].id], "failed")
    done = await batches.cancel(studio, alice, batch.id)
    assert (done.counts, done.ended) == ({"completed": 1, "failed": 1, "cancelled": 2}, True)
    assert (await batches.cancel(studio, alice, batch.id)).counts == done.counts
    assert await rows(studio, "SELECT purchased_credits FROM users WHERE id = %s", alice.id) == [
        (27,)
    ]
    assert await agrees(studio)
