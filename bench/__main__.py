"""`make bench`: what a work costs beyond its engine. Quote medians and ratios; machines differ."""

import argparse
import logging
import os

import uvloop

from bench import floor, works


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, action="append", help="pixels a side")
    parser.add_argument("--extra", type=int, default=1, help="further processes that run steps")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    uvloop.run(floor.measure())
    for size in options.size or (256, 1024):
        uvloop.run(works.measure(size, extra=0))
        if options.extra:
            uvloop.run(works.measure(size, extra=options.extra))


if __name__ == "__main__":
    main()
