"""A key is used and never seen: not in what is printed, logged, stored, backed up or answered."""

import tarfile
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from tests.cli.programs import affiche, running
from tests.support.databases import Cluster

from affiche import app, settings
from affiche.db.address import Address
from affiche.db.database import Database
from affiche.domain.endpoints import Endpoint
from affiche.engines.access import Access
from affiche.errors import SecretMissing, SecretsOpen, SettingInvalid
from affiche.settings import Settings
from affiche.studio.secrets import Secrets

KEY = "rpa_7Q9XK2M4N6P8R0T2V4W6Y8Z0B1C3D5F7"
NOBODY = "http://127.0.0.1:9/v2"


def everything(database: Address, cluster: Cluster) -> str:
    """Every row of every table, as text."""
    with psycopg.connect(database.url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'pgqueuer')"
        ).fetchall()
    name = str(conninfo_to_dict(database.url)["dbname"])
    with psycopg.connect(cluster.server.superuser_url(name)) as superuser:
        return "\n".join(
            str(superuser.execute(sql.SQL("SELECT t::text FROM {} t").format(
                sql.Identifier(*table))).fetchall())
            for table in tables
        )  # fmt: skip


@pytest.mark.parametrize("way", ["environment", "file"])
def test_nothing_anywhere_holds_the_key(
    data: Path, database_address: Address, cluster: Cluster, way: str
) -> None:
    told = {
        "DATABASE_URL": database_address.url,
        "RUNPOD_ENDPOINT_ID": "abc123,def456",
        "RUNPOD_ENDPOINT_BASE_URL": NOBODY,
    }
    if way == "environment":
        told["RUNPOD_API_KEY"] = KEY
    else:
        data.mkdir(mode=0o700)
        (data / "secrets.toml").touch(mode=0o600)
        (data / "secrets.toml").write_text(f'RUNPOD_API_KEY = "{KEY}"\n')
    said = []
    commands = [
        ("migrate",),
        ("doctor", "--json"),
        ("endpoints", "list", "--json"),
        ("endpoints", "test", "runpod", "--debug"),
        ("backup", str(data.parent / "all.tar")),
    ]
    if way == "environment":
        commands += [("settings",), ("settings", "--json")]
    for command in commands:
        done = affiche(data, *command, **told)
        said.append(done.out + done.err)
    listed = said[commands.index(("endpoints", "list", "--json"))]
    assert '"runpod-2"' in listed
    assert '"secret": "RUNPOD_API_KEY"' in listed
    with running(data, "work", "--verbose", **told) as process:
        process.wait_for("is unwell|is not well")
    said.append(process.text)
    said.append(everything(database_address, cluster))
    assert "runpod-2" in said[-1]
    assert KEY not in "\n".join(said)
    assert not [text for text in said if KEY[4:20] in text]
    with tarfile.open(data.parent / "all.tar") as archive:
        for member in archive:
            if (file := archive.extractfile(member)) is not None:
                assert KEY.encode() not in file.read()
    for path in data.rglob("*"):
        if path.is_file() and path.name != "secrets.toml":
            assert KEY.encode() not in path.read_bytes(), path


def test_no_repr_shows_it(tmp_path: Path) -> None:
    environment = {"RUNPOD_API_KEY": KEY, "AFFICHE_DATA": str(tmp_path), "DATABASE_URL": "pg://x"}
    chosen, sources = settings.read(environment)
    row = Endpoint(id=uuid4(), name="a", kind="runpod", url=None, works_at_once=1)
    secrets = Secrets(chosen, {})
    assert secrets.value("RUNPOD_API_KEY") == KEY
    assert KEY not in repr((chosen, sources, Access(row, KEY), secrets, vars(secrets)))


# --- where a key is looked for ------------------------------------------------------------------


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return settings.read({"AFFICHE_DATA": str(tmp_path)})[0]


def write(path: Path, text: str, mode: int = 0o600) -> None:
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(text)


def test_the_environment_comes_first_then_the_file(chosen: Settings) -> None:
    write(chosen.data / "secrets.toml", 'A = "from the file"\nB = " two \\n"\n')
    secrets = Secrets(chosen, {"A": "from the environment"})
    assert (secrets.value("A"), secrets.value("B")) == ("from the environment", "two")
    with pytest.raises(SecretMissing) as caught:
        secrets.value("C")
    assert caught.value.params == {"name": "C"}
    for language in ("ko", "en"):
        assert "C" in caught.value.message(language)  # type: ignore[arg-type]
        assert "secrets.toml" in (caught.value.hint(language) or "")  # type: ignore[arg-type]


def test_a_key_that_was_replaced_is_taken(chosen: Settings) -> None:
    path = chosen.data / "secrets.toml"
    write(path, 'A = "old"\n')
    secrets = Secrets(chosen, {})
    assert secrets.value("A") == "old"
    path.write_text('A = "new one"\n')
    assert secrets.value("A") == "new one"
    path.unlink()
    assert not secrets.has("A")


def test_the_setting_s_own_value_is_found_under_the_key_s_name(chosen: Settings) -> None:
    assert Secrets(replace(chosen, runpod_api_key="x"), {}).value("RUNPOD_API_KEY") == "x"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622, 0o644])
def test_a_file_that_others_may_read_is_refused(chosen: Settings, mode: int) -> None:
    write(chosen.data / "secrets.toml", 'A = "x"\n', mode)
    with pytest.raises(SecretsOpen) as caught:
        Secrets(chosen, {}).value("A")
    assert "chmod 600" in (caught.value.hint("en") or "")
    # What the environment has needs no file.
    assert Secrets(chosen, {"A": "y"}).value("A") == "y"


def test_a_file_that_is_no_toml_says_so_and_quotes_nothing(chosen: Settings) -> None:
    write(chosen.data / "secrets.toml", f"A = {KEY}\n")
    with pytest.raises(SettingInvalid) as caught:
        Secrets(chosen, {}).value("A")
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_that_was_named_must_be_there(chosen: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid):
        Secrets(replace(chosen, secrets=tmp_path / "nowhere.toml"), {}).value("A")


# --- which rows settings make -------------------------------------------------------------------


async def rows(database: Database, **environment: str) -> dict[str, tuple[object, ...]]:
    await app.furnish(settings.read(environment)[0], database)
    async with database.as_service() as service:
        found = await service.connection.execute(
            "SELECT name, remote_id, url, works_at_once, secret, request_shape FROM endpoints"
            " WHERE is_active AND kind = 'runpod' ORDER BY position"
        )
        return {name: tuple(rest) for name, *rest in await found.fetchall()}


async def test_a_row_for_each_id_in_their_order(database: Database, tmp_path: Path) -> None:
    told = {"AFFICHE_DATA": str(tmp_path), "RUNPOD_API_KEY": KEY}
    both = told | {"RUNPOD_ENDPOINT_ID": "one, two", "AFFICHE_RUNPOD_REQUEST_SHAPE": "parameters"}
    url = "https://api.runpod.ai/v2"
    assert await rows(database, **both) == {
        "runpod": ("one", url, 5, "RUNPOD_API_KEY", "parameters"),
        "runpod-2": ("two", url, 5, "RUNPOD_API_KEY", "parameters"),
    }
    assert list(await rows(database, **(told | {"RUNPOD_ENDPOINT_ID": "two"}))) == ["runpod"]
    # Without either nothing is furnished, and what was is retired.
    assert await rows(database, **told) == {}
    assert await rows(database, AFFICHE_DATA=str(tmp_path), RUNPOD_ENDPOINT_ID="one") == {}


async def test_what_an_operator_set_in_such_a_row_stays(database: Database, tmp_path: Path) -> None:
    told = {"AFFICHE_DATA": str(tmp_path), "RUNPOD_API_KEY": KEY, "RUNPOD_ENDPOINT_ID": "one"}
    await rows(database, **told)
    async with database.as_service() as service:
        await service.connection.execute(
            "UPDATE endpoints SET warm_minutes = 7, price_per_second = 0.1 WHERE name = 'runpod'"
        )
    await rows(database, **told)
    async with database.as_service() as service:
        found = await service.connection.execute(
            "SELECT warm_minutes FROM endpoints WHERE name = 'runpod'"
        )
        assert await found.fetchone() == (7,)


async def test_an_id_that_is_none_is_refused(database: Database, tmp_path: Path) -> None:
    told = {"AFFICHE_DATA": str(tmp_path), "RUNPOD_API_KEY": KEY, "RUNPOD_ENDPOINT_ID": "a/b"}
    with pytest.raises(SettingInvalid):
        await rows(database, **told)
