"""Several processes admit to several endpoints: the caps hold, and everybody gets theirs.

Real processes and real engines; what is looked at are the rows' own stamps.
"""

from pathlib import Path

from bench.admission import most_at_once, town, while_all_waited, workers

from affiche.db.address import Address
from affiche.studio.studio import Studio

CAPS = (2, 3)


async def test_caps_and_shares_hold_between_processes(
    studio: Studio, database_address: Address, tmp_path: Path
) -> None:
    environment = {"AFFICHE_DATA": str(tmp_path), "DATABASE_URL": database_address.url}
    async with town(studio, CAPS, seconds=0.1) as here:
        first, second = here.endpoints
        heavy, *people = [await here.move_in(f"person{n}") for n in range(4)]
        await here.ask(heavy, first, 24)
        for who in people:
            await here.ask(who, first, 4)
            await here.ask(who, second, 6)
        urgent = await here.move_in("urgent")
        await here.ask(urgent, second, 2, priority=5)
        async with workers(3, environment):
            await here.sampled(within=90)
        runs = await here.runs()
    assert {run.status for run in runs} == {"completed"}
    exact = most_at_once(runs)
    assert all(exact[endpoint] <= cap for endpoint, cap in here.endpoints.items())
    # And so many did run at once, or the caps were not tried.
    assert exact == here.endpoints
    at_first = [run for run in runs if run.endpoint_id == first]
    shares = while_all_waited(at_first, [heavy, *people])
    assert max(shares.values()) - min(shares.values()) <= 1
    at_second = [run for run in runs if run.endpoint_id == second]
    # All places are given at once, and who of them begins first is chance.
    assert [run.user_id for run in at_second[: CAPS[1]]].count(urgent) == 2
