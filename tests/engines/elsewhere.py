"""What engines have to do that name runs themselves and are only told of them by being asked."""

import asyncio

import pytest

from affiche.domain.observations import Failed, Succeeded
from affiche.engines.engine import Engine
from affiche.errors import EngineRefused, RunLost, SubmissionUnknown

from .conformance import Conformance
from .place import Place, a_run, picture_of, png, read, the_output, until_end


class Elsewhere(Conformance):
    """Subclasses give the fixtures `place` and `engine`."""

    async def test_a_submission_that_may_have_been_taken_is_told_as_such(
        self, place: Place, engine: Engine
    ) -> None:
        place.lose_next_answer()
        with pytest.raises(SubmissionUnknown):
            await engine.submit(a_run(place.quick()))

    async def test_a_graph_that_is_refused_fails(self, place: Place, engine: Engine) -> None:
        seen = await until_end(engine, await engine.submit(a_run(place.refused())))
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, EngineRefused)
        assert "75:72" in seen.error.message("en")

    async def test_a_graph_that_is_taken_in_part_fails(self, place: Place, engine: Engine) -> None:
        seen = await until_end(engine, await engine.submit(a_run(place.partly_refused())))
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, EngineRefused)

    async def test_many_side_by_side(self, place: Place, engine: Engine) -> None:
        runs = [a_run(place.quick(), png(shade)) for shade in range(20)]
        names = await asyncio.gather(*(engine.submit(run) for run in runs))
        assert len(set(names)) == 20
        for name in names:
            assert isinstance(await until_end(engine, name), Succeeded)

    async def test_a_result_is_read_by_another_process(self, place: Place, engine: Engine) -> None:
        name = await engine.submit(a_run(place.quick()))
        seen = await until_end(engine, name)
        other = place.engine()
        assert await read(other, the_output(seen)) == await picture_of(engine, seen)
        await other.close()

    async def test_a_result_that_is_kept_no_longer_is_a_run_that_is_lost(
        self, place: Place, engine: Engine
    ) -> None:
        seen = await until_end(engine, await engine.submit(a_run(place.quick())))
        place.delete_outputs()
        # Who looked has it still.
        await picture_of(engine, seen)
        other = place.engine()
        with pytest.raises(RunLost):
            await read(other, the_output(seen))
        await other.close()

    async def test_there_are_no_hints_and_no_glances(self, place: Place, engine: Engine) -> None:
        heard = asyncio.create_task(_all_hints(engine))
        name = await engine.submit(a_run(place.quick()))
        await until_end(engine, name)
        assert await engine.glance([name]) == {}
        assert not heard.done()
        await engine.close()
        assert await heard == 0


async def _all_hints(engine: Engine) -> int:
    return len([hint async for hint in engine.hints()])
