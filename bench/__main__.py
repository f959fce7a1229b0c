"""`make bench`: what a work costs beyond its engine. Quote medians and ratios; machines differ."""

import argparse
import logging
import os
from pathlib import Path

import uvloop

from bench import (
    admission,
    batches,
    fairness,
    floor,
    gallery,
    lighthouse,
    lists,
    pages,
    runpod,
    scroll,
    streams,
    tab,
    tables,
    waiting,
    works,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "what",
        nargs="?",
        choices=[
            *("works", "batches", "waiting", "tables", "admission", "fairness", "runpod"),
            *("streams", "lists", "gallery", "pages"),
            *("lighthouse", "scroll", "tab"),
        ],
        default="works",
    )
    parser.add_argument("--size", type=int, action="append", help="pixels a side")
    parser.add_argument("--works", type=int, default=2000, help="asked for at once")
    parser.add_argument("--extra", type=int, default=1, help="further processes that run steps")
    parser.add_argument("--waiting", type=int, action="append", help="works that wait")
    parser.add_argument("--rows", type=int, default=1_000_000, help="works in the tables")
    parser.add_argument("--flight", type=int, default=runpod.FLIGHT, help="runs at RunPod at once")
    parser.add_argument("--part", action="append", choices=runpod.PARTS, help="of what runpod says")
    parser.add_argument("--minutes", type=float, default=5.0, help="that a tab is watched")
    parser.add_argument("--keep", type=Path, help="folder for reports of lighthouse and scroll")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    if options.what == "waiting":
        for count in options.waiting or (10_000, 100_000):
            uvloop.run(waiting.measure(count))
    elif options.what == "tables":
        tables.measure(options.rows)
    elif options.what == "lists":
        lists.measure()
    elif options.what == "gallery":
        gallery.measure()
    elif options.what == "admission":
        uvloop.run(admission.measure())
    elif options.what == "batches":
        uvloop.run(batches.measure())
    elif options.what == "fairness":
        uvloop.run(fairness.measure())
    elif options.what == "pages":
        uvloop.run(pages.measure())
    elif options.what == "lighthouse":
        uvloop.run(lighthouse.measure(options.keep))
    elif options.what == "scroll":
        uvloop.run(scroll.measure(options.keep))
    elif options.what == "tab":
        uvloop.run(tab.measure(options.minutes))
    elif options.what == "streams":
        uvloop.run(streams.measure())
    elif options.what == "runpod":
        uvloop.run(runpod.measure(options.flight, options.part or runpod.PARTS))
    else:
        uvloop.run(floor.measure())
        for size in options.size or (256, 1024):
            uvloop.run(works.measure(size, 0, options.works))
            if options.extra:
                uvloop.run(works.measure(size, options.extra, options.works))


if __name__ == "__main__":
    main()
