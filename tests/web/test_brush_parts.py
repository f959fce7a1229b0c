"""The brush's rules by themselves, in the browser that runs them: each held against the studio's
own rule, or against libvips."""

from typing import Any

import pyvips
from playwright.async_api import Page
from tests.web.visitors import Visit

from affiche.domain import masks
from affiche.pictures.masks import laid, softened

LOAD = "const part = (name) => import(`/static/x/brush/${name}.js`);"
STROKE = {"kind": "stroke", "erases": False, "points": [0.3, 0.5, 0.1, 0.7, 0.5, 0.1]}


async def told(page: Page, script: str, given: Any = None) -> Any:
    return await page.evaluate(f"async (given) => {{ {LOAD} {script} }}", given)


PAINTED = """
const { rendered, read } = await part("strips");
const { png } = await part("png");
const bytes = async (bits) => Array.from(new Uint8Array(await (await png(bits)).arrayBuffer()));
"""


async def test_a_mask_is_drawn_coded_and_read_again(visitor: Visit) -> None:
    await visitor.go("/notifications")
    page = visitor.page
    # Odd sides, and more than one strip of a megapixel.
    given = {"steps": [STROKE], "size": {"width": 1501, "height": 999}}
    script = "return bytes(await rendered(given.steps, given.size));"
    coded = bytes(await told(page, PAINTED + script, given))
    mask = pyvips.Image.new_from_buffer(coded, "", fail_on="error")
    assert (mask.width, mask.height, mask.bands) == (1501, 999, 1)
    at = pyvips.Image.xyz(1501, 999) + 0.5
    x, y = at[0], at[1]
    beside = (x < 0.3 * 1501).ifthenelse(0.3 * 1501 - x, 0)
    beside = (x > 0.7 * 1501).ifthenelse(x - 0.7 * 1501, beside)
    away = (beside**2 + (y - 0.5 * 999) ** 2) ** 0.5 - 0.1 * 1501
    wrong = (mask > 0) != (away < 0)
    assert (wrong & (away.abs() > 1)).max() == 0

    # Read as a file it is the same; and so is the one whose transparent parts are meant.
    script = """
const picture = await createImageBitmap(new Blob([Uint8Array.from(given.coded)]));
return bytes(await read(picture, given.size));
"""
    given["coded"] = list(coded)
    assert bytes(await told(page, PAINTED + script, given)) == coded
    grey = mask.cast("uchar").copy(interpretation="b-w")
    clear = pyvips.Image.black(1501, 999, bands=3).copy(interpretation="srgb")
    given["coded"] = list(clear.bandjoin(grey.invert()).pngsave_buffer())
    assert bytes(await told(page, PAINTED + script, given)) == coded


async def test_greys_are_cut_where_the_studio_cuts_them(visitor: Visit) -> None:
    await visitor.go("/notifications")
    row = bytes(range(256)) * 4
    ramp = pyvips.Image.new_from_memory(row, 256, 4, 1, "uchar").copy(interpretation="b-w")
    data = ramp.pngsave_buffer()
    script = """
const picture = await createImageBitmap(new Blob([Uint8Array.from(given)]));
const bits = await read(picture, { width: 256, height: 4 });
return Array.from({ length: 256 }, (_, x) => bits.has(x, 2));
"""
    covered = await told(visitor.page, PAINTED + script, list(data))
    assert covered == [bool(laid(data, (256, 4)).image.getpoint(x, 2)[0]) for x in range(256)]
    assert covered == [value >= masks.THRESHOLD for value in range(256)]


async def test_the_soft_edge_is_seen_as_it_will_be(visitor: Visit) -> None:
    await visitor.go("/notifications")
    at = pyvips.Image.xyz(160, 120)
    x, y = at[0], at[1]
    disc = (((x - 60) ** 2 + (y - 60) ** 2) ** 0.5) < 40
    shape = disc | ((x > 110) & (y > 30) & (y < 50))
    image = shape.copy(interpretation="b-w")
    mask = laid(image.pngsave_buffer(), (160, 120))
    alpha = list(bytes(image.write_to_memory()))
    script = """
const { weights } = await part("softness");
const pixels = new Uint8ClampedArray(4 * given.alpha.length);
given.alpha.forEach((value, at) => { pixels[4 * at + 3] = value; });
return Array.from(weights(pixels, 160, 120, given.feather));
"""
    for feather in (0, 8, 16, 64):
        given = {"alpha": alpha, "feather": feather}
        seen = await told(visitor.page, script, given)
        own = list(bytes(softened(mask, feather)[0].write_to_memory()))
        off = [abs(one - other) for one, other in zip(seen, own, strict=True)]
        assert [one > 0 for one in seen] == [one > 0 for one in own]
        assert max(off) <= (0 if feather == 0 else 40)
        assert sum(off) / len(off) < 4


async def test_steps_are_taken_back_and_a_view_keeps_its_place(visitor: Visit) -> None:
    await visitor.go("/notifications")
    script = """
const { History } = await part("history");
const history = new History();
for (const kind of ["stroke", "invert", "clear", "stroke", "invert"]) history.add({ kind });
const kinds = () => history.steps.map(({ kind }) => kind).join(" ");
const found = [kinds()];
for (let at = 0; at < 3; at += 1) history.undo();
found.push(kinds());
history.redo();
found.push(kinds());
history.add({ kind: "laid" });
found.push(kinds(), history.redo());
return found;
"""
    steps = ["stroke invert", "stroke invert", "", "laid", False]
    assert await told(visitor.page, script) == steps
    script = """
const { View } = await part("view");
const view = new View({ width: 300, height: 300 }, { width: 600, height: 400 });
const found = [view.toPicture(0, 50), view.toPicture(300, 250)];
const under = view.toPicture(100, 120);
view.zoom(5, 100, 120);
found.push(view.toPicture(100, 120).x - under.x, view.toPicture(100, 120).y - under.y);
view.pan(9999, 9999);
found.push(view.toPicture(0, 0));
view.reveal({ x: 600, y: 400 });
found.push(view.toPicture(300, 300));
view.zoom(0.0001);
found.push(view.isFitted);
return found.map((one) => (one.x === undefined ? one : [one.x, one.y].map(Math.round)));
"""
    first, last, across, down, corner, end, fitted = await told(visitor.page, script)
    assert (first, last, corner, end, fitted) == ([0, 0], [600, 400], [0, 0], [600, 400], True)
    assert abs(across) < 1e-6
    assert abs(down) < 1e-6


async def test_keys_mean_the_same_where_the_keyboard_is_set_to_hangul(visitor: Visit) -> None:
    await visitor.go("/notifications")
    script = """
const { meaning } = await part("keys");
return given.map(([key, code, more]) => meaning({ key, code, ...more })?.does ?? null);
"""
    pressed = [
        ("b", "KeyB", {}),
        ("ㅠ", "KeyB", {}),
        ("E", "KeyE", {"shiftKey": True}),
        ("z", "KeyZ", {"metaKey": True}),
        ("Z", "KeyZ", {"ctrlKey": True, "shiftKey": True}),
        ("ㅋ", "KeyZ", {"ctrlKey": True}),
        ("Enter", "Enter", {"ctrlKey": True}),
        ("Tab", "Tab", {}),
        ("[", "BracketLeft", {}),
    ]
    meant = ["brush", "brush", "eraser", "undo", "redo", "undo", None, None, "shrink"]
    assert await told(visitor.page, script, pressed) == meant
