"""`affiche migrate`: the database brought to this version."""

from affiche.cli import loop
from affiche.cli.language import words
from affiche.cli.running import made
from affiche.cli.terminal import err
from affiche.settings import read


def migrate() -> None:
    from affiche import app

    settings, _ = read()
    made(settings.data)
    applied, changed = loop.run(lambda _: app.migrated(settings))
    for name in applied:
        err().print(words("migrate.applied", name=name))
    for slug in changed:
        err().print(words("migrate.template", slug=slug))
    if not applied and not changed:
        err().print(words("migrate.nothing"))
