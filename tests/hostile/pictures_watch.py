"""A process that looks at pictures as the studio does, and says how far it grew.

`python -m tests.hostile.pictures_watch MEGABYTES MEGAPIXELS FOLDER`: one line for each file, with
the code that refused it, and at the end the growth of its largest resident size in bytes. The
address space is bounded too, by the same limit and what a process starts with.
"""

import asyncio
import resource
import sys
from pathlib import Path

from tests.pictures.samples import coded, photograph

from affiche.errors import PictureError
from affiche.pictures import KINDS, Limits, in_thread
from affiche.studio import uploads

# Stacks of threads and arenas of malloc are addressed long before they are used.
ADDRESSED = 1024 * 2**20


def peak() -> int:
    """Bytes. Not ru_maxrss, which begins with that of whoever started the process."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def bound_addresses(growth: int) -> None:
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + growth + ADDRESSED,) * 2)


async def watch(limits: Limits, folder: Path) -> None:
    for kind in KINDS:
        await uploads.check(coded(photograph(64, 64), kind), limits)
    await in_thread(lambda: None)
    paths = sorted(folder.iterdir())
    before = peak()
    bound_addresses(limits.memory)
    for path in paths:
        data = path.read_bytes()
        try:
            await uploads.check(data, limits)
            code = "fine"
        except PictureError as error:
            code = error.code
        print(path.name, code, (peak() - before) // 2**20)
    print(peak() - before)


if __name__ == "__main__":
    megabytes, megapixels, where = sys.argv[1:]
    asyncio.run(watch(Limits(int(megabytes), int(megapixels)), Path(where)))
