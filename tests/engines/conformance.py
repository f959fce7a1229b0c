"""What every kind of engine has to do. A kind runs it by subclassing a suite that extends it."""

import asyncio
from dataclasses import replace

import pytest

from affiche.comfy.transport import Limits
from affiche.domain.observations import Cancelled, Failed, Lost, Running, Succeeded
from affiche.engines.engine import Engine
from affiche.errors import EngineUnreachable, OutOfMemory, PictureTooLarge, RunFailed

from .place import Place, a_run, picture_of, png, read, the_output, until_end, until_seen


class Conformance:
    """Subclasses give the fixtures `place` and `engine`. A run is asked for by the name that
    `submit` returned, whoever gave it."""

    # --- submitting and looking ---------------------------------------------------------------

    async def test_through_the_states(self, place: Place, engine: Engine) -> None:
        place.hold("9")
        first = await engine.submit(a_run(place.quick()))
        second = await engine.submit(a_run(place.quick()))
        assert first != second
        await until_seen(engine, first, Running)
        assert await engine.look(second) == place.waiting
        assert (await engine.health()).queued == 2
        place.release()
        for name in (first, second):
            await picture_of(engine, await until_end(engine, name))

    async def test_a_run_is_named_by_who_says_so(self, place: Place, engine: Engine) -> None:
        run = a_run(place.quick(), fresh=True)
        name = await engine.submit(run)
        assert (name == run.external_id) is not engine.names_runs
        assert isinstance(await until_end(engine, name), Succeeded)

    async def test_another_process_sees_the_run(self, place: Place, engine: Engine) -> None:
        place.hold("9")
        name = await engine.submit(a_run(place.quick()))
        await engine.close()
        other = place.engine()
        await until_seen(other, name, Running)
        place.release()
        await picture_of(other, await until_end(other, name))
        await other.close()

    async def test_the_same_graph_twice_gives_two_files(self, place: Place, engine: Engine) -> None:
        places = set()
        for _ in range(2):
            seen = await until_end(engine, await engine.submit(a_run(place.quick())))
            await picture_of(engine, seen)
            places.add(str(the_output(seen).ref))
        assert len(places) == 2

    async def test_two_pictures_under_one_name_are_not_mixed_up(
        self, place: Place, engine: Engine
    ) -> None:
        dark, light = a_run(place.quick(), png(10)), a_run(place.quick(), png(250))
        same = dark.pictures[0].name
        light = replace(light, pictures=[replace(light.pictures[0], name=same)])
        made = []
        for run in (dark, light):
            name = await engine.submit(run)
            made.append(await picture_of(engine, await until_end(engine, name)))
        assert made[0] != made[1]

    # --- cancelling ---------------------------------------------------------------------------

    async def test_cancel_a_waiting_run(self, place: Place, engine: Engine) -> None:
        place.hold("9")
        first = await engine.submit(a_run(place.quick()))
        second = await engine.submit(a_run(place.quick()))
        await until_seen(engine, first, Running)
        assert await engine.cancel(second) is True
        assert await engine.look(second) == Cancelled()
        place.release()
        assert isinstance(await until_end(engine, first), Succeeded)

    async def test_cancel_a_running_run_and_no_other(self, place: Place, engine: Engine) -> None:
        first = await engine.submit(a_run(place.slow()))
        second = await engine.submit(a_run(place.quick()))
        await until_seen(engine, first, Running)
        assert await engine.cancel(first) is True
        assert await until_end(engine, first) == Cancelled()
        assert isinstance(await until_end(engine, second), Succeeded)

    async def test_cancel_what_is_not_there(self, place: Place, engine: Engine) -> None:
        over, unknown = await engine.submit(a_run(place.quick())), a_run(place.quick()).external_id
        await until_end(engine, over)
        place.hold("9")
        running = await engine.submit(a_run(place.quick()))
        await until_seen(engine, running, Running)
        assert await engine.cancel(unknown) is False
        assert await engine.cancel(over) is False
        place.release()
        assert isinstance(await until_end(engine, running), Succeeded)
        assert isinstance(await engine.look(over), Succeeded)

    # --- refusals and failures ----------------------------------------------------------------

    async def test_a_failure_at_a_node(self, place: Place, engine: Engine) -> None:
        place.fail_at("9", "OSError", "no room in /srv/comfy/output")
        seen = await until_end(engine, await engine.submit(a_run(place.quick())))
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, RunFailed)
        assert not seen.error.retryable
        assert seen.error.params["node"] == "9"
        assert "#9" in seen.error.message("en")
        assert "/srv" not in seen.error.message("en") + seen.error.message("ko")

    async def test_out_of_memory_is_no_fault_of_the_graph(
        self, place: Place, engine: Engine
    ) -> None:
        # Once more where it was tried again on the spot.
        place.fail_at("9", "torch.OutOfMemoryError", "Allocation on device")
        place.fail_at("9", "torch.OutOfMemoryError", "Allocation on device")
        seen = await until_end(engine, await engine.submit(a_run(place.quick())))
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, OutOfMemory)
        assert seen.error.retryable

    async def test_a_picture_that_is_none_fails_at_its_node(
        self, place: Place, engine: Engine
    ) -> None:
        seen = await until_end(engine, await engine.submit(a_run(place.quick(), png()[:200])))
        assert isinstance(seen, Failed)
        assert seen.error.params["node"] == "76"

    async def test_a_run_that_vanished(self, place: Place, engine: Engine) -> None:
        place.forget_next()
        assert await engine.look(await engine.submit(a_run(place.quick()))) == Lost()

    @pytest.mark.parametrize("status", [500, 502, 503])
    async def test_trouble_that_may_pass(self, place: Place, engine: Engine, status: int) -> None:
        run = a_run(place.quick())
        place.refuse_next(status)
        with pytest.raises(EngineUnreachable) as caught:
            await engine.submit(run)
        assert caught.value.retryable
        assert isinstance(await until_end(engine, await engine.submit(run)), Succeeded)

    async def test_an_answer_that_does_not_come(self, place: Place) -> None:
        run, engine = a_run(place.quick()), place.engine(place.impatient)
        place.hang_next_submission()
        with pytest.raises(EngineUnreachable):
            await engine.submit(run)
        place.release()
        name = await engine.submit(run)
        await engine.close()
        patient = place.engine()
        assert isinstance(await until_end(patient, name), Succeeded)
        await patient.close()

    # --- outputs ------------------------------------------------------------------------------

    async def test_an_output_over_the_limit(self, place: Place, engine: Engine) -> None:
        narrow = place.engine(Limits(file_bytes=100))
        output = the_output(await until_end(engine, await engine.submit(a_run(place.quick()))))
        with pytest.raises(PictureTooLarge):
            await read(narrow, output)
        await narrow.close()

    # --- the server itself --------------------------------------------------------------------

    async def test_health_and_schemas(self, engine: Engine) -> None:
        health = await engine.health()
        assert health.ok
        assert health.queued == 0
        assert health.reason is None
        assert "LoadImage" in await engine.schemas()
        await engine.warm()

    async def test_a_server_that_is_away(self, place: Place, engine: Engine) -> None:
        run = a_run(place.quick())
        back = asyncio.create_task(place.restart(away=1.0))
        await asyncio.sleep(0.2)
        while (await engine.health()).ok:
            await asyncio.sleep(0.01)
        assert (await engine.health()).reason
        for call in (
            engine.submit(run),
            engine.look(run.external_id),
            engine.cancel(run.external_id),
        ):
            with pytest.raises(EngineUnreachable) as caught:
                await call
            assert caught.value.retryable
        await back
        assert isinstance(await until_end(engine, await engine.submit(run)), Succeeded)
