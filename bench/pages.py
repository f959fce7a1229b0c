"""What a browser with nothing kept fetches for a page: bytes on the wire, by kind, and how far the
page moves where its fonts come late.

Until the page is loaded, its fonts are in, and nothing has arrived for a second. Every place of the
masthead, a form and the notifications, in a studio in which nothing has been made.
"""

import asyncio
import os
import shutil
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Route, async_playwright

from affiche import app, settings
from affiche.api.auth import COOKIE
from affiche.serving import Server, application
from affiche.studio import people
from affiche.studio.feed import Feed
from affiche.web.places import PLACES

PATHS = (*(place.path for place in PLACES), "/templates/klein-i2i", "/notifications")
LANGUAGES = ("ko", "en")
KINDS = ("Document", "Stylesheet", "Script", "Font", "Image")
QUIET, PATIENCE = 1.0, 20.0
MOST = 200.0
"""kB without pictures."""
LATE = 1.5
"""Seconds by which a font comes late: long after the page was drawn without it."""
SHIFTS = """
window.bench = 0;
new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) window.bench += value;
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Load:
    """Bytes with headers, and files, by the browser's own names of kinds."""

    kinds: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    last: float = field(default_factory=time.monotonic)

    def begun(self, event: dict[str, object]) -> None:
        self.kinds[str(event["requestId"])] = str(event["type"])

    def ended(self, event: dict[str, object]) -> None:
        self.sizes[str(event["requestId"])] = int(str(event["encodedDataLength"]))
        self.last = time.monotonic()

    async def quiet(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < min(self.last + QUIET, end):
            await asyncio.sleep(0.05)

    @property
    def weight(self) -> float:
        """kB, pictures apart."""
        return sum(s for r, s in self.sizes.items() if self.kinds.get(r) != "Image") / 1000

    def line(self) -> str:
        size, count = Counter[str](), Counter[str]()
        for request, kind in self.kinds.items():
            known = kind if kind in KINDS else "other"
            size[known] += self.sizes.get(request, 0)
            count[known] += 1
        parts = [f"{size[k] / 1000:8.1f} ({count[k]:>2})" for k in (*KINDS, "other")]
        return "".join(parts) + f"{self.weight:10.1f}"


async def load(browser: Browser, server: Server, session: str, path: str, language: str) -> Load:
    context = await browser.new_context(locale=language)
    await context.add_cookies([{"name": COOKIE, "value": session, "url": server.url}])
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    found = Load()
    wire.on("Network.responseReceived", found.begun)
    wire.on("Network.loadingFinished", found.ended)
    await wire.send("Network.enable")
    await page.goto(server.url + path)
    await page.evaluate("document.fonts.ready.then(() => true)")
    await found.quiet()
    await context.close()
    return found


async def moved(browser: Browser, server: Server, session: str, path: str, language: str) -> float:
    """The sum of the layout's shifts where every font comes LATE."""

    async def late(route: Route) -> None:
        await asyncio.sleep(LATE)
        await route.continue_()

    context = await browser.new_context(locale=language)
    await context.add_cookies([{"name": COOKIE, "value": session, "url": server.url}])
    await context.route("**/*.woff2", late)
    page = await context.new_page()
    await page.add_init_script(SHIFTS)
    await page.goto(server.url + path)
    await page.wait_for_timeout(LATE * 1000)
    await page.evaluate("document.fonts.ready.then(() => true)")
    await page.wait_for_timeout(QUIET * 1000)
    found = float(await page.evaluate("window.bench"))
    await context.close()
    return found


async def measure() -> None:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as folder:
        chosen, _ = settings.read(
            {"AFFICHE_DATA": str(Path(folder) / "data"), "AFFICHE_CREDITS": "true"}
        )
        async with (
            app.opened(chosen, migrating=True) as studio,
            Feed(studio).running() as feed,
            Server(application(studio, feed), "127.0.0.1", 0, fixed=True) as server,
            async_playwright() as playwright,
        ):
            me = await people.first_user(studio)
            token = await people.make_link(studio, me.id)
            session = await people.redeem_link(studio, token)
            browser = await playwright.chromium.launch(
                executable_path=executable, args=["--no-sandbox"]
            )
            heads = "".join(f"{kind:>13}" for kind in (*KINDS, "other"))
            print(f"{'kB (files)':28}{heads}{'w/o Image':>10}{'late fonts':>12}")
            heavy = []
            for path in PATHS:
                for language in LANGUAGES:
                    found = await load(browser, server, session, path, language)
                    shift = await moved(browser, server, session, path, language)
                    print(f"{path:24}{language:>4}{found.line()}{shift:12.4f}", flush=True)
                    if found.weight > MOST:
                        heavy.append(f"{path} {language}")
            print(f"over {MOST:.0f} kB: {', '.join(heavy) or 'none'}")
            await browser.close()
