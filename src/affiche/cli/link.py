"""`affiche link`: a new sign-in link for the studio that runs."""

from affiche.cli import logs, loop
from affiche.cli.endings import CommandError, Exit
from affiche.cli.greeting import address
from affiche.cli.running import running
from affiche.cli.terminal import out
from affiche.settings import Settings, read


def link() -> None:
    logs.silence()
    settings, _ = read()
    there = running(settings.data)
    if there is None:
        raise CommandError("none_running", Exit.UNREACHABLE)
    out().print(loop.run(lambda _: fresh(settings, there.url)))


async def fresh(settings: Settings, url: str) -> str:
    """A link that signs in once, within a day. Asks the database, since only who may read the
    data folder may have one."""
    from affiche import app
    from affiche.studio import people

    async with app.opened(settings) as studio:
        user = await people.first_user(studio)
        return address(settings.url or url, await people.make_link(studio, user.id))
