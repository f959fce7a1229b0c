"""`affiche serve`: the API and the pages, beside `affiche work` in processes of its own."""

from affiche.cli import logs
from affiche.cli.running import made
from affiche.cli.up import Host, Port, Verbose
from affiche.settings import read


def serve(*, port: Port = None, host: Host = None, verbose: Verbose = False) -> int:
    settings, sources = read(port=port, host=host)
    logs.set_up(verbose=verbose, json=settings.log == "json")
    made(settings.data)
    # From here on it is more than a second's importing.
    from affiche.cli import hosting

    return hosting.host(settings, fixed=hosting.is_fixed(sources), working=False)
