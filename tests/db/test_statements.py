"""Every named statement is used, every name that is used exists, and each fits the schema."""

import ast
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql
from tests.db.placeholders import numbered

import affiche
from affiche.db.statements import names, statement

SOURCE = Path(affiche.__file__).parent
CALLS = {"fitted", "maybe", "all", "rows", "value", "run", "_settle", "_write"}
NOUNS = {name.partition(".")[0] for name in names()}


@cache
def used() -> dict[str, set[str]]:
    """Statement names by the module that runs them."""
    found: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            # A function may also say which statement it is to be.
            if isinstance(node, ast.Call | ast.Return):
                found.setdefault(str(path.relative_to(SOURCE)), set()).update(named(node))
    return found


def named(call: ast.Call | ast.Return) -> set[str]:
    """The names in the first arguments of what may run a statement."""
    if isinstance(call, ast.Return):
        return names_in([call]) & set(names())
    if isinstance(call.func, ast.Name) and call.func.id == "_act":
        return names_in(call.args) & set(names())
    called = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if called not in CALLS and not (isinstance(call.func, ast.Name) and call.func.id == "Rows"):
        return set()
    return names_in(call.args[:2])


def names_in(parts: Sequence[ast.AST]) -> set[str]:
    return {
        part.value
        for each in parts
        for part in ast.walk(each)
        if isinstance(part, ast.Constant)
        and isinstance(part.value, str)
        and part.value.partition(".")[0] in NOUNS
        and part.value.count(".") == 1
    }


def test_every_statement_is_used_and_every_used_one_exists() -> None:
    assert set().union(*used().values()) == set(names())


def test_only_studio_and_pipeline_and_the_root_run_statements() -> None:
    rooms = {module.partition("/")[0] for module, found in used().items() if found}
    assert rooms <= {"studio", "pipeline", "db", "app.py"}


def test_no_block_stands_outside_a_name() -> None:
    for page in files("affiche.db").joinpath("sql").iterdir():
        assert page.read_text("utf-8").startswith("-- name: "), page.name


@pytest.mark.parametrize("name", names())
def test_a_statement_fits_the_schema(service: Connection[Any], name: str) -> None:
    text, _ = numbered(statement(name))
    with service.transaction(force_rollback=True):
        service.execute(sql.SQL("PREPARE one AS {}").format(sql.SQL(text)))  # type: ignore[arg-type]
        service.execute("DEALLOCATE one")


def test_one_that_does_not_fit_would_be_seen(service: Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.UndefinedColumn):
        service.execute("PREPARE one AS SELECT nothing FROM works")


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        statement("works.nothing")
