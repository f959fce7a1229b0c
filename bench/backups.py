"""What a backup and a restore cost: `python -m bench.backups [OBJECTS] [ROWS]`.

Each runs as the command does, in a process of its own, whose greatest memory the system reports;
PostgreSQL is not in it. Objects are 60 KB to 3 MB of what does not compress, as pictures.
"""

import asyncio
import hashlib
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

from affiche import app, settings
from affiche.domain.ids import uuid7
from affiche.studio import people
from affiche.studio.studio import Studio

AFFICHE = Path(sys.executable).with_name("affiche")
KB = 1024
# A work leaves a job and three events behind, which makes five rows.
ROWS_OF_A_WORK = 5
WORKS = """
WITH asked AS (
  INSERT INTO works (user_id, template_id, input_data, status)
  SELECT %(user)s, t.id, jsonb_build_object('prompt', repeat(md5(n::text), 6)), 'pending'
  FROM generate_series(1, %(works)s) n, (SELECT id FROM templates LIMIT 1) t RETURNING id)
INSERT INTO generation_jobs (work_id, parameters)
SELECT id, jsonb_build_object('prompt', repeat(md5(id::text), 6)) FROM asked
"""
EVENTS = """
INSERT INTO events (user_id, work_id, type, data)
SELECT user_id, id, 'work.progress', '{"status": "processing", "progress": {"percent": 50}}'
FROM works, generate_series(1, 2)
"""
FILE = """
INSERT INTO files (id, user_id, bucket_id, path, object_key, width, height, file_size, mime_type,
  sha256)
VALUES (%s, %s, 'uploads', %s, %s, 1, 1, %s, 'image/png', %s)
"""


async def fill(studio: Studio, objects: int, rows: int) -> int:
    """Bytes of all objects."""
    user, source, total = (await people.first_user(studio)).id, random.Random(7), 0
    async with studio.database.as_service() as service:
        await service.connection.execute(
            WORKS.encode(), {"user": user, "works": rows // ROWS_OF_A_WORK}
        )
        await service.connection.execute(EVENTS.encode())
    folder = studio.settings.data / "objects" / "uploads" / str(user)
    folder.mkdir(parents=True, exist_ok=True)
    async with studio.database.as_service() as service:
        for _ in range(objects):
            data = source.randbytes(int(60 * KB * (3000 / 60) ** source.random()))
            file_id: UUID = uuid7(studio.now(), source)
            key = f"{user}/{file_id}.png"
            (folder / f"{file_id}.png").write_bytes(data)
            digest = hashlib.sha256(data).digest()
            await service.connection.execute(
                FILE.encode(), (file_id, user, key, key, len(data), digest)
            )
            total += len(data)
    return total


def measured(data: Path, *arguments: str) -> tuple[float, float]:
    """Seconds, and the greatest resident memory in MB of the process itself."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [AFFICHE, *arguments],
        env=os.environ | {"AFFICHE_DATA": str(data), "AFFICHE_LANGUAGE": "en"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    assert isinstance(used, resource.struct_rusage)
    return time.perf_counter() - begun, used.ru_maxrss / KB


async def main(objects: int, rows: int) -> None:
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as name:
        home = Path(name)
        data, archive = home / "data", home / "studio.tar"
        chosen, _ = settings.read({"AFFICHE_DATA": str(data)})
        async with app.opened(chosen, migrating=True) as studio:
            size = await fill(studio, objects, rows)
            print(f"{objects:,} objects of {size / 1e6:,.0f} MB, about {rows:,} rows")
            for title, folder, arguments in (
                ("settings alone", data, ("settings",)),
                ("backup", data, ("backup", str(archive))),
                ("restore --check", data, ("restore", "--check", str(archive))),
                ("restore", home / "restored", ("restore", str(archive))),
            ):
                seconds, memory = await asyncio.to_thread(measured, folder, *arguments)
                print(f"{title:<16} {seconds:6.1f} s {memory:6.0f} MB")
        print(f"archive {archive.stat().st_size / 1e6:,.0f} MB")


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(main(*(given or (2_000, 100_000))))
