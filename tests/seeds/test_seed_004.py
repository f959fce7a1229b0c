"""Seed 004's facts that hold before there is a brush: time-outs, and how much runs at once."""

from collections import Counter

import pytest
from tests.support.studios import ask

from affiche.catalog.catalog import shipped
from affiche.db.address import Address
from affiche.db.listener import Listener
from affiche.domain.templates import Template, TimeOuts
from affiche.emulators.comfyui import Server
from affiche.pipeline.admission import Admission
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


@pytest.mark.parametrize("template", shipped(), ids=lambda template: template.slug)
def test_a_run_has_six_minutes_and_fifteen_in_the_queue(template: Template) -> None:
    assert template.time_outs == TimeOuts(queue=15 * 60, run=6 * 60)


async def test_no_more_at_once_than_the_endpoint_takes(
    studio: Studio,
    database_address: Address,
    alice: Caller,
    comfyui: Server,
    picture: File,
) -> None:
    for _ in range(6):
        await ask(studio, alice, picture)
    admission = Admission(studio.database, Listener(database_address))
    for _ in range(2):
        await admission.admit()
        found = Counter(work.status for work in await works.page(studio, alice))
        assert found == {"taken": 4, "pending": 2}
