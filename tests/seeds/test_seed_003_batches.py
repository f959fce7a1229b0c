"""Seed 003's batches, with its own numbers."""

import io
import zipfile

import pytest
from tests.batches.conftest import all_works, asked, finish, pictures, wanted
from tests.support.servers import Client

from affiche.errors import InvalidInputs
from affiche.studio import batches
from affiche.studio.studio import Caller, Studio


@pytest.mark.parametrize(("images", "variations", "jobs"), [(3, 2, 6), (5, 3, 15)])
async def test_images_times_variations(
    studio: Studio, alice: Caller, images: int, variations: int, jobs: int
) -> None:
    request = wanted(await pictures(studio, alice, images), variations=variations)
    assert (await batches.quote(studio, alice, request)).plan.shape.works == jobs
    batch = await batches.ask(studio, alice, request)
    works = await all_works(studio, alice, batch)
    assert len(works) == jobs
    # “With random seed”: each its own.
    assert len({work.seed for work in works}) == jobs


async def test_one_to_five_variations(studio: Studio, alice: Caller) -> None:
    references = await pictures(studio, alice, 1)
    for count in range(1, 6):
        quote = await batches.quote(studio, alice, wanted(references, variations=count))
        assert quote.plan.shape.works == count
    for count in (0, 6):
        with pytest.raises(InvalidInputs):
            await batches.quote(studio, alice, wanted(references, variations=count))


async def test_variations_are_grouped_by_reference(
    client: Client, studio: Studio, alice: Caller
) -> None:
    batch = await asked(studio, alice, 3, variations=2)
    places = (await client.get(f"/v1/batches/{batch.id}/works")).json["places"]
    assert [place["reference"] for place in places] == [0, 0, 1, 1, 2, 2]
    assert [place["variation"] for place in places] == [0, 1] * 3


async def test_several_pictures_are_one_download(
    client: Client, studio: Studio, alice: Caller
) -> None:
    batch = await asked(studio, alice, 3, variations=2)
    await finish(studio, [work.id for work in await all_works(studio, alice, batch)], "completed")
    answer = await client.get(f"/v1/batches/{batch.id}/zip")
    names = zipfile.ZipFile(io.BytesIO(answer.body)).namelist()
    assert len([name for name in names if name.startswith("pictures/")]) == 6
