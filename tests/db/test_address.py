"""Addresses as people have them, made into ones that libpq takes."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from affiche.db.address import parse
from affiche.db.database import connection_options
from affiche.errors import SettingInvalid

POOLER = "postgresql://postgres.ref:secret@pooler.example.com:6543/postgres?pgbouncer=true"


def test_a_pooler_s_address_loses_what_libpq_refuses() -> None:
    address = parse(POOLER)
    assert address.pooled
    assert conninfo_to_dict(address.url) == {
        "user": "postgres.ref",
        "password": "secret",
        "host": "pooler.example.com",
        "port": "6543",
        "dbname": "postgres",
    }
    assert connection_options(address)["prepare_threshold"] is None


@pytest.mark.parametrize("value", ["false", "0", ""])
def test_a_pooler_that_is_denied_is_none(value: str) -> None:
    address = parse(POOLER.replace("=true", f"={value}"))
    assert not address.pooled
    assert "pgbouncer" not in address.url


def test_all_else_is_kept() -> None:
    url = "postgres://a:p%40ss@h/db?sslmode=require&host=/a%20b,%2Fc+d&connection_limit=1"
    address = parse(url)
    assert not address.pooled
    assert conninfo_to_dict(address.url) == {
        "user": "a",
        "password": "p@ss",
        "dbname": "db",
        "sslmode": "require",
        "host": "/a b,/c+d",
    }


@pytest.mark.parametrize("url", ["", "mysql://a@b/c", "host=localhost", "http://x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingInvalid):
        parse(url)
