"""Walls of ten thousand, scrolled to their end while Chromium traces itself.

A frame is the time between two drawings of the main thread; what the compositor scrolls by itself
goes on meanwhile. A task is long from 50 ms on.
"""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from bench.figures import percentile
from bench.house import House, browsing, furnished, looking

WORKS, REFERENCES = 10_000, 3_000
STEP, PAUSE, PATIENCE = 600, 0.04, 180.0
"""Pixels that a turn of the wheel goes, seconds between two, and for how long at most."""
LONG = 50.0
TRACED = ["-*", "devtools.timeline"]
WATCH = """
window.bench = { frames: [], shift: 0, slowest: 0 };
let last = 0;
const drawn = (now) => {
  if (last) window.bench.frames.push(now - last);
  last = now;
  requestAnimationFrame(drawn);
};
requestAnimationFrame(drawn);
new PerformanceObserver((list) => {
  const shifts = list.getEntries().filter((entry) => !entry.hadRecentInput);
  for (const { value } of shifts) window.bench.shift += value;
}).observe({ type: "layout-shift" });
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    window.bench.slowest = Math.max(window.bench.slowest, duration);
  }
}).observe({ type: "event", durationThreshold: 16 });
"""
BEGIN = "Object.assign(window.bench, { frames: [], shift: 0, slowest: 0 })"
KINDS = {
    "ParseHTML": "parse",
    "FunctionCall": "script",
    "UpdateLayoutTree": "style",
    "Layout": "layout",
    "PrePaint": "paint",
    "Paint": "paint",
    "Layerize": "paint",
    "MajorGC": "collect",
    "MinorGC": "collect",
}


@dataclass(frozen=True)
class Wall:
    """`of`: what hangs there; `box`: what is ticked to select one."""

    title: str
    path: str
    of: str
    box: str | None = None
    phone: bool = False


WALLS = (
    Wall("gallery, desk", "/gallery", ".hung", ".hung-check input"),
    Wall("gallery, phone", "/gallery", ".hung", ".hung-check input", phone=True),
    Wall("references, desk", "/references", ".ref"),
    Wall("picker of a batch, desk", "/generate", ".pick", ".pick-box"),
)


async def scroll(page: Page, wall: Wall) -> int:
    """To the end of it; how many hang there then. The wheel turns where the wall is."""
    first = page.locator(wall.of).first
    await first.scroll_into_view_if_needed()
    box = await first.bounding_box()
    assert box
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until, still, count = time.monotonic() + PATIENCE, 0, 0
    while still < 60 and time.monotonic() < until:
        await page.mouse.wheel(0, STEP)
        await asyncio.sleep(PAUSE)
        now = await page.locator(wall.of).count()
        still = still + 1 if now == count else 0
        count = now
    return count


def told(title: str, count: int, seen: dict[str, Any]) -> str:
    frames = seen["frames"]
    over = sum(each > LONG for each in frames)
    return (
        f"{title:36}{count:>7}{len(frames):>8}{percentile(frames, 50):>8.0f}"
        f"{percentile(frames, 99):>8.0f}{max(frames):>9.0f}{over:>8}{seen['shift']:>9.4f}"
    )


def tasks(trace: bytes) -> str:
    """The long tasks of the page's main thread, and where the time of all of them went."""
    events = json.loads(trace)["traceEvents"]
    spent, long = Counter[str](), list[float]()
    threads = {
        (each["pid"], each["tid"])
        for each in events
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    for each in events:
        if each.get("ph") != "X" or (each["pid"], each["tid"]) not in threads:
            continue
        took = each.get("dur", 0) / 1000
        if each["name"].endswith("RunTask") and took >= LONG:
            long.append(took)
        if kind := KINDS.get(each["name"]):
            spent[kind] += took
    whole = ", ".join(f"{kind} {took / 1000:.1f}" for kind, took in spent.most_common())
    worst = f", longest {max(long):.0f} ms" if long else ""
    return f"    {len(long)} long tasks{worst}; seconds in {whole}"


async def select(page: Page, box: str) -> float:
    """Milliseconds from a click on one of all of them to the next drawing, at worst of four."""
    await page.evaluate(BEGIN)
    boxes = page.locator(box)
    for n in (0, 1, 0, 1):
        await boxes.nth(n).click(force=True)
        await page.wait_for_timeout(300)
    return float(await page.evaluate("window.bench.slowest"))


async def look(browser: Browser, house: House, wall: Wall, keep: Path | None) -> None:
    async with looking(house, browser, phone=wall.phone) as page:
        await page.add_init_script(WATCH)
        await page.goto(house.url + wall.path)
        await page.wait_for_load_state("load")
        for turn in ("to the end", "once more"):
            await page.evaluate("scrollTo(0, 0)")
            await page.evaluate(BEGIN)
            await browser.start_tracing(page=page, categories=TRACED)
            count = await scroll(page, wall)
            seen = await page.evaluate("window.bench")
            trace = await browser.stop_tracing()
            print(told(f"{wall.title}, {turn}", count, seen))
            print(tasks(trace), flush=True)
            if keep:
                name = f"{wall.title} {turn}".replace(",", "").replace(" ", "-")
                await asyncio.to_thread((keep / f"{name}.json").write_bytes, trace)
        if wall.box:
            await page.evaluate("scrollTo(0, 0)")
            print(f"    one is selected among them: {await select(page, wall.box):.0f} ms")


async def measure(keep: Path | None) -> None:
    """`keep`: a folder for the traces."""
    async with furnished(WORKS, REFERENCES) as house, browsing() as browser:
        print(
            f"{'frames in ms':36}{'hang':>7}{'frames':>8}{'p50':>8}{'p99':>8}"
            f"{'longest':>9}{'> 50':>8}{'shift':>9}"
        )
        for wall in WALLS:
            await look(browser, house, wall, keep)
