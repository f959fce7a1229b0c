"""A process that asks for the titles that are due, once, with the settings of its environment.

`python -m tests.pipeline.titling`: it says `asking` first, and ends when it has them.
"""

import asyncio

from affiche import app, settings
from affiche.pipeline.titles import Titles


async def main() -> None:
    chosen, _ = settings.read()
    async with app.opened(chosen) as studio:
        print("asking", flush=True)
        await Titles(studio).give()


if __name__ == "__main__":
    asyncio.run(main())
