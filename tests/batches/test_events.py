"""What a stream tells of a batch: which works moved, and once that the batch did."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.batches.conftest import all_works, asked, finish

from affiche.studio import batches, events
from affiche.studio.events import Event
from affiche.studio.feed import CHANGED, coalesced
from affiche.studio.studio import Caller, Studio

NOW = datetime(2026, 2, 11, tzinfo=UTC)


def event(number: int, kind: str, work: int | None, batch: str | None) -> Event:
    data = {"batch_id": batch} if batch else {}
    work_id = UUID(int=work) if work is not None else None
    return Event(id=number, era=1, txid="7", work_id=work_id, type=kind, data=data, created_at=NOW)


KINDS = ("work.taken", "work.completed", "work.progress", "notification.created", CHANGED)
DRAWN = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.sampled_from(["a", "b", None])),
    max_size=30,
)


@given(DRAWN)
def test_each_batch_is_told_of_once_behind_the_last_of_its_works(
    drawn: list[tuple[str, int, str | None]],
) -> None:
    whole = [event(n, kind, work, batch) for n, (kind, work, batch) in enumerate(drawn)]
    found = coalesced(whole)
    assert coalesced(found) == found
    assert [each.place for each in found] == sorted(each.place for each in found)
    moved = {e.data["batch_id"] for e in whole if e.data and e.type != "work.progress"}
    changed = [each for each in found if each.type == CHANGED]
    assert sorted(each.data["batch_id"] for each in changed) == sorted(moved)
    for each in changed:
        assert each.work_id is None
        behind = found[found.index(each) + 1 :]
        assert not [
            e
            for e in behind
            if e.data.get("batch_id") == each.data["batch_id"] and e.type != "work.progress"
        ]


async def test_moves_and_choices_come_with_the_batch_s_id(studio: Studio, alice: Caller) -> None:
    start = await events.now(studio)
    batch = await asked(studio, alice, 3)
    ids = [work.id for work in await all_works(studio, alice, batch)]
    await finish(studio, ids, "completed")
    await batches.choose(studio, alice, batch.id, ids, "kept")
    found = coalesced(await events.after(studio, alice, str(start)))
    of_batch = [each for each in found if each.data.get("batch_id") == str(batch.id)]
    kinds = [each.type for each in of_batch]
    assert kinds[0] == "batch.created"
    assert kinds.count("work.completed") == 3
    assert kinds[-1] == CHANGED
    assert kinds.count(CHANGED) == 1
    assert {each.work_id for each in of_batch if each.type.startswith("work.")} == set(ids)
