"""`make chaos`: whatever can break is broken at random, and what must hold is looked at."""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
from pathlib import Path

from tests.chaos.run import run


def main() -> None:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="of chaos, before the rest")
    parser.add_argument("--seed", type=int, default=None, help="the same acts again; else drawn")
    parser.add_argument("--log", type=Path, help="keep here what the processes wrote")
    options = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    print(f"seed {seed}, {options.minutes:g} minutes", flush=True)
    with tempfile.TemporaryDirectory(prefix="affiche-chaos-") as name:
        folder = Path(name)
        try:
            report = asyncio.run(run(folder, seed=seed, seconds=options.minutes * 60))
        finally:
            if options.log and (folder / "work.log").exists():
                options.log.write_bytes((folder / "work.log").read_bytes())
    print(report)
    sys.exit(1 if report.found else 0)


if __name__ == "__main__":
    main()
