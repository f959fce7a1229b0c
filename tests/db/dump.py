"""The schema as pg_dump writes it, without what changes from one dump to the next.

`python -m tests.db.dump FILE` writes that of a database migrated from nothing.
"""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from affiche.db import embedded, migrate
from affiche.db.address import Address, parse

NAMES = {"user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE", "host": "PGHOST"}
# Comments, psql's own commands, settings of the session, and the owner, who is whoever migrates.
NOISE = re.compile(rf"--|\\|SET |SELECT pg_catalog\.set_config|.* OWNER TO {embedded.OWNER};$")


def dumped(address: Address, only: str | None = None) -> str:
    """All but pgqueuer's own schema, or `only` one schema, with owners and rights."""
    found = conninfo_to_dict(address.url)
    told = {NAMES[name]: str(value) for name, value in found.items() if name in NAMES}
    done = subprocess.run(
        [
            *(embedded.BINARIES / "pg_dump", "--schema-only"),
            f"--schema={only}" if only else "--exclude-schema=pgqueuer",
        ],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    kept = [line for line in done.stdout.splitlines() if not NOISE.match(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n"


async def fresh() -> str:
    with tempfile.TemporaryDirectory(prefix="affiche-") as folder:
        async with embedded.running(Path(folder)) as server:
            address = parse(server.url)
            await migrate.migrate(address)
            return await asyncio.to_thread(dumped, address)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(asyncio.run(fresh()), encoding="utf-8")
