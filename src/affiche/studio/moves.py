"""Works that wait where they cannot run are brought to where they can."""

from typing import Final

from affiche.db.database import Transaction

BATCH: Final = 500


async def rehome(service: Transaction) -> int:
    """Move what waits at no endpoint, at one that is retired, or at an unwell one while another of
    its template's is well; how many works' runs. Each batch is a statement."""
    moved = await adopt(service)
    for row in await service.rows("endpoints.left"):
        while batch := await service.run("endpoints.rehome", endpoint_id=row["id"], most=BATCH):
            moved += batch
            if batch < BATCH:
                break
    return moved


async def adopt(service: Transaction) -> int:
    """Only what waits at no endpoint."""
    moved = 0
    while batch := await service.run("endpoints.adopt", most=BATCH):
        moved += batch
        if batch < BATCH:
            break
    return moved
