"""A browser window, and what a person does in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from affiche.api.auth import COOKIE

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"

WATCH = """
window.seen = { violations: [], shifts: [], since: 0 };
document.addEventListener("securitypolicyviolation", (event) => {
  window.seen.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
{
  const note = (entries) => {
    for (const entry of entries) {
      // Told late, it may be of before the page stood still.
      if (entry.startTime < window.seen.since) continue;
      window.seen.shifts.push({
        value: entry.value,
        input: entry.hadRecentInput,
        moved: entry.sources.map(({ node }) => node?.className || node?.nodeName),
        where: entry.sources.map(({ previousRect: from, currentRect: to }) =>
          [from, to].map(({ x, y, width, height }) => `${x},${y} ${width}×${height}`).join(" → ")),
      });
    }
  };
  const watch = new PerformanceObserver((list) => note(list.getEntries()));
  watch.observe({ type: "layout-shift", buffered: true });
  window.seen.told = () => {
    note(watch.takeRecords());
    return window.seen.shifts;
  };
}
"""

# Colours between two others are nobody's contrast; what never ends is not waited for.
SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter(({ effect, playState }) =>
    playState === "running" && effect.getComputedTiming().endTime < Infinity)
  .map((each) => each.finished)).then(() => true)"""


async def lettered(page: Page) -> None:
    """All type is there and drawn, with the letters of people's own, which come last."""
    await expect(page.locator("#letters")).to_have_attribute("media", "all")
    await page.evaluate(
        """new Promise((there) => {
          const sheet = document.getElementById("letters");
          if (sheet.sheet) there();
          else sheet.addEventListener("load", there);
        })
            .then(() => document.body.getBoundingClientRect())
            .then(() => document.fonts.ready)
            .then(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))))"""
    )


@dataclass
class Visit:
    """One window. `expected` holds parts of console messages that the test has provoked."""

    page: Page
    context: BrowserContext
    base: str
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        await self.page.goto(self.base + path)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.base)

    @property
    def work_id(self) -> UUID:
        """Of the page, or of the viewer beside a form."""
        path, _, query = self.path.partition("?")
        return UUID(query.removeprefix("work=") if query else path.removeprefix("/works/"))

    async def fill_in(self, photo: Path, prompt: str = "a quiet beach at sunset") -> None:
        """The form of klein-i2i, small and quick."""
        await self.go("/templates/klein-i2i")
        await self.put(photo)
        await self.page.fill("#prompt", prompt)
        await self.page.click("text=/^(Fast|빠르게)$/")

    async def put(self, photo: Path) -> None:
        """A picture into the form; it is there once the server holds it."""
        await self.page.set_input_files("#image", photo)
        await expect(self.page.locator(".drop-held")).not_to_have_value("")

    async def turn_to(self, pane: str) -> None:
        """Of "form", "picture" and "queue", where they are tabs."""
        tab = self.page.locator(f"#tab-{pane}")
        if await tab.is_visible():
            await tab.click()

    async def ask(self) -> None:
        """The work is shown beside the form; its own page is opened."""
        shown = self.page.url
        await self.turn_to("form")
        await self.page.click(".ask")
        await self.page.wait_for_url(lambda url: "?work=" in url and url != shown)
        await self.go(f"/works/{self.page.url.partition('?work=')[2]}")

    async def reach(self, status: str, within: float = 60.0) -> None:
        """The work's page says so by itself."""
        await self.page.wait_for_selector(f"#work[data-status={status}]", timeout=within * 1000)

    async def still(self) -> None:
        """The page stands, its type too; what moves from now on is counted by `shifts`."""
        await self.page.wait_for_load_state("load")
        await lettered(self.page)
        await self.page.evaluate(
            "Object.assign(window.seen, { shifts: [], since: performance.now() }) && null"
        )

    async def shifts(self) -> list[dict[str, Any]]:
        """What moved by itself, since the page was opened or stood `still`."""
        found: list[dict[str, Any]] = await self.page.evaluate(
            "window.seen.told().filter((shift) => !shift.input)"
        )
        return found

    async def inaccessible(self) -> list[str]:
        """What axe-core finds wrong with the page as it is, once nothing is on its way any more."""
        await self.page.evaluate(SETTLED)
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate("axe.run()")
        return [
            f"{rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

    async def check(self) -> None:
        """No error, no warning, nothing that the policy had to block."""
        unexpected = [c for c in self.complaints if not any(e in c for e in self.expected)]
        assert unexpected == [], "\n".join(unexpected)
        for page in self.context.pages:
            await page.wait_for_load_state("load")
            assert await page.evaluate("window.seen?.violations ?? []") == []


Open = Callable[..., Awaitable[Visit]]


@asynccontextmanager
async def opened(
    browser: Browser,
    base: str,
    session: str | None,
    *,
    phone: bool = False,
    language: str = "en",
    dark: bool = False,
    scripts: bool = True,
    **more: Any,
) -> AsyncIterator[Visit]:
    context = await browser.new_context(
        viewport=PHONE if phone else DESK,
        is_mobile=phone,
        has_touch=phone,
        locale=language,
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        **more,
    )
    context.set_default_timeout(60_000)
    if session:
        await context.add_cookies([{"name": COOKIE, "value": session, "url": base}])
    if scripts:
        await context.add_init_script(WATCH)
    page = await context.new_page()
    visit = Visit(page, context, base)
    page.on("console", visit.hear)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    yield visit
    if scripts:
        await visit.check()
    await context.close()
