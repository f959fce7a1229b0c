"""What a tab holds after thousands of events: memory, nodes and listeners before and after.

Works are asked for one after another, all of them made by the preview engine and watched in tabs
that stay open. Each figure is from after a collection of garbage.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, CDPSession, Page

from affiche.pipeline.crew import Crew
from affiche.studio import gallery, works
from bench.house import House, browsing, furnished, looking

WORKS, ROUNDS, AT_ONCE, SETTLING = 300, 4, 3, 15.0
PATHS = ("/gallery", "/queue", "/", "/templates/klein-i2i")
COLUMNS = {"heap, MB": 9, "nodes": 9, "listeners": 11, "elements": 10, "events": 9, "shift": 9}
COUNT = """
window.bench = 0;
document.addEventListener("htmx:sse:after:message", () => { window.bench += 1; });
window.bench_shift = 0;
new PerformanceObserver((list) => {
  const shifts = list.getEntries().filter((entry) => !entry.hadRecentInput);
  for (const { value } of shifts) window.bench_shift += value;
}).observe({ type: "layout-shift" });
"""


@dataclass(frozen=True)
class Figures:
    heap: float
    nodes: int
    listeners: int
    attached: int
    events: int
    shift: float

    def line(self, title: str) -> str:
        return (
            f"{title:30}{self.heap:9.2f}{self.nodes:9}{self.listeners:11}{self.attached:10}"
            f"{self.events:9}{self.shift:9.4f}"
        )


@dataclass(frozen=True)
class Tab:
    path: str
    page: Page
    wire: CDPSession

    async def figures(self) -> Figures:
        for _ in range(2):
            await self.wire.send("HeapProfiler.collectGarbage")
            await asyncio.sleep(0.2)
        used = await self.wire.send("Runtime.getHeapUsage")
        held = await self.wire.send("Memory.getDOMCounters")
        seen = await self.page.evaluate(
            "[document.querySelectorAll('*').length, window.bench, window.bench_shift]"
        )
        heap = used["usedSize"] / 2**20
        return Figures(heap, held["nodes"], held["jsEventListeners"], *seen)


@asynccontextmanager
async def tab(browser: Browser, house: House, path: str) -> AsyncIterator[Tab]:
    async with looking(house, browser) as page:
        await page.add_init_script(COUNT)
        await page.goto(house.url + path)
        wire = await page.context.new_cdp_session(page)
        yield Tab(path, page, wire)


async def make(house: House, seconds: float) -> Counter[str]:
    """Works, a few at a time; each goes to the trash once it has ended, so that walls keep their
    length."""
    until, done = time.monotonic() + seconds, Counter[str]()

    async def one_after_another(lane: int) -> None:
        while time.monotonic() < until:
            n = done.total()
            inputs = {
                "image": str(house.photographs[n % len(house.photographs)]),
                "prompt": f"a quiet beach, {lane} {n}",
                "megapixels": 0.5,
            }
            order = works.Ask(template="klein-i2i", inputs=inputs)
            work = await works.ask(house.studio, house.me, order)
            while not (work := await works.get(house.studio, house.me, work.id)).ended:
                await asyncio.sleep(0.1)
            done[work.status] += 1
            await gallery.throw(house.studio, house.me, [work.id])

    await asyncio.gather(*(one_after_another(lane) for lane in range(AT_ONCE)))
    return done


async def tell(tabs: Sequence[Tab], done: Counter[str]) -> None:
    print(", ".join(f"{count} works {status}" for status, count in done.items()))
    for each in tabs:
        print((await each.figures()).line(f"    {each.path}"), flush=True)


async def measure(minutes: float) -> None:
    async with (
        furnished(WORKS) as house,
        browsing() as browser,
        Crew(house.studio).working(),
        AsyncExitStack() as stack,
    ):
        tabs = [await stack.enter_async_context(tab(browser, house, path)) for path in PATHS]
        print(f"{'':30}" + "".join(f"{name:>{width}}" for name, width in COLUMNS.items()))
        # What comes with the first events is there before it is counted.
        done = await make(house, SETTLING)
        await tell(tabs, done)
        for _ in range(ROUNDS):
            done += await make(house, minutes * 60 / ROUNDS)
            await tell(tabs, done)
