"""What every kind of engine has to say of runs by itself, and of many at once."""

from tests.comfy.ears import listening

from affiche.domain.observations import Lost, Queued, Running, Succeeded
from affiche.engines.engine import Engine

from .place import Place, a_run, picture_of, until_end, until_seen


class Watching:
    """A part of the conformance suite."""

    # --- glancing -----------------------------------------------------------------------------

    async def test_a_glance_tells_of_what_waits_or_runs(self, place: Place, engine: Engine) -> None:
        over, running, waiting, unknown = (a_run(place.quick()) for _ in range(4))
        await engine.submit(over)
        await until_end(engine, over.external_id)
        place.hold("9")
        await engine.submit(running)
        await engine.submit(waiting)
        await until_seen(engine, running.external_id, Running)
        names = [run.external_id for run in (over, running, waiting, unknown)]
        seen = await engine.glance(names)
        assert set(seen) == {running.external_id, waiting.external_id}
        assert isinstance(seen[running.external_id], Running)
        assert seen[waiting.external_id] == Queued(ahead=1)
        assert await engine.glance([]) == {}
        place.release()
        for run in (running, waiting):
            await picture_of(engine, await until_end(engine, run.external_id))

    async def test_what_ends_after_a_glance_is_told(self, place: Place, engine: Engine) -> None:
        run, other = a_run(place.quick()), place.engine()
        place.hold("9")
        await engine.submit(run)
        await until_seen(engine, run.external_id, Running)
        await engine.close()
        async with listening(other) as ears:
            assert set(await other.glance([run.external_id])) == {run.external_id}
            place.release()
            await ears.until_ended(run.external_id)
            assert await other.glance([run.external_id]) == {}
            assert isinstance(await other.look(run.external_id), Succeeded)
        await other.close()

    # --- hints --------------------------------------------------------------------------------

    async def test_hints_grow_and_end(self, place: Place, engine: Engine) -> None:
        run = a_run(place.slow())
        async with listening(engine) as ears:
            await engine.submit(run)
            await ears.until_ended(run.external_id)
            assert isinstance(await engine.look(run.external_id), Succeeded)
            seen = [
                hint.observation
                for hint in ears.of(run.external_id)
                if isinstance(hint.observation, Running)
            ]
            parts = [running.fraction or 0.0 for running in seen]
            assert parts == sorted(parts)
            assert len(set(parts)) > 5
            assert parts[0] < 0.5 < parts[-1] <= 1
            assert {running.label for running in seen if running.node == "75:64"} == {"Paint"}

    async def test_a_lost_connection_is_made_up_for(self, place: Place, engine: Engine) -> None:
        run = a_run(place.slow())
        place.drop_connections_at("75:64")
        async with listening(engine) as ears:
            await engine.submit(run)
            # First it is only looked at again, since nobody can know; then it has ended.
            await ears.until_ended(run.external_id)
            while isinstance(await engine.look(run.external_id), Running | Queued):
                before = len(ears.ends(run.external_id))
                await ears.until_ended(run.external_id, before + 1)
            assert isinstance(await engine.look(run.external_id), Succeeded)

    async def test_a_server_that_comes_back_is_heard_again(
        self, place: Place, engine: Engine
    ) -> None:
        async with listening(engine) as ears:
            before, after = a_run(place.quick()), a_run(place.quick())
            place.hold("9")
            await engine.submit(before)
            await ears.until_running(before.external_id)
            await place.restart(away=0.3)
            place.release()
            await ears.until_ended(before.external_id)
            assert await engine.look(before.external_id) == Lost()
            await engine.submit(after)
            await ears.until_ended(after.external_id)
            assert isinstance(await engine.look(after.external_id), Succeeded)

    async def test_the_record_comes_after_the_news(self, place: Place, engine: Engine) -> None:
        run = a_run(place.quick())
        place.delay_record(0.08)
        async with listening(engine) as ears:
            await engine.submit(run)
            await ears.until_ended(run.external_id)
            assert isinstance(await engine.look(run.external_id), Succeeded)
