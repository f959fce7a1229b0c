"""Lighthouse on Make, a form and the gallery, as a desk and as a phone: medians of three runs.

It comes from npm at the versions of `bench/node/package-lock.json`, into a folder that is not
committed. Its phone is one with a slow network and a quarter of this machine's speed.
"""

import asyncio
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.house import House, chromium, furnished

FOLDER = Path(__file__).parent / "node"
TOOL = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
PATHS = ("/", "/templates/klein-i2i", "/gallery")
LOOKS = ("desktop", "phone")
LANGUAGE = "ko"
RUNS, WORKS, GOAL = 3, 300, 95
TRIES = 4
"""Lighthouse loses the start of its own trace now and then (NO_NAVSTART), and says to run again."""
PATIENCE = 12_000
"""Milliseconds that a page is watched, far past its load."""
CATEGORIES = ("performance", "accessibility", "best-practices")
METRICS = {
    "first-contentful-paint": "FCP",
    "largest-contentful-paint": "LCP",
    "total-blocking-time": "TBT",
    "cumulative-layout-shift": "CLS",
    "speed-index": "SI",
}


@dataclass(frozen=True)
class Report:
    """What one run said, and how many points an audit costs at most in its category."""

    read: dict[str, Any]

    def score(self, category: str) -> float:
        return float(self.read["categories"][category]["score"] or 0) * 100

    def value(self, metric: str) -> float:
        return float(self.read["audits"][metric]["numericValue"])

    @property
    def costs(self) -> list[str]:
        """The audits that cost points, or would if their category counted them, with the score."""
        found = []
        for category in CATEGORIES:
            for ref in self.read["categories"][category]["auditRefs"]:
                audit = self.read["audits"][ref["id"]]
                if audit["score"] is not None and audit["score"] < 0.9:
                    weight = ref["weight"]
                    found.append(f"{audit['id']} {audit['score']:.2f} (weight {weight:g})")
        return found


async def fetch() -> str:
    """The path of Node; the tool is there afterwards."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise SystemExit(
            "Lighthouse needs Node and npm, and they are not here.\n"
            "hint: install Node 20 or newer with npm; no other bench needs it"
        )
    wanted = json.loads((FOLDER / "package.json").read_text())["devDependencies"]["lighthouse"]
    described = TOOL.parents[1] / "package.json"
    if not described.is_file() or json.loads(described.read_text())["version"] != wanted:
        command = (npm, "ci", "--prefix", str(FOLDER), "--ignore-scripts", "--no-audit")
        running = await asyncio.create_subprocess_exec(*command, "--no-fund", stdout=sys.stderr)
        if await running.wait():
            raise SystemExit("npm could not fetch Lighthouse\nhint: it needs an npm registry once")
    return node


async def run(node: str, house: House, path: str, look: str, into: Path) -> Report:
    headers = {
        "Cookie": f"{house.cookie['name']}={house.session}",
        "Accept-Language": LANGUAGE,
    }
    command = [
        *(node, str(TOOL), house.url + path, "--output=json", f"--output-path={into}", "--quiet"),
        f"--only-categories={','.join(CATEGORIES)}",
        f"--extra-headers={json.dumps(headers)}",
        "--chrome-flags=--headless=new --no-sandbox",
        # The stream of signals stays open, so the network is never quiet.
        f"--max-wait-for-load={PATIENCE}",
        *(["--preset=desktop"] if look == "desktop" else []),
    ]
    for _ in range(TRIES):
        running = await asyncio.create_subprocess_exec(
            *command, env=os.environ | {"CHROME_PATH": chromium()}
        )
        if not await running.wait():
            break
    else:
        raise SystemExit(f"Lighthouse did not come to an end on {path}")
    report = Report(json.loads(await asyncio.to_thread(into.read_text, encoding="utf-8")))
    if wrong := report.read.get("runtimeError"):
        raise SystemExit(f"Lighthouse on {path}: {wrong['message']}")
    return report


def told(title: str, reports: list[Report]) -> str:
    scores = "".join(f"{median(r.score(c) for r in reports):>16.0f}" for c in CATEGORIES)
    values = [median(r.value(m) for r in reports) for m in METRICS]
    shown = "".join(
        f"{v:9.3f}" if m == "cumulative-layout-shift" else f"{v:9.0f}"
        for m, v in zip(METRICS, values, strict=True)
    )
    return f"{title:34}{scores}{shown}"


async def measure(keep: Path | None) -> None:
    """`keep`: a folder for the reports as Lighthouse wrote them."""
    node = await fetch()
    async with furnished(WORKS) as house:
        folder = keep or house.studio.settings.data / "reports"
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        heads = "".join(f"{name:>16}" for name in CATEGORIES)
        print(f"{'':34}{heads}" + "".join(f"{name:>9}" for name in METRICS.values()))
        below, costs = [], dict[str, list[str]]()
        for path in PATHS:
            for look in LOOKS:
                title = f"{path} {look}"
                name = path.strip("/").replace("/", "-") or "make"
                reports = [
                    await run(node, house, path, look, folder / f"{name}-{look}-{n}.json")
                    for n in range(RUNS)
                ]
                print(told(title, reports), flush=True)
                costs[title] = reports[0].costs
                if any(median(r.score(c) for r in reports) < GOAL for c in CATEGORIES):
                    below.append(title)
        for title, found in costs.items():
            print(f"\n{title}: " + "\n    ".join(["what is below 0.90", *found]))
        print(f"\nbelow {GOAL}: {', '.join(below) or 'none'}")
