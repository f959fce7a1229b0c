"""What every kind of engine has to do. A kind runs it by subclassing `Conformance`."""

import asyncio
from dataclasses import replace

import pytest
from tests.comfy.ears import listening

from affiche.comfy.transport import Limits
from affiche.domain.observations import Cancelled, Failed, Lost, Queued, Running, Succeeded
from affiche.engines.engine import Engine
from affiche.errors import (
    EngineRefused,
    EngineUnreachable,
    OutOfMemory,
    OutputMissing,
    PictureTooLarge,
    RunFailed,
)

from .place import (
    Place,
    a_run,
    picture_of,
    png,
    read,
    the_output,
    until_end,
    until_seen,
)
from .watching import Watching


class Conformance(Watching):
    """Subclasses give the fixtures `place` and `engine`."""

    # --- submitting and looking ---------------------------------------------------------------

    async def test_through_the_states(self, place: Place, engine: Engine) -> None:
        first, second = a_run(place.quick()), a_run(place.quick())
        place.hold("9")
        assert await engine.submit(first) == first.external_id
        assert await engine.submit(second) == second.external_id
        await until_seen(engine, first.external_id, Running)
        assert await engine.look(second.external_id) == Queued(ahead=1)
        assert (await engine.health()).queued == 2
        place.release()
        for run in (first, second):
            await picture_of(engine, await until_end(engine, run.external_id))

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

    async def test_a_fresh_run(self, place: Place, engine: Engine) -> None:
        run = a_run(place.quick(), fresh=True)
        await engine.submit(run)
        assert isinstance(await until_end(engine, run.external_id), Succeeded)

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

    async def test_the_same_graph_twice_gives_two_files(self, place: Place, engine: Engine) -> None:
        runs = [a_run(place.quick()), a_run(place.quick())]
        names = set()
        for run in runs:
            await engine.submit(run)
            seen = await until_end(engine, run.external_id)
            await picture_of(engine, seen)
            names.add(str(the_output(seen).ref))
        assert len(names) == 2

    async def test_two_pictures_under_one_name_are_not_mixed_up(
        self, place: Place, engine: Engine
    ) -> None:
        dark, light = a_run(place.quick(), png(10)), a_run(place.quick(), png(250))
        same = dark.pictures[0].name
        light = replace(light, pictures=[replace(light.pictures[0], name=same)])
        made = []
        for run in (dark, light):
            await engine.submit(run)
            made.append(await picture_of(engine, await until_end(engine, run.external_id)))
        assert made[0] != made[1]

    async def test_many_at_once(self, place: Place, engine: Engine) -> None:
        runs = [a_run(place.quick(), png(shade)) for shade in range(30)]
        async with listening(engine) as ears:
            await asyncio.gather(*(engine.submit(run) for run in runs))
            for run in runs:
                await ears.until_ended(run.external_id)
                assert isinstance(await until_end(engine, run.external_id), Succeeded)

    # --- cancelling ---------------------------------------------------------------------------

    async def test_cancel_a_waiting_run(self, place: Place, engine: Engine) -> None:
        first, second = a_run(place.quick()), a_run(place.quick())
        place.hold("9")
        await engine.submit(first)
        await engine.submit(second)
        await until_seen(engine, first.external_id, Running)
        assert await engine.cancel(second.external_id) is True
        assert await engine.look(second.external_id) == Cancelled()
        place.release()
        assert isinstance(await until_end(engine, first.external_id), Succeeded)

    async def test_cancel_a_running_run_and_no_other(self, place: Place, engine: Engine) -> None:
        first, second = a_run(place.slow()), a_run(place.quick())
        await engine.submit(first)
        await engine.submit(second)
        await until_seen(engine, first.external_id, Running)
        assert await engine.cancel(first.external_id) is True
        assert await until_end(engine, first.external_id) == Cancelled()
        assert isinstance(await until_end(engine, second.external_id), Succeeded)

    async def test_cancel_what_is_not_there(self, place: Place, engine: Engine) -> None:
        running, unknown, over = a_run(place.quick()), a_run(place.quick()), a_run(place.quick())
        await engine.submit(over)
        await until_end(engine, over.external_id)
        place.hold("9")
        await engine.submit(running)
        await until_seen(engine, running.external_id, Running)
        assert await engine.cancel(unknown.external_id) is False
        assert await engine.cancel(over.external_id) is False
        place.release()
        assert isinstance(await until_end(engine, running.external_id), Succeeded)
        assert isinstance(await engine.look(over.external_id), Succeeded)

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

    async def test_a_failure_at_a_node(self, place: Place, engine: Engine) -> None:
        run = a_run(place.quick())
        place.fail_at("9", "OSError", "no room in /srv/comfy/output")
        await engine.submit(run)
        seen = await until_end(engine, run.external_id)
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, RunFailed)
        assert not seen.error.retryable
        assert seen.error.params["node"] == "9"
        assert "/srv" not in seen.error.message("en") + seen.error.message("ko")

    async def test_out_of_memory_is_no_fault_of_the_graph(
        self, place: Place, engine: Engine
    ) -> None:
        run = a_run(place.quick())
        place.fail_at("9", "torch.OutOfMemoryError", "Allocation on device")
        await engine.submit(run)
        seen = await until_end(engine, run.external_id)
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, OutOfMemory)
        assert seen.error.retryable

    async def test_a_picture_that_is_none_fails_at_its_node(
        self, place: Place, engine: Engine
    ) -> None:
        run = a_run(place.quick(), png()[:200])
        await engine.submit(run)
        seen = await until_end(engine, run.external_id)
        assert isinstance(seen, Failed)
        assert seen.error.params["node"] == "76"

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

    async def test_a_run_that_vanished(self, place: Place, engine: Engine) -> None:
        run = a_run(place.quick())
        place.forget_next()
        await engine.submit(run)
        assert await engine.look(run.external_id) == Lost()

    @pytest.mark.parametrize("status", [500, 502, 503])
    async def test_trouble_that_may_pass(self, place: Place, engine: Engine, status: int) -> None:
        run = a_run(place.quick())
        place.refuse_next(status)
        with pytest.raises(EngineUnreachable) as caught:
            await engine.submit(run)
        assert caught.value.retryable
        await engine.submit(run)
        assert isinstance(await until_end(engine, run.external_id), Succeeded)

    async def test_an_answer_that_does_not_come(self, place: Place) -> None:
        run, engine = a_run(place.quick()), place.engine(Limits(prompt=0.3))
        place.hang_next_submission()
        with pytest.raises(EngineUnreachable):
            await engine.submit(run)
        place.release()
        await engine.submit(run)
        assert isinstance(await until_end(engine, run.external_id), Succeeded)
        await engine.close()

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

    async def test_an_output_over_the_limit(self, place: Place, engine: Engine) -> None:
        run, narrow = a_run(place.quick()), place.engine(Limits(file_bytes=100))
        await engine.submit(run)
        output = the_output(await until_end(engine, run.external_id))
        with pytest.raises(PictureTooLarge):
            await read(narrow, output)
        await narrow.close()

    # --- the server itself --------------------------------------------------------------------

    async def test_health_and_schemas(self, engine: Engine) -> None:
        health = await engine.health()
        assert health.ok
        assert health.version
        assert health.queued == 0
        assert health.reason is None
        assert "LoadImage" in await engine.schemas()

    async def test_a_server_that_is_away(self, place: Place, engine: Engine) -> None:
        run = a_run(place.quick())
        back = asyncio.create_task(place.restart(away=1.0))
        await asyncio.sleep(0.2)
        while (await engine.health()).ok:
            await asyncio.sleep(0.01)
        health = await engine.health()
        assert health.reason
        for call in (
            engine.submit(run),
            engine.look(run.external_id),
            engine.glance([run.external_id]),
            engine.cancel(run.external_id),
            engine.schemas(),
        ):
            with pytest.raises(EngineUnreachable) as caught:
                await call
            assert caught.value.retryable
        await back
        await engine.submit(run)
        assert isinstance(await until_end(engine, run.external_id), Succeeded)
