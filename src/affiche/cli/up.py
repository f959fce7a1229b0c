"""`affiche up`: API, pages and steps in one process, from nothing to a link to open."""

from typing import Annotated

from cyclopts import Parameter

from affiche.cli import logs
from affiche.cli.language import words
from affiche.cli.pages import flag
from affiche.cli.running import made
from affiche.settings import read

Port = Annotated[int | None, Parameter(help=words("help.up.port"))]
Host = Annotated[str | None, Parameter(help=words("help.up.host"))]
Verbose = Annotated[bool, flag("help.up.verbose")]


def up(*, port: Port = None, host: Host = None, verbose: Verbose = False) -> int:
    settings, sources = read(port=port, host=host)
    logs.set_up(verbose=verbose, json=settings.log == "json")
    made(settings.data)
    # From here on it is more than a second's importing.
    from affiche.cli import hosting

    return hosting.host(settings, fixed=hosting.is_fixed(sources), working=True)
