"""What engines have to do that are given a run's name, and tell of it by themselves."""

import asyncio

import pytest
from tests.comfy.ears import listening

from affiche.domain.observations import Failed, Lost, Running, Succeeded
from affiche.engines.engine import Engine
from affiche.errors import EngineRefused, EngineUnreachable, OutputMissing

from .conformance import Conformance
from .place import Place, a_run, picture_of, png, read, the_output, until_end, until_seen
from .watching import Watching


class Servers(Conformance, Watching):
    """Subclasses give the fixtures `place` and `engine`."""

    # --- submitting and looking ---------------------------------------------------------------

    async def test_submitted_twice_it_runs_once(self, place: Place, engine: Engine) -> None:
        run = a_run(place.quick())
        place.hold("9")
        await engine.submit(run)
        await engine.submit(run)
        assert (await engine.health()).queued == 1
        place.release()
        seen = await until_end(engine, run.external_id)
        await engine.submit(run)
        assert (await engine.health()).queued == 0
        assert await engine.look(run.external_id) == seen

    async def test_another_process_takes_over(self, place: Place, engine: Engine) -> None:
        run, other = a_run(place.quick()), place.engine()
        place.hold("9")
        await engine.submit(run)
        await engine.close()
        async with listening(other) as ears:
            assert await other.submit(run) == run.external_id
            await until_seen(other, run.external_id, Running)
            assert (await other.health()).queued == 1
            place.release()
            await ears.until_ended(run.external_id)
            assert isinstance(await other.look(run.external_id), Succeeded)
        await other.close()

    async def test_many_at_once(self, place: Place, engine: Engine) -> None:
        runs = [a_run(place.quick(), png(shade)) for shade in range(30)]
        async with listening(engine) as ears:
            await asyncio.gather(*(engine.submit(run) for run in runs))
            for run in runs:
                await ears.until_ended(run.external_id)
                assert isinstance(await until_end(engine, run.external_id), Succeeded)

    # --- refusals and failures ----------------------------------------------------------------

    async def test_a_graph_that_is_refused(self, place: Place, engine: Engine) -> None:
        run = a_run(place.refused())
        with pytest.raises(EngineRefused) as caught:
            await engine.submit(run)
        assert "75:72" in caught.value.message("en")
        assert await engine.look(run.external_id) == Lost()

    async def test_a_graph_that_is_taken_in_part(self, place: Place, engine: Engine) -> None:
        run, before = a_run(place.partly_refused()), a_run(place.quick())
        place.hold("9")
        await engine.submit(before)
        with pytest.raises(EngineRefused):
            await engine.submit(run)
        assert (await engine.health()).queued == 1
        place.release()
        assert isinstance(await until_end(engine, before.external_id), Succeeded)

    async def test_a_graph_that_was_taken_in_part_by_a_process_that_died(
        self, place: Place, engine: Engine
    ) -> None:
        run = a_run(place.partly_refused())
        place.lose_next_answer()
        await engine.submit(run)
        seen = await until_end(engine, run.external_id)
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, EngineRefused)
        assert "#10" in seen.error.message("en")

    async def test_a_restart_loses_runs_and_takes_them_again(
        self, place: Place, engine: Engine
    ) -> None:
        run = a_run(place.quick())
        place.hold("9")
        await engine.submit(run)
        await until_seen(engine, run.external_id, Running)
        await place.restart()
        place.release()
        assert await engine.look(run.external_id) == Lost()
        await engine.submit(run)
        await picture_of(engine, await until_end(engine, run.external_id))

    # --- outputs ------------------------------------------------------------------------------

    async def test_an_output_that_is_cut_off_is_given_as_it_is(
        self, place: Place, engine: Engine
    ) -> None:
        run = a_run(place.quick())
        await engine.submit(run)
        output = the_output(await until_end(engine, run.external_id))
        place.truncate_next_output(50)
        cut = await read(engine, output)
        assert len(cut) == 50
        assert (await read(engine, output)).startswith(cut)

    async def test_an_output_that_is_gone(self, place: Place, engine: Engine) -> None:
        run = a_run(place.quick())
        await engine.submit(run)
        output = the_output(await until_end(engine, run.external_id))
        place.delete_outputs()
        with pytest.raises(OutputMissing):
            await read(engine, output)

    # --- the server itself --------------------------------------------------------------------

    async def test_the_server_tells_its_version(self, engine: Engine) -> None:
        assert (await engine.health()).version

    async def test_an_absent_server_gives_no_glance_and_no_schemas(
        self, place: Place, engine: Engine
    ) -> None:
        back = asyncio.create_task(place.restart(away=0.5))
        await asyncio.sleep(0.2)
        for call in (engine.glance(["a"]), engine.schemas()):
            with pytest.raises(EngineUnreachable) as caught:
                await call
            assert caught.value.retryable
        await back
