"""Picture and mask nodes do what ComfyUI's do, sizes and floors included."""

import struct
from typing import Any

import pytest
import pyvips

from .desk import Desk, png
from .graphs import Graph, klein, node, through


def gradient(width: int, height: int) -> pyvips.Image:
    """Each pixel tells its own place: red = x, green = y."""
    place = pyvips.Image.xyz(width, height)
    return place.bandjoin(0).cast("uchar").copy(interpretation="srgb")


def masked(name: str, channel: str = "red", **inputs: Any) -> Graph:
    """`photo.png` as a mask, put through the class `name`, and shown as a picture."""
    return {
        "1": node("LoadImageMask", image="photo.png", channel=channel),
        "2": node(name, mask=["1", 0], **inputs),
        "3": node("MaskToImage", mask=["2", 0]),
        "9": node("SaveImage", images=["3", 0], filename_prefix="mask"),
    }


class TestKlein:
    async def test_sizes_are_floored_to_16(self, desk: Desk) -> None:
        await desk.upload(png(300, 200, 90, 90, 90), "photo.png")
        graph = klein()
        graph["10"] = node("SaveImage", images=["75:80", 0], filename_prefix="scaled")
        entry = await desk.run(graph)
        sizes = {}
        for node_id in ("9", "10"):
            image = await desk.picture(entry["outputs"][node_id]["images"][0])
            sizes[node_id] = (image.width, image.height)
        assert sizes == {"10": (307, 205), "9": (304, 192)}

    async def test_every_node_runs(self, desk: Desk) -> None:
        await desk.upload(png(300, 200, 90, 90, 90), "photo.png")
        async with desk.listening("me") as ear:
            await desk.prompt(klein(), client_id="me")
            frames = await ear.run()
        ran = [data["node"] for kind, data in frames if kind == "executing" and data["node"]]
        assert sorted(ran) == sorted(klein())


class TestLoadImage:
    async def test_orientation_is_honoured(self, desk: Desk) -> None:
        image = gradient(40, 20).copy()
        image.set_type(pyvips.GValue.gint_type, "orientation", 6)
        await desk.upload(image.jpegsave_buffer(), "photo.png")
        shown = await desk.image_of(through("ImageInvert"))
        assert (shown.width, shown.height) == (20, 40)

    @pytest.mark.parametrize(
        "made",
        [
            lambda i: i.jpegsave_buffer(Q=95),
            lambda i: i.pngsave_buffer(),
            lambda i: i.webpsave_buffer(lossless=True),
            lambda i: i.gifsave_buffer(),
            lambda i: i.tiffsave_buffer(),
            lambda i: i.heifsave_buffer(compression="av1", Q=95),
            lambda i: i.colourspace("cmyk").jpegsave_buffer(Q=98),
            lambda i: (
                (i.cast("ushort") * 257)
                .cast("ushort")
                .copy(interpretation="rgb16")
                .pngsave_buffer()
            ),
            lambda i: i.bandjoin(255).pngsave_buffer(),
        ],
        ids=["jpeg", "png", "webp", "gif", "tiff", "avif", "cmyk", "16 bit", "rgba"],
    )
    async def test_formats(self, desk: Desk, made: Any) -> None:
        colour = [180.0, 120.0, 60.0]
        image = (pyvips.Image.black(32, 16, bands=3) + colour).cast("uchar")
        await desk.upload(made(image.copy(interpretation="srgb")), "photo.png")
        shown = await desk.image_of(through("ImageInvert"))
        assert (shown.width, shown.height, shown.bands) == (32, 16, 3)
        for got, wanted in zip(shown(16, 8), [75, 135, 195], strict=True):
            assert abs(got - wanted) <= 12

    @pytest.mark.parametrize("bits", [24, 32])
    async def test_bitmaps(self, desk: Desk, bits: int) -> None:
        pixel = bytes((60, 120, 180, 0)[: bits // 8])
        row = pixel * 5 + bytes(-(5 * bits // 8) % 4)
        head = struct.pack("<2sIII", b"BM", 0, 0, 54)
        head += struct.pack("<IiiHHIIiiII", 40, 5, 3, 1, bits, 0, 0, 0, 0, 0, 0)
        await desk.upload(head + row * 3, "photo.png")
        shown = await desk.image_of(through("ImageInvert"))
        assert (shown.width, shown.height, shown(4, 2)) == (5, 3, [75, 135, 195])
        await desk.upload(head + row, "photo.png", overwrite="true")
        entry = await desk.run(through("ImageInvert"))
        assert entry["status"]["messages"][-1][1]["exception_type"] == "OSError"

    async def test_sixteen_bit_grey(self, desk: Desk) -> None:
        grey = (pyvips.Image.black(8, 8) + 100 * 257).cast("ushort").copy(interpretation="grey16")
        await desk.upload(grey.pngsave_buffer(), "photo.png")
        assert (await desk.image_of(through("ImageInvert")))(4, 4) == [155, 155, 155]

    async def test_a_truncated_jpeg_fails(self, desk: Desk) -> None:
        data = gradient(200, 200).jpegsave_buffer()
        await desk.upload(data[: len(data) // 2], "photo.png")
        entry = await desk.run(through("ImageInvert"))
        name, said = entry["status"]["messages"][-1]
        assert (name, said["exception_type"]) == ("execution_error", "OSError")

    async def test_a_vector_drawing_is_no_picture(self, desk: Desk) -> None:
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        await desk.upload(drawing, "photo.png")
        entry = await desk.run(through("ImageInvert"))
        assert entry["status"]["messages"][-1][1]["exception_type"] == "PIL.UnidentifiedImageError"


class TestMasks:
    @pytest.mark.parametrize(
        ("channel", "shade"), [("red", 10), ("green", 20), ("blue", 30), ("alpha", 255 - 99)]
    )
    async def test_channels(self, desk: Desk, channel: str, shade: int) -> None:
        await desk.upload(png(8, 8, 10, 20, 30, 99), "photo.png")
        shown = await desk.image_of(masked("InvertMask", channel))
        assert shown(0, 0) == [255 - shade] * 3

    async def test_the_mask_of_load_image_is_one_minus_alpha(self, desk: Desk) -> None:
        await desk.upload(png(8, 8, 10, 20, 30, 99), "photo.png")
        graph = masked("InvertMask")
        graph["1"] = node("LoadImage", image="photo.png")
        graph["2"]["inputs"]["mask"] = ["1", 1]
        assert (await desk.image_of(graph))(0, 0) == [99, 99, 99]

    @pytest.mark.parametrize(
        ("expand", "tapered", "white"),
        [(2, False, 25), (2, True, 13), (0, True, 1), (-1, True, 0), (-1, False, 0)],
    )
    async def test_grow(self, desk: Desk, expand: int, tapered: bool, white: int) -> None:
        dot = pyvips.Image.black(15, 15, bands=3).copy(interpretation="srgb")
        dot = dot.insert(pyvips.Image.black(1, 1, bands=3) + 255, 7, 7).cast("uchar")
        await desk.upload(dot.pngsave_buffer(), "photo.png")
        shown = await desk.image_of(masked("GrowMask", expand=expand, tapered_corners=tapered))
        assert round(shown[0].avg() * 15 * 15 / 255) == white

    async def test_image_to_mask_has_no_alpha_to_give(self, desk: Desk) -> None:
        await desk.upload(png(8, 8, 10, 20, 30), "photo.png")
        graph = through("ImageToMask", channel="alpha")
        graph["3"] = node("MaskToImage", mask=["2", 0])
        graph["9"]["inputs"]["images"] = ["3", 0]
        entry = await desk.run(graph)
        assert entry["status"]["messages"][-1][1]["exception_type"] == "IndexError"
        graph["2"]["inputs"]["channel"] = "green"
        assert (await desk.image_of(graph))(0, 0) == [20, 20, 20]


class TestScaling:
    @pytest.mark.parametrize("method", ["nearest-exact", "bilinear", "area", "bicubic", "lanczos"])
    @pytest.mark.parametrize("size", [(50, 30), (331, 17)])
    async def test_to_a_size(self, desk: Desk, method: str, size: tuple[int, int]) -> None:
        await desk.upload(gradient(200, 100).pngsave_buffer(), "photo.png")
        width, height = size
        graph = through(
            "ImageScale", upscale_method=method, width=width, height=height, crop="disabled"
        )
        shown = await desk.image_of(graph)
        assert (shown.width, shown.height) == size
        middle = shown(width // 2, height // 2)
        assert abs(middle[0] - 100) <= 4
        assert abs(middle[1] - 50) <= 4

    async def test_nearest_exact_takes_the_pixel_under_the_middle(self, desk: Desk) -> None:
        await desk.upload(gradient(9, 6).pngsave_buffer(), "photo.png")
        graph = through(
            "ImageScale", upscale_method="nearest-exact", width=4, height=3, crop="disabled"
        )
        shown = await desk.image_of(graph)
        assert [shown(x, 0)[0] for x in range(4)] == [1, 3, 5, 7]
        assert [shown(0, y)[1] for y in range(3)] == [1, 3, 5]

    @pytest.mark.parametrize(
        ("width", "height", "expected"), [(0, 50, (100, 50)), (50, 0, (50, 25)), (0, 0, (200, 100))]
    )
    async def test_a_side_of_0_follows(
        self, desk: Desk, width: int, height: int, expected: tuple[int, int]
    ) -> None:
        await desk.upload(gradient(200, 100).pngsave_buffer(), "photo.png")
        graph = through(
            "ImageScale", upscale_method="bilinear", width=width, height=height, crop="disabled"
        )
        shown = await desk.image_of(graph)
        assert (shown.width, shown.height) == expected

    async def test_centre_crop_keeps_proportions(self, desk: Desk) -> None:
        await desk.upload(gradient(200, 100).pngsave_buffer(), "photo.png")
        graph = through(
            "ImageScale", upscale_method="nearest-exact", width=100, height=100, crop="center"
        )
        shown = await desk.image_of(graph)
        assert shown(0, 0)[0] == 50
        assert shown(99, 99) == [149, 99, 0]

    @pytest.mark.parametrize(
        ("megapixels", "steps", "size"),
        [
            (0.06, 1, (307, 205)),
            (0.06, 16, (304, 208)),
            (1.0, 1, (1254, 836)),
            (0.01, 1, (125, 84)),
        ],
    )
    async def test_total_pixels(
        self, desk: Desk, megapixels: float, steps: int, size: tuple[int, int]
    ) -> None:
        await desk.upload(png(300, 200, 9, 9, 9), "photo.png")
        graph = through(
            "ImageScaleToTotalPixels",
            upscale_method="bilinear",
            megapixels=megapixels,
            resolution_steps=steps,
        )
        shown = await desk.image_of(graph)
        assert (shown.width, shown.height) == size

    @pytest.mark.parametrize(
        ("before", "after"), [((100, 100), (1024, 1024)), ((300, 100), (1568, 672))]
    )
    async def test_kontext(
        self, desk: Desk, before: tuple[int, int], after: tuple[int, int]
    ) -> None:
        await desk.upload(png(*before, 9, 9, 9), "photo.png")
        shown = await desk.image_of(through("FluxKontextImageScale"))
        assert (shown.width, shown.height) == after

    async def test_upscale_with_model(self, desk: Desk) -> None:
        await desk.upload(png(10, 6, 9, 9, 9), "photo.png")
        graph = through("ImageUpscaleWithModel", upscale_model=["5", 0])
        graph["5"] = node("UpscaleModelLoader", model_name="4x-UltraSharp.pth")
        shown = await desk.image_of(graph)
        assert (shown.width, shown.height) == (40, 24)
