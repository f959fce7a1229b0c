"""What is done to the world, drawn by its seed: processes, engine, connections, the server."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import psycopg
from tests.chaos.asking import ask, cancel
from tests.chaos.world import Worker, World

from affiche.emulators.comfyui.faults import Chance

WORKERS: Final = 3
TOLD_TO_STOP_WITHIN: Final = 40.0
# Where a server may hang for ever: until it is started again.
HANGING: Final = ("upload", "prompt", "history", "view", "jobs", "start", "node")
Act = Callable[[World], Awaitable[None]]


async def kill(world: World) -> None:
    worker = _any(world, lambda w: w.alive)
    if worker:
        worker.send(signal.SIGKILL)
        await worker.process.wait()
        world.done["kill -9"] += 1


async def freeze(world: World) -> None:
    """For less than a heartbeat or for more; whoever is frozen longer was taken over."""
    worker = _any(world, lambda w: w.alive and not w.frozen)
    if worker:
        worker.send(signal.SIGSTOP)
        world.done["STOP and CONT"] += 1
        seconds = world.random.choice((1.0, 3.0, 14.0))
        asyncio.get_running_loop().call_later(seconds, worker.send, signal.SIGCONT)


async def terminate(world: World) -> None:
    worker = _any(world, lambda w: w.alive and not w.frozen)
    if worker:
        worker.send(signal.SIGTERM)
        world.done["TERM"] += 1
        try:
            async with asyncio.timeout(TOLD_TO_STOP_WITHIN):
                await worker.process.wait()
        except TimeoutError:
            world.done["TERM ignored"] += 1


async def fault(world: World) -> None:
    """From now on the engine goes wrong now and then, or not at all for a while."""
    faults, random = world.engine.faults, world.random
    faults.chance = Chance(random.choice((0.0, 0.003, 0.02)), seed=random.randrange(10**6))
    if random.random() < 0.2:
        faults.add(random.choice(HANGING), "hang")


async def restart_engine(world: World) -> None:
    world.engine.faults.clear()
    await world.engine.restart(world.random.choice((0.1, 1.0, 3.0)))
    world.done["engine restarted"] += 1


async def cut_connections(world: World) -> None:
    """Some or all of everybody's, ours too."""
    share = world.random.choice((0.1, 0.5, 1.0))
    with suppress(psycopg.Error):
        async with await psycopg.AsyncConnection.connect(
            world.owner_url, autocommit=True, connect_timeout=5
        ) as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <>"
                " pg_backend_pid() AND usename = current_user AND random() < %s",
                (share,),
            )
            world.done["connections cut"] += 1


async def stop_server(world: World) -> None:
    """PostgreSQL ends: in good order, at once, or by a crash. Its keeper starts it again."""
    pid = world.postmaster()
    if pid is not None:
        how = world.random.choice((signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))
        with suppress(ProcessLookupError):
            os.kill(pid, how)
        world.done[f"PostgreSQL ended by {how.name}"] += 1


ACTS: Final[tuple[tuple[int, Act], ...]] = (
    (40, ask),
    (6, cancel),
    (5, kill),
    (4, freeze),
    (3, terminate),
    (4, fault),
    (2, restart_engine),
    (3, cut_connections),
    (1, stop_server),
)


async def wreak(world: World, seconds: float) -> None:
    """Act after act for that long, a few a second; processes that ended are started again."""
    until = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < until:
        act = world.random.choices([act for _, act in ACTS], [weight for weight, _ in ACTS])[0]
        await act(world)
        while sum(worker.alive for worker in world.workers) < WORKERS:
            await world.start_worker()
            world.done["started `affiche work`"] += 1
        await asyncio.sleep(world.random.uniform(0.05, 0.4))


async def calm(world: World) -> None:
    """No fault any more, nobody frozen, and processes enough."""
    world.engine.faults.clear()
    for struck in world.engine.faults.struck:
        world.done[f"engine: {struck.fault.kind} at {struck.fault.point}"] += 1
    for worker in world.workers:
        if worker.frozen:
            worker.send(signal.SIGCONT)
    while sum(worker.alive for worker in world.workers) < WORKERS:
        await world.start_worker()


def _any(world: World, fit: Callable[[Worker], bool]) -> Worker | None:
    fitting = [worker for worker in world.workers if fit(worker)]
    return world.random.choice(fitting) if fitting else None
