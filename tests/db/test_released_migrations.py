"""What a release has applied is never edited: the database of everybody who has it says so."""

from dataclasses import replace

import psycopg
import pytest

from affiche.db import migrate
from affiche.db.address import Address
from affiche.errors import MigrationChanged, SchemaNewer, SchemaOutdated

# Of every migration that was released; a new release adds its own and changes none.
RELEASED = {
    "0.1.0": {
        1: "502c6d7b51dd7c1ce830e15ef3172142a96e8dd56faa1a2c34e4a035252ec3e2",
        2: "b9c8f74d0d266959985b1ca565ec3a260725881d5d791b0dbbc82667b83d9b3a",
        3: "c3e9d3aac839515f988cbfd6c2a8c35d5b8e20cab9a7f30729d6e492bf14cf8a",
        4: "424c544ca63db0a1b283512c0333b715ca0be3a2863d0900093e7e3cc645a545",
        5: "80293e2e1fc501c755017dc04423487c26afb5de5c85bee4e1450754eebdcdbc",
        6: "b9e5e3b5d43ca283db2d9c49f820a9d8fb23d0a597078c6ef7e9b9d989dd14bf",
        7: "c7fe989234fd4581dc0a65e30a1087f41698a5a85dfb30db6ac28442552969a9",
    },
}
KNOWN = migrate.migrations()
DONE = {migration.number: migration.digest for migration in KNOWN}


@pytest.mark.parametrize("version", RELEASED)
def test_a_released_migration_reads_as_it_was_released(version: str) -> None:
    now = {m.number: m.digest for m in KNOWN if m.number in RELEASED[version]}
    assert now == RELEASED[version], "write a further migration instead"


def test_nothing_is_missing_where_all_was_applied() -> None:
    assert migrate.compare(KNOWN, DONE) == []
    assert migrate.compare(KNOWN, {}) == KNOWN


@pytest.mark.parametrize("edited", DONE)
def test_an_edited_migration_is_named(edited: int) -> None:
    known = [replace(m, text=m.text + " ") if m.number == edited else m for m in KNOWN]
    with pytest.raises(MigrationChanged) as caught:
        migrate.compare(known, DONE)
    name = next(m.name for m in KNOWN if m.number == edited)
    for language, word in (("en", "Migration"), ("ko", "마이그레이션")):
        said = caught.value.message(language)  # type: ignore[arg-type]
        assert f"{edited:04}" in said
        assert name in said
        assert word in said
        assert caught.value.hint(language)  # type: ignore[arg-type]


def test_one_that_this_program_does_not_know_is_newer() -> None:
    with pytest.raises(SchemaNewer) as caught:
        migrate.compare(KNOWN[:-1], DONE)
    assert caught.value.params == {"found": KNOWN[-1].number, "expected": KNOWN[-2].number}
    assert "newer" in caught.value.message("en")
    assert "migrate" not in (caught.value.hint("en") or "")


async def test_a_changed_migration_stops_both_and_changes_nothing(
    database_address: Address,
) -> None:
    with psycopg.connect(database_address.url) as owner:
        owner.execute("UPDATE affiche_migrations SET digest = 'other' WHERE number = 2")
        owner.execute("DELETE FROM affiche_migrations WHERE number = 7")
    for attempt in (migrate.migrate, migrate.check):
        with pytest.raises(MigrationChanged) as caught:
            await attempt(database_address)
        assert caught.value.params == {"number": "0002", "name": "people"}
    with psycopg.connect(database_address.url) as owner:
        found = owner.execute("SELECT count(*) FROM affiche_migrations").fetchone()
    assert found == (len(KNOWN) - 1,)


async def test_one_that_is_missing_in_the_middle_is_seen(database_address: Address) -> None:
    """As when two branches of this program were merged."""
    with psycopg.connect(database_address.url) as owner:
        owner.execute("DELETE FROM affiche_migrations WHERE number = 7")
    with pytest.raises(SchemaOutdated) as caught:
        await migrate.check(database_address)
    assert caught.value.params == {"found": 6, "expected": KNOWN[-1].number}
